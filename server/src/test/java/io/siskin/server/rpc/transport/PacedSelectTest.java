package io.siskin.server.rpc.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.channel.SelectStrategy;
import io.siskin.server.testing.ControlledClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PacedSelectTest {
  private static final int READY = 7;

  private final ControlledClock clock = new ControlledClock();
  private final List<Long> pauses = new ArrayList<>();
  private boolean noHurry;
  private final PacedSelect select =
      new PacedSelect(
          () -> noHurry,
          clock,
          nanos -> {
            pauses.add(nanos);
            clock.advance(Duration.ofNanos(nanos));
          });

  private int select(boolean hasTasks) throws Exception {
    return select.calculateStrategy(() -> READY, hasTasks);
  }

  @Test
  void aThreadInAHurryWaitsForWhatComesFirst() throws Exception {
    assertThat(select(false)).isEqualTo(SelectStrategy.SELECT);
    assertThat(select(true)).isEqualTo(READY);
    assertThat(pauses).isEmpty();
  }

  @Test
  void withoutHurryItPausesAndTakesWhatHasCome() throws Exception {
    noHurry = true;
    assertThat(select(false)).isEqualTo(READY);
    assertThat(select(true)).isEqualTo(READY);
    assertThat(pauses).containsExactly(PacedSelect.PAUSE_NANOS_MIN, PacedSelect.PAUSE_NANOS_MIN);
  }

  @Test
  void pausesAreThreeTimesTheTurnBeforeThemWithinBounds() throws Exception {
    noHurry = true;
    select(false);
    clock.advance(Duration.ofMillis(1));
    select(false);
    clock.advance(Duration.ofMillis(100));
    select(false);
    assertThat(pauses)
        .containsExactly(
            PacedSelect.PAUSE_NANOS_MIN,
            Duration.ofMillis(3).toNanos(),
            PacedSelect.PAUSE_NANOS_MAX);
  }

  @Test
  void theTimeInAHurryIsNoTurn() throws Exception {
    select(false);
    clock.advance(Duration.ofSeconds(10));
    noHurry = true;
    select(false);
    assertThat(pauses).containsExactly(PacedSelect.PAUSE_NANOS_MIN);
  }
}
