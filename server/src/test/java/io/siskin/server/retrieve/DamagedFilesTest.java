package io.siskin.server.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.siskin.index.store.Verification;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.batch.Priority;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.testing.CapturedLog;
import io.siskin.server.testing.TestCollections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that change under an open collection, as a search meets them. Nothing watches the files
 * here: that is tested with the catalog.
 */
@Timeout(120)
class DamagedFilesTest {
  private static final String BIRDS =
      """
      {"id": "siskin", "text": "a small finch that eats the seeds of alders"}
      {"id": "osprey", "text": "a bird of prey that eats fish"}
      """;

  @TempDir private Path data;
  private final CapturedLog log = new CapturedLog("io.siskin.server.collection");
  private CollectionCatalog catalog;
  private RetrievalPipeline pipeline;

  @BeforeEach
  void open() throws IOException {
    TestCollections.index(data, "birds", BIRDS);
    TestCollections.index(data, "fish", "{\"id\": \"pike\", \"text\": \"a finch of a fish\"}\n");
    catalog =
        new CollectionCatalog(
            new DataDirectory(data), Verification.FULL, snapshot -> {}, TextModels.NONE);
    catalog.openAll();
    pipeline = new RetrievalPipeline(catalog);
  }

  @AfterEach
  void close() {
    catalog.close();
    log.close();
  }

  private static RetrievalRequest request(String collection) {
    return new RetrievalRequest(
        collection, new Query.Text("finch"), 10, Evaluation.BY_DEFAULT, List.of("*"), false);
  }

  private RetrievalResponse search(String collection) {
    return pipeline.retrieve(request(collection), Cancellation.NEVER);
  }

  /** Searches until the files have been verified, which takes milliseconds. */
  private void assertDamaged() {
    boolean verifying = true;
    while (verifying) {
      try {
        search("birds");
        throw new AssertionError("the damage was not met");
      } catch (CollectionUnderVerificationException tryAgain) {
        assertThat(tryAgain.collection()).isEqualTo("birds");
      } catch (CollectionDamagedException damaged) {
        assertThat(damaged).hasMessageContaining("'birds'").hasNoCause();
        assertThat(damaged.collection()).isEqualTo("birds");
        verifying = false;
      }
    }
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> search("birds")).isInstanceOf(CollectionDamagedException.class);
    }
    assertThatThrownBy(() -> pipeline.estimatedPostings(request("birds")))
        .isInstanceOf(CollectionDamagedException.class);
    assertThatThrownBy(() -> pipeline.encodeAhead(request("birds"), Cancellation.NEVER))
        .isInstanceOf(CollectionDamagedException.class);
    assertThat(log.lines(Level.ERROR)).as("one line").singleElement().asString().contains("birds");
    assertThat(log.stackTraceCount()).isZero();
    assertThat(pipeline.collection("birds").damaged()).isTrue();
    assertThat(pipeline.collection("birds").documentCount()).isEqualTo(2);
    assertThat(pipeline.collections())
        .extracting(CollectionDescription::damaged)
        .containsExactly(true, false);
    assertThat(search("fish").hits()).as("others are served").hasSize(1);
  }

  @Test
  void aFileThatWasCutIsDamageWhateverTheSearchMet() throws IOException {
    // Overwritten, so that reading fails by an index and not by the memory, and one byte shorter.
    Path file = TestCollections.file(data, "birds", "documents.dat");
    TestCollections.invert(file, 64, (int) Files.size(file) - 64);
    TestCollections.cut(file, Files.size(file) - 1);
    assertThatThrownBy(() -> search("birds")).isInstanceOf(CollectionDamagedException.class);
    assertDamaged();
    assertThat(log.lines(Level.ERROR).getFirst()).contains("documents.dat");
  }

  @Test
  void flippedBytesAreVerifiedOnceAndThenDamage() throws IOException {
    Path file = TestCollections.file(data, "birds", "documents.dat");
    TestCollections.invert(file, 64, (int) Files.size(file) - 64);
    assertDamaged();
    assertThat(log.lines(Level.ERROR).getFirst()).contains("documents.dat", "corrupt at byte");
  }

  @Test
  void zeroedBytesAreDamage() throws IOException {
    Path file = TestCollections.file(data, "birds", "documents.dat");
    TestCollections.overwrite(file, new byte[(int) Files.size(file)]);
    assertDamaged();
  }

  @Test
  void aRecordThatCannotBeUnpackedIsDamageAtOnce() throws IOException {
    Path file = TestCollections.file(data, "birds", "documents.dat");
    // The last section holds the records: ids are found, fields are not.
    TestCollections.invert(file, Files.size(file) - 200, 130);
    assertThatThrownBy(() -> search("birds")).isInstanceOf(CollectionDamagedException.class);
    assertDamaged();
  }

  @Test
  void textsAreNotEncodedByADamagedCollection() throws IOException {
    Path file = TestCollections.file(data, "birds", "documents.dat");
    TestCollections.invert(file, 64, (int) Files.size(file) - 64);
    assertDamaged();
    EncodingPipeline encoding =
        new EncodingPipeline(
            catalog,
            new BatchedModels(TextModels.NONE, BatchingOptions.DEFAULTS, new EncodingCache(0)));
    EncodingRequest request =
        new EncodingRequest(
            new EncodingRequest.Encoder.OfCollection("birds"),
            List.of(new EncoderInput("finch", Side.QUERY)),
            Priority.INTERACTIVE);
    assertThatThrownBy(() -> encoding.encode(request, Cancellation.NEVER))
        .isInstanceOf(CollectionDamagedException.class);
  }
}
