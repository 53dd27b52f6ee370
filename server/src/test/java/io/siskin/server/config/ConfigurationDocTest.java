package io.siskin.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Compares {@code docs/configuration.md} with the settings. {@code -Dsiskin.golden.update=true}
 * writes its list anew.
 */
class ConfigurationDocTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");
  private static final String BEGIN = "<!-- the list begins: written by ConfigurationDocTest -->\n";
  private static final String END = "<!-- the list ends -->\n";

  @Test
  void theDocumentListsEverySetting() throws IOException {
    String document = Files.readString(DOCUMENT);
    int begin = document.indexOf(BEGIN) + BEGIN.length();
    int end = document.indexOf(END);
    if (Boolean.getBoolean("siskin.golden.update")) {
      document = document.substring(0, begin) + list() + document.substring(end);
      Files.writeString(DOCUMENT, document);
      end = document.indexOf(END);
    }
    assertThat(document.substring(begin, end)).isEqualTo(list());
  }

  private static String list() {
    StringBuilder list = new StringBuilder();
    String section = "";
    for (SettingSpec setting : ServerConfig.TREE.settings()) {
      String its = setting.path().substring(0, setting.path().lastIndexOf('.'));
      if (!its.equals(section)) {
        section = its;
        list.append("\n### `").append(section).append("`\n\n");
        list.append(ServerConfig.TREE.sections().get(section)).append("\n\n");
        list.append("| key | option | meaning | allowed | default |\n|---|---|---|---|---|\n");
      }
      list.append("| `")
          .append(setting.path().substring(section.length() + 1))
          .append("` | `")
          .append(setting.flags().getLast())
          .append("` | ")
          .append(setting.declaration().doc())
          .append(" | ")
          .append(setting.allowed())
          .append(" | ")
          .append(setting.defaultInWords())
          .append(" |\n");
    }
    return list.append('\n').toString();
  }

  @Test
  void namesAreUnique() {
    Set<String> names = new HashSet<>();
    for (SettingSpec setting : ServerConfig.TREE.settings()) {
      assertThat(names.add(setting.environmentName())).as(setting.path()).isTrue();
      setting.flags().forEach(flag -> assertThat(names.add(flag)).as(flag).isTrue());
    }
  }

  @Test
  void numbersHaveARangeAndDefaultsAreInIt() {
    for (SettingSpec setting : ServerConfig.TREE.settings()) {
      boolean isNumber =
          setting.type() instanceof SettingSpec.SettingType.WholeNumber
              || setting.type() instanceof SettingSpec.SettingType.Decimal;
      if (isNumber) {
        assertThat(setting.declaration().min()).as(setting.path()).isNotEqualTo(Long.MIN_VALUE);
        assertThat(setting.declaration().max()).as(setting.path()).isNotEqualTo(Long.MAX_VALUE);
      }
      // Throws when the default is not allowed.
      setting.read(null);
    }
  }
}
