package io.siskin.server.collection;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.store.FileState;
import io.siskin.index.store.ReadPace;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether the files of a snapshot are damaged (ADR 0023), and says so once: in the log,
 * in the snapshot, and to all who ask.
 *
 * <p>Some failures are certain at once: a mapped byte that cannot be read, a file of another
 * length. Any other unexpected failure of a search leads to one verification of all checksums, on a
 * thread of its own.
 *
 * <p>Safe for concurrent use.
 */
final class IntegrityMonitor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IntegrityMonitor.class);

  // A defect that fails every search must not keep the disk busy.
  private static final long VERIFIED_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long IDLE_SECONDS = 10;
  private static final String MEMORY_FAULT = "unsafe memory access";

  private final Consumer<CollectionSnapshot> onDamage;
  private final LongSupplier nanoTime;
  private final ExecutorService verifier =
      new ThreadPoolExecutor(
          0,
          1,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().daemon().name("siskin-verify").factory());

  /**
   * Makes a monitor.
   *
   * @param onDamage told of each snapshot that turns out to be damaged, once, on the thread that
   *     found it
   * @param nanoTime the clock, as {@link System#nanoTime}
   */
  IntegrityMonitor(Consumer<CollectionSnapshot> onDamage, LongSupplier nanoTime) {
    this.onDamage = onDamage;
    this.nanoTime = nanoTime;
  }

  /**
   * Judges the files of a snapshot whose search has failed in a way that no request explains. Does
   * not wait for a verification.
   *
   * @param snapshot the snapshot, retained by the caller
   * @param failure how the search failed
   */
  Verdict judge(CollectionSnapshot snapshot, Throwable failure) {
    if (snapshot.damage() == null) {
      Damage certain = certainDamage(snapshot, failure);
      if (certain != null) {
        declare(snapshot, certain);
      }
    }
    if (snapshot.damage() != null) {
      return Verdict.DAMAGED;
    }
    if (snapshot.integrity().isVerifiedSince(nanoTime.getAsLong() - VERIFIED_NANOS)) {
      return Verdict.WHOLE;
    }
    verifyLater(snapshot, failure);
    return Verdict.VERIFYING;
  }

  /**
   * Looks at the names and lengths of a snapshot's files, and has them verified if somebody has
   * written to one.
   *
   * @param snapshot the snapshot
   * @return whether other files stand there than those that were mapped
   */
  boolean lookAt(CollectionSnapshot snapshot) {
    if (snapshot.damage() != null) {
      return false;
    }
    try {
      FileState state = snapshot.compareFiles();
      if (state == FileState.WRITTEN) {
        verifyLater(snapshot, null);
      }
      return state == FileState.EXCHANGED;
    } catch (CorruptSegmentException damaged) {
      declare(snapshot, new Damage(message(damaged)));
    } catch (IOException unknown) {
      LOG.debug("the files of {} cannot be looked up", snapshot.manifest().name(), unknown);
    }
    return false;
  }

  /**
   * Verifies all files of a snapshot on the calling thread.
   *
   * @param snapshot the snapshot
   * @param pace told of each chunk that was read; may wait
   */
  void verify(CollectionSnapshot snapshot, ReadPace pace) {
    verify(snapshot, pace, null);
  }

  private void verify(CollectionSnapshot snapshot, ReadPace pace, @Nullable Throwable failure) {
    String name = snapshot.manifest().name();
    try {
      FileState state = snapshot.verifyFiles(pace);
      if (state == FileState.EXCHANGED && failure != null) {
        declare(snapshot, new Damage("a search failed, and its files were exchanged meanwhile"));
        return;
      }
      if (failure != null) {
        LOG.error(
            "a search of collection {} failed though its files are whole: a defect of Siskin",
            name,
            failure);
      }
      // Where files are gone, the collection is being replaced or removed.
      snapshot.integrity().verified(nanoTime.getAsLong());
    } catch (CorruptSegmentException damaged) {
      declare(snapshot, new Damage(message(damaged)));
    } catch (ClosedChannelException closing) {
      LOG.debug("the verification of collection {} was ended", name);
    } catch (IOException unknown) {
      LOG.warn("the files of collection {} cannot be verified: {}", name, message(unknown));
    }
  }

  private void verifyLater(CollectionSnapshot snapshot, @Nullable Throwable failure) {
    if (!snapshot.integrity().beginVerifying()) {
      return;
    }
    boolean submitted = false;
    try {
      verifier.execute(
          () -> {
            try {
              verify(snapshot, ReadPace.UNLIMITED, failure);
            } finally {
              snapshot.integrity().endVerifying();
            }
          });
      submitted = true;
    } catch (RejectedExecutionException closing) {
      LOG.debug("closing: {} is not verified", snapshot.manifest().name());
    } finally {
      if (!submitted) {
        snapshot.integrity().endVerifying();
      }
    }
  }

  /** Returns the damage that a failure is enough to prove, or null. */
  private static @Nullable Damage certainDamage(CollectionSnapshot snapshot, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof CorruptSegmentException corrupt) {
        return new Damage(message(corrupt));
      }
    }
    try {
      FileState _ = snapshot.compareFiles();
    } catch (CorruptSegmentException shortened) {
      return new Damage(message(shortened));
    } catch (IOException unknown) {
      LOG.debug("the files of {} cannot be looked up", snapshot.manifest().name(), unknown);
    }
    return failure instanceof InternalError && message(failure).contains(MEMORY_FAULT)
        ? new Damage("a mapped file could not be read: it was shortened, or its disk failed")
        : null;
  }

  private void declare(CollectionSnapshot snapshot, Damage damage) {
    if (snapshot.integrity().declare(damage)) {
      LOG.error(
          "collection {} is damaged and answers DATA_LOSS until its files are whole again: {}",
          snapshot.manifest().name(),
          damage.reason());
      onDamage.accept(snapshot);
    }
  }

  private static String message(Throwable failure) {
    return String.valueOf(failure.getMessage());
  }

  /** Ends the verifications that are under way. */
  @Override
  public void close() {
    verifier.shutdownNow();
  }
}
