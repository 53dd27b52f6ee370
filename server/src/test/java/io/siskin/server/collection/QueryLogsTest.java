package io.siskin.server.collection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.server.suggest.QueryLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of the logs of queries. */
final class QueryLogsTest {
  @TempDir private Path folder;

  @Test
  void logsComeBackAsTheyWereWritten() throws IOException {
    assertThat(QueryLogs.read(folder)).isEqualTo(QueryLogs.NONE);
    QueryLog log =
        new QueryLog.Builder()
            .addSession("s", List.of("Red  Kite", "garden \u00e9", "\"quoted\""), 3)
            .addQuery("q", "count", 0)
            .build();
    QueryLogs logs = QueryLogs.NONE.with("birds", log).with("trees", QueryLog.NONE);
    assertThat(logs.byCollection()).containsOnlyKeys("birds");
    logs.write(folder);
    assertThat(QueryLogs.read(folder)).isEqualTo(logs);
    assertThat(QueryLogs.read(folder).of("birds").queries().get("red kite").next())
        .containsEntry("garden \u00e9", 3L)
        .containsEntry("\"quoted\"", 3L);
    assertThat(logs.with("birds", QueryLog.NONE)).isEqualTo(QueryLogs.NONE);
  }

  @Test
  void aChangedFileIsDamage() throws IOException {
    QueryLog log = new QueryLog.Builder().addSession("s", List.of("kite", "wren"), 7).build();
    QueryLogs.NONE.with("c", log).write(folder);
    Path file = folder.resolve(QueryLogs.FILE_NAME);
    String text = Files.readString(file);
    assertThat(text).contains("kite").contains("7");
    for (String damaged :
        new String[] {
          text.replace("7", "8"),
          text.replace("7", "-7"),
          text.replace("7", "7.5"),
          text.replace("wren", "Wren"),
          text.replace("\"c\"", "\"/\""),
          text.replace("next", "text"),
          "{",
          "[]"
        }) {
      Files.write(file, damaged.getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> QueryLogs.read(folder))
          .as(damaged)
          .isInstanceOf(CorruptSegmentException.class);
    }
    Files.writeString(file, text.replace("\"version\" : 1", "\"version\" : 2"));
    assertThatThrownBy(() -> QueryLogs.read(folder)).isInstanceOf(UnsupportedFormatException.class);
  }
}
