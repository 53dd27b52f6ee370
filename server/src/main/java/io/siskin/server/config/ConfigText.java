package io.siskin.server.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes configurations as files that {@link ConfigFile} reads again. */
public final class ConfigText {
  private static final int COLUMNS_MAX = 100;
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./][A-Za-z0-9_./@:+-]*");
  private static final Pattern WORD_OF_YAML =
      Pattern.compile("(?i)true|false|null|yes|no|on|off|y|n");

  private final StringBuilder out = new StringBuilder();

  private ConfigText() {}

  /**
   * Writes what a server would use, with a comment at each value that is not a default and says
   * where it comes from.
   *
   * @param tree the settings
   * @param resolved the configuration
   */
  public static <T extends Record> String effective(
      SettingsTree<T> tree, ConfigSources.Resolved<T> resolved) {
    Map<String, List<String>> texts = tree.texts(resolved.config());
    ConfigText text = new ConfigText();
    text.settings(
        tree,
        setting -> {
          List<String> values = texts.get(setting.path());
          GivenValue origin = resolved.origins().get(setting.path());
          text.entry(
              setting,
              values == null || values.isEmpty() ? null : values,
              origin == null ? "" : origin(origin));
        });
    return text.out.toString();
  }

  private static String origin(GivenValue origin) {
    return origin.place().isEmpty() ? origin.name() : origin.place();
  }

  /**
   * Writes a file in which every setting is a comment, with its meaning, range and default: one to
   * begin with.
   *
   * @param tree the settings
   */
  public static String sample(SettingsTree<?> tree) {
    ConfigText text = new ConfigText();
    text.settings(
        tree,
        setting -> {
          String indent = indent(setting.path());
          text.comment(indent, description(setting));
          String byDefault = setting.declaration().defaultValue();
          text.out
              .append(indent)
              .append("# ")
              .append(lastKey(setting.path()))
              .append(byDefault.isEmpty() ? ":" : ": " + quoted(byDefault))
              .append("\n\n");
        });
    return text.out.toString();
  }

  /**
   * Returns what help and files say of a setting: meaning, range and default.
   *
   * @param setting the setting
   */
  public static String description(SettingSpec setting) {
    String allowed = setting.allowed();
    return setting.declaration().doc()
        + (allowed.isEmpty() ? "" : " Allowed: " + allowed + ".")
        + " Default: "
        + setting.defaultInWords()
        + ".";
  }

  /** Writes one setting. */
  private interface Entry {
    void write(SettingSpec setting);
  }

  private void settings(SettingsTree<?> tree, Entry entry) {
    List<String> open = new ArrayList<>();
    for (SettingSpec setting : tree.settings()) {
      List<String> keys = List.of(setting.path().split("\\."));
      List<String> sections = keys.subList(0, keys.size() - 1);
      for (int depth = 0; depth < sections.size(); depth++) {
        if (depth >= open.size() || !open.get(depth).equals(sections.get(depth))) {
          open = new ArrayList<>(sections.subList(0, depth + 1));
          String path = String.join(".", open);
          comment("  ".repeat(depth), tree.sections().getOrDefault(path, ""));
          out.append("  ".repeat(depth)).append(sections.get(depth)).append(":\n");
        }
      }
      open = new ArrayList<>(sections);
      entry.write(setting);
    }
  }

  private void entry(SettingSpec setting, @Nullable List<String> values, String origin) {
    out.append(indent(setting.path())).append(lastKey(setting.path())).append(':');
    if (values == null) {
      note(origin.isEmpty() ? setting.defaultInWords() : origin);
      return;
    }
    if (!setting.isMany()) {
      out.append(' ').append(quoted(values.getFirst()));
      note(origin);
      return;
    }
    note(origin);
    String indent = indent(setting.path()) + "  ";
    for (String value : values) {
      if (setting.type() instanceof SettingSpec.SettingType.TextsByName) {
        int at = value.indexOf('=');
        out.append(indent).append(quoted(value.substring(0, at))).append(": ");
        out.append(quoted(value.substring(at + 1))).append('\n');
      } else {
        out.append(indent).append("- ").append(quoted(value)).append('\n');
      }
    }
  }

  private void note(String note) {
    out.append(note.isEmpty() ? "" : "  # " + note.replace('\n', ' ')).append('\n');
  }

  private void comment(String indent, String text) {
    StringBuilder line = new StringBuilder(indent).append('#');
    for (String word : text.isEmpty() ? new String[0] : text.split(" ")) {
      if (line.length() + 1 + word.length() > COLUMNS_MAX) {
        out.append(line).append('\n');
        line = new StringBuilder(indent).append('#');
      }
      line.append(' ').append(word);
    }
    if (!text.isEmpty()) {
      out.append(line).append('\n');
    }
  }

  private static String indent(String path) {
    return "  ".repeat((int) path.chars().filter(letter -> letter == '.').count());
  }

  private static String lastKey(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  /** A text that YAML could take for something else, or end early, stands in quotes. */
  private static String quoted(String text) {
    boolean plain =
        PLAIN.matcher(text).matches()
            && !(WORD_OF_YAML.matcher(text).matches()
                && !Arrays.asList("true", "false").contains(text))
            && !text.endsWith(":");
    if (plain) {
      return text;
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      switch (letter) {
        case '"', '\\' -> quoted.append('\\').append(letter);
        case '\n' -> quoted.append("\\n");
        default -> {
          if (letter < ' ') {
            quoted.append(String.format(Locale.ROOT, "\\x%02x", (int) letter));
          } else {
            quoted.append(letter);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
