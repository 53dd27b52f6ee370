package io.siskin.server.app.flags;

import io.siskin.server.config.ConfigText;
import io.siskin.server.config.GivenValue;
import io.siskin.server.config.SettingSpec;
import io.siskin.server.config.SettingsTree;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The settings of a record as options of commands: one declaration gives both. An option without a
 * name of its own works too, but is not shown in help, so that help stays readable.
 */
public final class ConfigFlags {
  private final SettingsTree<?> tree;

  /**
   * Makes the options of a record.
   *
   * @param tree its settings
   */
  public ConfigFlags(SettingsTree<?> tree) {
    this.tree = tree;
  }

  /**
   * Adds the options to a command.
   *
   * @param command the command
   */
  public void addTo(CommandSpec command) {
    for (SettingSpec setting : tree.settings()) {
      OptionSpec.Builder option =
          OptionSpec.builder(setting.flags().toArray(String[]::new))
              .description(escaped(ConfigText.description(setting)))
              .hidden(setting.declaration().flags().length == 0);
      if (setting.type() instanceof SettingSpec.SettingType.Switch) {
        option.type(String.class).arity("0..1").fallbackValue("true").hideParamSyntax(true);
        option.paramLabel("");
      } else if (setting.isMany()) {
        option.type(List.class).auxiliaryTypes(String.class).arity("1");
        option.paramLabel(setting.declaration().label());
      } else {
        option.type(String.class).arity("1").paramLabel(setting.declaration().label());
      }
      command.addOption(option.build());
    }
  }

  /** Help takes a percent sign for the beginning of a variable or a line break. */
  private static String escaped(String text) {
    return text.replace("%", "%%");
  }

  /**
   * Returns what the command line sets, by path.
   *
   * @param command the command, after its line was parsed
   */
  public Map<String, GivenValue> given(CommandSpec command) {
    Map<String, GivenValue> given = new LinkedHashMap<>();
    for (SettingSpec setting : tree.settings()) {
      String name = setting.flags().getLast();
      OptionSpec option = command.findOption(name);
      Object value = option == null ? null : option.getValue();
      if (value != null) {
        List<String> texts =
            value instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of(value.toString());
        given.put(setting.path(), new GivenValue(name, texts, ""));
      }
    }
    return given;
  }
}
