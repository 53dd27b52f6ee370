package io.siskin.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigSourcesTest {
  @TempDir private Path folder;

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("siskin.yaml"), content);
  }

  private ServerConfig read(String content) throws IOException {
    return ConfigSources.resolve(ServerConfig.TREE, file(content), Map.of(), Map.of()).config();
  }

  @Test
  void nothingSetIsTheDefaults() throws IOException {
    ServerConfig config = read("");
    assertThat(config.grpc().port()).isEqualTo(7700);
    assertThat(config.grpc().host()).isEqualTo("127.0.0.1");
    assertThat(config.data().verify()).isEqualTo(DataConfig.Verify.FULL);
    assertThat(config.data().preload()).isNull();
    // Left to the address that HTTP listens on, and not switched off.
    assertThat(config.http().metrics()).isNull();
    assertThat(config.security().insecure()).isFalse();
    assertThat(config.search().threads()).isNull();
    assertThat(config.models().dirs()).isEmpty();
    assertThat(config).isEqualTo(ServerConfig.of(Map.of()));
  }

  @Test
  void everyTypeIsRead() throws IOException {
    ServerConfig config =
        read(
            """
            # a comment
            grpc:
              port: 0
              unix_socket: /run/siskin/s.sock
              keep_alive:
                interval_millis: 5000
            data: {verify: structure, preload: none}
            models:
              dirs: [a, "b c"]
              inference:
                fallback: true
                remotes:
                  splade: host:8001
            search:
              threads:
            """);
    assertThat(config.grpc().port()).isZero();
    assertThat(config.grpc().unixSocket()).isEqualTo(Path.of("/run/siskin/s.sock"));
    assertThat(config.grpc().keepAlive().intervalMillis()).isEqualTo(5_000);
    assertThat(config.data().verify()).isEqualTo(DataConfig.Verify.STRUCTURE);
    assertThat(config.data().preload()).isEqualTo(DataConfig.Preloading.NONE);
    assertThat(config.models().dirs()).containsExactly(Path.of("a"), Path.of("b c"));
    assertThat(config.models().inference().fallback()).isTrue();
    assertThat(config.models().inference().remotes()).isEqualTo(Map.of("splade", "host:8001"));
    assertThat(config.search().threads()).isNull();
  }

  /** For each setting a random choice of sources sets it; the strongest must win. */
  @Test
  void optionsWinOverVariablesAndVariablesOverTheFile() throws IOException {
    SplittableRandom random = new SplittableRandom(Seeds.next());
    for (int round = 0; round < 50; round++) {
      StringBuilder yaml = new StringBuilder("writes:\n");
      Map<String, String> environment = new LinkedHashMap<>();
      Map<String, GivenValue> flags = new LinkedHashMap<>();
      Map<String, Integer> expected = new LinkedHashMap<>();
      for (SettingSpec setting : ServerConfig.TREE.settings()) {
        if (!setting.path().startsWith("writes.")) {
          continue;
        }
        int sources = random.nextInt(8);
        int value = Integer.parseInt(setting.declaration().defaultValue());
        if ((sources & 1) != 0) {
          value = random.nextInt(1, 100);
          yaml.append("  ").append(setting.path().substring(7)).append(": ").append(value);
          yaml.append('\n');
        }
        if ((sources & 2) != 0) {
          value = random.nextInt(100, 200);
          environment.put(setting.environmentName(), "" + value);
        }
        if ((sources & 4) != 0) {
          value = random.nextInt(200, 300);
          flags.put(setting.path(), new GivenValue("--x", List.of("" + value), ""));
        }
        expected.put(setting.path(), value);
      }
      var resolved =
          ConfigSources.resolve(ServerConfig.TREE, file(yaml.toString()), environment, flags);
      Map<String, List<String>> texts = ServerConfig.TREE.texts(resolved.config());
      expected.forEach((path, value) -> assertThat(texts.get(path)).containsExactly("" + value));
    }
  }

  @Test
  void theVariableNamesTheFile() throws IOException {
    Map<String, String> environment =
        Map.of("SISKIN_CONFIG", file("grpc: {port: 1}").toString(), "SISKIN__METRICS__PORT", "2");
    ServerConfig config =
        ConfigSources.resolve(ServerConfig.TREE, null, environment, Map.of()).config();
    assertThat(config.grpc().port()).isEqualTo(1);
    assertThat(config.metrics().port()).isEqualTo(2);
  }

  @Test
  void listsInVariablesAreSeparatedByCommas() throws IOException {
    ServerConfig config =
        ConfigSources.resolve(
                ServerConfig.TREE,
                null,
                Map.of(
                    "SISKIN__MODELS__DIRS", "a, b",
                    "SISKIN__MODELS__INFERENCE__REMOTES", "x=h:1,y=h:2",
                    "SISKIN__GRPC__UNIX_SOCKET", ""),
                Map.of())
            .config();
    assertThat(config.models().dirs()).containsExactly(Path.of("a"), Path.of("b"));
    assertThat(config.models().inference().remotes()).hasSize(2).containsEntry("y", "h:2");
    assertThat(config.grpc().unixSocket()).isNull();
  }

  @Test
  void variablesThatKubernetesMakesForServicesAreNotOurs() throws IOException {
    Map<String, String> environment =
        Map.of(
            "SISKIN_PORT", "tcp://10.0.0.1:7700",
            "SISKIN_GRPC_PORT", "tcp://10.0.0.1:7700",
            "SISKIN_SERVICE_HOST", "10.0.0.1");
    assertThat(ConfigSources.resolve(ServerConfig.TREE, null, environment, Map.of()).origins())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          grpc: {prot: 1}             | siskin.yaml:1: setting is 'grpc.prot', which does not exist; similar: grpc.port
          gprc: {port: 1}             | siskin.yaml:1: setting is 'gprc', which does not exist
          grpc: {port: 70000}         | siskin.yaml:1: grpc.port is 70000; allowed: -1 to 65535
          grpc: {port: 7e2}           | siskin.yaml:1: grpc.port is 7e2; allowed: a whole number, -1 to 65535
          grpc: {port: [1, 2]}        | siskin.yaml:1: grpc.port is [; allowed: one value
          grpc: 5                     | siskin.yaml:1: grpc is 5; allowed: a mapping of settings
          data: {verify: partly}      | siskin.yaml:1: data.verify is partly; allowed: full, structure
          models: {dirs: x}           | siskin.yaml:1: models.dirs is x; allowed: a list
          'models: {inference: {fallback: 1}}' | siskin.yaml:1: models.inference.fallback is 1; allowed: true or false
          'grpc: {port: 1, port: 2}'  | Duplicate field 'port'
          - 1                         | allowed: a mapping of sections
          'grpc: {host: &a x}\\ndata: {dir: *a}' | allowed: a value, not an alias of one
          'grpc: {port: 1}\\n---\\na' | several documents
          'grpc: {port'               | not YAML
          'warmup: {threads: 3}'      | setting is 'warmup', which does not exist
          """)
  void mistakesNamePlaceValueAndWhatIsAllowed(String yaml, String message) {
    assertThatThrownBy(() -> read(yaml.replace("\\n", "\n")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aMistakeInAVariableNamesTheVariable() {
    assertThatThrownBy(
            () ->
                ConfigSources.resolve(
                    ServerConfig.TREE, null, Map.of("SISKIN__GRPC__PRT", "1"), Map.of()))
        .hasMessageContaining("'SISKIN__GRPC__PRT'")
        .hasMessageContaining("similar: SISKIN__GRPC__PORT");
    assertThatThrownBy(
            () ->
                ConfigSources.resolve(
                    ServerConfig.TREE, null, Map.of("SISKIN__GRPC__PORT", "x"), Map.of()))
        .hasMessage("SISKIN__GRPC__PORT is x; allowed: a whole number, -1 to 65535");
  }

  @Test
  void aWrongValueIsAnErrorEvenWhereAnotherSourceReplacesIt() {
    assertThatThrownBy(
            () ->
                ConfigSources.resolve(
                    ServerConfig.TREE,
                    file("grpc: {port: -5}"),
                    Map.of("SISKIN__GRPC__PORT", "1"),
                    Map.of()))
        .hasMessageContaining("siskin.yaml:1: grpc.port is -5");
  }
}
