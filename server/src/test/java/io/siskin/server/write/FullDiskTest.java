package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.testing.Needs;
import io.siskin.index.vector.TermIdVector;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.retrieve.StoredDocument;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk without any room: nothing that was answered is lost, and writes go on when there is room.
 */
@Timeout(300)
final class FullDiskTest {
  private static final String NAME = "birds";

  /** After so many tries, of 100 ms each, writes must have gone on. */
  private static final int TRIES_MAX = 600;

  @TempDir private Path folder;
  private Path disk;
  private boolean isMounted;

  @BeforeEach
  void mount() throws IOException {
    disk = Files.createDirectory(folder.resolve("disk"));
    isMounted = run("mount", "-t", "tmpfs", "-o", "size=24m", "siskin", disk.toString());
    Needs.require(isMounted, "the right to mount", disk);
  }

  @AfterEach
  void unmount() throws IOException {
    if (isMounted) {
      assertThat(run("umount", disk.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws IOException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      byte[] _ = process.getInputStream().readAllBytes();
      return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Writes a file until there is no room for another byte. */
  private Path fill() throws IOException {
    Path ballast = disk.resolve("ballast");
    try (FileChannel channel =
        FileChannel.open(ballast, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocate(4096);
      while (true) {
        channel.write(bytes.clear());
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
    return ballast;
  }

  private LiveServer server() throws IOException {
    return new LiveServer(disk.resolve("data"), LiveServer.SMALL);
  }

  private static DocumentInput document(int number) {
    return new DocumentInput(
        "d" + number,
        TermIdVector.of(new int[] {number % 5, 1_000}, new float[] {1 + number % 7, 0.25f}),
        null,
        Map.of());
  }

  /** Writes documents until one is refused; returns the number of the first one not written. */
  private static int writeUntilRefused(LiveServer server, int first) {
    int number = first;
    try {
      while (true) {
        server.upsert(NAME, document(number));
        number++;
      }
    } catch (CompletionException refused) {
      assertThat(refused.getCause())
          .isInstanceOfSatisfying(
              WritesOverloadedException.class,
              full ->
                  assertThat(full.reason()).isEqualTo(WritesOverloadedException.Reason.DISK_FULL));
    }
    return number;
  }

  private static List<String> search(LiveServer server) {
    return server
        .retrieval
        .retrieve(
            new RetrievalRequest(
                NAME,
                new RetrievalRequest.Query.Vector(
                    TermIdVector.of(new int[] {3, 1_000}, new float[] {1, 1})),
                50,
                new Evaluation.InMode(new SearchMode.Exact()),
                List.of(),
                false),
            Cancellation.NEVER)
        .hits()
        .stream()
        .map(RetrievalResponse.Hit::toString)
        .toList();
  }

  private static void check(LiveServer server, int documents, List<String> hits) {
    List<StoredDocument> found = server.documents(NAME, new Selector.All(), 50);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < documents; i++) {
      expected.add("d" + i);
    }
    assertThat(found).extracting(StoredDocument::id).isEqualTo(expected);
    assertThat(server.reader.count(NAME, "", new Selector.All(), Cancellation.NEVER))
        .isEqualTo(documents);
    assertThat(search(server)).isEqualTo(hits);
  }

  @Test
  void aServerStartsAndSearchesAndTakesWritesWhenThereIsRoom() throws Exception {
    int documents;
    List<String> hits;
    try (LiveServer server = server()) {
      server.create(NAME, CollectionSettings.DEFAULTS, new VectorSpec());
      for (int i = 0; i < 100; i++) {
        server.upsert(NAME, document(i));
      }
      server.live.flush(NAME).join();
      fill();
      // The log has room of its own, so this goes on until the memory is full.
      documents = writeUntilRefused(server, 100);
      assertThat(documents).isGreaterThanOrEqualTo(100 + 3 * 64);
      hits = search(server);
      check(server, documents, hits);
      server.live.closeUnsealed();
    }
    try (LiveServer server = server()) {
      check(server, documents, hits);
      assertThat(writeUntilRefused(server, documents)).isEqualTo(documents);
      assertThatThrownBy(() -> server.live.flush(NAME).join())
          .hasCauseInstanceOf(WritesOverloadedException.class);
      check(server, documents, hits);
      server.live.closeUnsealed();
    }
    try (LiveServer server = server()) {
      check(server, documents, hits);
      Files.delete(disk.resolve("ballast"));
      for (int tries = 0; writeUntilRefused(server, documents, 1) == documents; tries++) {
        assertThat(tries).isLessThan(TRIES_MAX);
        Thread.sleep(100);
      }
      server.live.compact(NAME).join();
      hits = search(server);
      check(server, documents + 1, hits);
      assertThat(CollectionManifest.read(disk.resolve("data/" + NAME)).segments()).hasSize(1);
    }
    try (LiveServer server = server()) {
      check(server, documents + 1, hits);
    }
  }

  /** Writes so many documents, or fewer when one is refused. */
  private static int writeUntilRefused(LiveServer server, int first, int count) {
    try {
      for (int i = 0; i < count; i++) {
        server.upsert(NAME, document(first + i));
      }
      return first + count;
    } catch (CompletionException refused) {
      assertThat(refused).hasCauseInstanceOf(WritesOverloadedException.class);
      return first;
    }
  }

  @Test
  void whatNeedsRoomSaysThatTheDiskIsFull() throws IOException {
    try (LiveServer server = server()) {
      server.create(NAME, CollectionSettings.DEFAULTS, new VectorSpec());
      server.upsert(NAME, document(0));
      server.live.flush(NAME).join();
      server.live.createSnapshot(NAME, "one").join();
      server.upsert(NAME, document(1));
      fill();
      for (Runnable change :
          List.<Runnable>of(
              () -> server.live.flush(NAME).join(),
              () -> server.live.compact(NAME).join(),
              () -> server.live.createSnapshot(NAME, "two").join(),
              () -> server.live.restore(NAME, "one", "copy").join(),
              () -> server.create("more", CollectionSettings.DEFAULTS, new VectorSpec()),
              () -> server.live.setAlias("alias", NAME).join())) {
        assertThatThrownBy(change::run)
            .cause()
            .isInstanceOfSatisfying(
                WritesOverloadedException.class,
                full ->
                    assertThat(full.reason())
                        .isEqualTo(WritesOverloadedException.Reason.DISK_FULL));
      }
      assertThat(server.catalog.names()).containsExactly(NAME);
      assertThat(server.documents(NAME, new Selector.All(), 10)).hasSize(2);
      Files.delete(disk.resolve("ballast"));
      assertThat(server.live.createSnapshot(NAME, "two").join().documentCount()).isEqualTo(2);
      server.live.restore(NAME, "two", "copy").join();
      assertThat(server.documents("copy", new Selector.All(), 10)).hasSize(2);
    }
  }
}
