package io.siskin.server.log;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A disk in memory that loses power and fails. It knows for every file what is durable and what a
 * process would read. A power loss keeps what is durable and any part of the rest: each sector of
 * 512 bytes and each name is the old one or the new one, by chance. A failed force loses what it
 * should have written, and the system takes it for written, as Linux does.
 */
final class SimulatedLogFiles implements LogFiles {
  private static final int SECTOR = 512;

  /** The process ends in the middle of an operation. */
  static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static final class Content {
    private byte[] seen = new byte[0];
    private byte[] durable = new byte[0];
    private final TreeSet<Integer> dirtySectors = new TreeSet<>();
    private boolean lengthDirty;
  }

  private final Random random;
  private Map<String, Content> names = new TreeMap<>();
  private Map<String, Content> durableNames = new HashMap<>();
  private final AtomicInteger openFiles = new AtomicInteger();

  /** Operations left until the process ends; negative for never. */
  private int operationsLeft = -1;

  private long roomBytes = Long.MAX_VALUE;
  private boolean forcesFail;
  private boolean writesFail;
  private boolean writesInPlaceNeedRoom;

  SimulatedLogFiles(Random random) {
    this.random = random;
  }

  /** Lets the process end in the middle of a later operation. */
  void crashAfter(int operations) {
    operationsLeft = operations;
  }

  void limitRoom(long bytes, boolean inPlaceToo) {
    roomBytes = bytes;
    writesInPlaceNeedRoom = inPlaceToo;
  }

  void failForces(boolean fail) {
    forcesFail = fail;
  }

  void failWrites(boolean fail) {
    writesFail = fail;
  }

  int openFiles() {
    return openFiles.get();
  }

  /** The process ends, and the system goes on. */
  void killProcess() {
    operationsLeft = -1;
    openFiles.set(0);
  }

  /** The power fails. */
  void losePower() {
    killProcess();
    Map<String, Content> after = new TreeMap<>();
    TreeSet<String> all = new TreeSet<>(names.keySet());
    all.addAll(durableNames.keySet());
    for (String name : all) {
      Content now = names.get(name);
      Content before = durableNames.get(name);
      Content chosen = random.nextBoolean() ? now : before;
      if (chosen != null) {
        after.put(name, chosen);
      }
    }
    // By identity: one file may have two names for a moment.
    IdentityHashMap<Content, Boolean> kept = new IdentityHashMap<>();
    for (Content content : after.values()) {
      if (kept.put(content, true) == null) {
        losePower(content);
      }
    }
    names = after;
    durableNames = new HashMap<>(after);
  }

  private void losePower(Content content) {
    boolean newLength = !content.lengthDirty || random.nextBoolean();
    byte[] after =
        Arrays.copyOf(content.durable, newLength ? content.seen.length : content.durable.length);
    int mode = random.nextInt(3);
    for (int sector : content.dirtySectors) {
      if (mode == 0 || (mode == 1 && random.nextBoolean())) {
        int from = sector * SECTOR;
        int length = Math.min(SECTOR, Math.min(after.length, content.seen.length) - from);
        if (length > 0) {
          System.arraycopy(content.seen, from, after, from, length);
        }
      }
    }
    content.seen = after;
    content.durable = after.clone();
    content.dirtySectors.clear();
    content.lengthDirty = false;
  }

  byte[] bytes(String name) {
    return Objects.requireNonNull(names.get(name), name).seen;
  }

  void put(String name, byte[] bytes) {
    Content content = new Content();
    content.seen = bytes.clone();
    content.durable = bytes.clone();
    names.put(name, content);
    durableNames.put(name, content);
  }

  /** A disk with the same content, on which nothing fails. */
  SimulatedLogFiles copy() {
    SimulatedLogFiles copy = new SimulatedLogFiles(random);
    names.forEach((name, content) -> copy.put(name, content.seen));
    return copy;
  }

  @Override
  public String place() {
    return "simulated";
  }

