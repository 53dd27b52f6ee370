package io.siskin.server.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.client.SearchException;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.server.encode.onnx.InferenceException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailureReportTest {
  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(
            new InvalidInputException("k", 0, "1 to 10").at("request"),
            2,
            "request: k is 0; allowed: 1 to 10"),
        Arguments.of(
            new CorruptSegmentException("f", 7, "a", "b"),
            1,
            "f: corrupt at byte 7: expected a, found b"),
        Arguments.of(
            new UnsupportedFormatException("f", 4, "version 1", "version 9"),
            1,
            "f: unsupported at byte 4: this build reads version 1, found version 9"),
        Arguments.of(new NoSuchFileException("f"), 1, "f: no such file or folder"),
        Arguments.of(
            new InvalidPathException("f", "Malformed input"),
            2,
            "f: no path in the character set of this process, "
                + System.getProperty("sun.jnu.encoding")
                + "; allowed: a start by bin/siskin, or in a UTF-8 locale (LC_ALL=C.UTF-8)"),
        Arguments.of(new AccessDeniedException("f"), 1, "f: permission denied"),
        Arguments.of(new FileAlreadyExistsException("f", null, "in use"), 1, "f: in use"),
        Arguments.of(
            new UncheckedIOException(new NoSuchFileException("f")), 1, "f: no such file or folder"),
        Arguments.of(new IOException("two\n  lines"), 1, "two lines"),
        Arguments.of(
            new SearchException.InvalidRequest(
                "bad",
                List.of(
                    new SearchException.FieldViolation("k", "k is 0; allowed: 1 to 10"),
                    new SearchException.FieldViolation("mode", "missing")),
                null),
            2,
            "k is 0; allowed: 1 to 10; mode: missing"),
        Arguments.of(new SearchException.NotFound("no x", null), 2, "NOT_FOUND: no x"),
        Arguments.of(
            new SearchException.Unavailable(
                "io exception", new IllegalStateException(new ConnectException("refused"))),
            1,
            "UNAVAILABLE: io exception (refused)"),
        Arguments.of(
            new SearchException.DeadlineExceeded("late", null), 1, "DEADLINE_EXCEEDED: late"),
        Arguments.of(new InferenceException("m.onnx", "no memory"), 1, "m.onnx: no memory"),
        Arguments.of(
            new IllegalStateException("oops"),
            70,
            "internal error, a defect of Siskin (--verbose shows where):"
                + " java.lang.IllegalStateException: oops"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void eachKindHasItsStatusAndOneLine(Exception failure, int status, String message) {
    assertThat(FailureReport.status(failure)).isEqualTo(status);
    assertThat(FailureReport.message(failure)).isEqualTo(message);
  }
}
