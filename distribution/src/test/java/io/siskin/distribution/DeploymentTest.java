package io.siskin.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.siskin.index.testing.Repository;
import io.siskin.server.app.serving.ServerParts;
import io.siskin.server.config.ConfigSources;
import io.siskin.server.config.ServerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Files that people deploy Siskin with say the same as the program, and as one another. */
final class DeploymentTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final Path ROOT = Repository.root();
  private static final String DOCKERFILE = text("deploy/container/Dockerfile");
  private static final String UNIT = text("deploy/systemd/siskin.service");

  @Test
  void theServiceReadsTheSampleAndTheSampleIsRight() throws IOException {
    Path sample = ROOT.resolve("distribution/src/archive/conf/siskin.yaml");
    ServerConfig config = read(sample);
    ServerParts.check(config);
    assertThat(UNIT)
        .contains("ExecStart=/opt/siskin/bin/siskin serve --config /etc/siskin/siskin.yaml\n")
        .contains("StateDirectory=siskin\n");
    assertThat(config.data().dir()).isEqualTo(Path.of("/var/lib/siskin"));
    // Nobody else may reach what asks nobody who they are.
    assertThat(config.grpc().host()).isEqualTo("127.0.0.1");
    assertThat(config.http().host()).isEqualTo("127.0.0.1");
    assertThat(config.metrics().host()).isEqualTo("127.0.0.1");
    assertThat(config.grpc().port()).isEqualTo(ServerConfig.of(Map.of()).grpc().port());
  }

  @Test
  void theServiceWaitsForWhatWasAdmitted() {
    ServerConfig defaults = ServerConfig.of(Map.of());
    long needed = defaults.shutdown().drainDelayMillis() + defaults.shutdown().graceMillis();
    long given = Long.parseLong(value(UNIT, "TimeoutStopSec=(\\d+)"));
    assertThat(given * 1000).isGreaterThan(needed);
  }

  @Test
  void theServiceIsHardened() {
    assertThat(UNIT.lines())
        .contains(
            "ProtectSystem=strict",
            "NoNewPrivileges=yes",
            "PrivateTmp=yes",
            "ProtectHome=yes",
            "CapabilityBoundingSet=",
            "RestrictNamespaces=yes",
            "SystemCallFilter=@system-service");
    // It would keep the JIT compiler from working, and the JVM from starting.
    assertThat(UNIT).doesNotContain("MemoryDenyWriteExecute=");
  }

  @Test
  void theImageStartsACommandThatExistsOnPortsThatExist() throws IOException {
    ServerConfig defaults = ServerConfig.of(Map.of());
    assertThat(DOCKERFILE)
        .contains("EXPOSE " + defaults.grpc().port() + " ")
        .containsPattern("\nUSER [1-9]\\d*:[1-9]\\d*\n")
        .contains("\nFROM scratch\n")
        .contains("\"health\"]");
    String command = value(DOCKERFILE, "\nCMD \\[(.*)]");
    List<String> words =
        Pattern.compile("\"([^\"]*)\"").matcher(command).results().map(m -> m.group(1)).toList();
    assertThat(words.getFirst()).isEqualTo("serve");
    Set<String> flags = new TreeSet<>();
    ServerConfig.TREE.settings().forEach(setting -> flags.addAll(setting.flags()));
    assertThat(words.stream().filter(word -> word.startsWith("--"))).isNotEmpty().isSubsetOf(flags);
  }

  @Test
  void theContextOfTheImageHasWhatItCopies() {
    List<String> copied =
        Pattern.compile("(?m)^COPY (?!--from)(.*) \\./$")
            .matcher(DOCKERFILE)
            .results()
            .flatMap(match -> List.of(match.group(1).split(" ")).stream())
            .toList();
    assertThat(copied).hasSize(3);
    String ignored = text(".dockerignore");
    for (String path : copied) {
      if (path.startsWith("deploy/container/")) {
        assertThat(ROOT.resolve(path)).exists();
        assertThat(ignored).contains("!deploy/container\n");
      } else {
        assertThat(path).isEqualTo("distribution/target/siskin-${SISKIN_VERSION}-linux-*.tar.gz");
        assertThat(ignored).contains("!distribution/target/siskin-*-linux-*.tar.gz\n");
      }
    }
  }

  @Test
  void theHeapIsAShareOfTheMemoryThatTheContainerMayHave() throws Exception {
    long limit = 1L << 30;
    Map<String, Long> sizes = heap("-XX:MaxRAM=" + limit);
    assertThat(sizes.get("MaxHeapSize") / (double) limit).isBetween(0.39, 0.41);
    assertThat(sizes.get("InitialHeapSize")).isLessThan(limit / 10);
    // What a user sets counts more.
    assertThat(heap("-XX:MaxRAM=" + limit, "-Xmx128m").get("MaxHeapSize")).isEqualTo(128L << 20);
  }

  @Test
  void theChartHasTheVersionOfTheProgramAndASchemaOfAllItsValues() throws IOException {
    JsonNode chart = YAML.readTree(ROOT.resolve("deploy/helm/siskin/Chart.yaml").toFile());
    String version =
        value(text("pom.xml"), "<artifactId>siskin</artifactId>\\s*<version>(.*)</version>");
    assertThat(chart.path("appVersion").asText()).isEqualTo(version);
    JsonNode values = YAML.readTree(ROOT.resolve("deploy/helm/siskin/values.yaml").toFile());
    JsonNode schema = YAML.readTree(ROOT.resolve("deploy/helm/siskin/values.schema.json").toFile());
    List<String> unknown = new ArrayList<>();
    compare("", values, schema, unknown);
    assertThat(unknown).isEmpty();
    schema
        .path("properties")
        .fieldNames()
        .forEachRemaining(
            name -> assertThat(name.equals("global") || values.has(name)).as(name).isTrue());
  }

  /** Adds the paths of values that the schema does not know. */
  private static void compare(String path, JsonNode values, JsonNode schema, List<String> unknown) {
    JsonNode properties = schema.path("properties");
    values
        .fields()
        .forEachRemaining(
            field -> {
              String name = path + "/" + field.getKey();
              JsonNode known = properties.path(field.getKey());
              if (known.isMissingNode()) {
                unknown.add(name);
              } else if (known.has("properties")) {
                compare(name, field.getValue(), known, unknown);
              }
            });
  }

  private static Map<String, Long> heap(String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of(options));
    command.add("@" + ROOT.resolve("deploy/container/heap.options"));
    command.addAll(List.of("-XX:+PrintFlagsFinal", "-version"));
    Process java =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String out = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.waitFor()).isZero();
    Map<String, Long> sizes = new TreeMap<>();
    for (MatchResult match :
        Pattern.compile("(MaxHeapSize|InitialHeapSize) += (\\d+)")
            .matcher(out)
            .results()
            .toList()) {
      sizes.put(match.group(1), Long.parseLong(match.group(2)));
    }
    return sizes;
  }

  static ServerConfig read(Path file) throws IOException {
    return ConfigSources.resolve(ServerConfig.TREE, file, Map.of(), Map.of()).config();
  }

  private static String value(String text, String pattern) {
    var matcher = Pattern.compile(pattern).matcher(text);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }

  private static String text(String path) {
    try {
      return Files.readString(ROOT.resolve(path));
    } catch (IOException unreadable) {
      throw new AssertionError(unreadable);
    }
  }
}
