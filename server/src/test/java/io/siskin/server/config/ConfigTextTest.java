package io.siskin.server.config;

import static org.assertj.core.api.Assertions.assertThat;

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

class ConfigTextTest {
  private static final List<String> TEXTS =
      List.of("a", "true", "No", "07", "", "x: y", "#c", "\"", "a\\b", "ü", "- a", "a\tb", "*x");

  @TempDir private Path folder;

  private ServerConfig read(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("printed.yaml"), yaml);
    return ConfigSources.resolve(ServerConfig.TREE, file, Map.of(), Map.of()).config();
  }

  @Test
  void whatIsPrintedIsReadAsTheSame() throws IOException {
    SplittableRandom random = new SplittableRandom(Seeds.next());
    for (int round = 0; round < 100; round++) {
      Map<String, GivenValue> given = new LinkedHashMap<>();
      for (SettingSpec setting : ServerConfig.TREE.settings()) {
        if (random.nextBoolean()) {
          given.put(
              setting.path(), new GivenValue(setting.path(), values(setting, random), "random"));
        }
      }
      ServerConfig config = ServerConfig.TREE.make(given);
      String printed =
          ConfigText.effective(ServerConfig.TREE, new ConfigSources.Resolved<>(config, given));
      assertThat(read(printed)).as(printed).isEqualTo(config);
    }
  }

  private static List<String> values(SettingSpec setting, SplittableRandom random) {
    String text = TEXTS.get(random.nextInt(TEXTS.size()));
    return switch (setting.type()) {
      case SettingSpec.SettingType.WholeNumber _ ->
          List.of(
              "" + random.nextLong(setting.declaration().min(), setting.declaration().max() + 1));
      case SettingSpec.SettingType.Decimal _ -> List.of("0.5");
      case SettingSpec.SettingType.Switch _ -> List.of("" + random.nextBoolean());
      case SettingSpec.SettingType.Choice(var values) ->
          SettingSpec.texts(
              values.getEnumConstants()[random.nextInt(values.getEnumConstants().length)]);
      case SettingSpec.SettingType.Text _ -> List.of("t" + text);
      case SettingSpec.SettingType.PathName _ -> List.of("p/" + text);
      case SettingSpec.SettingType.Texts _, SettingSpec.SettingType.PathNames _ ->
          List.of("q" + text, "r");
      case SettingSpec.SettingType.TextsByName _ -> List.of("n" + text.replace("=", "") + "=v");
    };
  }

  @Test
  void theSampleSetsNothingAndNamesEverySetting() throws IOException {
    String sample = ConfigText.sample(ServerConfig.TREE);
    assertThat(read(sample)).isEqualTo(ServerConfig.of(Map.of()));
    for (SettingSpec setting : ServerConfig.TREE.settings()) {
      String key = setting.path().substring(setting.path().lastIndexOf('.') + 1);
      assertThat(sample).contains("# " + key + ":");
    }
    assertThat(sample.lines()).allMatch(line -> line.length() <= 110);
  }

  @Test
  void aSampleWithoutTheMarksOfCommentsIsRead() throws IOException {
    // A user takes the mark from a line and so sets the default.
    String uncommented =
        ConfigText.sample(ServerConfig.TREE)
            .lines()
            .map(line -> line.replaceFirst("^( *)# ([a-z_]+:( .*)?)$", "$1$2"))
            .reduce("", (left, right) -> left + right + "\n");
    assertThat(read(uncommented)).isEqualTo(ServerConfig.of(Map.of()));
  }

  @Test
  void thePrintedFileSaysWhereAValueComesFrom() {
    Map<String, GivenValue> given =
        Map.of("grpc.port", new GivenValue("grpc.port", List.of("1"), "siskin.yaml:4"));
    String printed =
        ConfigText.effective(
            ServerConfig.TREE, new ConfigSources.Resolved<>(ServerConfig.TREE.make(given), given));
    assertThat(printed).contains("  port: 1  # siskin.yaml:4\n").contains("  host: 127.0.0.1\n");
  }
}
