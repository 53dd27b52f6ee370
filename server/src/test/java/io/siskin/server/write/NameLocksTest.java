package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class NameLocksTest {
  private static final int ROUNDS = 2_000;

  private final NameLocks locks = new NameLocks();
  // Guarded by the names.
  private final int[] counts = new int[2];

  @Test
  void aNameThatNobodyHoldsTakesNoMemory() {
    for (int i = 0; i < ROUNDS; i++) {
      try (NameLocks.Held _ = locks.hold("name" + i);
          NameLocks.Held _ = locks.hold("name" + i)) {
        assertThat(locks.size()).isEqualTo(1);
      }
    }
    assertThat(locks.size()).isZero();
  }

  @Test
  void oneThreadAtATimeHoldsANameAndNobodyWaitsForEver() {
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      all.add(CompletableFuture.runAsync(() -> count("a", "b"), threads));
      all.add(CompletableFuture.runAsync(() -> count("b", "a"), threads));
      all.add(CompletableFuture.runAsync(() -> count("a", "a"), threads));
      all.forEach(CompletableFuture::join);
    }
    assertThat(counts).containsExactly(3 * ROUNDS, 2 * ROUNDS);
    assertThat(locks.size()).isZero();
  }

  private void count(String one, String other) {
    for (int i = 0; i < ROUNDS; i++) {
      try (NameLocks.Held _ = locks.hold(one, other)) {
        counts[0]++;
        if (!one.equals(other)) {
          counts[1]++;
        }
      }
    }
  }
}
