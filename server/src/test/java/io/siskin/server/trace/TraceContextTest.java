package io.siskin.server.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.testing.Seeded;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TraceContextTest {
  private static final String HEADER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @Test
  void aHeaderIsRead() {
    TraceContext context = TraceContext.parse(HEADER);
    assertThat(context)
        .isEqualTo(
            new TraceContext(0x0af7651916cd43ddL, 0x8448eb211c80319cL, 0xb7ad6b7169203331L, true));
    assertThat(context.traceId()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    assertThat(context.spanIdText()).isEqualTo("b7ad6b7169203331");
    assertThat(context.toHeader()).isEqualTo(HEADER);
    assertThat(TraceContext.parse(HEADER.replace("-01", "-00")).sampled()).isFalse();
    assertThat(TraceContext.parse(HEADER.replace("-01", "-03")).sampled()).isTrue();
  }

  @Test
  void laterVersionsMayHaveMore() {
    assertThat(TraceContext.parse(HEADER.replaceFirst("00", "01") + "-more")).isNotNull();
    assertThat(TraceContext.parse(HEADER.replaceFirst("00", "01"))).isNotNull();
    assertThat(TraceContext.parse(HEADER.replaceFirst("00", "01") + "more")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333g-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0\u0661"
      })
  void whatIsNoHeaderIsNone(String header) {
    assertThat(TraceContext.parse(header)).isNull();
    assertThat(TraceContext.parse(null)).isNull();
  }

  static List<String> goodStates() {
    return List.of(
        "a=1",
        "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
        " a=1 ,\tb=2, ",
        "a/b@c-d_e*9=x y",
        ",a=1,,b=2",
        "a=" + "v".repeat(256),
        String.join(",", Collections.nCopies(32, "a=1")),
        "a=" + "v".repeat(256) + ",b=" + "v".repeat(251));
  }

  @ParameterizedTest
  @MethodSource("goodStates")
  void aStateIsKeptAsItIs(String state) {
    TraceContext context = TraceContext.parse(HEADER, state);
    assertThat(context.state()).isEqualTo(state);
    assertThat(context.child(1).state()).isEqualTo(state);
    assertThat(new Sampling(0).begin(context).state()).isEqualTo(state);
    assertThat(TraceContext.parse("malformed", state)).isNull();
  }

  static List<String> badStates() {
    return List.of(
        "a",
        "=1",
        "a=",
        "a= ",
        "A=1",
        "a b=1",
        "a=1=2",
        "a=\u00e9",
        "a=1\u0007",
        "a=1;b\r\nx: y",
        "a=" + "v".repeat(257),
        "k".repeat(257) + "=1",
        String.join(",", Collections.nCopies(33, "a=1")),
        "a=" + "v".repeat(256) + ",b=" + "v".repeat(252));
  }

  @ParameterizedTest
  @MethodSource("badStates")
  void aStateThatIsNoneIsDropped(String state) {
    assertThat(TraceContext.parse(HEADER, state)).isEqualTo(TraceContext.parse(HEADER));
  }

  @Test
  void whatIsWrittenIsRead() {
    Seeded.run(
        random -> {
          for (int i = 0; i < 1_000; i++) {
            TraceContext context =
                new TraceContext(
                    random.nextLong() >>> random.nextInt(64),
                    random.nextLong() | 1,
                    (random.nextLong() >>> random.nextInt(64)) | 1,
                    random.nextBoolean());
            assertThat(TraceContext.parse(context.toHeader())).isEqualTo(context);
          }
        });
  }

  @Test
  void childrenDifferAndAreTheSameEachTime() {
    TraceContext call = TraceContext.parse(HEADER);
    Set<Long> ids = new HashSet<>();
    ids.add(call.spanId());
    for (int number = 1; number <= 1_000; number++) {
      TraceContext child = call.child(number);
      assertThat(ids.add(child.spanId())).isTrue();
      assertThat(child.spanId()).isNotZero();
      assertThat(child.traceId()).isEqualTo(call.traceId());
      assertThat(child.sampled()).isTrue();
      assertThat(call.child(number)).isEqualTo(child);
    }
  }
}
