package io.siskin.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.siskin.index.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Checks that the JVM options about kernels name methods that exist. */
class KernelOptionsTest {
  private static final String OPTION = "-XX:CompileCommand=dontinline,";

  @Test
  void kernelsThatAreCompiledByThemselvesExist() throws IOException {
    List<String> named =
        Files.readAllLines(Repository.root().resolve("bin/jvm.options")).stream()
            .filter(line -> line.startsWith(OPTION))
            .map(line -> line.substring(OPTION.length()))
            .toList();
    Set<String> kernels =
        new ClassFileImporter()
            .importPackages(KernelProvider.class.getPackageName()).stream()
                .flatMap(type -> type.getMethods().stream())
                .map(method -> method.getOwner().getName() + "::" + method.getName())
                .collect(Collectors.toSet());
    assertThat(named).isNotEmpty();
    assertThat(kernels).containsAll(named);
  }
}
