package io.siskin.server.config;

import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where settings come from, the weakest first: the defaults, one file, the environment, and the
 * command line.
 *
 * <p>An environment variable is named {@code SISKIN__SECTION__KEY}. A variable whose value is empty
 * counts as absent. The values of a list are separated by commas. The two underscores are on
 * purpose: Kubernetes gives a container variables such as {@code SISKIN_GRPC_PORT} for a service
 * that is called {@code siskin-grpc}.
 */
public final class ConfigSources {
  /** The variable that names the file, where the command line does not. */
  public static final String FILE_VARIABLE = "SISKIN_CONFIG";

  private static final String PREFIX = "SISKIN__";

  private ConfigSources() {}

  /**
   * A configuration, and where each of its values comes from.
   *
   * @param config the configuration
   * @param origins what was set, by path: the winning value of each setting. What is missing is at
   *     its default
   */
  public record Resolved<T extends Record>(T config, Map<String, GivenValue> origins) {
    /** Keeps the origins from changes. */
    public Resolved {
      origins = Map.copyOf(origins);
    }
  }

  /**
   * Makes a configuration.
   *
   * @param tree its settings
   * @param file the file, or null for the one that the environment names, if it names one
   * @param environment the variables of the process
   * @param flags what the command line sets, by path
   * @return the configuration with the origins of its values
   * @throws InvalidInputException when a source has an unknown setting or a value that is not
   *     allowed, also one that a stronger source replaces
   */
  public static <T extends Record> Resolved<T> resolve(
      SettingsTree<T> tree,
      @Nullable Path file,
      Map<String, String> environment,
      Map<String, GivenValue> flags)
      throws IOException {
    Map<String, GivenValue> fromFile = file(tree, file, environment);
    Map<String, GivenValue> fromEnvironment = environment(tree, environment);
    // Each source must be right by itself: a wrong value that is hidden today shows later.
    tree.make(fromFile);
    tree.make(fromEnvironment);
    Map<String, GivenValue> all = new LinkedHashMap<>(fromFile);
    all.putAll(fromEnvironment);
    all.putAll(flags);
    return new Resolved<>(tree.make(all), all);
  }

  private static Map<String, GivenValue> file(
      SettingsTree<?> tree, @Nullable Path file, Map<String, String> environment)
      throws IOException {
    if (file != null) {
      return ConfigFile.read(tree, file);
    }
    String named = environment.getOrDefault(FILE_VARIABLE, "");
    return named.isEmpty() ? Map.of() : ConfigFile.read(tree, Path.of(named));
  }

  private static Map<String, GivenValue> environment(
      SettingsTree<?> tree, Map<String, String> environment) {
    Map<String, SettingSpec> byName = new LinkedHashMap<>();
    tree.settings().forEach(setting -> byName.put(setting.environmentName(), setting));
    Map<String, GivenValue> given = new LinkedHashMap<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(PREFIX)) {
            SettingSpec setting = byName.get(name);
            if (setting == null) {
              throw tree.unknown(name, SettingSpec::environmentName);
            }
            if (!value.isEmpty()) {
              given.put(setting.path(), new GivenValue(name, texts(setting, value), ""));
            }
          }
        });
    return given;
  }

  private static List<String> texts(SettingSpec setting, String value) {
    if (!setting.isMany()) {
      return List.of(value);
    }
    List<String> texts = new ArrayList<>();
    for (String text : value.split(",", -1)) {
      texts.add(text.strip());
    }
    return texts;
  }

  /**
   * Returns a configuration with everything at its default, except some texts.
   *
   * @param tree the settings
   * @param texts values by path
   */
  public static <T extends Record> T of(SettingsTree<T> tree, Map<String, String> texts) {
    Map<String, GivenValue> given = new LinkedHashMap<>();
    texts.forEach(
        (path, text) -> {
          given.put(path, new GivenValue(path, texts(tree.find(path), text), ""));
        });
    return tree.make(given);
  }
}
