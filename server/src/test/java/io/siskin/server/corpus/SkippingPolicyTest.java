package io.siskin.server.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SkippingPolicyTest {
  @TempDir Path directory;

  @Test
  void reportsEachSkippedRecordAndEndsBeyondTheAllowance() throws IOException {
    Path file =
        InputFiles.write(
            directory.resolve("b.jsonl"),
            "{}\n{\"id\":1,\"text\":\"\"}\n[]\n{\"id\":\"\",\"text\":\"\"}\n");
    List<InvalidInputException> reported = new ArrayList<>();
    SkippingPolicy policy = new SkippingPolicy(2, reported::add);
    try (DocumentSource source = DocumentSources.open(file, InputFormat.AUTO, policy)) {
      assertThat(source.next().id()).isEqualTo("1");
      assertThatThrownBy(source::next)
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              "after 2 bad records that --skip-bad has left out: %s:4: id is ''; allowed: 1 to"
                  + " 65535 bytes of UTF-8",
              file);
    }
    assertThat(policy.skippedCount()).isEqualTo(2);
    assertThat(reported)
        .extracting(InvalidInputException::place)
        .containsExactly(file + ":1", file + ":3");
  }

  @Test
  void anAllowanceOfZeroRefusesTheFirst() throws IOException {
    Path file = InputFiles.write(directory.resolve("b.jsonl"), "{}\n");
    SkippingPolicy policy =
        new SkippingPolicy(
            0,
            error -> {
              throw new AssertionError(error);
            });
    try (DocumentSource source = DocumentSources.open(file, InputFormat.AUTO, policy)) {
      assertThatThrownBy(source::next)
          .hasMessageStartingWith("bad record (--skip-bad N leaves out up to N of them): ");
    }
    assertThatThrownBy(() -> new SkippingPolicy(-1, error -> {}))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void refuseThrowsTheErrorItself() throws IOException {
    Path file = InputFiles.write(directory.resolve("b.jsonl"), "{}\n");
    try (DocumentSource source =
        DocumentSources.open(file, InputFormat.AUTO, BadRecordPolicy.REFUSE)) {
      assertThatThrownBy(source::next).hasMessageStartingWith(file + ":1: id is missing");
    }
  }
}
