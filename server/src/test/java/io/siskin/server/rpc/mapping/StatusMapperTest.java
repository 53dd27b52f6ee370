package io.siskin.server.rpc.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.ResourceInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.server.batch.EncoderOverloadedException;
import io.siskin.server.log.CorruptLogException;
import io.siskin.server.log.LogFailedException;
import io.siskin.server.log.LogFullException;
import io.siskin.server.retrieve.CollectionDamagedException;
import io.siskin.server.retrieve.CollectionNotFoundException;
import io.siskin.server.retrieve.CollectionUnderVerificationException;
import io.siskin.server.retrieve.ResponseTooLargeException;
import io.siskin.server.rpc.admission.DrainingException;
import io.siskin.server.rpc.admission.OverloadedException;
import io.siskin.server.search.QueryCancelledException;
import io.siskin.server.search.QueryCancelledException.Reason;
import io.siskin.server.write.CollectionNotWritableException;
import io.siskin.server.write.NameTakenException;
import io.siskin.server.write.SnapshotNotFoundException;
import io.siskin.server.write.WritesOverloadedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Every kind of failure, one by one: its code, its details, what it gives away, what it logs. */
class StatusMapperTest {
  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  private final StatusMapper mapper = new StatusMapper(Duration.ofMillis(1_250));
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void captureLog() {
    log.start();
    logger().addAppender(log);
    logger().setAdditive(false);
  }

  @AfterEach
  void releaseLog() {
    logger().detachAppender(log);
    logger().setAdditive(true);
  }

