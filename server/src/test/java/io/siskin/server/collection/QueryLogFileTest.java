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

/** The file of a log of queries. */
final class QueryLogFileTest {
  @TempDir private Path folder;

  @Test
  void logsComeBackAsTheyWereWritten() throws IOException {
    assertThat(QueryLogFile.read(folder)).isEqualTo(QueryLog.NONE);
    QueryLog log =
        new QueryLog.Builder()
            .addSession("s", List.of("Red  Kite", "garden \u00e9", "\"quoted\""), 3)
            .addQuery("q", "count", 0)
            .build();
    QueryLogFile.write(folder, log);
    assertThat(QueryLogFile.read(folder)).isEqualTo(log);
    assertThat(QueryLogFile.read(folder).queries().get("red kite").next())
        .containsEntry("garden \u00e9", 3L)
        .containsEntry("\"quoted\"", 3L);
    QueryLogFile.write(folder, QueryLog.NONE);
    assertThat(QueryLogFile.read(folder)).isEqualTo(QueryLog.NONE);
  }

  @Test
  void aChangedFileIsDamage() throws IOException {
    QueryLog log = new QueryLog.Builder().addSession("s", List.of("kite", "wren"), 7).build();
    QueryLogFile.write(folder, log);
    Path file = folder.resolve(QueryLogFile.NAME);
    String text = Files.readString(file);
    assertThat(text).contains("kite").contains("7");
    for (String damaged :
        new String[] {
          text.replace("7", "8"),
          text.replace("7", "-7"),
          text.replace("7", "7.5"),
          text.replace("wren", "Wren"),
          text.replace("\"queries\"", "\"query\""),
          text.replace("next", "text"),
          "{",
          "[]"
        }) {
      Files.write(file, damaged.getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> QueryLogFile.read(folder))
          .as(damaged)
          .isInstanceOf(CorruptSegmentException.class);
    }
    Files.writeString(file, text.replace("\"version\" : 1", "\"version\" : 2"));
    assertThatThrownBy(() -> QueryLogFile.read(folder))
        .isInstanceOf(UnsupportedFormatException.class);
  }
}
