package io.siskin.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.protobuf.StatusProto;
import io.siskin.client.SearchException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ErrorMapperTest {
  @Test
  void everyCodeHasItsType() {
    assertThat(map(Code.INVALID_ARGUMENT)).isInstanceOf(SearchException.InvalidRequest.class);
    assertThat(map(Code.NOT_FOUND)).isInstanceOf(SearchException.NotFound.class);
    assertThat(map(Code.RESOURCE_EXHAUSTED)).isInstanceOf(SearchException.Exhausted.class);
    assertThat(map(Code.DEADLINE_EXCEEDED)).isInstanceOf(SearchException.DeadlineExceeded.class);
    assertThat(map(Code.CANCELLED)).isInstanceOf(SearchException.Cancelled.class);
    assertThat(map(Code.UNAVAILABLE)).isInstanceOf(SearchException.Unavailable.class);
    for (Code code :
        new Code[] {Code.INTERNAL, Code.DATA_LOSS, Code.FAILED_PRECONDITION, Code.UNKNOWN}) {
      assertThat(map(code)).isInstanceOf(SearchException.ServerFault.class);
    }
  }

  @Test
  void statusAndMessageAreKept() {
    for (Code code : new Code[] {Code.INVALID_ARGUMENT, Code.UNAVAILABLE, Code.DATA_LOSS}) {
      assertThat(map(code).status()).isEqualTo(code.name());
      assertThat(map(code)).hasMessage(code.name() + ": what happened");
    }
  }

  @Test
  void aCodeOfALaterVersionIsUnknown() {
    Status later = Status.newBuilder().setCode(999).setMessage("new").build();

    assertThat(ErrorMapper.toException(later, null)).hasMessage("UNKNOWN: new");
  }

  @Test
  void violationsAreKept() {
    BadRequest details =
        BadRequest.newBuilder()
            .addFieldViolations(
                BadRequest.FieldViolation.newBuilder().setField("k").setDescription("too large"))
            .build();

    assertThat(((SearchException.InvalidRequest) map(Code.INVALID_ARGUMENT, details)).violations())
        .containsExactly(new SearchException.FieldViolation("k", "too large"));
  }

  @Test
  void theRetryDelayIsKept() {
    RetryInfo details =
        RetryInfo.newBuilder()
            .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(1).setNanos(5))
            .build();

    assertThat(map(Code.RESOURCE_EXHAUSTED, details).retryDelay())
        .isEqualTo(Duration.ofSeconds(1, 5));
    assertThat(map(Code.RESOURCE_EXHAUSTED).retryDelay()).isNull();
  }

  @Test
  void theReferenceIsFoundBehindOtherDetails() {
    ErrorInfo details = ErrorInfo.newBuilder().putMetadata("reference", "abc").build();
    SearchException error = map(Code.INTERNAL, RetryInfo.getDefaultInstance(), details);

    assertThat(((SearchException.ServerFault) error).reference()).isEqualTo("abc");
  }

  @Test
  void aGarbledDetailDoesNotHideTheFailure() {
    Any garbled =
        Any.newBuilder()
            .setTypeUrl("type.googleapis.com/google.rpc.BadRequest")
            .setValue(ByteString.fromHex("ff"))
            .build();
    Status status =
        Status.newBuilder().setCode(Code.INVALID_ARGUMENT_VALUE).addDetails(garbled).build();

    assertThat(ErrorMapper.toException(status, null))
        .isInstanceOfSatisfying(
            SearchException.InvalidRequest.class,
            error -> assertThat(error.violations()).isEmpty());
  }

  @Test
  void theTransportsExceptionIsTheCause() {
    Throwable transport = StatusProto.toStatusRuntimeException(status(Code.NOT_FOUND));

    ErrorMapper errors = new ErrorMapper(new Target.Name("somewhere:1"));
    assertThat(errors.toException(transport))
        .isInstanceOf(SearchException.NotFound.class)
        .hasCause(transport);
    SearchException mapped = errors.toException(transport);
    assertThat(errors.toException(mapped)).as("not wrapped twice").isSameAs(mapped);
  }

  private static SearchException map(Code code, Message... details) {
    return ErrorMapper.toException(status(code, details), null);
  }

  private static Status status(Code code, Message... details) {
    Status.Builder status =
        Status.newBuilder().setCode(code.getNumber()).setMessage("what happened");
    for (Message detail : details) {
      status.addDetails(Any.pack(detail));
    }
    return status.build();
  }
}
