package io.siskin.server.rpc.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.siskin.index.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AccessTableTest {
  private static final Pattern SERVICE_OR_METHOD =
      Pattern.compile("^(?:service (\\w+) \\{|  rpc (\\w+)\\()", Pattern.MULTILINE);

  /** Read from the API's files, so that a new service is found too. */
  private static Set<String> methodsOfSiskin() throws IOException {
    Path sources = Repository.module("proto").resolve("src/main/protobuf/siskin/v1");
    Set<String> methods = new TreeSet<>();
    try (Stream<Path> files = Files.list(sources)) {
      for (Path file : files.toList()) {
        Matcher found = SERVICE_OR_METHOD.matcher(Files.readString(file));
        String service = "";
        while (found.find()) {
          if (found.group(1) != null) {
            service = found.group(1);
          } else {
            methods.add("siskin.v1." + service + "/" + found.group(2));
          }
        }
      }
    }
    assertThat(methods).contains("siskin.v1.SearchService/Search").hasSizeGreaterThan(25);
    return methods;
  }

  @SuppressWarnings("deprecation") // v1alpha is what older tools speak.
  private static List<ServiceDescriptor> others() {
    return List.of(
        HealthGrpc.getServiceDescriptor(),
        ServerReflectionGrpc.getServiceDescriptor(),
        io.grpc.reflection.v1alpha.ServerReflectionGrpc.getServiceDescriptor());
  }

  @Test
  void everyMethodHasARowAndNoRowIsLeft() throws IOException {
    Set<String> expected = methodsOfSiskin();
    others()
        .forEach(
            service ->
                service.getMethods().stream()
                    .map(MethodDescriptor::getFullMethodName)
                    .forEach(expected::add));
    assertThat(AccessTable.all().keySet()).isEqualTo(expected);
  }
}