  @Override
  public List<String> list() {
    return List.copyOf(names.keySet());
  }

  @Override
  public LogFile open(String name) throws IOException {
    step();
    Content content = names.get(name);
    if (content == null) {
      throw new FileNotFoundException(name);
    }
    openFiles.incrementAndGet();
    return new SimulatedFile(name, content);
  }

  @Override
  public LogFile create(String name) throws IOException {
    step();
    if (names.containsKey(name)) {
      throw new IOException(name + " exists");
    }
    Content content = new Content();
    names.put(name, content);
    openFiles.incrementAndGet();
    return new SimulatedFile(name, content);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    step();
    Content moved = names.remove(from);
    if (moved == null) {
      throw new FileNotFoundException(from);
    }
    Content replaced = names.put(to, moved);
    if (replaced != null && roomBytes != Long.MAX_VALUE) {
      roomBytes += replaced.seen.length;
    }
  }

  @Override
  public void delete(String name) throws IOException {
    step();
    Content deleted = names.remove(name);
    if (deleted == null) {
      throw new FileNotFoundException(name);
    }
    if (roomBytes != Long.MAX_VALUE) {
      roomBytes += deleted.seen.length;
    }
  }

  @Override
  public void forceNames() throws IOException {
    step();
    if (forcesFail) {
      throw new IOException("Input/output error");
    }
    durableNames = new HashMap<>(names);
  }

  private void step() {
    if (operationsLeft == 0) {
      throw new Crash();
    }
    if (operationsLeft > 0) {
      operationsLeft--;
    }
  }

  private final class SimulatedFile implements LogFile {
    private final String name;
    private final Content content;
    private boolean closed;

    SimulatedFile(String name, Content content) {
      this.name = name;
      this.content = content;
    }

    @Override
    public long lengthBytes() {
      return content.seen.length;
    }

    @Override
    public void read(ByteBuffer target, long position) {
      int length = (int) Math.min(target.remaining(), content.seen.length - position);
      if (length > 0) {
        target.put(content.seen, (int) position, length);
      }
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      if (closed) {
        throw new IOException(name + " is closed");
      }
      if (operationsLeft == 0) {
        // The process ends in the middle of a write.
        put(source, (int) position, random.nextInt(source.remaining() + 1));
      }
      step();
      if (writesFail) {
        put(source, (int) position, random.nextInt(source.remaining()));
        throw new IOException("Input/output error");
      }
      long wanted =
          writesInPlaceNeedRoom
              ? source.remaining()
              : Math.max(0, position + source.remaining() - content.seen.length);
      if (wanted > roomBytes) {
        put(source, (int) position, (int) (source.remaining() - (wanted - roomBytes)));
        // What was written is there until the file is deleted, which gives it back.
        roomBytes = writesInPlaceNeedRoom ? roomBytes : 0;
        throw new LogFullException(name, new IOException("No space left on device"));
      }
      if (roomBytes != Long.MAX_VALUE) {
        roomBytes -= wanted;
      }
      put(source, (int) position, source.remaining());
    }

    private void put(ByteBuffer source, int position, int length) {
      if (position + length > content.seen.length) {
        content.seen = Arrays.copyOf(content.seen, position + length);
        content.lengthDirty = true;
      }
      source.get(content.seen, position, length);
      for (int sector = position / SECTOR; sector * SECTOR < position + length; sector++) {
        content.dirtySectors.add(sector);
      }
    }

    @Override
    public void force() throws IOException {
      step();
      if (forcesFail) {
        // The memory of the system still has the bytes, and takes them for written.
        byte[] seen = content.seen;
        losePower(content);
        content.seen = Arrays.copyOf(seen, content.durable.length);
        throw new IOException("Input/output error");
      }
      content.durable = content.seen.clone();
      content.dirtySectors.clear();
      content.lengthDirty = false;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        openFiles.decrementAndGet();
      }
    }
  }
}
