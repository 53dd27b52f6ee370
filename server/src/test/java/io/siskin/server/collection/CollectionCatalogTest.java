package io.siskin.server.collection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.store.Mapping;
import io.siskin.index.store.Verification;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.testing.CapturedLog;
import io.siskin.server.testing.TestCollections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the catalog does while other processes work on the data directory. */
class CollectionCatalogTest {
  private static final String BIRDS =
      """
      {"id": "siskin", "text": "a small finch that eats the seeds of alders"}
      {"id": "osprey", "text": "a bird of prey that eats fish"}
      """;
  private static final String MORE = BIRDS + "{\"id\": \"kite\", \"text\": \"a red bird\"}\n";

  @TempDir private Path data;
  private final List<String> told = new ArrayList<>();
  private final CapturedLog log = new CapturedLog("io.siskin.server.collection");
  private long nanoTime;
  private long openMappings;
  private CollectionCatalog.Opener opener = CollectionSnapshot::open;
  private CollectionCatalog catalog;

  @BeforeEach
  void open() throws IOException {
    openMappings = Mapping.openCount();
    TestCollections.index(data, "birds", BIRDS);
    TestCollections.index(data, "fish", "{\"id\": \"pike\", \"text\": \"a fish\"}\n");
    catalog =
        new CollectionCatalog(
            new DataDirectory(data),
            Verification.STRUCTURE,
            snapshot -> {},
            TextModels.NONE,
            (directory, manifest, trust, models) -> opener.open(directory, manifest, trust, models),
            () -> nanoTime);
    catalog.onStateChange((name, state) -> told.add(name + " " + state));
    catalog.openAll();
  }

  @AfterEach
  void close() {
    catalog.close();
    log.close();
    assertThat(Mapping.openCount()).as("mappings left open").isEqualTo(openMappings);
  }

  private long documents(String name) {
    CollectionSnapshot snapshot = Objects.requireNonNull(catalog.acquire(name));
    try {
      return snapshot.documentCount();
    } finally {
      snapshot.release();
    }
  }

  private boolean isDamaged(String name) {
    CollectionSnapshot snapshot = Objects.requireNonNull(catalog.acquire(name));
    try {
      return snapshot.damage() != null;
    } finally {
      snapshot.release();
    }
  }

  private Verdict judge(String name, Throwable failure) {
    CollectionSnapshot snapshot = Objects.requireNonNull(catalog.acquire(name));
    try {
      return catalog.judge(snapshot, failure);
    } finally {
      snapshot.release();
    }
  }

  private Verdict awaitVerdict(String name, Throwable failure) {
    Verdict verdict = judge(name, failure);
    while (verdict == Verdict.VERIFYING) {
      Thread.onSpinWait();
      verdict = judge(name, failure);
    }
    return verdict;
  }

  private void later(Duration time) {
    nanoTime += time.toNanos();
  }

  private static void delete(Path directory) throws IOException {
    io.siskin.index.store.Publication.deleteDirectory(directory);
  }

  @Test
  void aCollectionThatIsRemovedIsGoneAndItsLastSearchEndsFirst() throws IOException {
    CollectionSnapshot searching = Objects.requireNonNull(catalog.acquire("birds"));
    delete(data.resolve("birds"));
    catalog.refresh();
    assertThat(catalog.names()).containsExactly("fish");
    assertThat(catalog.acquire("birds")).isNull();
    assertThat(searching.segments().getFirst().documents().externalId(1)).isNotEmpty();
    searching.release();
    assertThat(searching.tryRetain()).isFalse();
    assertThat(told).containsExactly("birds SERVING", "fish SERVING", "birds REMOVED");
  }

  @Test
  void oneThatComesBackIsServedAgain() throws IOException {
    delete(data.resolve("birds"));
    catalog.refresh();
    TestCollections.index(data, "birds", MORE);
    catalog.refresh();
    assertThat(documents("birds")).isEqualTo(3);
  }

  @Test
  void aReplacementBetweenListingAndOpeningIsWhatIsOpened() throws IOException {
    AtomicInteger opens = new AtomicInteger();
    opener =
        (directory, manifest, trust, models) -> {
          if (opens.incrementAndGet() == 1) {
            // The commit takes the segments away that the manifest names which was read.
            TestCollections.index(data, "birds", MORE);
          }
          return CollectionSnapshot.open(directory, manifest, trust, models);
        };
    catalog.open("birds");
    assertThat(opens).hasValue(2);
    assertThat(documents("birds")).isEqualTo(3);
  }

