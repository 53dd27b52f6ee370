package io.siskin.server.collection;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What is known of the files of one snapshot. Safe for concurrent use; takes no lock. */
final class Integrity {
  private final AtomicReference<@Nullable Damage> damage = new AtomicReference<>();
  private final AtomicBoolean verifying = new AtomicBoolean();
  // Null before the first verification of a snapshot in use.
  private volatile @Nullable Long verifiedNanoTime;

  /** Returns the damage that was found, or null. */
  @Nullable Damage damage() {
    return damage.get();
  }

  /**
   * Notes a damage; the first one stays.
   *
   * @return whether it is the first one
   */
  boolean declare(Damage found) {
    return damage.compareAndSet(null, found);
  }

  /** Takes the right to verify; false when somebody has it. */
  boolean beginVerifying() {
    return verifying.compareAndSet(false, true);
  }

  void endVerifying() {
    verifying.set(false);
  }

  /** Notes that all files were found whole. */
  void verified(long nowNanoTime) {
    verifiedNanoTime = nowNanoTime;
  }

  /** Tells whether all files were found whole at a time or after it. */
  boolean isVerifiedSince(long nanoTime) {
    Long verified = verifiedNanoTime;
    return verified != null && verified - nanoTime >= 0;
  }
}
