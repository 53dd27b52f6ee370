package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first thing that a newcomer runs. */
class DemoIT {
  @TempDir private Path folder;

  @Test
  void theSecondStartFindsTheIndexMadeAndBothFindTheEntomologist() throws Exception {
    Path data = SharedDemo.data();
    SiskinProcess first = SharedDemo.make();
    assertThat(first.err()).contains("indexed 117,791 documents");
    List<String> answer =
        first.out().lines().dropWhile(line -> !line.contains("who studies insects")).toList();
    assertThat(answer.get(1)).matches(" +1 +[0-9.]+ entomologist\\.n\\.01");
    assertThat(first.out())
        .contains("words: barometer", "regicide.n.02", "encode ", "search ", "fetch ");
    assertShowsChanges(first.out());

    List<String> made = segments(data);
    try (SiskinProcess second = SiskinProcess.start(folder, "demo", "-d", data, "-p", 0)) {
      String address = second.await(Pattern.compile("Serving on (\\S+) until")).group(1);
      assertThat(second.err()).contains("made already").doesNotContain("reading");
      assertThat(segments(data)).isEqualTo(made);
      SiskinProcess search =
          SiskinProcess.run(
              folder, "search", "-t", address, "-c", "wordnet", "small", "yellow", "finch");
      // What the printed next steps promise.
      assertThat(search.out()).contains("siskin.n.01");
      second.signal("INT");
      assertThat(second.awaitStatus()).as(second.err()).isZero();
    }

    // The one who replaced the collection gets the demo's back.
    Path own = Files.writeString(folder.resolve("own.jsonl"), "{\"id\":\"1\",\"text\":\"mine\"}\n");
    SiskinProcess.run(folder, "index", "-i", own, "-o", data, "-c", "wordnet");
    SiskinProcess third = SiskinProcess.run(folder, "demo", "--once", "-d", data, "-p", 0);
    assertThat(third.err()).contains("indexed 117,791 documents");
  }

  /** A definition is added, found and deleted, and a filter finds verbs only. */
  private static void assertShowsChanges(String out) {
    List<String> lines = out.lines().toList();
    assertThat(after(lines, "\"server that searches sparse vectors\"").getFirst())
        .matches(" +1 +[0-9.]+ siskin\\.demo");
    assertThat(after(lines, "verbs only"))
        .filteredOn(line -> line.matches(" +[1-3] +[0-9.]+ \\S+"))
        .hasSize(3)
        .allMatch(line -> line.contains(".v."));
    assertThat(out).contains("Added siskin.demo", "Deleted siskin.demo: 1 document");
  }

  private static List<String> after(List<String> lines, String part) {
    return lines.stream().dropWhile(line -> !line.contains(part)).skip(1).toList();
  }

  private static List<String> segments(Path data) throws IOException {
    try (Stream<Path> folders = Files.list(data.resolve("wordnet/segments"))) {
      return folders.map(folder -> String.valueOf(folder.getFileName())).sorted().toList();
    }
  }
}