  @Test
  void whoeverIsReplacedAllTheTimeIsGivenUp() {
    AtomicInteger opens = new AtomicInteger();
    opener =
        (directory, manifest, trust, models) -> {
          opens.incrementAndGet();
          manifest.next().write(directory);
          throw new IOException("replaced again");
        };
    assertThatThrownBy(() -> catalog.open("birds")).hasMessage("replaced again");
    assertThat(opens).hasValue(5);
    assertThat(documents("birds")).isEqualTo(2);
  }

  @Test
  void aReplacementThatCannotBeOpenedLeavesTheOldSnapshotAndIsReportedOnce() throws IOException {
    TestCollections.index(data, "birds", MORE);
    Path file = TestCollections.file(data, "birds", "documents.dat");
    byte[] content = Files.readAllBytes(file);
    TestCollections.cut(file, 70);
    AtomicInteger opens = new AtomicInteger();
    opener =
        (directory, manifest, trust, models) -> {
          opens.incrementAndGet();
          return CollectionSnapshot.open(directory, manifest, trust, models);
        };
    catalog.refresh();
    catalog.refresh();
    assertThat(documents("birds")).isEqualTo(2);
    assertThat(opens).as("files that have not changed are not read again at once").hasValue(1);
    later(Duration.ofSeconds(1));
    catalog.refresh();
    assertThat(opens).as("but after a second").hasValue(2);
    assertThat(log.lines(Level.WARN)).singleElement().asString().contains("birds", "documents.dat");
    assertThat(isDamaged("birds")).as("what is served is whole").isFalse();

    TestCollections.overwrite(file, content);
    catalog.refresh();
    assertThat(opens).as("changed files are tried at once").hasValue(3);
    assertThat(documents("birds")).isEqualTo(3);
  }

  @Test
  void aManifestThatIsDamagedLeavesTheOldSnapshot() throws IOException {
    Files.writeString(data.resolve("birds/collection.json"), "{");
    catalog.refresh();
    catalog.refresh();
    assertThat(documents("birds")).isEqualTo(2);
    assertThat(log.lines(Level.WARN)).singleElement().asString().contains("collection.json");
    TestCollections.index(data, "birds", MORE);
    catalog.refresh();
    assertThat(documents("birds")).isEqualTo(3);
  }

  @Test
  void aManifestThatNamesAnotherSegmentIsRefused() throws IOException {
    Path birds = data.resolve("birds");
    Path fish = data.resolve("fish");
    String own = CollectionManifest.read(birds).segments().getFirst().id();
    String other = CollectionManifest.read(fish).segments().getFirst().id();
    Files.move(
        DataDirectory.segmentDirectory(fish, other),
        DataDirectory.segmentDirectory(birds, "0".repeat(32)));
    String manifest = Files.readString(birds.resolve("collection.json"));
    Files.writeString(
        birds.resolve("collection.json"),
        // Without a checksum, as a person would write it.
        manifest
            .replace(own, "0".repeat(32))
            .replaceFirst(",\\s*\"checksum\"\\s*:\\s*\"[0-9a-f]*\"", ""));
    assertThatThrownBy(() -> catalog.open("birds"))
        .isInstanceOf(CorruptSegmentException.class)
        .hasMessageContaining(other);
  }

  @Test
  void aFileOfAnotherLengthIsDamageAndItsRepairIsNoticed() throws IOException {
    Path file = TestCollections.file(data, "birds", "documents.dat");
    byte[] content = Files.readAllBytes(file);
    TestCollections.cut(file, content.length / 2);
    catalog.refresh();
    catalog.refresh();
    assertThat(isDamaged("birds")).isTrue();
    assertThat(isDamaged("fish")).isFalse();
    assertThat(log.lines(Level.ERROR))
        .singleElement()
        .asString()
        .contains("birds", "documents.dat");

    TestCollections.overwrite(file, content);
    catalog.refresh();
    assertThat(isDamaged("birds")).isFalse();
    assertThat(documents("birds")).isEqualTo(2);
    assertThat(told)
        .containsExactly("birds SERVING", "fish SERVING", "birds DAMAGED", "birds SERVING");
    assertThat(log.lines(Level.ERROR)).hasSize(1);
    assertThat(log.lines(Level.WARN)).isEmpty();
    assertThat(log.stackTraceCount()).isZero();
  }

  @Test
  void aDamagedCollectionIsReadAsAWholeBeforeItIsTrustedAgain() throws IOException {
    Path file = TestCollections.file(data, "birds", "forward.dat");
    // The catalog verifies the structure only, which this leaves as it is.
    TestCollections.invert(file, Files.size(file) - 100, 1);
    assertThat(awaitVerdict("birds", new IndexOutOfBoundsException("1000")))
        .isEqualTo(Verdict.DAMAGED);
    catalog.refresh();
    assertThat(isDamaged("birds")).isTrue();
    TestCollections.invert(file, Files.size(file) - 100, 1);
    later(Duration.ofSeconds(1));
    catalog.refresh();
    assertThat(isDamaged("birds")).isFalse();
  }

