package io.siskin.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.store.Verification;
import io.siskin.server.batch.BatchedModels;
import io.siskin.server.batch.BatchingOptions;
import io.siskin.server.batch.EncodingCache;
import io.siskin.server.batch.Priority;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.retrieve.EncodingPipeline;
import io.siskin.server.retrieve.EncodingRequest;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.QueryCancelledException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A caller's deadline ends the analysis of a long text, and not only what comes after it. */
final class LongTextTest {
  private static final int WORDS = 20_000;

  @TempDir Path directory;

  @Test
  void theDeadlineIsAskedWithinAText() throws Exception {
    Path data = directory.resolve("data");
    index(data);
    try (CollectionCatalog catalog =
        new CollectionCatalog(
            new DataDirectory(data), Verification.FULL, snapshot -> {}, TextModels.NONE)) {
      catalog.openAll();
      EncodingPipeline pipeline =
          new EncodingPipeline(
              catalog,
              new BatchedModels(TextModels.NONE, BatchingOptions.DEFAULTS, new EncodingCache(0)));
      EncodingRequest request =
          new EncodingRequest(
              new EncodingRequest.Encoder.OfCollection("birds"),
              List.of(new EncoderInput(text(), Side.DOCUMENT)),
              Priority.INTERACTIVE);
      AtomicInteger asked = new AtomicInteger();
      assertThat(pipeline.encode(request, cancelledAt(asked, Integer.MAX_VALUE)).join()).hasSize(1);
      assertThat(asked.get()).isGreaterThan(WORDS / 2_048);

      asked.set(0);
      assertThatThrownBy(() -> pipeline.encode(request, cancelledAt(asked, 5)))
          .isInstanceOf(QueryCancelledException.class);
      assertThat(asked).hasValue(5);
    }
  }

  private static Cancellation cancelledAt(AtomicInteger asked, int time) {
    return Cancellation.whenCancelled(() -> asked.incrementAndGet() == time);
  }

  private static String text() {
    return IntStream.range(0, WORDS).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));
  }

  private void index(Path data) throws Exception {
    Path input =
        Files.writeString(
            directory.resolve("birds.jsonl"), "{\"_id\": \"siskin\", \"text\": \"A finch.\"}\n");
    new IndexJob(
            new IndexRequest(
                List.of(input),
                InputFormat.AUTO,
                data,
                "birds",
                null,
                Map.of(),
                List.of(),
                BuildOptions.DEFAULTS.withThreads(1),
                DocumentPruning.NONE,
                0,
                false),
            BuildProgress.NONE,
            error -> {},
            TextModels.NONE)
        .run();
  }
}
