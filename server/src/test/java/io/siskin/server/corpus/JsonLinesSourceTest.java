package io.siskin.server.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.corpus.InputFiles.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonLinesSourceTest {
  @TempDir Path directory;

  /**
   * The first vector that has a term stands many batches behind the start, and its like may not
   * repeat.
   */
  @ParameterizedTest
  @CsvSource({"true", "false"})
  void theNumberOfThreadsDoesNotShow(boolean firstIsDigits) throws IOException {
    Random random = new Random(Seeds.next());
    StringBuilder text = new StringBuilder();
    int lines = 10_000; // about 2 MB, four batches
    for (int i = 0; i < lines; i++) {
      text.append(i == 500 ? decider(firstIsDigits) : line(random, i, i > 500)).append('\n');
    }
    byte[] plain = text.toString().getBytes(StandardCharsets.UTF_8);
    Path file = InputFiles.write(directory.resolve("mixed.jsonl"), plain);
    Path packed = InputFiles.write(directory.resolve("mixed.jsonl.gz"), InputFiles.gzip(plain));
    Outcome sequential = InputFiles.read(file);
    assertThat(sequential.documents().size() + sequential.bad().size())
        .isBetween(lines * 9 / 10, lines);
    assertThat(sequential.bad()).isNotEmpty();
    Class<?> kind = firstIsDigits ? TermIdVector.class : TokenVector.class;
    assertThat(sequential.documents())
        .filteredOn(document -> document.vector() != null && document.vector().size() > 0)
        .allMatch(document -> kind.isInstance(document.vector()));
    for (int threads : new int[] {2, 5}) {
      InputOptions options = InputOptions.DEFAULT.withParserThreads(threads);
      assertSame(sequential, InputFiles.read(file, InputFormat.AUTO, options), "");
      assertSame(sequential, InputFiles.read(packed, InputFormat.AUTO, options), ".gz");
    }
  }

  @Test
  void theParserMayBeSharedByThreads() throws Exception {
    JsonDocumentParser parser = new JsonDocumentParser(TermKeys.AUTO);
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      Callable<Integer> task =
          () -> {
            for (int i = 0; i < 3_000; i++) {
              byte[] line =
                  ("  {\"id\":" + i + ",\"vector\":{\"t" + i + "\":" + i + ".5}} ")
                      .getBytes(StandardCharsets.UTF_8);
              SourceDocument document = parser.parse(line, 1, line.length, "p");
              assertThat(document.vector())
                  .isEqualTo(TokenVector.of(new String[] {"t" + i}, new float[] {i + .5f}));
              try {
                parser.parse(line, 1, line.length - 2, "p");
                throw new AssertionError("half an object was read");
              } catch (InvalidInputException e) {
                assertThat(e.place()).isEqualTo("p");
              }
            }
            return 0;
          };
      for (Future<Integer> done : threads.invokeAll(Collections.nCopies(8, task))) {
        done.get();
      }
    }
  }

  /** A reader goes on behind a bad record with the same parser, so what it says must not change. */
  @Test
  void whatWasReadBeforeALineDoesNotShow() {
    Random random = new Random(Seeds.next());
    JsonRecordReader reused = new JsonRecordReader(TermKeys.TOKENS);
    int bad = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] line = damaged(random, line(random, i, true)).getBytes(StandardCharsets.UTF_8);
      String outcome = outcome(reused, line);
      assertThat(outcome).isEqualTo(outcome(new JsonRecordReader(TermKeys.TOKENS), line));
      bad += outcome.startsWith("bad") ? 1 : 0;
    }
    assertThat(bad).isBetween(5_000, 15_000);
  }

  private static String damaged(Random random, String line) {
    int at = random.nextInt(line.length() + 1);
    return switch (random.nextInt(8)) {
      case 0 -> line.substring(0, at);
      case 1 ->
          line.substring(0, at) + "{}[]:,\"-0x ".charAt(random.nextInt(11)) + line.substring(at);
      case 2 -> line.replace("\"id\"", "\"_\"");
      default -> line;
    };
  }

  private static String outcome(JsonRecordReader reader, byte[] line) {
    try {
      return reader.read(line, 0, line.length, "p").toString();
    } catch (InvalidInputException e) {
      return "bad: " + e.getMessage();
    }
  }

  @Test
  void aVectorMayHaveManyTermsAndAnyTokens() throws IOException {
    Random random = new Random(Seeds.next());
    int size = 100_000; // more than the parser's symbol table holds
    String[] tokens = new String[size];
    float[] weights = new float[size];
    StringBuilder line = new StringBuilder("{\"id\":\"a\",\"vector\":{");
    for (int i = 0; i < size; i++) {
      tokens[i] =
          Integer.toString(i, 36)
              + "é€😀".substring(0, random.nextInt(3))
              + (i % 7 == 0 ? "\"\\" : "");
      weights[i] = 0.001f + random.nextFloat();
      String escaped = tokens[i].replace("\\", "\\\\").replace("\"", "\\\"");
      line.append(i == 0 ? "" : ",").append('"').append(escaped).append("\":").append(weights[i]);
    }
    Path file = InputFiles.write(directory.resolve("large.jsonl"), line.append("}}").toString());
    assertThat(InputFiles.read(file).onlyDocument().vector())
        .isEqualTo(TokenVector.of(tokens, weights));
  }

  private static void assertSame(Outcome expected, Outcome actual, String ending) {
    List<SourceDocument> documents = new ArrayList<>();
    for (SourceDocument document : expected.documents()) {
      String place = placed(document.place(), ending);
      documents.add(
          new SourceDocument(
              document.id(), document.text(), document.vector(), document.fields(), place));
    }
    assertThat(actual.documents()).isEqualTo(documents);
    List<String> messages =
        expected.bad().stream().map(error -> placed(error.getMessage(), ending)).toList();
    assertThat(actual.bad()).extracting(Throwable::getMessage).isEqualTo(messages);
  }

  private static String placed(String text, String ending) {
    return text.replace("mixed.jsonl", "mixed.jsonl" + ending);
  }

  private static String decider(boolean digits) {
    return digits
        ? "{\"id\":\"d\",\"vector\":{\"17\":1}}"
        : "{\"id\":\"d\",\"vector\":{\"word\":1}}";
  }

  private static String line(Random random, int id, boolean withTerms) {
    String start = "{\"id\":" + id + ",\"note\":\"" + "n".repeat(random.nextInt(300)) + "\",";
    return switch (random.nextInt(withTerms ? 10 : 4)) {
      case 0 -> start + "\"text\":\"t" + id + "\"}";
      case 1 -> start + "\"vector\":{}}";
      case 2 -> start + "\"vector\":{\"w\":0}}";
      case 3 -> random.nextInt(5) == 0 ? "" : start + "\"text\":}";
      case 4 -> start + "\"vector\":{\"word\":2}}";
      case 5 -> start + "\"vector\":{\"7\":1,\"7\":2}}";
      case 6 -> start + "\"vector\":{\"indices\":[" + id + "],\"values\":[1]}}";
      default -> start + "\"vector\":{\"" + id + "\":2,\"" + (id + 1) + "\":0.25}}";
    };
  }
}
