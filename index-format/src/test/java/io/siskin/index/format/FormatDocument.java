package io.siskin.index.format;

import io.siskin.index.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tables of {@code docs/format.md}, each with the headings above it, and the worked examples.
 */
final class FormatDocument {
  private static final Pattern CLASS_NAME = Pattern.compile("`(\\w+Layout|Format[A-Z]\\w*)`");

  /**
   * A table.
   *
   * @param heading the nearest heading above it
   * @param layout the class that this heading names in backticks, or empty
   * @param columns the head
   * @param rows the cells, trimmed
   */
  record Table(String heading, String layout, List<String> columns, List<List<String>> rows) {
    boolean isStruct() {
      return columns.getFirst().equals("offset");
    }

    boolean isConstants() {
      return columns.getFirst().equals("constant");
    }
  }

  private FormatDocument() {}

  static String text() throws IOException {
    return Files.readString(Repository.root().resolve("docs/format.md"));
  }

  /**
   * Returns the bytes of the first worked example of a chapter.
   *
   * @param chapter the file that its heading begins with
   */
  static byte[] hexExample(String chapter) throws IOException {
    String text = text();
    int start = text.indexOf("```hex\n", text.indexOf("## " + chapter)) + "```hex\n".length();
    StringBuilder digits = new StringBuilder();
    for (String line : text.substring(start, text.indexOf("```", start)).split("\n", -1)) {
      // The bytes of a line end at two spaces.
      digits.append(line.split(" {2}", 2)[0].replace(" ", ""));
    }
    return HexFormat.of().parseHex(digits);
  }

  static List<Table> tables() throws IOException {
    List<Table> tables = new ArrayList<>();
    String heading = "";
    List<List<String>> rows = new ArrayList<>();
    for (String line : (text() + "\n").split("\n", -1)) {
      if (line.startsWith("|")) {
        rows.add(cells(line));
      } else {
        if (!rows.isEmpty()) {
          tables.add(
              new Table(heading, layout(heading), rows.get(0), rows.subList(2, rows.size())));
          rows = new ArrayList<>();
        }
        if (line.startsWith("#")) {
          heading = line.replaceFirst("#+ ", "");
        }
      }
    }
    return tables;
  }

  static Table table(String heading) throws IOException {
    return tables().stream()
        .filter(table -> table.heading.startsWith(heading))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no table under a heading '" + heading + "'"));
  }

  private static String layout(String heading) {
    Matcher matcher = CLASS_NAME.matcher(heading);
    return matcher.find() ? matcher.group(1) : "";
  }

  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    for (String cell : line.substring(1, line.lastIndexOf('|')).split("\\|", -1)) {
      cells.add(cell.strip());
    }
    return cells;
  }
}