  @Test
  void aDiskThatRecoversIsTriedAgain() throws IOException {
    // Nobody touches the files: only time helps.
    assertThat(
            judge(
                "birds",
                new InternalError("a fault occurred in an unsafe memory access operation")))
        .isEqualTo(Verdict.DAMAGED);
    boolean[] failing = {true};
    AtomicInteger opens = new AtomicInteger();
    opener =
        (directory, manifest, trust, models) -> {
          assertThat(trust).isEqualTo(Verification.FULL);
          opens.incrementAndGet();
          if (failing[0]) {
            throw new IOException("Input/output error");
          }
          return CollectionSnapshot.open(directory, manifest, trust, models);
        };
    catalog.refresh();
    catalog.refresh();
    assertThat(opens).hasValue(1);
    later(Duration.ofSeconds(1));
    catalog.refresh();
    assertThat(opens).hasValue(2);
    later(Duration.ofSeconds(1));
    catalog.refresh();
    assertThat(opens).as("the time between two tries doubles").hasValue(2);
    failing[0] = false;
    later(Duration.ofSeconds(1));
    catalog.refresh();
    assertThat(isDamaged("birds")).isFalse();
    assertThat(log.lines(Level.ERROR)).hasSize(1);
    assertThat(log.lines(Level.WARN)).isEmpty();
  }

  @Test
  void aFailureWithWholeFilesIsADefectAndLoggedOnceWithItsTrace() {
    RuntimeException defect = new IllegalStateException("ours");
    assertThat(judge("birds", defect)).isEqualTo(Verdict.VERIFYING);
    assertThat(awaitVerdict("birds", defect)).isEqualTo(Verdict.WHOLE);
    assertThat(judge("birds", defect)).isEqualTo(Verdict.WHOLE);
    assertThat(isDamaged("birds")).isFalse();
    assertThat(log.lines(Level.ERROR)).singleElement().asString().contains("birds", "defect");
    assertThat(log.stackTraceCount()).isEqualTo(1);
    later(Duration.ofMinutes(2));
    assertThat(judge("birds", defect)).as("files may fail later").isEqualTo(Verdict.VERIFYING);
    assertThat(awaitVerdict("birds", defect)).isEqualTo(Verdict.WHOLE);
  }

  @Test
  void filesThatWereExchangedAreOpenedAnewWithoutAPause() throws IOException {
    Path file = TestCollections.file(data, "birds", "forward.dat");
    Path copy = Files.copy(file, data.resolve("copy"));
    Files.move(copy, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    CollectionSnapshot before = Objects.requireNonNull(catalog.acquire("birds"));
    catalog.refresh();
    CollectionSnapshot after = Objects.requireNonNull(catalog.acquire("birds"));
    assertThat(after).isNotSameAs(before);
    assertThat(told).doesNotContain("birds DAMAGED");
    before.release();
    after.release();
  }

  @Test
  void theScrubFindsAFlippedByteThatNoSearchMeets() throws IOException {
    Path file = TestCollections.file(data, "birds", "impacts.dat");
    IntegrityMonitor monitor = new IntegrityMonitor(snapshot -> told.add("found"), () -> nanoTime);
    CollectionSnapshot birds = Objects.requireNonNull(catalog.acquire("birds"));
    List<Long> waits = new ArrayList<>();
    Scrubber scrubber = new Scrubber(() -> List.of(birds), monitor, 1 << 20, waits::add);
    scrubber.pass();
    assertThat(birds.damage()).isNull();
    assertThat(scrubber.counts().bytes()).isEqualTo(birds.lengthBytes());
    double seconds = waits.stream().mapToLong(Long::longValue).sum() / 1e9;
    assertThat(seconds)
        .as("a second per MiB, but for a wait that is still owed")
        .isBetween(birds.lengthBytes() / 1048576.0 - .006, birds.lengthBytes() / 1048576.0 + .001);

    TestCollections.invert(file, Files.size(file) - 80, 1);
    scrubber.pass();
    assertThat(Objects.requireNonNull(birds.damage()).reason()).contains("impacts.dat");
    assertThat(told).contains("found");
    assertThat(scrubber.counts().passes()).isEqualTo(2);
    long bytes = scrubber.counts().bytes();
    scrubber.pass();
    assertThat(scrubber.counts().bytes()).as("what is damaged is not read again").isEqualTo(bytes);
    birds.release();
    monitor.close();
  }

  @Test
  void aRunningScrubEndsWithTheCatalog() {
    catalog.scrub(1 << 20);
    catalog.close();
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.equals("siskin-scrub")))
        .isEmpty();
  }
}
