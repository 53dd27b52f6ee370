package io.siskin.server.batch;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.batch.StoredEncodings.State;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.search.Cancellation;
import io.siskin.server.testing.CapturedLog;
import io.siskin.server.testing.FakeEncodingStore;
import io.siskin.server.testing.FakeTextModel;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
final class StoredEncodingsTest {
  private static final TextEncoding RED =
      new TextEncoding.Sparse(
          TokenVector.of(new String[] {"red"}, new float[] {1}), List.of("red"));

  private final FakeEncodingStore store = new FakeEncodingStore();
  private StoredEncodings stored = StoredEncodings.of(() -> store, 100);

  @AfterEach
  void close() {
    stored.close();
  }

  private void open() throws InterruptedException {
    stored.want();
    stored.permit();
    stored.awaitOpening();
  }

  /** Closes the store, which writes what waits, and opens its values in a new one. */
  private void reopen() throws InterruptedException {
    stored.close();
    stored = StoredEncodings.of(() -> store, 100);
    open();
  }

  private byte[] key(String text) {
    return stored.key(FakeTextModel.FINGERPRINT, Side.QUERY, text);
  }

  /** Returns how one text was encoded, and whether the model had to do it. */
  private EncodedText encode(FakeTextModel model, EncoderInput input) throws Exception {
    DynamicBatcher encoder =
        new DynamicBatcher("test", model, BatchingOptions.DEFAULTS, new EncodingCache(0, stored));
    try {
      return encoder.submit(input, Priority.INTERACTIVE, Cancellation.NEVER).get();
    } finally {
      assertThat(encoder.close(Duration.ofSeconds(20))).isTrue();
    }
  }

  private EncodedText encode(FakeTextModel model, Side side, String text) throws Exception {
    return encode(model, new EncoderInput(text, side));
  }