  @Test
  void invalidInputNamesTheField() throws Exception {
    Status status = mapper.toStatus(new InvalidInputException("k", 0, "1 to 10000"));

    assertThat(status.getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
    assertThat(status.getMessage()).isEqualTo("k is 0; allowed: 1 to 10000");
    assertThat(detail(status, BadRequest.class).getFieldViolationsList())
        .containsExactly(
            BadRequest.FieldViolation.newBuilder()
                .setField("k")
                .setDescription("k is 0; allowed: 1 to 10000")
                .build());
    assertThat(log.list).isEmpty();
  }

  @Test
  void invalidInputInsideOfAMessageNamesThePath() throws Exception {
    assertThat(
            violatedField(
                new InvalidInputException("heap_factor", 2, "at most 1").at("mode.clustered")))
        .isEqualTo("mode.clustered.heap_factor");
  }

  @Test
  void invalidInputWhoseFieldIsProseNamesThePlace() throws Exception {
    assertThat(
            violatedField(
                new InvalidInputException("weight of term 'x'", Float.NaN, "finite").at("vector")))
        .isEqualTo("vector");
  }

  @Test
  void unknownCollectionIsNotFound() throws Exception {
    Status status = mapper.toStatus(new CollectionNotFoundException("boks", List.of("books")));

    assertThat(status.getCode()).isEqualTo(Code.NOT_FOUND_VALUE);
    assertThat(status.getMessage()).contains("boks", "books");
    ResourceInfo resource = detail(status, ResourceInfo.class);
    assertThat(resource.getResourceType()).isEqualTo("collection");
    assertThat(resource.getResourceName()).isEqualTo("boks");
    assertThat(log.list).isEmpty();
  }

  @Test
  void interruptionsKeepTheirReason() {
    assertThat(mapper.toStatus(new QueryCancelledException(Reason.DEADLINE_EXCEEDED)).getCode())
        .isEqualTo(Code.DEADLINE_EXCEEDED_VALUE);
    assertThat(mapper.toStatus(new QueryCancelledException(Reason.CANCELLED)).getCode())
        .isEqualTo(Code.CANCELLED_VALUE);
    assertThat(log.list).isEmpty();
  }

  @Test
  void overloadAsksToWait() throws Exception {
    OverloadedException error = new OverloadedException(128);
    Status status = mapper.toStatus(error);

    assertThat(status.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED_VALUE);
    assertThat(detail(status, ErrorInfo.class).getReason()).isEqualTo("SEARCH_QUEUE_FULL");
    assertThat(detail(status, ErrorInfo.class).getDomain()).isEqualTo("siskin.io");
    assertThat(detail(status, RetryInfo.class).getRetryDelay())
        .isEqualTo(
            com.google.protobuf.Duration.newBuilder().setSeconds(1).setNanos(250_000_000).build());
    assertThat(mapper.toException(error).getTrailers().get(PUSHBACK)).isEqualTo("1250");
    assertThat(log.list).isEmpty();
  }

  @Test
  void anOverloadedEncoderIsRefusedAtLittleCost() throws Exception {
    EncoderOverloadedException error =
        new EncoderOverloadedException(
            EncoderOverloadedException.Reason.DEADLINE_OUT_OF_REACH,
            Duration.ofNanos(1_230_000_001));
    for (int i = 0; i < 2; i++) {
      StatusRuntimeException refused = mapper.toException(error);
      assertThat(refused.getStatus().getCode()).isEqualTo(io.grpc.Status.Code.RESOURCE_EXHAUSTED);
      assertThat(refused.getTrailers().get(PUSHBACK)).isEqualTo("1300");
      assertThat(refused.getStackTrace()).isEmpty();
      Status status = StatusProto.fromThrowable(refused);
      assertThat(status.getMessage()).isEqualTo(error.getMessage());
      assertThat(detail(status, ErrorInfo.class).getReason())
          .isEqualTo("ENCODER_DEADLINE_OUT_OF_REACH");
      assertThat(detail(status, RetryInfo.class).getRetryDelay())
          .isEqualTo(
              com.google.protobuf.Duration.newBuilder()
                  .setSeconds(1)
                  .setNanos(300_000_000)
                  .build());
      // What gRPC adds to one call is not in the next.
      refused.getTrailers().discardAll(PUSHBACK);
    }
  }

  @Test
  void delaysOfRefusalsAreRoundedUpToTwoDigits() {
    assertThat(PreparedRefusals.roundedMillis(Duration.ZERO)).isEqualTo(1);
    assertThat(PreparedRefusals.roundedMillis(Duration.ofMillis(99))).isEqualTo(99);
    assertThat(PreparedRefusals.roundedMillis(Duration.ofNanos(99_000_001))).isEqualTo(100);
    assertThat(PreparedRefusals.roundedMillis(Duration.ofMillis(101))).isEqualTo(110);
    assertThat(PreparedRefusals.roundedMillis(Duration.ofMillis(991))).isEqualTo(1_000);
    assertThat(PreparedRefusals.roundedMillis(Duration.ofSeconds(10))).isEqualTo(10_000);
  }

  @Test
  void tooLargeAResponseAsksNotToRetry() throws Exception {
    ResponseTooLargeException error = new ResponseTooLargeException(2_000, 1_000);
    Status status = mapper.toStatus(error);

    assertThat(status.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED_VALUE);
    assertThat(detail(status, ErrorInfo.class).getReason()).isEqualTo("RESPONSE_TOO_LARGE");
    assertThat(detail(status, ErrorInfo.class).getMetadataMap())
        .containsEntry("length_bytes", "2000")
        .containsEntry("length_bytes_max", "1000");
    assertThat(mapper.toException(error).getTrailers().get(PUSHBACK)).isEqualTo("-1");
    assertThat(log.list).isEmpty();
  }

  @Test
  void drainingIsUnavailable() {
    assertThat(mapper.toStatus(new DrainingException()).getCode())
        .isEqualTo(Code.UNAVAILABLE_VALUE);
    assertThat(log.list).isEmpty();
  }

  @Test
  void aDamagedCollectionIsDataLossThatNamesItAndLogsNothing() throws Exception {
    Status status = mapper.toStatus(new CollectionDamagedException("birds"));

    assertThat(status.getCode()).isEqualTo(Code.DATA_LOSS_VALUE);
    assertThat(status.getMessage()).contains("'birds'");
    assertThat(detail(status, ErrorInfo.class).getReason()).isEqualTo("COLLECTION_DAMAGED");
    assertThat(detail(status, ResourceInfo.class).getResourceName()).isEqualTo("birds");
    assertThat(log.list).as("the catalog has logged it").isEmpty();
  }

  @Test
  void aCollectionUnderVerificationIsToBeTriedAgain() throws Exception {
    Status status = mapper.toStatus(new CollectionUnderVerificationException("birds"));

    assertThat(status.getCode()).isEqualTo(Code.UNAVAILABLE_VALUE);
    assertThat(status.getMessage()).contains("'birds'");
    assertThat(detail(status, RetryInfo.class).hasRetryDelay()).isTrue();
    assertThat(log.list).isEmpty();
  }

  @Test
  void troublesOfTheLogAreToldApart() throws Exception {
    Status corrupt = mapper.toStatus(new CorruptLogException("/secret/1.wal", 64, "a", "b"));
    assertThat(corrupt.getCode()).isEqualTo(Code.DATA_LOSS_VALUE);
    assertThat(corrupt.getMessage()).doesNotContain("secret");
    Status full = mapper.toStatus(new LogFullException("1.wal", new IOException("no space")));
    assertThat(full.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED_VALUE);
    assertThat(detail(full, ErrorInfo.class).getReason()).isEqualTo("LOG_FULL");
    Status failed = mapper.toStatus(new LogFailedException("/secret", new IOException("EIO")));
    assertThat(failed.getCode()).isEqualTo(Code.UNAVAILABLE_VALUE);
    assertThat(failed.getMessage()).doesNotContain("secret");
  }

  @Test
  void tooManyWritesAreRefusedWithADelay() throws Exception {
    for (WritesOverloadedException.Reason reason : WritesOverloadedException.Reason.values()) {
      WritesOverloadedException error =
          new WritesOverloadedException(reason, "64 MiB wait", Duration.ofMillis(250));
      Status status = mapper.toStatus(error);
      assertThat(status.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED_VALUE);
      assertThat(detail(status, ErrorInfo.class).getReason()).isEqualTo("WRITE_" + reason);
      assertThat(detail(status, RetryInfo.class).getRetryDelay())
          .isEqualTo(com.google.protobuf.Duration.newBuilder().setNanos(250_000_000).build());
      assertThat(mapper.toException(error).getTrailers().get(PUSHBACK)).isEqualTo("250");
    }
    assertThat(log.list).isEmpty();
  }

  @Test
  void anEnvelopeChangesNeitherStatusNorTrailers() {
    WritesOverloadedException error =
        new WritesOverloadedException(
            WritesOverloadedException.Reason.QUEUE_FULL, "64 MiB wait", Duration.ofMillis(250));
    StatusRuntimeException refused =
        mapper.toException(new CompletionException(new ExecutionException(error)));
    assertThat(refused.getTrailers().get(PUSHBACK)).isEqualTo("250");
    assertThat(StatusProto.fromThrowable(refused)).isEqualTo(mapper.toStatus(error));
    assertThat(log.list).isEmpty();
  }

  @Test
  void aCollectionThatCannotBeWrittenSaysWhy() throws Exception {
    for (CollectionNotWritableException.Reason reason :
        CollectionNotWritableException.Reason.values()) {
      Status status =
          mapper.toStatus(new CollectionNotWritableException("birds", reason, "because"));
      boolean closing = reason == CollectionNotWritableException.Reason.CLOSING;
      assertThat(status.getCode())
          .isEqualTo(closing ? Code.UNAVAILABLE_VALUE : Code.FAILED_PRECONDITION_VALUE);
      assertThat(detail(status, ErrorInfo.class).getReason()).isEqualTo("COLLECTION_" + reason);
      assertThat(detail(status, ErrorInfo.class).getMetadataMap())
          .containsEntry("collection", "birds");
      assertThat(status.getDetailsList().stream().anyMatch(any -> any.is(RetryInfo.class)))
          .isEqualTo(closing);
    }
    assertThat(log.list).isEmpty();
  }

  @Test
  void namesThatAreTakenOrMissingAreNamed() throws Exception {
    Status taken = mapper.toStatus(new NameTakenException("alias", "birds"));
    assertThat(taken.getCode()).isEqualTo(Code.ALREADY_EXISTS_VALUE);
    assertThat(detail(taken, ResourceInfo.class).getResourceType()).isEqualTo("alias");
    assertThat(detail(taken, ResourceInfo.class).getResourceName()).isEqualTo("birds");
    Status missing = mapper.toStatus(new SnapshotNotFoundException("birds", "s", List.of("t")));
    assertThat(missing.getCode()).isEqualTo(Code.NOT_FOUND_VALUE);
    assertThat(detail(missing, ResourceInfo.class).getResourceType()).isEqualTo("snapshot");
    assertThat(detail(missing, ResourceInfo.class).getResourceName()).isEqualTo("s");
  }

  @Test
  void corruptDataIsDataLossWithoutTheFile() throws Exception {
    CorruptSegmentException error =
        new CorruptSegmentException("/secret/forward.sfw", 64, "SFWD", "XXXX");
    Status status = mapper.toStatus(new UncheckedIOException(error));

    assertThat(status.getCode()).isEqualTo(Code.DATA_LOSS_VALUE);
    assertThat(detail(status, ErrorInfo.class).getReason()).isEqualTo("CORRUPT_SEGMENT");
    assertThatOnlyTheLogTells(status, error);
  }

  @Test
  void unreadableFormatIsAFailedPrecondition() throws Exception {
    UnsupportedFormatException error =
        new UnsupportedFormatException("/secret/x", 8, "version 1", "version 9");
    Status status = mapper.toStatus(error);

    assertThat(status.getCode()).isEqualTo(Code.FAILED_PRECONDITION_VALUE);
    assertThat(detail(status, ErrorInfo.class).getReason()).isEqualTo("UNSUPPORTED_FORMAT");
    assertThatOnlyTheLogTells(status, error);
  }

  @Test
  void envelopesAreOpened() {
    InvalidInputException inside = new InvalidInputException("k", 0, "1 to 10000");

    assertThat(mapper.toStatus(new CompletionException(inside)).getCode())
        .isEqualTo(Code.INVALID_ARGUMENT_VALUE);
    assertThat(mapper.toStatus(new ExecutionException(inside)).getCode())
        .isEqualTo(Code.INVALID_ARGUMENT_VALUE);
  }

  @Test
  void anEmptyEnvelopeIsOurFault() throws Exception {
    CompletionException empty = new CompletionException("secret", null);
    assertThatOnlyTheLogTells(mapper.toStatus(empty), empty);
  }

  @Test
  void everythingElseIsInternalAndKeptSecret() throws Exception {
    for (Throwable error :
        List.of(
            new AssertionError("secret invariant"),
            new IllegalStateException("secret state"),
            new StackOverflowError("secret depth"))) {
      log.list.clear();
      Status status = mapper.toStatus(error);

      assertThat(status.getCode()).isEqualTo(Code.INTERNAL_VALUE);
      assertThat(detail(status, ErrorInfo.class).getReason()).isEqualTo("INTERNAL");
      assertThatOnlyTheLogTells(status, error);
    }
  }

  @Test
  void theExceptionCarriesTheSameStatus() {
    InvalidInputException error = new InvalidInputException("k", 0, "1 to 10000");

    assertThat(StatusProto.fromThrowable(mapper.toException(error)))
        .isEqualTo(mapper.toStatus(error));
  }

  private void assertThatOnlyTheLogTells(Status status, Throwable cause) throws Exception {
    assertThat(status.toString()).doesNotContain("secret");
    String reference = detail(status, ErrorInfo.class).getMetadataOrThrow("reference");
    assertThat(status.getMessage()).contains(reference);
    assertThat(log.list).hasSize(1);
    assertThat(log.list.getFirst().getFormattedMessage()).contains(reference);
    assertThat(((ThrowableProxy) log.list.getFirst().getThrowableProxy()).getThrowable())
        .isSameAs(cause);
  }

  private String violatedField(InvalidInputException error) throws Exception {
    return detail(mapper.toStatus(error), BadRequest.class).getFieldViolations(0).getField();
  }

  private static <T extends Message> T detail(Status status, Class<T> type) throws Exception {
    return status.getDetailsList().stream()
        .filter(any -> any.is(type))
        .findFirst()
        .orElseThrow()
        .unpack(type);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(StatusMapper.class);
  }

  @Test
  void theServersOwnFailuresTellNoPathAndNoClass() throws Exception {
    String path = "/srv/siskin/data/books/segments/1/meta.dat";
    Throwable cause = new java.io.IOException(path + " at io.siskin.index.store.MappedFile");
    List<Throwable> failures =
        List.of(
            new io.siskin.index.error.CorruptSegmentException(path, 7, "a", "b"),
            new io.siskin.index.error.UnsupportedFormatException(path, 7, "a", "b"),
            new io.siskin.server.log.CorruptLogException(path, 7, "a", "b"),
            new java.io.UncheckedIOException(path, new java.io.IOException(path, cause)),
            new java.util.concurrent.CompletionException(path, cause),
            new IllegalStateException(path, cause),
            new NullPointerException(path),
            new AssertionError(path, cause),
            new OutOfMemoryError(path));
    for (Throwable failure : failures) {
      Status status = mapper.toStatus(failure);
      assertThat(status.toString())
          .as(failure.getClass().getSimpleName())
          .doesNotContain("/srv", "meta.dat", "io.siskin.", "java.", "Exception");
      assertThat(String.valueOf(mapper.toException(failure).getTrailers()))
          .doesNotContain("/srv", "meta.dat");
    }
  }

  @Test
  void whereCallersMayNotKnowAllCollectionsNoneIsSuggested() {
    StatusMapper discreet = new StatusMapper(Duration.ofMillis(1), false);
    assertThat(
            discreet.toStatus(new CollectionNotFoundException("boks", List.of("books"))).toString())
        .contains("boks")
        .doesNotContain("books");
  }

  @Test
  void refusalsOfCallersHaveTheirCodes() throws Exception {
    Status denied =
        mapper.toStatus(
            new io.siskin.server.access.AccessDeniedException(
                io.siskin.server.access.Role.WRITE, "books"));
    assertThat(denied.getCode()).isEqualTo(Code.PERMISSION_DENIED_VALUE);
    assertThat(denied.getMessage()).contains("write", "books");
    for (io.siskin.server.access.Refusal reason : io.siskin.server.access.Refusal.values()) {
      assertThat(
              mapper
                  .toStatus(new io.siskin.server.access.UnauthenticatedException(reason))
                  .getCode())
          .isEqualTo(Code.UNAUTHENTICATED_VALUE);
    }
    assertThat(
            mapper
                .toStatus(
                    new io.siskin.server.access.TooManyAttemptsException(Duration.ofSeconds(1)))
                .getCode())
        .isEqualTo(Code.RESOURCE_EXHAUSTED_VALUE);
    assertThat(log.list).isEmpty();
  }
}
