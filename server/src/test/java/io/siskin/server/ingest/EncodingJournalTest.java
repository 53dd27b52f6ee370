package io.siskin.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.ingest.EncodingJournal.Entry;
import io.siskin.server.testing.Seeded;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EncodingJournalTest {
  private static final String KEY = "ab".repeat(32);
  private static final Entry<SparseVector> MISSING = new Entry.Missing<>();

  private static byte[] hash(String text) {
    return EncodingJournal.hash(new EncoderInput(text, Side.DOCUMENT));
  }

  @TempDir Path directory;

  private static TokenVector vector(Random random) {
    Map<String, Float> weights = new LinkedHashMap<>();
    int size = random.nextInt(40);
    for (int i = 0; i < size; i++) {
      weights.put("tökén" + random.nextInt(300), random.nextFloat() + 0.001f);
    }
    return TokenVector.of(weights);
  }

  private static List<TokenVector> vectors(Random random, int count) {
    List<TokenVector> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      vectors.add(vector(random));
    }
    return vectors;
  }

  private void write(List<TokenVector> vectors) throws IOException {
    try (EncodingJournal<SparseVector> journal =
        EncodingJournal.open(directory, KEY, new TokenBodies())) {
      for (int i = 0; i < vectors.size(); i++) {
        journal.append(hash("text " + i), vectors.get(i));
      }
    }
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findFirst().orElseThrow();
    }
  }

  /** Cuts or damages the journal anywhere: what is read is right, and it can be gone on with. */
  @Test
  void whateverIsLeftOfAJournalIsRightAndCanBeGoneOnWith() {
    Seeded.run(
        random -> {
          for (int round = 0; round < 60; round++) {
            goOn(random);
            EncodingJournal.deleteAll(directory);
          }
        });
  }

  private void goOn(Random random) throws IOException {
    List<TokenVector> vectors = vectors(random, 1 + random.nextInt(60));
    // A journal without an entry leaves no file to damage.
    write(vectors.subList(0, 1 + random.nextInt(vectors.size())));
    Path file = file();
    for (int cancellation = 0; cancellation < 3; cancellation++) {
      if (Files.notExists(file)) {
        write(vectors.subList(0, 1));
      }
      long length = Files.size(file);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        long at = random.nextLong(length + 1);
        if (random.nextBoolean()) {
          channel.truncate(at);
        } else {
          channel.write(ByteBuffer.wrap(new byte[] {(byte) random.nextInt()}), at);
        }
      }
      int end = random.nextInt(vectors.size() + 1);
      long reused = run(vectors.subList(0, end));
      assertThat(reused).isLessThanOrEqualTo(end);
    }
    run(vectors);
    assertThat(run(vectors)).isEqualTo(vectors.size());
  }

  /** Does what a build does; returns how many vectors it took from the journal. */
  private long run(List<TokenVector> vectors) throws IOException {
    try (EncodingJournal<SparseVector> journal =
        EncodingJournal.open(directory, KEY, new TokenBodies())) {
      for (int i = 0; i < vectors.size(); i++) {
        byte[] hash = hash("text " + i);
        if (journal.next(hash) instanceof Entry.Known<SparseVector>(SparseVector known)) {
          assertThat(known).isEqualTo(vectors.get(i));
        } else {
          journal.append(hash, vectors.get(i));
        }
      }
      return journal.reusedCount();
    }
  }

  @Test
  void anotherTextEndsTheReuse() {
    Seeded.run(
        random -> {
          write(vectors(random, 5));
          try (EncodingJournal<SparseVector> journal =
              EncodingJournal.open(directory, KEY, new TokenBodies())) {
            assertThat(journal.next(hash("text 0"))).isInstanceOf(Entry.Known.class);
            assertThat(journal.next(hash("another"))).isEqualTo(MISSING);
            assertThat(journal.next(hash("text 1"))).isEqualTo(MISSING);
            assertThat(journal.reusedCount()).isEqualTo(1);
          }
          EncodingJournal.deleteAll(directory);
        });
  }

  @Test
  void textThatCouldNotBeEncodedDoesNotEndTheReuse() throws IOException {
    TokenVector last = TokenVector.of(Map.of("a", 1f));
    try (EncodingJournal<SparseVector> journal =
        EncodingJournal.open(directory, KEY, new TokenBodies())) {
      journal.appendFailure(hash("bad"));
      journal.append(hash("good"), last);
    }
    try (EncodingJournal<SparseVector> journal =
        EncodingJournal.open(directory, KEY, new TokenBodies())) {
      assertThat(journal.next(hash("bad"))).isEqualTo(new Entry.Failed<>());
      assertThat(journal.next(hash("good"))).isEqualTo(new Entry.Known<>(last));
      assertThat(journal.reusedCount()).isEqualTo(1);
    }
  }

  @Test
  void journalWithoutAnEntryLeavesNoFile() throws IOException {
    EncodingJournal.open(directory, KEY, new TokenBodies()).close();
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void buildsOfDifferentKeysShareNothing() throws IOException {
    write(List.of(TokenVector.of(Map.of("a", 1f))));
    // The same name, as only the first digits are in it.
    String other = KEY.substring(0, 60) + "0000";
    try (EncodingJournal<SparseVector> journal =
        EncodingJournal.open(directory, other, new TokenBodies())) {
      assertThat(journal.next(hash("text 0"))).isEqualTo(MISSING);
    }
    EncodingJournal.deleteAll(directory);
    assertThat(directory).isEmptyDirectory();
  }
}
