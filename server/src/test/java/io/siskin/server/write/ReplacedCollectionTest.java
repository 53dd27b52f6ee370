package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.TermIdVector;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.collection.StorageOptions;
import io.siskin.server.collection.WriteOptions;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.retrieve.CollectionNotFoundException;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.retrieve.StoredDocument;
import io.siskin.server.search.Cancellation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A name gets another collection while documents for the old one are on their way. */
@Timeout(120)
final class ReplacedCollectionTest {
  private static final String NAME = "birds";
  private static final CollectionSettings BY_NUMBER = settings("year", FieldType.INT64, null);
  private static final CollectionSettings BY_TEXT = settings("year", FieldType.STRING, null);
  private static final CollectionSettings BY_OWNER = settings("owner", FieldType.STRING, "owner");

  @TempDir private Path folder;
  private LiveServer server;

  /** Keeps upserts back that are prepared already, as a slower one before them would. */
  private final CompletableFuture<Boolean> before = new CompletableFuture<>();

  private static CollectionSettings settings(String field, FieldType type, String tenantField) {
    return new CollectionSettings(
        new Schema(List.of(new Schema.Field(field, type)), tenantField),
        StorageOptions.DEFAULTS,
        WriteOptions.DEFAULTS,
        null);
  }

  @BeforeEach
  void open() throws IOException {
    server = new LiveServer(folder, WriteLimits.DEFAULTS);
    server.create(NAME, BY_NUMBER, new VectorSpec());
  }

  @AfterEach
  void close() {
    server.close();
  }

  private CompletableFuture<List<WriteResult>> keptBack(String collection) {
    WriteOrder order = new WriteOrder();
    order.then(before, (_, _) -> CompletableFuture.completedFuture(null));
    CompletableFuture<List<WriteResult>> result =
        server.live.upsert(
            collection,
            "",
            List.of(
                new DocumentInput(
                    "a",
                    TermIdVector.of(new int[] {1}, new float[] {1}),
                    null,
                    Map.of("year", new FieldValue.Whole(2020)))),
            WaitFor.SEARCHABLE,
            Cancellation.NEVER,
            order);
    // Opens the writer and waits for it, so that the upsert was prepared before.
    server.live.flush(NAME).join();
    assertThat(result).isNotDone();
    return result;
  }

  @Test
  void aCollectionThatWasDroppedIsNotFound() {
    CompletableFuture<List<WriteResult>> upsert = keptBack(NAME);
    server.live.drop(NAME).join();
    before.complete(true);
    assertThatThrownBy(upsert::join).hasCauseInstanceOf(CollectionNotFoundException.class);
  }

  @Test
  void documentsAreCheckedAgainstTheCollectionThatHasTheNameNow() {
    CompletableFuture<List<WriteResult>> upsert = keptBack(NAME);
    server.live.drop(NAME).join();
    server.create(NAME, BY_TEXT, new VectorSpec());
    before.complete(true);
    WriteResult result = upsert.join().getFirst();
    assertThat(result.outcome()).isEqualTo(WriteOutcome.REFUSED);
    assertThat(result.refusal()).hasMessageContaining("year");
    assertThat(server.documents(NAME, new Selector.All(), 10)).isEmpty();
  }

  @Test
  void aCollectionOfTheSameSettingsTakesThem() {
    CompletableFuture<List<WriteResult>> upsert = keptBack(NAME);
    server.live.drop(NAME).join();
    server.create(NAME, BY_NUMBER, new VectorSpec());
    before.complete(true);
    assertThat(upsert.join().getFirst().outcome()).isEqualTo(WriteOutcome.CREATED);
    assertThat(server.documents(NAME, new Selector.All(), 10))
        .extracting(StoredDocument::id)
        .containsExactly("a");
  }

  @Test
  void anAliasThatIsSwitchedMeanwhileLeadsToWhatItNamesNow() {
    server.live.setAlias("alias", NAME).join();
    server.create("owned", BY_OWNER, new VectorSpec());
    CompletableFuture<List<WriteResult>> upsert = keptBack("alias");
    server.live.setAlias("alias", "owned").join();
    before.complete(true);
    // The request has no tenant, and the collection has a field for it.
    assertThatThrownBy(upsert::join).hasCauseInstanceOf(InvalidInputException.class);
    assertThat(server.documents(NAME, new Selector.All(), 10)).isEmpty();
  }

  @Test
  void theWriterItselfChecksTheTenant() {
    server.create("owned", BY_OWNER, new VectorSpec());
    assertThatThrownBy(() -> server.delete("owned", new Selector.Ids(List.of("a"))))
        .hasCauseInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> server.update("owned", new FieldsUpdate("a", Map.of(), List.of())))
        .hasCauseInstanceOf(InvalidInputException.class);
  }
}
