package io.siskin.server.rpc.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BoundedStatusTest {
  private static final int LONG = 65_536;

  static Stream<String> longTexts() {
    return Stream.of("x", "ü", "語", "🐦", "%", "\n", "a🐦").map(text -> text.repeat(LONG));
  }

  @ParameterizedTest
  @MethodSource("longTexts")
  void whateverIsLongFitsAndArrivesWithItsDetails(String text) throws Exception {
    BadRequest.Builder violations = BadRequest.newBuilder();
    ErrorInfo.Builder info = ErrorInfo.newBuilder().setReason("R").setDomain("siskin.io");
    for (int i = 0; i < 100; i++) {
      violations.addFieldViolations(
          BadRequest.FieldViolation.newBuilder().setField("f" + i).setDescription(text));
      info.putMetadata("key" + i, text);
    }
    ResourceInfo resource =
        ResourceInfo.newBuilder().setResourceType("collection").setResourceName(text).build();
    for (Message detail : new Message[] {violations.build(), info.build(), resource}) {
      Status status = BoundedStatus.of(Code.INVALID_ARGUMENT, text, detail);

      assertFits(status);
      assertThat(status.getMessage()).endsWith("…").startsWith(text.substring(0, 2));
      assertThat(status.getDetailsList()).hasSize(1);
    }
    BadRequest arrived =
        BoundedStatus.of(Code.INVALID_ARGUMENT, text, violations.build())
            .getDetails(0)
            .unpack(BadRequest.class);
    assertThat(arrived.getFieldViolations(0).getField()).isEqualTo("f0");
    assertThat(arrived.getFieldViolations(0).getDescription()).endsWith("…");
  }

  @Test
  void severalDetailsShareTheRoomInTheirOrder() {
    String text = "🐦".repeat(LONG);
    Message first = ResourceInfo.newBuilder().setResourceName(text).setOwner(text).build();
    Message last = RetryInfo.getDefaultInstance();
    Status status = BoundedStatus.of(Code.NOT_FOUND, text, first, first, first, last);

    assertFits(status);
    assertThat(status.getDetailsList().getFirst().is(ResourceInfo.class)).isTrue();
    assertThat(status.getDetailsList().getLast().is(RetryInfo.class)).isTrue();
  }

  @Test
  void whatIsShortStaysAsItIs() {
    BadRequest detail =
        BadRequest.newBuilder()
            .addFieldViolations(
                BadRequest.FieldViolation.newBuilder().setField("k").setDescription("größer 🐦"))
            .build();
    Status status = BoundedStatus.of(Code.INVALID_ARGUMENT, "k ist größer 🐦", detail);

    assertThat(status)
        .isEqualTo(
            Status.newBuilder()
                .setCode(Code.INVALID_ARGUMENT_VALUE)
                .setMessage("k ist größer 🐦")
                .addDetails(Any.pack(detail))
                .build());
  }

  @Test
  void textsAreCutBetweenCharacters() {
    String birds = "🐦".repeat(10);
    // A bird takes twelve bytes, the ellipsis nine.
    assertThat(BoundedStatus.cutPercentEncoded(birds, 120)).isEqualTo(birds);
    assertThat(BoundedStatus.cutPercentEncoded(birds, 119)).isEqualTo("🐦".repeat(9) + "…");
    assertThat(BoundedStatus.cutPercentEncoded(birds, 45)).isEqualTo("🐦".repeat(3) + "…");
    assertThat(BoundedStatus.cutPercentEncoded(birds, 44)).isEqualTo("🐦".repeat(2) + "…");
    assertThat(BoundedStatus.cutPercentEncoded("a%b", 5)).isEqualTo("a%b");
    assertThat(BoundedStatus.cutPercentEncoded("", 9)).isEmpty();
  }

  /** Adds up what gRPC sends, and what HTTP/2 counts: 32 bytes beside each name and value. */
  private static void assertFits(Status status) {
    int message = 0;
    for (byte each : status.getMessage().getBytes(StandardCharsets.UTF_8)) {
      message += each >= ' ' && each < 0x7F && each != '%' ? 1 : 3;
    }
    int details = Base64.getEncoder().encodeToString(status.toByteArray()).length();
    int names = "grpc-message".length() + "grpc-status-details-bin".length() + 2 * 32;
    assertThat(message + details + names).isLessThanOrEqualTo(BoundedStatus.TRAILERS_BYTES_MAX);
  }
}
