package io.siskin.server.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.corpus.InputFiles.Outcome;
import io.siskin.server.corpus.ciff.CiffHeader;
import io.siskin.server.corpus.ciff.CiffWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CiffSourceTest {
  @TempDir Path directory;

  @Test
  void whatIsWrittenIsInvertedIntoDocumentsWhateverTheRunLength() throws IOException {
    Random random = new Random(Seeds.next());
    for (int round = 0; round < 20; round++) {
      Random tokens = random.nextBoolean() ? random : null;
      int documentCount = 1 + random.nextInt(300);
      List<SortedMap<String, Integer>> documents = documents(random, tokens, documentCount);
      byte[] plain = InputFiles.ciff(inverted(documents), ids(documentCount));
      Path file = InputFiles.write(directory.resolve("c.ciff"), plain);
      for (int runPostings : new int[] {1, 7, 1 + random.nextInt(500), PostingSpool.RUN_POSTINGS}) {
        List<SourceDocument> read = new ArrayList<>();
        InputOptions options = InputOptions.DEFAULT.withSpoolDirectory(directory);
        try (DocumentSource source =
            CiffSource.open(file, BadRecordPolicy.REFUSE, options, runPostings)) {
          InputFiles.drain(source, read);
        }
        assertDocuments(read, documents);
      }
      Path gzip = InputFiles.write(directory.resolve("c.ciff.gz"), InputFiles.gzip(plain));
      Path zstd = InputFiles.write(directory.resolve("c.zst"), InputFiles.zstd(plain));
      for (Path packed : List.of(gzip, zstd)) {
        Outcome outcome = InputFiles.read(packed);
        assertThat(outcome.end()).isNull();
        assertDocuments(outcome.documents(), documents);
      }
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).as("no temporary file stays").hasSize(3);
    }
  }

  @Test
  void allTermsDecideTogetherUnlessTheKindIsGiven() throws IOException {
    SortedMap<String, SortedMap<Integer, Integer>> digits = new TreeMap<>();
    digits.put("7", new TreeMap<>(Map.of(0, 3)));
    digits.put("4294967295", new TreeMap<>(Map.of(0, 4)));
    Path file =
        InputFiles.write(directory.resolve("digits.ciff"), InputFiles.ciff(digits, List.of("x")));
    assertThat(InputFiles.read(file).onlyDocument().vector())
        .isEqualTo(TermIdVector.of(new int[] {7, -1}, new float[] {3, 4}));
    InputOptions asTokens = InputOptions.DEFAULT.withTermKeys(TermKeys.TOKENS);
    assertThat(InputFiles.read(file, InputFormat.CIFF, asTokens).onlyDocument().vector())
        .isEqualTo(TokenVector.of(Map.of("7", 3f, "4294967295", 4f)));

    digits.put("a", new TreeMap<>(Map.of(0, 5)));
    Path mixed =
        InputFiles.write(directory.resolve("mixed.ciff"), InputFiles.ciff(digits, List.of("x")));
    assertThat(InputFiles.read(mixed).onlyDocument().vector()).isInstanceOf(TokenVector.class);
    InputOptions asIds = InputOptions.DEFAULT.withTermKeys(TermKeys.TERM_IDS);
    assertThat(InputFiles.read(mixed, InputFormat.CIFF, asIds).endMessage())
        .contains("term is 'a'");
  }

  @Test
  void idsMayBeLongerThanTheWindowAndRecordsInAnyOrder() throws IOException {
    Random random = new Random(Seeds.next());
    int count = 5_000;
    List<Integer> order = new ArrayList<>();
    try (SpooledIds ids = new SpooledIds(directory)) {
      for (int docid = 0; docid < count; docid++) {
        order.add(docid);
      }
      Collections.shuffle(order, random);
      for (int docid : order) {
        assertThat(ids.add(docid, id(docid))).isTrue();
      }
      assertThat(ids.add(17, "again")).isFalse();
      ids.finish();
      for (int docid = 0; docid < count; docid++) {
        assertThat(ids.get(docid)).isEqualTo(id(docid));
      }
      assertThat(ids.has(count)).isFalse();
    }
  }

  /**
   * A file of some hundred bytes may hold a part of two billion documents. It takes memory and time
   * for what it holds, not for what its header promises.
   */
  @Test
  void docidsMayLieFarApart() throws IOException {
    int[] docids = {0, 5, 1 << 20, (1 << 20) + 1, 1 << 30, Integer.MAX_VALUE - 2};
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (CiffWriter writer =
        new CiffWriter(
            bytes,
            new CiffHeader(1, 2, docids.length + 1, 9, Integer.MAX_VALUE, 99, 3, "a part"))) {
      writer.writePostings("lamp", docids, new int[] {1, 2, 3, 4, 5, 6}, docids.length);
      writer.writePostings("moth", new int[] {docids[4]}, new int[] {7}, 1);
      for (int docid : docids) {
        writer.writeDocument(docid, "d" + docid, 1);
      }
      writer.writeDocument(77_777_777, "empty", 0);
      writer.finish();
    }
    Path file = InputFiles.write(directory.resolve("part.ciff"), bytes.toByteArray());
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int runPostings : new int[] {1, PostingSpool.RUN_POSTINGS}) {
      List<SourceDocument> read = new ArrayList<>();
      long before = threads.getCurrentThreadAllocatedBytes();
      InputOptions options = InputOptions.DEFAULT.withSpoolDirectory(directory);
      try (DocumentSource source =
          CiffSource.open(file, BadRecordPolicy.REFUSE, options, runPostings)) {
        InputFiles.drain(source, read);
        assertThat(source.consumedBytes()).isEqualTo(source.lengthBytes());
      }
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(16L << 20);
      assertThat(read)
          .extracting(SourceDocument::id)
          .containsExactly(
              "d0", "d5", "d1048576", "d1048577", "empty", "d1073741824", "d2147483645");
      assertThat(weights(read.get(5).vector())).isEqualTo(Map.of("lamp", 5, "moth", 7));
      assertThat(weights(read.get(4).vector())).isEmpty();
      assertThat(weights(read.get(6).vector())).isEqualTo(Map.of("lamp", 6));
    }
  }

  private static String id(int docid) {
    return docid + "-é".repeat(docid % 1000 == 0 ? 40_000 : docid % 50);
  }

  private static void assertDocuments(
      List<SourceDocument> read, List<SortedMap<String, Integer>> documents) {
    assertThat(read).hasSameSizeAs(documents);
    for (int docid = 0; docid < documents.size(); docid++) {
      assertThat(read.get(docid).id()).isEqualTo("doc-" + docid);
      assertThat(read.get(docid).place()).endsWith("#" + docid);
      assertThat(weights(read.get(docid).vector())).isEqualTo(documents.get(docid));
    }
  }

  private static SortedMap<String, Integer> weights(SparseVector vector) {
    SortedMap<String, Integer> weights = new TreeMap<>();
    for (int i = 0; i < vector.size(); i++) {
      String term =
          switch (vector) {
            case TokenVector tokens -> tokens.token(i);
            case TermIdVector ids -> Integer.toUnsignedString(ids.termId(i));
          };
      weights.put(term, (int) vector.weight(i));
    }
    return weights;
  }

  private static List<SortedMap<String, Integer>> documents(
      Random random, Random tokens, int count) {
    List<SortedMap<String, Integer>> documents = new ArrayList<>();
    for (int docid = 0; docid < count; docid++) {
      SortedMap<String, Integer> document = new TreeMap<>();
      // Some documents are empty, and now and then one is longer than a run.
      int size = docid % 50 == 3 ? 600 : random.nextInt(20);
      for (int i = 0; i < size; i++) {
        int term = (int) Math.abs(random.nextGaussian() * 300);
        document.put(
            tokens == null ? "" + term : "t" + term,
            1 + random.nextInt(1 << random.nextInt(1, 23)));
      }
      documents.add(document);
    }
    return documents;
  }

  private static SortedMap<String, SortedMap<Integer, Integer>> inverted(
      List<SortedMap<String, Integer>> documents) {
    SortedMap<String, SortedMap<Integer, Integer>> postings = new TreeMap<>();
    for (int docid = 0; docid < documents.size(); docid++) {
      for (Map.Entry<String, Integer> entry : documents.get(docid).entrySet()) {
        postings
            .computeIfAbsent(entry.getKey(), key -> new TreeMap<>())
            .put(docid, entry.getValue());
      }
    }
    return postings;
  }

  private static List<String> ids(int count) {
    List<String> ids = new ArrayList<>();
    for (int docid = 0; docid < count; docid++) {
      ids.add("doc-" + docid);
    }
    return ids;
  }
}
