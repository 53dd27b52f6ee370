package io.siskin.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.index.format.v2.LogLayout;
import io.siskin.index.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log keeps what was forced, on a disk that loses power, fails, fills up and rots. */
final class WriteAheadLogTest {
  private static final LogOptions SMALL = new LogOptions(8192, 16_384, Runnable::run);

  @TempDir Path directory;

  /** A frame as it was appended. Payloads are compared as lists of bytes. */
  private record Frame(long sequence, int type, List<Byte> payload) {
    static Frame of(long sequence, int type, ByteBuffer payload) {
      List<Byte> bytes = new ArrayList<>();
      while (payload.hasRemaining()) {
        bytes.add(payload.get());
      }
      return new Frame(sequence, type, bytes);
    }
  }

  @Test
  void framesComeBackFromARealDisk() throws IOException {
    Random random = new Random(Seeds.next());
    List<Frame> appended = new ArrayList<>();
    try (ExecutorService preparing = Executors.newSingleThreadExecutor()) {
      LogOptions options = new LogOptions(8192, 65_536, preparing);
      for (int round = 0; round < 5; round++) {
        List<Frame> found = new ArrayList<>();
        try (WriteAheadLog log =
            WriteAheadLog.open(directory.resolve("log"), options, 1, collector(found))) {
          assertThat(found).isEqualTo(appended);
          for (int i = 0; i < 40; i++) {
            appended.add(append(log, random, 5_000));
          }
          log.force();
          assertThat(log.lastSequence()).isEqualTo(appended.size());
        }
      }
    }
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      assertThat(files.count()).isGreaterThan(3);
    }
  }

  /** Appends, forces, truncations, power losses and ends of the process, in any order. */
  @RepeatedTest(300)
  void afterEachCrashTheFramesAreAPrefixWithAllThatWasForced() throws IOException {
    Random random = new Random(Seeds.next());
    SimulatedLogFiles files = new SimulatedLogFiles(random);
    List<Frame> appended = new ArrayList<>();
    long forced = 0;
    long floor = 0;
    for (int life = 0; life < 6; life++) {
      files.crashAfter(random.nextInt(4) == 0 ? random.nextInt(12) : 20 + random.nextInt(300));
      try {
        List<Frame> found = new ArrayList<>();
        WriteAheadLog log = WriteAheadLog.open(files, SMALL, floor + 1, collector(found));
        long last = Math.max(floor, log.lastSequence());
        assertThat(last).isGreaterThanOrEqualTo(forced).isLessThanOrEqualTo(appended.size());
        assertThat(found).isEqualTo(appended.subList((int) floor, (int) last));
        while (appended.size() > last) {
          appended.removeLast();
        }
        // What a process has read once must not disappear later.
        forced = last;
        while (true) {
          switch (random.nextInt(8)) {
            case 0, 1 -> {
              log.force();
              forced = appended.size();
            }
            case 2 -> {
              // Only what is durable elsewhere is truncated, so all of it counts as forced.
              floor = Math.max(floor, random.nextInt(appended.size() + 1));
              forced = Math.max(forced, floor);
              log.truncateBefore(floor);
            }
            default -> {
              appended.add(drawFrame(appended.size() + 1, random, 2_500));
              assertThat(append(log, appended.getLast())).isEqualTo(appended.size());
            }
          }
        }
      } catch (SimulatedLogFiles.Crash expected) {
        // The process has ended.
      }
      if (random.nextBoolean()) {
        files.losePower();
      } else {
        files.killProcess();
      }
    }
  }

  /** Each damaged byte of a log ends in fewer frames or in an error, and never in a wrong frame. */
  @Test
  void aFlippedByteNeverMakesAWrongFrame() throws IOException {
    Random random = new Random(Seeds.next());
    SimulatedLogFiles files = new SimulatedLogFiles(random);
    List<Frame> appended = new ArrayList<>();
    WriteAheadLog log = WriteAheadLog.open(files, SMALL, 1, collector(new ArrayList<>()));
    while (files.list().stream().filter(LogFileHeader::isName).count() < 2
        || appended.size() < 14) {
      appended.add(append(log, random, 600));
      log.force();
    }
    log.close();
    int truncated = 0;
    int refused = 0;
    for (String name : files.list()) {
      byte[] bytes = files.bytes(name);
      for (int at = 0; at < bytes.length; at++) {
        byte[] damaged = bytes.clone();
        damaged[at] ^= (byte) (1 << random.nextInt(8));
        SimulatedLogFiles copy = files.copy();
        copy.put(name, damaged);
        List<Frame> found = new ArrayList<>();
        try {
          WriteAheadLog.open(copy, SMALL, 1, collector(found)).close();
          // All was forced, so only the last frame can be taken for an unfinished write.
          assertThat(found.size()).isGreaterThanOrEqualTo(appended.size() - 1);
          truncated += appended.size() - found.size();
        } catch (CorruptLogException | UnsupportedFormatException expected) {
          refused++;
        }
        assertThat(found).isEqualTo(appended.subList(0, found.size()));
      }
    }
    assertThat(truncated).isPositive();
    assertThat(refused).isGreaterThan(1000);
  }

  /** A log that ends anywhere with zeros ends with the last whole frame. */
  @Test
  void aTornTailIsCutOff() throws IOException {
    Random random = new Random(Seeds.next());
    SimulatedLogFiles files = new SimulatedLogFiles(random);
    List<Frame> appended = new ArrayList<>();
    List<Long> ends = new ArrayList<>();
    WriteAheadLog log = WriteAheadLog.open(files, SMALL, 1, collector(new ArrayList<>()));
    long end = LogLayout.FRAMES_OFFSET;
    while (end < 7_000) {
      appended.add(append(log, random, 400));
      end += LogLayout.frameLength(appended.getLast().payload.size());
      ends.add(end);
    }
    log.force();
    log.close();
    String name = LogFileHeader.nameOf(1);
    byte[] bytes = files.bytes(name);
    for (int at = LogLayout.FRAMES_OFFSET; at < end; at++) {
      byte[] torn = bytes.clone();
      Arrays.fill(torn, at, torn.length, (byte) 0);
      SimulatedLogFiles copy = files.copy();
      copy.put(name, torn);
      List<Frame> found = new ArrayList<>();
      WriteAheadLog reopened = WriteAheadLog.open(copy, SMALL, 1, collector(found));
      long whole = at;
      long least = ends.stream().filter(frameEnd -> frameEnd <= whole).count();
      // Padding, or a payload that ends with zeros, may be all that was torn off.
      assertThat((long) found.size()).isBetween(least, least + 1);
      assertThat(found).isEqualTo(appended.subList(0, found.size()));
      Frame next = drawFrame(found.size() + 1, random, 300);
      append(reopened, next);
      reopened.force();
      copy.losePower();
      List<Frame> again = new ArrayList<>();
      WriteAheadLog.open(copy, SMALL, 1, collector(again)).close();
      assertThat(again).hasSize(found.size() + 1).endsWith(next);
    }
    // A file that was cut is damage: files have their whole length from the beginning.
    SimulatedLogFiles cut = files.copy();
    cut.put(name, Arrays.copyOf(bytes, bytes.length - 1));
    assertThatThrownBy(() -> WriteAheadLog.open(cut, SMALL, 1, collector(new ArrayList<>())))
        .isInstanceOf(CorruptLogException.class);
  }

  /**
   * After a power loss a whole frame may stand after a bad one. That is no damage if nobody had
   * forced either of them, and it is damage if the bad one had been forced.
   */
  @Test
  void aWholeFrameAfterABadOneTellsWhetherTheBadOneWasForced() throws IOException {
    for (boolean forcedBetween : new boolean[] {false, true}) {
      SimulatedLogFiles files = new SimulatedLogFiles(new Random(Seeds.next()));
      WriteAheadLog log = WriteAheadLog.open(files, SMALL, 1, collector(new ArrayList<>()));
      log.append(1, ByteBuffer.allocate(8));
      log.force();
      log.append(2, ByteBuffer.allocate(8));
      if (forcedBetween) {
        log.force();
      }
      log.append(3, ByteBuffer.allocate(8));
      String name = LogFileHeader.nameOf(1);
      byte[] bytes = files.bytes(name).clone();
      bytes[LogLayout.FRAMES_OFFSET + LogLayout.frameLength(8) + 1] ^= 1;
      SimulatedLogFiles damaged = files.copy();
      damaged.put(name, bytes);
      List<Frame> found = new ArrayList<>();
      if (forcedBetween) {
        assertThatThrownBy(() -> WriteAheadLog.open(damaged, SMALL, 1, collector(found)))
            .isInstanceOf(CorruptLogException.class)
            .hasMessageContaining("frame 2")
            .hasMessageContaining("frame 3");
        assertThat(damaged.bytes(name)).as("the log is kept").isEqualTo(bytes);
      } else {
        WriteAheadLog reopened = WriteAheadLog.open(damaged, SMALL, 1, collector(found));
        assertThat(found).hasSize(1);
        // As long as frame 2 was: frame 3 must not seem to follow it.
        assertThat(reopened.append(4, ByteBuffer.allocate(8))).isEqualTo(2);
        reopened.force();
        reopened.close();
        found.clear();
        WriteAheadLog.open(damaged, SMALL, 1, collector(found)).close();
        assertThat(found).extracting(Frame::type).containsExactly(1, 4);
      }
    }
  }

  @Test
  void aFailedForceIsNotTriedAgain() throws IOException {
    SimulatedLogFiles files = new SimulatedLogFiles(new Random(Seeds.next()));
    WriteAheadLog log = WriteAheadLog.open(files, SMALL, 1, collector(new ArrayList<>()));
    log.append(1, ByteBuffer.allocate(100));
    files.failForces(true);
    assertThatThrownBy(log::force)
        .isInstanceOf(LogFailedException.class)
        .hasMessageContaining("Input/output error");
    files.failForces(false);
    assertThatThrownBy(log::force).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> log.append(1, ByteBuffer.allocate(1)))
        .isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> log.truncateBefore(1)).isInstanceOf(LogFailedException.class);
    log.close();
    assertThat(files.openFiles()).isZero();
  }

  @Test
  void aFailedWriteEndsTheLogToo() throws IOException {
    SimulatedLogFiles files = new SimulatedLogFiles(new Random(Seeds.next()));
    WriteAheadLog log = WriteAheadLog.open(files, SMALL, 1, collector(new ArrayList<>()));
    files.failWrites(true);
    assertThatThrownBy(() -> log.append(1, ByteBuffer.allocate(1)))
        .isInstanceOf(LogFailedException.class);
    files.failWrites(false);
    assertThatThrownBy(() -> log.append(1, ByteBuffer.allocate(1)))
        .isInstanceOf(LogFailedException.class);
  }

  /**
   * The memory of the system has frames whose force has failed, and takes them for written. A
   * process that reads them after a restart must not lose them later.
   */
  @RepeatedTest(20)
  void whatIsReadAfterAFailedForceIsMadeDurable() throws IOException {
    SimulatedLogFiles files = new SimulatedLogFiles(new Random(Seeds.next()));
    WriteAheadLog log = WriteAheadLog.open(files, SMALL, 1, collector(new ArrayList<>()));
    for (int i = 0; i < 5; i++) {
      log.append(1, ByteBuffer.allocate(100));
    }
    files.failForces(true);
    assertThatThrownBy(log::force).isInstanceOf(LogFailedException.class);
    files.failForces(false);
    files.killProcess();
    List<Frame> found = new ArrayList<>();
    WriteAheadLog.open(files, SMALL, 1, collector(found));
    files.losePower();
    List<Frame> again = new ArrayList<>();
    WriteAheadLog.open(files, SMALL, 1, collector(again));
    assertThat(again).isEqualTo(found);
  }

  /** The disk fills up while the next file is made, or in the middle of a frame. */
  @RepeatedTest(60)
  void aFullDiskTakesNothingAway() throws IOException {
    Random random = new Random(Seeds.next());
    boolean inPlace = random.nextBoolean();
    SimulatedLogFiles files = new SimulatedLogFiles(random);
    List<Frame> appended = new ArrayList<>();
    WriteAheadLog log = WriteAheadLog.open(files, SMALL, 1, collector(new ArrayList<>()));
    for (int i = 0; i < 60; i++) {
      // In place, there must be room to take a part of a frame back.
      files.limitRoom(
          random.nextInt(3) == 0 ? random.nextInt(inPlace ? 3_000 : 20_000) : Long.MAX_VALUE,
          inPlace);
      Frame frame = drawFrame(appended.size() + 1, random, 2_500);
      try {
        append(log, frame);
        appended.add(frame);
      } catch (LogFullException full) {
        assertThat(full).hasMessageContaining("no room");
      } catch (LogFailedException cannotTakeBack) {
        assertThat(inPlace).isTrue();
        break;
      }
      assertThat(log.lastSequence()).isEqualTo(appended.size());
    }
    files.limitRoom(Long.MAX_VALUE, false);
    files.killProcess();
    List<Frame> found = new ArrayList<>();
    WriteAheadLog.open(files, SMALL, 1, collector(found));
    assertThat(found).isEqualTo(appended);
  }

  @Test
  void aLogIsUsableWhenThereIsRoomAgain() throws IOException {
    SimulatedLogFiles files = new SimulatedLogFiles(new Random(Seeds.next()));
    WriteAheadLog log = WriteAheadLog.open(files, SMALL, 1, collector(new ArrayList<>()));
    files.limitRoom(100, false);
    log.append(1, ByteBuffer.allocate(2_000));
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> log.append(1, ByteBuffer.allocate(3_000)))
          .isInstanceOf(LogFullException.class);
    }
    files.limitRoom(Long.MAX_VALUE, false);
    assertThat(log.append(1, ByteBuffer.allocate(3_000))).isEqualTo(2);
    log.close();
    assertThat(files.openFiles()).isZero();
  }

  @Test
  void onlyFilesThatNobodyNeedsAreDeleted() throws IOException {
    SimulatedLogFiles files = new SimulatedLogFiles(new Random(Seeds.next()));
    WriteAheadLog log = WriteAheadLog.open(files, SMALL, 1, collector(new ArrayList<>()));
    // The first file takes two of these, the others six.
    for (int i = 1; i <= 14; i++) {
      log.append(1, ByteBuffer.allocate(2_000));
    }
    String[] names = {
      LogFileHeader.nameOf(1), LogFileHeader.nameOf(3), LogFileHeader.nameOf(9), NextFile.NAME
    };
    assertThat(files.list()).containsExactlyInAnyOrder(names);
    assertThat(log.lengthBytes()).isEqualTo(8192 + 3 * 16_384);
    log.truncateBefore(1);
    assertThat(files.list()).contains(names[0]);
    log.truncateBefore(8);
    assertThat(files.list()).containsExactlyInAnyOrder(names[2], names[3]);
    assertThat(log.lengthBytes()).isEqualTo(2 * 16_384);
    log.truncateBefore(14);
    assertThat(files.list()).containsExactlyInAnyOrder(names[2], names[3]);
    log.close();
    // A log that is closed gives back the room of the file that it has prepared.
    assertThat(files.list()).containsExactly(names[2]);
    List<Frame> found = new ArrayList<>();
    WriteAheadLog.open(files, SMALL, 11, collector(found)).close();
    assertThat(found).extracting(Frame::sequence).containsExactly(11L, 12L, 13L, 14L);
    assertThatThrownBy(() -> WriteAheadLog.open(files, SMALL, 8, collector(found)))
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining("frame 8");
  }

  @Test
  void aLogWithoutTheNeededFramesBeginsWithThem() throws IOException {
    SimulatedLogFiles files = new SimulatedLogFiles(new Random(Seeds.next()));
    try (WriteAheadLog log = WriteAheadLog.open(files, SMALL, 42, collector(new ArrayList<>()))) {
      assertThat(log.lastSequence()).isEqualTo(41);
      assertThat(log.append(1, ByteBuffer.allocate(1))).isEqualTo(42);
    }
    // What the log had lost is durable elsewhere.
    try (WriteAheadLog log = WriteAheadLog.open(files, SMALL, 100, collector(new ArrayList<>()))) {
      assertThat(log.append(1, ByteBuffer.allocate(1))).isEqualTo(100);
    }
    assertThat(files.list()).containsExactly(LogFileHeader.nameOf(100));
  }

  @Test
  void aMissingFileIsCorruption() throws IOException {
    SimulatedLogFiles files = new SimulatedLogFiles(new Random(Seeds.next()));
    WriteAheadLog log = WriteAheadLog.open(files, SMALL, 1, collector(new ArrayList<>()));
    for (int i = 1; i <= 14; i++) {
      log.append(1, ByteBuffer.allocate(2_000));
    }
    log.close();
    files.delete(LogFileHeader.nameOf(3));
    assertThatThrownBy(() -> WriteAheadLog.open(files, SMALL, 1, collector(new ArrayList<>())))
        .isInstanceOf(CorruptLogException.class);
  }

  @Test
  void aLongFrameGetsAFileOfItsOwnLength() throws IOException {
    SimulatedLogFiles files = new SimulatedLogFiles(new Random(Seeds.next()));
    List<Frame> found = new ArrayList<>();
    try (WriteAheadLog log = WriteAheadLog.open(files, SMALL, 1, collector(found))) {
      log.append(7, ByteBuffer.allocate(200_000));
      log.append(8, ByteBuffer.allocate(300_000));
      log.append(9, ByteBuffer.allocate(10));
      log.force();
    }
    WriteAheadLog.open(files, SMALL, 1, collector(found)).close();
    assertThat(found)
        .extracting(frame -> frame.payload.size())
        .containsExactly(200_000, 300_000, 10);
  }

  @Test
  void refusesWhatIsOutOfRange() throws IOException {
    SimulatedLogFiles files = new SimulatedLogFiles(new Random(Seeds.next()));
    WriteAheadLog log = WriteAheadLog.open(files, SMALL, 1, collector(new ArrayList<>()));
    assertThatThrownBy(() -> log.append(0, ByteBuffer.allocate(1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("1 to 255");
    assertThatThrownBy(() -> log.append(256, ByteBuffer.allocate(1)))
        .isInstanceOf(InvalidInputException.class);
    ByteBuffer tooLong = ByteBuffer.allocate(LogLayout.PAYLOAD_LENGTH_MAX + 1);
    assertThatThrownBy(() -> log.append(1, tooLong))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(Integer.toString(LogLayout.PAYLOAD_LENGTH_MAX));
    assertThat(log.append(1, tooLong.limit(LogLayout.PAYLOAD_LENGTH_MAX))).isEqualTo(1);
    assertThatThrownBy(() -> new LogOptions(8192, 4096, Runnable::run))
        .isInstanceOf(InvalidInputException.class);
  }

  private static FrameReader collector(List<Frame> found) {
    return (sequence, type, payload) -> found.add(Frame.of(sequence, type, payload));
  }

  private static Frame append(WriteAheadLog log, Random random, int lengthMax) throws IOException {
    Frame frame = drawFrame(log.lastSequence() + 1, random, lengthMax);
    assertThat(append(log, frame)).isEqualTo(frame.sequence);
    return frame;
  }

  private static long append(WriteAheadLog log, Frame frame) throws IOException {
    ByteBuffer payload = ByteBuffer.allocate(frame.payload.size());
    frame.payload.forEach(payload::put);
    return log.append(frame.type, payload.flip());
  }

  private static Frame drawFrame(long sequence, Random random, int lengthMax) {
    byte[] bytes = new byte[random.nextInt(10) == 0 ? 0 : random.nextInt(lengthMax)];
    random.nextBytes(bytes);
    return Frame.of(sequence, 1 + random.nextInt(255), ByteBuffer.wrap(bytes));
  }
}
