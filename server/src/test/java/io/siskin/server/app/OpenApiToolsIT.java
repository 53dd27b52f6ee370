package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Needs;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tools of others read the description of the API: schemathesis sends requests that it makes of it
 * and checks the answers, and openapi-generator makes a client of it. The server asks for a key.
 *
 * <p>They are those of the machine: the Python of {@code SISKIN_PYTHON} with schemathesis, and the
 * jar of openapi-generator-cli that {@code SISKIN_OPENAPI_GENERATOR} names.
 */
@Timeout(600)
class OpenApiToolsIT {
  private static final Pattern HTTP = Pattern.compile("(http://[0-9.:]+)/,");

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private SiskinProcess server;
  private String key;
  private String url;

  @BeforeEach
  void serve() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    key = new TestKeys(folder, data).create("admin", "*");
    server = SiskinProcess.start(folder, "serve", "--data", data, "--port", 0);
    url = server.await(HTTP).group(1);
    for (String request :
        List.of(
            "POST /v1/collections {\"name\": \"birds\"}",
            "PUT /v1/collections/birds/documents {\"documents\": [{\"id\": \"1\", \"vector\":"
                + " {\"tokens\": [\"red\"], \"weights\": [1]}}]}")) {
      String[] parts = request.split(" ", 3);
      assertThat(
              send(HttpRequest.newBuilder(URI.create(url + parts[1]))
                      .header("Content-Type", "application/json")
                      .method(parts[0], HttpRequest.BodyPublishers.ofString(parts[2])))
                  .statusCode())
          .isEqualTo(200);
    }
  }

  @AfterEach
  void stop() throws Exception {
    server.signal("TERM");
    assertThat(server.awaitStatus()).as(server.err()).isZero();
    server.close();
    http.close();
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    request.header("Authorization", "Bearer " + key);
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private String run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @Test
  void schemathesisFindsNoFault() throws Exception {
    Needs.require(
        PythonUnderTest.canImport("schemathesis"), "schemathesis", "SISKIN_PYTHON has none");
    String output =
        run(
            PythonUnderTest.program(),
            "-c",
            "from schemathesis.cli import schemathesis; schemathesis()",
            "run",
            url + "/openapi.json",
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,"
                // The last one sends what was right again, with no key and with a wrong one.
                + "response_schema_conformance,ignored_auth",
            "--header",
            "Authorization: Bearer " + key,
            // A deadline of a millisecond would be answered with 504, which is right.
            "--header",
            "X-Timeout-Millis: 60000",
            "--max-examples",
            "15",
            "--seed",
            "1");
    assertThat(output).containsPattern("\\b([0-9]+) generated, \\1 passed");
    // Otherwise the description has not told it that a key is needed.
    assertThat(send(HttpRequest.newBuilder(URI.create(url + "/metrics"))).body())
        .containsPattern("siskin_access_refusals_total\\{reason=\"no_key\"\\} [1-9]");
  }

  @Test
  void aClientCanBeGenerated() throws Exception {
    String jar = System.getenv("SISKIN_OPENAPI_GENERATOR");
    Needs.require(jar != null, "openapi-generator-cli", "SISKIN_OPENAPI_GENERATOR names none");
    Path description = folder.resolve("openapi.json");
    Files.writeString(
        description, send(HttpRequest.newBuilder(URI.create(url + "/openapi.json"))).body());
    String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
    run(java, "-jar", jar, "validate", "-i", description.toString());
    run(
        java,
        "-jar",
        jar,
        "generate",
        "-g",
        "java",
        "--library",
        "native",
        "-i",
        description.toString(),
        "-o",
        folder.resolve("client").toString());
    List<String> apis = new ArrayList<>();
    try (var files =
        Files.list(folder.resolve("client/src/main/java/org/openapitools/client/api"))) {
      files.forEach(file -> apis.add(file.getFileName().toString()));
    }
    assertThat(apis)
        .contains("CollectionServiceApi.java", "DocumentServiceApi.java", "SearchServiceApi.java");
  }
}
