package io.siskin.server.batch.persistent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.batch.EncodingStore;
import io.siskin.server.testing.Seeded;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
final class ChronicleEncodingStoreTest {
  private static final long BYTES_MAX = ChronicleEncodingStore.BYTES_MAX_MIN;

  @TempDir private Path folder;

  private Path directory() {
    return folder.resolve("store");
  }

  private ChronicleEncodingStore open() throws IOException {
    return ChronicleEncodingStore.open(directory(), BYTES_MAX, StoreValues.VERSION);
  }

  private static void put(EncodingStore store, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      byte[] key = StoreValues.key(i);
      store.put(key, StoreValues.value(key));
    }
  }

  /** Returns how many values of a range are there; a wrong one fails the test. */
  private static int count(EncodingStore store, int from, int to) {
    int found = 0;
    for (int i = from; i < to; i++) {
      byte[] key = StoreValues.key(i);
      byte[] value = store.get(key);
      if (value != null) {
        assertThat(value).isEqualTo(StoreValues.value(key));
        found++;
      }
    }
    return found;
  }

  private List<Path> mapFiles() throws IOException {
    try (Stream<Path> files = Files.list(directory())) {
      return files.filter(file -> file.toString().endsWith(".map")).sorted().toList();
    }
  }

  private long lengthBytes() throws IOException {
    long length = 0;
    for (Path file : mapFiles()) {
      length += Files.size(file);
    }
    return length;
  }

  /** Makes a store of some values that was closed cleanly. */
  private void prepare(int count) throws IOException {
    ChronicleEncodingStore store = open();
    put(store, 0, count);
    store.close();
  }

  @Test
  void whatWasClosedCleanlyIsThereAgain() throws IOException {
    ChronicleEncodingStore store = open();
    assertThat(store.get(StoreValues.key(0))).isNull();
    put(store, 0, 500);
    assertThat(count(store, 0, 1_000)).isEqualTo(500);
    assertThat(store.size().entries()).isEqualTo(500);
    assertThat(store.size().bytes()).isPositive().isLessThan(BYTES_MAX);
    store.close();
    assertThat(store.get(StoreValues.key(0))).isNull();
    assertThat(store.size()).isEqualTo(EncodingStore.Size.NONE);
    for (int round = 0; round < 3; round++) {
      store = open();
      assertThat(count(store, 0, 1_000)).isEqualTo(500);
      // Only while nobody uses the files.
      assertThat(directory().resolve(CleanClose.FILE_NAME)).doesNotExist();
      store.close();
      assertThat(directory().resolve(CleanClose.FILE_NAME)).exists();
    }
  }

  @Test
  void aLaterValueReplacesAnEarlierOne() throws IOException {
    ChronicleEncodingStore store = open();
    byte[] key = StoreValues.key(0);
    store.put(key, new byte[] {1});
    store.put(key, StoreValues.largest());
    assertThat(store.get(key)).isEqualTo(StoreValues.largest());
    assertThat(store.size().entries()).isEqualTo(1);
    for (byte[] refused :
        List.of(new byte[0], new byte[EncodingStore.VALUE_LENGTH_BYTES_MAX + 1])) {
      assertThatThrownBy(() -> store.put(key, refused))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(String.valueOf(refused.length));
    }
    store.close();
  }

  @Test
  void theOlderHalfMakesRoomAndTheFilesStayBelowTheLimit() throws IOException {
    ChronicleEncodingStore store = open();
    int written = 0;
    for (int step = 0; step < 40; step++) {
      put(store, written, written + 1_000);
      written += 1_000;
      assertThat(lengthBytes()).isLessThanOrEqualTo(BYTES_MAX);
      assertThat(mapFiles()).hasSizeLessThanOrEqualTo(2);
      // A quarter of the room at least: half of it, and half of what values of this length fill.
      assertThat(count(store, written - 1_000, written)).isEqualTo(1_000);
    }
    // It went around several times.
    assertThat(mapFiles().getFirst().getFileName()).isNotEqualTo(Path.of("encodings-1.map"));
    long entries = store.size().entries();
    assertThat(entries).isBetween(3_000L, 39_000L);
    store.close();
    ChronicleEncodingStore again = open();
    assertThat(again.size().entries()).isEqualTo(entries);
    assertThat(count(again, written - 1_000, written)).isEqualTo(1_000);
    // Both maps are as they were: the next values go into the younger one.
    put(again, written, written + 10);
    assertThat(again.size().entries()).isEqualTo(entries + 10);
    again.close();
  }

  @Test
  void smallAndLargeValuesStayBelowTheLimitToo() throws IOException {
    for (int length : new int[] {1, 60, 9_000, EncodingStore.VALUE_LENGTH_BYTES_MAX}) {
      ChronicleEncodingStore store = open();
      int count = (int) Math.min(200_000, 3 * BYTES_MAX / (length + 100));
      for (int i = 0; i < count; i++) {
        store.put(StoreValues.key(i), new byte[length]);
        assertThat(i % 500 == 0 ? lengthBytes() : 0)
            .as("%d bytes", length)
            .isLessThanOrEqualTo(BYTES_MAX);
      }
      assertThat(store.get(StoreValues.key(count - 1))).hasSize(length);
      store.discard();
      assertThat(mapFiles()).isEmpty();
    }
  }

  @Test
  void filesInUseAreNotTrusted() throws IOException {
    prepare(100);
    ChronicleEncodingStore store = open();
    put(store, 100, 200);
    // What a crash leaves: the files as they are now.
    Path crashed = folder.resolve("crashed");
    Files.createDirectory(crashed);
    try (Stream<Path> files = Files.list(directory())) {
      for (Path file : files.toList()) {
        Files.copy(file, crashed.resolve(file.getFileName()));
      }
    }
    store.close();
    ChronicleEncodingStore after =
        ChronicleEncodingStore.open(crashed, BYTES_MAX, StoreValues.VERSION);
    assertThat(after.size().entries()).isZero();
    assertThat(count(after, 0, 200)).isZero();
    put(after, 0, 10);
    after.close();
  }

  /** What damages a file or its marker. */
  @FunctionalInterface
  private interface Damage {
    void doTo(Path map, Path marker, Random random) throws IOException;
  }

  private void assertNotTrusted(Random random, Damage damage) throws IOException {
    prepare(100);
    damage.doTo(mapFiles().getFirst(), directory().resolve(CleanClose.FILE_NAME), random);
    ChronicleEncodingStore store = open();
    assertThat(store.size().entries()).isZero();
    assertThat(count(store, 0, 100)).isZero();
    put(store, 0, 10);
    assertThat(count(store, 0, 100)).isEqualTo(10);
    store.discard();
  }

  private static void flip(Path file, long position) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(position);
      int value = bytes.read();
      bytes.seek(position);
      bytes.write(value ^ 1);
    }
  }

  @Test
  void damagedFilesAreDropped() {
    Seeded.run(
        random -> {
          for (int i = 0; i < 20; i++) {
            assertNotTrusted(
                random, (map, marker, chance) -> flip(map, chance.nextLong(Files.size(map))));
          }
          assertNotTrusted(random, (map, marker, chance) -> flip(map, 0));
          assertNotTrusted(
              random,
              (map, marker, chance) -> {
                try (RandomAccessFile bytes = new RandomAccessFile(map.toFile(), "rw")) {
                  bytes.setLength(bytes.length() - 1);
                }
              });
          assertNotTrusted(
              random,
              (map, marker, chance) -> {
                try (RandomAccessFile bytes = new RandomAccessFile(map.toFile(), "rw")) {
                  bytes.setLength(bytes.length() + 1);
                }
              });
          assertNotTrusted(random, (map, marker, chance) -> Files.delete(map));
        });
  }

  @Test
  void withoutAFittingMarkerFilesAreDropped() {
    Seeded.run(
        random -> {
          assertNotTrusted(random, (map, marker, chance) -> Files.delete(marker));
          assertNotTrusted(random, (map, marker, chance) -> Files.writeString(marker, ""));
          assertNotTrusted(
              random, (map, marker, chance) -> Files.writeString(marker, "x".repeat(10_000)));
          for (int i = 0; i < 20; i++) {
            assertNotTrusted(
                random, (map, marker, chance) -> flip(marker, chance.nextLong(Files.size(marker))));
          }
          assertNotTrusted(
              random,
              (map, marker, chance) -> {
                String text = Files.readString(marker);
                Files.writeString(marker, text.replace("encodings-1.map", "../store/other.map"));
              });
        });
  }

  @Test
  void filesOfAnotherVersionOrLimitAreDropped() throws IOException {
    prepare(100);
    ChronicleEncodingStore other = ChronicleEncodingStore.open(directory(), BYTES_MAX, "1.2.4");
    assertThat(other.size().entries()).isZero();
    put(other, 0, 10);
    other.close();
    other = ChronicleEncodingStore.open(directory(), 2 * BYTES_MAX, "1.2.4");
    assertThat(other.size().entries()).isZero();
    other.close();
  }

  /** Chronicle Map refuses what has the right checksum and is no map. */
  @Test
  void whatChronicleMapCannotOpenIsDropped() throws IOException {
    prepare(100);
    Path map = mapFiles().getFirst();
    try (RandomAccessFile bytes = new RandomAccessFile(map.toFile(), "rw")) {
      // Behind the word that says that the header is complete: otherwise it waits a minute for it.
      bytes.seek(16);
      bytes.write("no map".repeat(20).getBytes(StandardCharsets.US_ASCII));
    }
    String marker = Files.readString(directory().resolve(CleanClose.FILE_NAME));
    String writer = marker.lines().toList().get(1);
    CleanClose.put(directory(), writer, List.of(map.getFileName().toString()));
    ChronicleEncodingStore store = open();
    assertThat(store.size().entries()).isZero();
    put(store, 0, 10);
    assertThat(count(store, 0, 10)).isEqualTo(10);
    store.close();
  }

  @Test
  void otherFilesInTheFolderStay() throws IOException {
    Files.createDirectories(directory());
    Path mine = Files.writeString(directory().resolve("encodings.map"), "mine");
    Path marker = Files.writeString(directory().resolve(".clean.1-1.partial"), "a killed close");
    prepare(10);
    assertThat(marker).doesNotExist();
    ChronicleEncodingStore store = open();
    store.discard();
    assertThat(mine).hasContent("mine");
  }

  @Test
  void oneOwnsTheFolder() throws IOException {
    ChronicleEncodingStore store = open();
    put(store, 0, 10);
    assertThatThrownBy(this::open)
        .isInstanceOf(EncodingStore.TakenException.class)
        .hasMessageContaining(directory().toString());
    assertThat(count(store, 0, 10)).isEqualTo(10);
    store.close();
    open().close();
  }

  @Test
  void aLimitThatIsTooSmallIsRefused() {
    assertThatThrownBy(
            () -> ChronicleEncodingStore.open(directory(), BYTES_MAX - 1, StoreValues.VERSION))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(String.valueOf(BYTES_MAX - 1))
        .hasMessageContaining("16 MiB");
  }

  @Test
  void aFolderThatCannotBeMadeIsAnException() throws IOException {
    Files.writeString(directory(), "a file");
    assertThatThrownBy(this::open).isInstanceOf(IOException.class);
  }

  /**
   * Blocks are allocated at once: a disk that has too few of them is an exception, and not a fault.
   */
  @Test
  void aDiskThatIsTooSmallIsAnExceptionAndKeepsNothing() throws IOException {
    assertThatThrownBy(
            () -> ChronicleEncodingStore.open(directory(), 1L << 52, StoreValues.VERSION))
        .isInstanceOf(IOException.class);
    assertThat(mapFiles()).isEmpty();
    open().close();
  }

  /** Readers never see a wrong value, whatever the writer and the end of the store do meanwhile. */
  @Test
  void readersAndTheWriterDoNotDisturbEachOther() throws Exception {
    ChronicleEncodingStore store = open();
    put(store, 0, 1_000);
    AtomicBoolean ended = new AtomicBoolean();
    AtomicInteger written = new AtomicInteger(1_000);
    ExecutorService readers = Executors.newFixedThreadPool(3);
    try {
      List<Future<Integer>> found = new ArrayList<>();
      for (int reader = 0; reader < 3; reader++) {
        int seed = reader;
        found.add(
            readers.submit(
                () -> {
                  Random random = new Random(seed);
                  int hits = 0;
                  while (!ended.get()) {
                    int number = Math.max(0, written.get() - random.nextInt(2_000));
                    hits += count(store, number, number + 1);
                  }
                  return hits;
                }));
      }
      while (written.get() < 30_000) {
        put(store, written.get(), written.get() + 100);
        written.addAndGet(100);
        assertThat(store.size().entries()).isPositive();
      }
      store.close();
      assertThat(store.get(StoreValues.key(29_999))).isNull();
      ended.set(true);
      for (Future<Integer> reader : found) {
        assertThat(reader.get()).isPositive();
      }
    } finally {
      ended.set(true);
      readers.close();
    }
    ChronicleEncodingStore again = open();
    assertThat(count(again, 29_000, 30_000)).isEqualTo(1_000);
    again.close();
  }

  @Test
  void aKilledProcessLeavesNothingThatIsServed() throws Exception {
    Process child = WritingChild.start(folder, directory(), 0);
    try {
      assertThat(child.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("writing");
      assertThatThrownBy(this::open).isInstanceOf(EncodingStore.TakenException.class);
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertThat(mapFiles()).isNotEmpty();
    ChronicleEncodingStore store = open();
    assertThat(store.size().entries()).isZero();
    assertThat(count(store, 0, 1_000)).isZero();
    put(store, 0, 10);
    store.close();
    store = open();
    assertThat(count(store, 0, 1_000)).isEqualTo(10);
    store.close();
  }

  @Test
  void whatAnotherProcessClosedIsThereAndNothingElseIsLeftBehind() throws Exception {
    Process child = WritingChild.start(folder, directory(), 200);
    List<String> said = child.inputReader(StandardCharsets.UTF_8).lines().toList();
    assertThat(child.waitFor()).isZero();
    assertThat(said).containsExactly("writing", "sockets 0");
    for (String name : List.of("home", "tmp", "work")) {
      try (Stream<Path> left = Files.walk(folder.resolve(name))) {
        assertThat(left).as(name).containsExactly(folder.resolve(name));
      }
    }
    ChronicleEncodingStore store = open();
    assertThat(count(store, 0, 1_000)).isEqualTo(200);
    store.close();
  }

  /**
   * The library would report its use to an analytics host. The flag forbids it, and it is not here.
   */
  @Test
  void theLibraryThatReportsUsageIsNotOnTheClassPath() {
    assertThat(System.getProperty("chronicle.analytics.disable")).isEqualTo("true");
    assertThatThrownBy(() -> Class.forName("net.openhft.chronicle.analytics.Analytics"))
        .isInstanceOf(ClassNotFoundException.class);
  }
}
