package io.siskin.server.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.siskin.index.testing.Needs;
import io.siskin.index.testing.Repository;
import io.siskin.proto.v1.EncodeRequest;
import io.siskin.proto.v1.GetCollectionRequest;
import io.siskin.proto.v1.SearchRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The rules of the API's files: those of {@code proto/buf.yaml}, the main ones also without buf.
 */
final class ProtoRulesTest {
  private static final Path SOURCES = Repository.module("proto").resolve("src/main/protobuf");
  private static final Pattern FIELD_NAME = Pattern.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*");
  private static final Pattern DECLARATION =
      Pattern.compile(
          " *((message|enum|service|oneof) \\w+ \\{.*"
              + "|rpc \\w+\\(.*"
              + "|(repeated |optional )?[\\w.<>, ]+ \\w+ = \\d+( \\[.*\\])?;)");

  @Test
  void bufHasNothingToSay() throws Exception {
    Process buf;
    try {
      buf =
          new ProcessBuilder("buf", "lint")
              .directory(Repository.module("proto").toFile())
              .redirectErrorStream(true)
              .start();
    } catch (IOException missing) {
      Needs.require(false, "buf", missing.getMessage());
      return;
    }
    String output = new String(buf.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(buf.waitFor()).as(output).isZero();
  }

  @Test
  void packagesAreFolders() {
    assertThat(ours()).hasSizeGreaterThan(3);
    for (FileDescriptor file : ours()) {
      assertThat(file.getName())
          .startsWith(file.getPackage().replace('.', '/') + "/")
          .matches("[a-z0-9_/]+\\.proto");
      assertThat(file.getPackage()).matches("siskin\\.v[0-9]+");
      assertThat(file.getOptions().getJavaPackage()).isEqualTo("io.siskin.proto.v1");
      assertThat(file.getOptions().getJavaMultipleFiles()).isTrue();
      assertThat(file.getOptions().getGoPackage()).isEqualTo("siskin.io/proto/siskin/v1;siskinv1");
    }
  }

  @Test
  void enumsBeginWithUnspecifiedAndNameTheirValuesAfterThemselves() {
    List<EnumDescriptor> enums = new ArrayList<>();
    for (FileDescriptor file : ours()) {
      enums.addAll(file.getEnumTypes());
      file.getMessageTypes().forEach(message -> enums.addAll(message.getEnumTypes()));
    }
    assertThat(enums).isNotEmpty();
    for (EnumDescriptor type : enums) {
      String prefix =
          type.getName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toUpperCase(Locale.ROOT) + "_";
      assertThat(type.getValues())
          .extracting(EnumValueDescriptor::getName)
          .allSatisfy(value -> assertThat(value).startsWith(prefix));
      assertThat(type.findValueByNumber(0).getName()).isEqualTo(prefix + "UNSPECIFIED");
    }
  }

  @Test
  void methodsHaveMessagesOfTheirOwn() {
    Set<String> messages = new TreeSet<>();
    List<MethodDescriptor> methods = new ArrayList<>();
    for (FileDescriptor file : ours()) {
      for (ServiceDescriptor service : file.getServices()) {
        assertThat(service.getName()).endsWith("Service");
        methods.addAll(service.getMethods());
      }
    }
    assertThat(methods).hasSizeGreaterThan(4);
    for (MethodDescriptor method : methods) {
      assertThat(method.getInputType().getName()).isEqualTo(method.getName() + "Request");
      assertThat(method.getOutputType().getName()).isEqualTo(method.getName() + "Response");
      assertThat(messages.add(method.getInputType().getFullName())).isTrue();
      assertThat(messages.add(method.getOutputType().getFullName())).isTrue();
    }
  }

  @Test
  void fieldsAreInSnakeCase() {
    for (FileDescriptor file : ours()) {
      assertThat(file.getMessageTypes())
          .flatExtracting(message -> message.getFields())
          .extracting(FieldDescriptor::getName)
          .allMatch(FIELD_NAME.asMatchPredicate());
    }
  }

  @Test
  void everyDeclarationHasAComment() throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(SOURCES)) {
      files = found.filter(path -> path.toString().endsWith(".proto")).toList();
    }
    int declarations = 0;
    for (Path file : files) {
      String before = "";
      for (String line : Files.readAllLines(file)) {
        if (DECLARATION.matcher(line).matches()) {
          declarations++;
          assertThat(before.strip()).as("before \"" + line + "\" of " + file).startsWith("//");
        }
        before = line;
      }
    }
    assertThat(declarations).isGreaterThan(100);
  }

  /** Returns the files of {@code siskin.v1}: those of the services and what they import. */
  private static Set<FileDescriptor> ours() {
    Set<FileDescriptor> files = new LinkedHashSet<>();
    for (FileDescriptor service :
        List.of(
            SearchRequest.getDescriptor().getFile(),
            EncodeRequest.getDescriptor().getFile(),
            GetCollectionRequest.getDescriptor().getFile())) {
      files.add(service);
      service.getDependencies().stream()
          .filter(file -> file.getName().startsWith("siskin/"))
          .forEach(files::add);
    }
    return files;
  }
}