  @Test
  void itIsOpenedWhenItIsWantedAndPermitted() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    stored =
        StoredEncodings.of(
            () -> {
              opened.incrementAndGet();
              return store;
            },
            100);
    stored.permit();
    stored.awaitOpening();
    assertThat(stored.metrics().state()).isEqualTo(State.OFF);
    assertThat(key("red")).isNull();
    stored.want();
    stored.want();
    stored.permit();
    stored.awaitOpening();
    assertThat(stored.metrics().state()).isEqualTo(State.OPEN);
    assertThat(opened).hasValue(1);
  }

  @Test
  void withoutPermissionItWaits() throws Exception {
    stored.want();
    stored.awaitOpening();
    assertThat(stored.metrics().state()).isEqualTo(State.OPENING);
    assertThat(stored.get(key("red"))).isNull();
    stored.close();
    assertThat(stored.metrics().state()).isEqualTo(State.CLOSED);
    assertThat(store.isClosed()).isFalse();
  }

  @Test
  void noneIsNeverThere() throws Exception {
    stored = StoredEncodings.none();
    open();
    assertThat(stored.metrics())
        .isEqualTo(
            new StoredEncodings.Metrics(State.OFF, 0, 0, 0, 0, 0, EncodingStore.Size.NONE, 0));
    assertThat(key("red")).isNull();
  }

  @Test
  void textsOfBothSidesAreEncodedOnceForAllProcesses() throws Exception {
    open();
    FakeTextModel model = new FakeTextModel(64);
    EncodedText query = encode(model, Side.QUERY, "red kite");
    EncodedText document = encode(model, Side.DOCUMENT, "red red kite");
    assertThat(query.cached()).isFalse();
    reopen();
    assertThat(store.isClosed()).isTrue();
    FakeTextModel second = new FakeTextModel(64);
    assertThat(encode(second, Side.QUERY, "red kite"))
        .isEqualTo(new EncodedText(query.encoding(), EncodeNanos.NONE, true, 0));
    assertThat(encode(second, Side.DOCUMENT, "red red kite").encoding())
        .isEqualTo(document.encoding());
    assertThat(second.batches()).isEmpty();
    assertThat(stored.metrics().hits()).isEqualTo(2);
    assertThat(stored.metrics().misses()).isZero();
  }

  @Test
  void anotherModelOrSideOrTextIsNotFound() throws Exception {
    open();
    EncodedText _ = encode(new FakeTextModel(64), Side.QUERY, "red kite");
    reopen();
    FakeTextModel other = new FakeTextModel(64, "1");
    assertThat(encode(other, Side.QUERY, "red kite").cached()).isFalse();
    FakeTextModel same = new FakeTextModel(64);
    assertThat(encode(same, Side.DOCUMENT, "red kite").cached()).isFalse();
    assertThat(encode(same, Side.QUERY, "red  kite").cached()).isFalse();
    assertThat(encode(same, Side.QUERY, "red kite").cached()).isTrue();
    assertThat(stored.metrics().misses()).isEqualTo(3);
  }

  @Test
  void aTextInChunksIsNotStored() throws Exception {
    open();
    FakeTextModel model = new FakeTextModel(64);
    EncoderInput chunks = new EncoderInput("red kite", Side.DOCUMENT, List.of(3, 8));
    EncodedText _ = encode(model, chunks);
    reopen();
    assertThat(encode(model, chunks).cached()).isFalse();
    assertThat(store.count()).isZero();
  }

  @Test
  void aStoredQueryGoesIntoMemory() throws Exception {
    open();
    EncodedText _ = encode(new FakeTextModel(64), Side.QUERY, "red kite");
    reopen();
    EncodingCache memory = new EncodingCache(1 << 20, stored);
    DynamicBatcher encoder =
        new DynamicBatcher("test", new FakeTextModel(64), BatchingOptions.DEFAULTS, memory);
    EncoderInput input = new EncoderInput("red kite", Side.QUERY);
    for (int i = 0; i < 3; i++) {
      assertThat(encoder.submit(input, Priority.INTERACTIVE, Cancellation.NEVER).get().cached())
          .isTrue();
    }
    assertThat(encoder.metrics().cached()).isEqualTo(3);
    assertThat(encoder.metrics().texts()).isZero();
    assertThat(stored.metrics().hits()).isEqualTo(1);
    assertThat(encoder.close(Duration.ofSeconds(20))).isTrue();
    assertThat(encoder.metrics().waitingInteractive()).isZero();
  }

  @Test
  void whatIsEncodedWhileItOpensIsStoredToo() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    stored =
        StoredEncodings.of(
            () -> {
              try {
                slow.await();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
              return store;
            },
            100);
    stored.want();
    stored.permit();
    assertThat(encode(new FakeTextModel(64), Side.QUERY, "red").cached()).isFalse();
    assertThat(stored.metrics().state()).isEqualTo(State.OPENING);
    slow.countDown();
    stored.close();
    assertThat(store.count()).isEqualTo(1);
  }

  @Test
  void whatCannotBeWrittenSoonIsDropped() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    CountDownLatch opening = new CountDownLatch(1);
    stored =
        StoredEncodings.of(
            () -> {
              opening.countDown();
              try {
                slow.await();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
              return store;
            },
            100);
    stored.want();
    stored.permit();
    opening.await();
    for (int i = 0; i < StoredEncodings.WAITING_MAX + 3; i++) {
      stored.put(key("text " + i), RED);
    }
    assertThat(stored.metrics().dropped()).isEqualTo(3);
    slow.countDown();
    stored.close();
    assertThat(stored.metrics().written()).isEqualTo(StoredEncodings.WAITING_MAX);
  }

  static Stream<Throwable> failures() {
    return Stream.of(
        new IOException("No space left on device"),
        new IllegalStateException("the map is closed"),
        new InternalError("a fault occurred in an unsafe memory access operation"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aFailureSwitchesItOffAndHurtsNobody(Throwable failure) throws Exception {
    open();
    try (CapturedLog log = new CapturedLog(StoredEncodings.class.getName())) {
      store.fail(failure);
      FakeTextModel model = new FakeTextModel(64);
      for (int i = 0; i < 20; i++) {
        assertThat(encode(model, Side.QUERY, "text " + i).cached()).isFalse();
      }
      // Ends after the thread that writes, which gives the store up.
      stored.close();
      assertThat(stored.metrics().state()).isEqualTo(State.FAILED);
      assertThat(stored.metrics().failures()).isPositive();
      assertThat(store.isDiscarded()).isTrue();
      assertThat(store.isClosed()).isFalse();
      assertThat(log.lines(Level.WARN)).hasSize(1);
      assertThat(log.lines(Level.WARN).getFirst()).contains("switched off", failure.getMessage());
    }
    assertThat(key("red")).isNull();
  }

  @Test
  void aValueThatCannotBeReadSwitchesItOff() throws Exception {
    open();
    FakeTextModel model = new FakeTextModel(64);
    EncodedText first = encode(model, Side.QUERY, "red");
    reopen();
    store.damage();
    assertThat(encode(model, Side.QUERY, "red").encoding()).isEqualTo(first.encoding());
    assertThat(stored.metrics().state()).isEqualTo(State.FAILED);
    assertThat(stored.metrics().failures()).isEqualTo(1);
  }

  @Test
  void whatCannotBeOpenedIsDoneWithout() throws Exception {
    stored =
        StoredEncodings.of(
            () -> {
              throw new IOException("No space left on device");
            },
            100);
    open();
    assertThat(stored.metrics().state()).isEqualTo(State.FAILED);
    assertThat(stored.metrics().failures()).isEqualTo(1);
    assertThat(encode(new FakeTextModel(64), Side.QUERY, "red").cached()).isFalse();
  }

  @Test
  void whatAnotherProcessHasIsDoneWithoutAndSaid() throws Exception {
    try (CapturedLog log = new CapturedLog(StoredEncodings.class.getName())) {
      stored =
          StoredEncodings.of(
              () -> {
                throw new EncodingStore.TakenException("data/.encodings");
              },
              100);
      open();
      assertThat(log.lines(Level.WARN)).hasSize(1);
      assertThat(log.lines(Level.WARN).getFirst()).contains("data/.encodings", "another process");
    }
    assertThat(stored.metrics().state()).isEqualTo(State.TAKEN);
    assertThat(stored.metrics().failures()).isZero();
    assertThat(encode(new FakeTextModel(64), Side.QUERY, "red").cached()).isFalse();
  }

  @Test
  void aStoreThatDoesNotCloseIsCounted() throws Exception {
    open();
    store.fail(new IOException("No space left on device"));
    stored.close();
    assertThat(stored.metrics().failures()).isEqualTo(1);
    assertThat(stored.metrics().state()).isEqualTo(State.CLOSED);
    stored.close();
    assertThat(stored.metrics().failures()).isEqualTo(1);
  }

  @Test
  void aTextThatTheModelCannotTakeIsNotStored() throws Exception {
    open();
    FakeTextModel model = new FakeTextModel(64);
    model.onInfer(
        texts -> {
          throw new IllegalArgumentException("cannot");
        });
    DynamicBatcher encoder =
        new DynamicBatcher("test", model, BatchingOptions.DEFAULTS, new EncodingCache(0, stored));
    var answer =
        encoder.submit(
            new EncoderInput("red", Side.QUERY), Priority.INTERACTIVE, Cancellation.NEVER);
    assertThat(answer)
        .failsWithin(Duration.ofSeconds(20))
        .withThrowableOfType(ExecutionException.class);
    assertThat(encoder.close(Duration.ofSeconds(20))).isTrue();
    stored.close();
    assertThat(store.count()).isZero();
  }
}
