package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.testing.Needs;
import io.siskin.index.vector.TermIdVector;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.collection.StorageOptions;
import io.siskin.server.collection.WriteOptions;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Collections are made, filled, dropped and replaced while others are searched, and nothing of them
 * is left. The short version of {@code loadtest/live churn}: it counts what belongs to the data
 * directory, so other work of the process does not matter.
 */
@Timeout(300)
final class ChurnTest {
  private static final int DROPS = 60;
  private static final int REPLACEMENTS = 10;
  private static final int DOCUMENTS = 100;
  private static final String ALIAS = "current";
  private static final CollectionSettings SETTINGS =
      new CollectionSettings(
          new Schema(List.of(new Schema.Field("year", FieldType.INT64)), null),
          StorageOptions.DEFAULTS,
          WriteOptions.DEFAULTS,
          null);

  @TempDir private Path folder;

  /** What the process and the disk hold of the data directory. */
  private record Footprint(long mappings, long descriptors, long files, long threads) {
    static Footprint of(Path folder) throws IOException {
      String name = folder.toRealPath().toString();
      // First: walking through the folder opens it.
      long descriptors = descriptors(name);
      try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"));
          Stream<Path> all = Files.walk(folder)) {
        return new Footprint(
            maps.filter(line -> line.contains(name)).count(),
            descriptors,
            all.filter(Files::isRegularFile).count(),
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches(".*(churn|version)-\\d+.*"))
                .count());
      }
    }

    private static long descriptors(String name) throws IOException {
      long count = 0;
      try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
        for (Path one : open.toList()) {
          // A descriptor may be closed while they are listed.
          if (Files.isSymbolicLink(one) && isBelow(one, name)) {
            count++;
          }
        }
      }
      return count;
    }

    private static boolean isBelow(Path link, String name) {
      try {
        return Files.readSymbolicLink(link).toString().contains(name);
      } catch (IOException closed) {
        return false;
      }
    }
  }

  @Test
  void nothingIsLeftOfDroppedAndReplacedCollections() throws Exception {
    Needs.require(Files.exists(Path.of("/proc/self/maps")), "Linux", "no /proc/self/maps");
    AtomicBoolean isOver = new AtomicBoolean();
    try (LiveServer server = new LiveServer(folder, LiveServer.SMALL)) {
      fill(server, "stable");
      fill(server, "version-0");
      server.live.setAlias(ALIAS, "version-0").join();
      // The first round opens what stays open.
      churn(server, 0, 2);
      Footprint before = Footprint.of(folder);
      assertThat(before.mappings()).isPositive();
      assertThat(before.files()).isPositive();
      CompletableFuture<Long> stable = searches(server, "stable", isOver);
      CompletableFuture<Long> replaced = searches(server, ALIAS, isOver);
      try {
        churn(server, 2, DROPS);
        replace(server);
      } finally {
        isOver.set(true);
      }
      assertThat(stable.get()).isPositive();
      assertThat(replaced.get()).isPositive();
      Footprint after = Footprint.of(folder);
      assertThat(after).isEqualTo(before);
      assertThat(server.catalog.names()).hasSize(2);
    }
    assertThat(Footprint.of(folder).mappings()).isZero();
    assertThat(Footprint.of(folder).descriptors()).isZero();
  }

  private static void fill(LiveServer server, String name) {
    server.create(name, SETTINGS, new VectorSpec());
    server.upsert(
        name,
        IntStream.range(0, DOCUMENTS)
            .mapToObj(
                number ->
                    new DocumentInput(
                        "d" + number,
                        TermIdVector.of(new int[] {number % 7, 1000}, new float[] {1, .5f}),
                        null,
                        Map.of()))
            .toArray(DocumentInput[]::new));
    // One segment, so that no merge comes later.
    server.live.compact(name).join();
  }

  private static void churn(LiveServer server, int first, int count) {
    for (int number = first; number < first + count; number++) {
      String name = "churn-" + number;
      fill(server, name);
      assertThat(search(server, name)).isEqualTo(10);
      server.live.drop(name).join();
    }
  }

  /** Half of the replacements restore a snapshot, and half build the collection anew. */
  private static void replace(LiveServer server) {
    for (int number = 1; number <= REPLACEMENTS; number++) {
      String old = "version-" + (number - 1);
      String name = "version-" + number;
      if (number % 2 == 0) {
        server.live.createSnapshot(old, "kept").join();
        server.live.restore(old, "kept", name).join();
      } else {
        fill(server, name);
      }
      server.live.setAlias(ALIAS, name).join();
      server.live.drop(old).join();
    }
    // A collection that was restored has no log yet: the last state is like the first one.
    List<String> names = new ArrayList<>(server.catalog.names());
    names.remove("stable");
    String last = names.getFirst();
    fill(server, "version-" + (REPLACEMENTS + 1));
    server.live.setAlias(ALIAS, "version-" + (REPLACEMENTS + 1)).join();
    server.live.drop(last).join();
  }

  /** Searches until it is over. Returns how often; fails if a search fails or finds nothing. */
  private static CompletableFuture<Long> searches(
      LiveServer server, String name, AtomicBoolean isOver) {
    return CompletableFuture.supplyAsync(
        () -> {
          long count = 0;
          do {
            assertThat(search(server, name)).isEqualTo(10);
            count++;
          } while (!isOver.get());
          return count;
        },
        task -> Thread.ofPlatform().daemon().start(task));
  }

  private static int search(LiveServer server, String name) {
    return server
        .retrieval
        .retrieve(
            new RetrievalRequest(
                name,
                new RetrievalRequest.Query.Vector(
                    TermIdVector.of(new int[] {1000}, new float[] {1})),
                10,
                new Evaluation.InMode(new SearchMode.Exact()),
                List.of(),
                false),
            Cancellation.NEVER)
        .hits()
        .size();
  }
}
