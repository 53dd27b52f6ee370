package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class PreparationRoomTest {
  private final PreparationRoom room = new PreparationRoom(100);

  @Test
  void whatDoesNotFitIsRefusedUntilThereIsRoom() {
    room.take(60);
    room.take(40);
    assertThatThrownBy(() -> room.take(1))
        .isInstanceOfSatisfying(
            WritesOverloadedException.class,
            full -> {
              if (full.reason() != WritesOverloadedException.Reason.QUEUE_FULL) {
                throw new AssertionError(full.reason());
              }
            })
        .hasMessageContaining("documents of 100 bytes are being prepared, and at most 100 may be");
    room.giveBack(40);
    assertThatCode(() -> room.take(40)).doesNotThrowAnyException();
  }

  @Test
  void oneRequestMayAlwaysBePrepared() {
    room.take(1_000);
    assertThatThrownBy(() -> room.take(1)).isInstanceOf(WritesOverloadedException.class);
    room.giveBack(1_000);
    assertThatCode(() -> room.take(1_000)).doesNotThrowAnyException();
  }
}
