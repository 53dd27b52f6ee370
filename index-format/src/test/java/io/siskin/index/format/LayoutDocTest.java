package io.siskin.index.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.format.FormatDocument.Table;
import io.siskin.index.format.v1.StringListLayout;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Checks that {@code docs/format.md} and the constants agree. Under a heading that names a layout
 * class in backticks, a table that begins with {@code offset} describes a structure: the row {@code
 * NAME} is the constant {@code NAME_OFFSET} (or, in the last row, {@code NAME}), and offsets, sizes
 * and types must chain. A table that begins with {@code constant} lists other constants. A constant
 * without a row is an error, and a row without a constant too.
 */
final class LayoutDocTest {
  private static final Map<String, Integer> TYPE_LENGTHS =
      Map.of("u8", 1, "u16", 2, "u32", 4, "u64", 8, "f32", 4, "f64", 8);

  @Test
  void everyConstantHasARowAndEveryRowAConstant() throws Exception {
    Map<String, Long> constants = constants();
    Map<String, Long> rows = new TreeMap<>();
    for (Table table : FormatDocument.tables()) {
      if (!table.layout().isEmpty()) {
        readRows(table, constants, rows);
      }
    }
    assertThat(constants).hasSizeGreaterThan(50);
    assertThat(rows).containsExactlyInAnyOrderEntriesOf(constants);
  }

  private static void readRows(Table table, Map<String, Long> constants, Map<String, Long> rows) {
    for (List<String> row : table.rows()) {
      String name;
      long value;
      if (table.isStruct()) {
        value = number(row.get(0));
        String plain = table.layout() + "." + row.get(3);
        name = constants.containsKey(plain) && row.get(2).isEmpty() ? plain : plain + "_OFFSET";
      } else if (table.isConstants()) {
        name = table.layout() + "." + row.get(0);
        value = number(row.get(1));
      } else {
        continue;
      }
      assertThat(rows.put(name, value)).as("a second row for %s", name).isNull();
    }
  }

  @Test
  void structuresHaveNoGapsAndTypesTheirSizes() throws IOException {
    int structures = 0;
    for (Table table : FormatDocument.tables()) {
      if (table.isStruct()) {
        assertThat(table.layout())
            .as("the heading '%s' names a class", table.heading())
            .isNotEmpty();
        checkChain(table);
        structures++;
      }
    }
    assertThat(structures).isGreaterThanOrEqualTo(8);
  }

  private static void checkChain(Table table) {
    long next = 0;
    for (int i = 0; i < table.rows().size(); i++) {
      List<String> row = table.rows().get(i);
      String place = table.heading() + ", " + row.get(3);
      assertThat(number(row.get(0))).as(place).isEqualTo(next);
      if (row.get(1).isEmpty()) {
        assertThat(i)
            .as("%s: only the last row may lack a size", place)
            .isEqualTo(table.rows().size() - 1);
      } else {
        long size = number(row.get(1));
        Integer typed = TYPE_LENGTHS.get(row.get(2));
        assertThat(typed != null || row.get(2).equals("bytes")).as("type of %s", place).isTrue();
        assertThat(typed == null ? size : typed).as("size of %s", place).isEqualTo(size);
        next += size;
      }
    }
  }

  @Test
  void fileKindsAreListed() throws IOException {
    List<String> rows = new ArrayList<>();
    for (List<String> row : FormatDocument.table("Files").rows()) {
      rows.add(row.get(0) + " " + row.get(1) + " " + row.get(2));
    }
    assertThat(rows)
        .containsExactlyElementsOf(
            Stream.of(FileKind.values())
                .map(kind -> kind.code() + " " + kind + " `" + kind.fileName() + "`")
                .toList());
  }

  @Test
  void sectionKindsAreListed() throws IOException {
    List<String> rows = new ArrayList<>();
    for (Table table : FormatDocument.tables()) {
      if (table.columns().subList(0, 2).equals(List.of("code", "section"))) {
        for (List<String> row : table.rows()) {
          rows.add(row.get(0) + " " + row.get(1));
          FileKind file = FileKind.ofCode(Integer.parseInt(row.get(0)) / 100);
          assertThat(file).as(row.get(1)).isNotNull();
          assertThat(row.get(2)).as("file of %s", row.get(1)).isEqualTo(file.name());
        }
      }
    }
    assertThat(rows)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(SectionKind.values()).map(kind -> kind.code() + " " + kind).toList());
  }

  @Test
  void hashesAreThoseOfTheTable() throws IOException {
    List<List<String>> rows = FormatDocument.table("Strings").rows();
    List<List<String>> hashes =
        FormatDocument.tables().stream()
            .filter(table -> table.columns().getFirst().equals("key"))
            .findFirst()
            .orElseThrow()
            .rows();
    assertThat(rows).isNotEmpty();
    for (List<String> row : hashes) {
      assertThat("0x" + Long.toHexString(hash(row.get(0)))).as(row.get(0)).isEqualTo(row.get(1));
    }
  }

  private static long hash(String key) {
    if (key.startsWith("term id ")) {
      return StringListLayout.hash(Integer.parseUnsignedInt(key.substring("term id ".length())));
    }
    String string = key.substring(key.indexOf('`') + 1, key.lastIndexOf('`'));
    byte[] utf8 = string.getBytes(StandardCharsets.UTF_8);
    return StringListLayout.hash(utf8, 0, utf8.length);
  }

  private static long number(String text) {
    String digits = text.replace(",", "");
    return digits.startsWith("0x")
        ? Long.parseUnsignedLong(digits.substring(2), 16)
        : Long.parseLong(digits);
  }

  /** Returns all public whole-number constants of the layout classes, found as class files. */
  private static Map<String, Long> constants() throws Exception {
    Map<String, Long> constants = new TreeMap<>();
    for (Class<?> layout : layouts()) {
      for (Field field : layout.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        if (Modifier.isPublic(modifiers)
            && Modifier.isStatic(modifiers)
            && (field.getType() == int.class || field.getType() == long.class)) {
          constants.put(
              layout.getSimpleName() + "." + field.getName(),
              ((Number) field.get(null)).longValue());
        }
      }
    }
    return constants;
  }

  private static List<Class<?>> layouts()
      throws IOException, URISyntaxException, ClassNotFoundException {
    Path classes =
        Path.of(FileLayout.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<?>> layouts = new ArrayList<>();
    try (Stream<Path> files = Files.walk(classes.resolve("io/siskin/index/format"))) {
      for (Path file : files.sorted().toList()) {
        String name = classes.relativize(file).toString().replace('/', '.');
        if (name.matches(".*\\.(\\w+Layout|FormatV\\d+)\\.class")) {
          layouts.add(Class.forName(name.replaceFirst("\\.class$", "")));
        }
      }
    }
    return layouts;
  }
}
