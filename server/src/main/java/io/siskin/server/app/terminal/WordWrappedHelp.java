package io.siskin.server.app.terminal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Help whose lines are broken between words only. The library breaks them where a typesetter may,
 * inside {@code remote.yaml} or {@code http://host} for example, and such names cannot be copied.
 */
public final class WordWrappedHelp extends Help {
  private static final int CONTINUATION_INDENT = 2;

  /**
   * Makes the help of a command.
   *
   * @param spec the command
   * @param colors how it is coloured
   */
  public WordWrappedHelp(CommandSpec spec, ColorScheme colors) {
    super(spec, colors);
  }

  @Override
  public Layout createDefaultLayout(
      List<OptionSpec> options, List<PositionalParamSpec> positionals, ColorScheme colors) {
    int longest = calcLongOptionColumnWidth(options, positionals, colors);
    TextTable plain = TextTable.forDefaultColumns(colors, longest, width());
    plain.setAdjustLineBreaksForWideCJKCharacters(
        commandSpec().usageMessage().adjustLineBreaksForWideCJKCharacters());
    return new Layout(
        colors,
        new WordWrappedTable(colors, plain.columns()),
        createDefaultOptionRenderer(),
        createDefaultParameterRenderer());
  }

  private int width() {
    return commandSpec().usageMessage().width();
  }

  /** A table whose last column is cut into lines before the library receives it. */
  private static final class WordWrappedTable extends TextTable {
    private final ColorScheme colors;

    WordWrappedTable(ColorScheme colors, Column[] columns) {
      super(colors, columns);
      this.colors = colors;
    }

    @Override
    public void addRowValues(Text... values) {
      int last = values.length - 1;
      Column column = columns()[columns().length - 1];
      if (values.length != columns().length || column.overflow != Column.Overflow.WRAP) {
        super.addRowValues(values);
        return;
      }
      Text[] row = values.clone();
      String indent = "";
      for (Text line : lines(values[last], column.width - column.indent - 1)) {
        row[last] = colors.text(indent).concat(line);
        super.addRowValues(row);
        indent = " ".repeat(CONTINUATION_INDENT);
        Arrays.fill(row, colors.text(""));
      }
    }

    /** Returns the lines of a text; the first may be longer than the others by the indent. */
    private static List<Text> lines(Text value, int room) {
      List<Text> lines = new ArrayList<>();
      String plain = value.plainString();
      int start = 0;
      do {
        int end = lineEnd(plain, start, lines.isEmpty() ? room : room - CONTINUATION_INDENT);
        lines.add(value.substring(start, end));
        start = end;
        while (start < plain.length() && Character.isWhitespace(plain.charAt(start))) {
          start++;
        }
      } while (start < plain.length());
      return lines;
    }

    /** Returns where a line ends: after the last word that fits, or after the first. */
    private static int lineEnd(String text, int start, int room) {
      int newline = text.indexOf('\n', start);
      int end = newline < 0 ? text.length() : newline;
      if (end - start <= room) {
        return end;
      }
      int space = text.lastIndexOf(' ', start + room);
      if (space <= start) {
        space = text.indexOf(' ', start);
      }
      return space < 0 ? end : Math.min(space, end);
    }
  }
}
