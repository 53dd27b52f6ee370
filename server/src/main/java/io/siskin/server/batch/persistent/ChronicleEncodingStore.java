package io.siskin.server.batch.persistent;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.batch.EncodingStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store in two Chronicle Maps, whose files are in one folder. Chronicle Map evicts nothing, so
 * the younger map is filled, and when it is full the older one is deleted and a new one begun. What
 * is kept is thus the last half of the room at least.
 *
 * <p>The files are trusted only after a clean close, see {@link CleanClose}; otherwise they are
 * deleted. Chronicle's own recovery is never used: after a power loss it was seen to give an empty
 * map, to end the process, and not to return (ADR 0029).
 *
 * <p>One process owns the folder, by a lock on the file {@code .lock}. Threads are as {@link
 * EncodingStore} says. A {@link #get} during a change of maps finds nothing and does not wait.
 */
public final class ChronicleEncodingStore implements EncodingStore {
  /** The smallest limit that is accepted, in bytes. */
  public static final long BYTES_MAX_MIN = 16L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(ChronicleEncodingStore.class);
  private static final String LOCK = ".lock";

  // A map begins with a tenth of the room that it may take, and grows by tenths.
  private static final int GROWTH_MAX = 10;
  private static final int VALUE_LENGTH_BYTES_MEAN = 1_024;
  // What an entry of that length takes at most in a map that is full by isFull, as seen; small maps
  // take the most. ChronicleEncodingStoreTest has the bound.
  private static final long ENTRY_BYTES = 1_900;

  private final Path directory;
  private final String writer;
  private final long entriesPerMap;
  private final FileChannel lockFile;
  private final ReentrantReadWriteLock maps = new ReentrantReadWriteLock();

  // Change under the write lock.
  private @Nullable Opened older;
  private @Nullable Opened younger;

  /** A map and its file. */
  private record Opened(long number, ChronicleMap<byte[], byte[]> map) {
    /** Every growth that there is has been made: the next entry may find no room. */
    boolean isFull() {
      return map.remainingAutoResizes() == 0;
    }
  }

  private ChronicleEncodingStore(
      Path directory, String writer, long entriesPerMap, FileChannel lockFile) {
    this.directory = directory;
    this.writer = writer;
    this.entriesPerMap = entriesPerMap;
    this.lockFile = lockFile;
  }

  /**
   * Opens the store of a folder. Reads all of its files to check them. The first store of a process
   * takes about a second, because Chronicle Map compiles some classes.
   *
   * @param directory the folder, made when it is missing; other files in it are left alone
   * @param bytesMax how large the files may be together, {@link #BYTES_MAX_MIN} or more
   * @param version the version of this program; files of another one are not used
   * @throws EncodingStore.TakenException when another process uses the folder
   * @throws IOException when the folder or a file in it cannot be used
   */
  public static ChronicleEncodingStore open(Path directory, long bytesMax, String version)
      throws IOException {
    if (bytesMax < BYTES_MAX_MIN) {
      throw new InvalidInputException("bytes of stored encodings", bytesMax, "16 MiB or more");
    }
    Files.createDirectories(directory);
    FileChannel lockFile = lock(directory);
    boolean open = false;
    try {
      ChronicleEncodingStore store =
          new ChronicleEncodingStore(
              directory,
              "siskin " + version + ", at most " + bytesMax + " bytes",
              bytesMax / (2L * GROWTH_MAX * ENTRY_BYTES),
              lockFile);
      store.openMaps();
      open = true;
      return store;
    } finally {
      if (!open) {
        lockFile.close();
      }
    }
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    if (!maps.readLock().tryLock()) {
      return null;
    }
    try {
      byte[] value = younger == null ? null : younger.map.get(key);
      return value == null && older != null ? older.map.get(key) : value;
    } finally {
      maps.readLock().unlock();
    }
  }

  @Override
  public void put(byte[] key, byte[] value) throws IOException {
    if (value.length == 0 || value.length > VALUE_LENGTH_BYTES_MAX) {
      throw new InvalidInputException(
          "bytes of a stored encoding", value.length, "1 to " + VALUE_LENGTH_BYTES_MAX);
    }
    // This thread alone changes the maps, so that it may read the fields without the lock.
    Opened current = younger;
    if (current == null) {
      return;
    }
    if (current.isFull()) {
      current = rotate(current);
    }
    try {
      current.map.put(key, value);
    } catch (IllegalStateException full) {
      // Keys are spread unevenly: one part of the map can be full before the whole is.
      LOG.debug("a map of encodings is full early", full);
      rotate(current).map.put(key, value);
    }
  }

  @Override
  public Size size() {
    maps.readLock().lock();
    try {
      long entries = 0;
      long bytes = 0;
      for (Opened one : opened()) {
        entries += one.map.longSize();
        bytes += one.map.offHeapMemoryUsed();
      }
      return new Size(entries, bytes);
    } finally {
      maps.readLock().unlock();
    }
  }

  @Override
  public void close() throws IOException {
    try (lockFile) {
      List<String> names = closeMaps();
      if (!names.isEmpty()) {
        CleanClose.put(directory, writer, names);
      }
    }
  }

  @Override
  public void discard() throws IOException {
    try (lockFile) {
      List<String> _ = closeMaps();
      MapFiles.deleteExcept(directory, new HashSet<>());
    }
  }

  private static FileChannel lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      // As if another process had it.
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw new TakenException(directory.toString());
    }
    return channel;
  }

  private void openMaps() throws IOException {
    List<String> trusted = CleanClose.takeTrusted(directory, writer);
    MapFiles.deleteExcept(directory, new HashSet<>(trusted));
    if (reopen(trusted)) {
      return;
    }
    try {
      younger = create(1);
    } finally {
      if (younger == null) {
        // What was made of it takes room on a disk that may be full.
        MapFiles.deleteExcept(directory, new HashSet<>());
      }
    }
  }

  /** Opens files that were closed cleanly, and tells whether there are any that open. */
  @SuppressWarnings("IllegalCatch") // Whatever Chronicle Map throws, the files are worth little.
  private boolean reopen(List<String> names) throws IOException {
    try {
      for (long number : names.stream().map(MapFiles::number).sorted().toList()) {
        older = younger;
        younger = create(number);
      }
    } catch (IOException | RuntimeException | Error unusable) {
      LOG.warn("the stored encodings cannot be opened and are deleted: {}", unusable.toString());
      List<String> _ = closeMaps();
      MapFiles.deleteExcept(directory, new HashSet<>());
    }
    return younger != null;
  }

  /** Opens the map of a file, which is made when it is missing. */
  private Opened create(long number) throws IOException {
    ChronicleMap<byte[], byte[]> map =
        ChronicleMapBuilder.of(byte[].class, byte[].class)
            .name("encodings-" + number)
            .constantKeySizeBySample(new byte[KEY_LENGTH_BYTES])
            .averageValueSize(VALUE_LENGTH_BYTES_MEAN)
            .entries(entriesPerMap)
            .maxBloatFactor(GROWTH_MAX)
            // Blocks of the disk are taken when the file is made or grows, never by a write to its
            // memory: a full disk is an exception then, and not the end of the process.
            .sparseFile(false)
            // Ends in its order by close, or is not trusted.
            .skipCloseOnExitHook(true)
            .createPersistedTo(directory.resolve(MapFiles.name(number)).toFile());
    return new Opened(number, map);
  }

  /** Gives up the older map, and begins a new one. */
  private Opened rotate(Opened current) throws IOException {
    Opened next = create(current.number + 1);
    Opened last = older;
    maps.writeLock().lock();
    try {
      older = current;
      younger = next;
      if (last != null) {
        last.map.close();
      }
    } finally {
      maps.writeLock().unlock();
    }
    if (last != null) {
      Files.deleteIfExists(directory.resolve(MapFiles.name(last.number)));
    }
    return next;
  }

  /** Closes the maps, and returns the names of their files. */
  private List<String> closeMaps() {
    maps.writeLock().lock();
    try {
      List<String> names = new ArrayList<>();
      for (Opened one : opened()) {
        one.map.close();
        names.add(MapFiles.name(one.number));
      }
      older = null;
      younger = null;
      return names;
    } finally {
      maps.writeLock().unlock();
    }
  }

  private List<Opened> opened() {
    List<Opened> opened = new ArrayList<>();
    if (older != null) {
      opened.add(older);
    }
    if (younger != null) {
      opened.add(younger);
    }
    return opened;
  }
}
