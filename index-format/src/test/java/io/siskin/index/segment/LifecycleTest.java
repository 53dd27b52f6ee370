package io.siskin.index.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.siskin.index.build.BuildProgress;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.store.Mapping;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.SegmentText;
import io.siskin.index.testing.SmallSegments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests that a segment can be read while it is retained, that reading it after its release throws,
 * and that a stopped build leaves no files.
 */
final class LifecycleTest {
  @TempDir Path directory;
  private long openMappings;

  @BeforeEach
  void countMappings() {
    openMappings = Mapping.openCount();
  }

  @AfterEach
  void allMappingsAreClosed() {
    assertThat(Mapping.openCount()).isEqualTo(openMappings);
  }

  @Test
  void whatIsLoadedIsResident() throws IOException {
    SmallSegments.bm25WithFields().build(directory);
    Segment segment = Segment.open(directory, Verification.STRUCTURE);
    assertThat(segment.residentBytes()).isBetween(0L, segment.lengthBytes());
    segment.load();
    // Other systems may not tell. Nothing takes pages away from files that are this small.
    if (System.getProperty("os.name").equals("Linux")) {
      assertThat(segment.residentBytes()).isEqualTo(segment.lengthBytes());
    }
    segment.release();
    assertThatThrownBy(segment::residentBytes).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(segment::load).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aViewReadAfterTheLastReleaseThrows() throws IOException {
    SmallSegments.bm25WithFields().build(directory);
    Segment segment = Segment.open(directory, Verification.FULL);
    assertThat(segment.tryRetain()).isTrue();
    ForwardIndex.Cursor cursor = segment.forward().cursor();
    cursor.moveTo(0);
    segment.release();
    assertThat(cursor.next()).as("one reference is left").isTrue();
    segment.release();

    assertThrows(IllegalStateException.class, () -> cursor.moveTo(0));
    assertThrows(IllegalStateException.class, cursor::next);
    assertThrows(IllegalStateException.class, () -> segment.terms().name(0));
    assertThrows(IllegalStateException.class, () -> segment.terms().numberOfToken("birch"));
    assertThrows(IllegalStateException.class, () -> segment.terms().documentFrequency(0));
    assertThrows(IllegalStateException.class, () -> segment.documents().externalId(0));
    assertThrows(IllegalStateException.class, () -> segment.documents().documentNumber("ü0"));
    try (DocumentStore.FieldReader fields = segment.documents().openFields()) {
      assertThrows(IllegalStateException.class, () -> fields.fields(0, name -> true));
    }
    // Facts that were read at opening stay available.
    assertThat(segment.statistics().documentCount()).isEqualTo(18);
  }

  @Test
  void aReleaseTooManyThrowsAndDoesNotReviveTheSegment() throws IOException {
    SmallSegments.tokens().build(directory);
    Segment segment = Segment.open(directory, Verification.FULL);
    segment.release();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(segment::release).isInstanceOf(IllegalStateException.class);
      assertThat(segment.tryRetain()).isFalse();
    }
  }

  @Test
  void readersThatHoldAReferenceNeverMeetAClosedMapping() throws Exception {
    SmallSegments.bm25WithFields().build(directory);
    int readers = 4;
    ExecutorService pool = Executors.newFixedThreadPool(readers);
    try {
      for (int round = 0; round < 50; round++) {
        Segment segment = Segment.open(directory, Verification.FULL);
        String expected = SegmentText.of(segment);
        CountDownLatch started = new CountDownLatch(readers);
        List<Future<Integer>> results = new ArrayList<>();
        for (int reader = 0; reader < readers; reader++) {
          results.add(pool.submit(readAFewTimes(segment, expected, started)));
        }
        started.await();
        segment.release();
        for (Future<Integer> result : results) {
          assertThat(result.get(30, TimeUnit.SECONDS)).isPositive();
        }
        assertThat(Mapping.openCount()).isEqualTo(openMappings);
        assertThat(segment.tryRetain()).isFalse();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static Callable<Integer> readAFewTimes(
      Segment segment, String expected, CountDownLatch started) {
    return () -> {
      int reads = 0;
      // Each reader stops after a few rounds. Endless readers could always pass on the last
      // reference.
      while (reads < 3 && segment.tryRetain()) {
        try {
          if (reads == 0) {
            started.countDown();
          }
          assertThat(SegmentText.of(segment)).isEqualTo(expected);
          reads++;
        } finally {
          segment.release();
        }
      }
      return reads;
    };
  }

  /**
   * Stops the build in each call of the progress, one after another. These are the calls of begin,
   * advance and end.
   */
  @ParameterizedTest
  @MethodSource("io.siskin.index.testing.SmallSegments#all")
  void aBuildStoppedAnywhereLeavesNothing(SmallSegments small) throws IOException {
    StopAt counter = new StopAt(Integer.MAX_VALUE);
    small.build(directory.resolve("whole"), counter);
    assertThat(counter.stages).contains("forward index", "inversion");
    for (int call = 0; call < counter.calls; call++) {
      Path stopped = directory.resolve("stopped-" + call);
      StopAt stop = new StopAt(call);
      assertThatThrownBy(() -> small.build(stopped, stop))
          .isInstanceOf(CancellationException.class);
      try (Stream<Path> left = Files.list(stopped)) {
        assertThat(left).as("after call %d in %s", call, stop.stages).isEmpty();
      }
      assertThat(openFilesBelow(stopped)).as("open files after call %d", call).isEmpty();
      assertThatThrownBy(() -> Segment.open(stopped, Verification.FULL))
          .isInstanceOf(CorruptSegmentException.class)
          .hasMessageContaining("segment.meta")
          .hasMessageContaining("found no file");
    }
  }

  /** Throws in the nth call. */
  private static final class StopAt implements BuildProgress {
    private final TreeSet<String> stages = new TreeSet<>();
    private final int call;
    private int calls;

    StopAt(int call) {
      this.call = call;
    }

    @Override
    public void begin(String stage, long totalUnits) {
      stages.add(stage);
      count();
    }

    @Override
    public void advance(long doneUnits) {
      count();
    }

    @Override
    public void end() {
      count();
    }

    private synchronized void count() {
      if (calls++ == call) {
        throw new CancellationException("stopped by the test");
      }
    }
  }

  /**
   * Returns the files below a directory that this process has open. Returns none if there is no
   * /proc.
   */
  private static List<String> openFilesBelow(Path directory) throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    List<String> open = new ArrayList<>();
    if (Files.isDirectory(descriptors)) {
      try (Stream<Path> all = Files.list(descriptors)) {
        for (Path descriptor : all.toList()) {
          if (Files.isSymbolicLink(descriptor)) {
            String target = Files.readSymbolicLink(descriptor).toString();
            if (target.startsWith(directory.toString())) {
              open.add(target);
            }
          }
        }
      }
    }
    return open;
  }
}
