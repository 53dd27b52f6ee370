package io.siskin.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.corpus.SourceDocument;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.RemoteEncoderException;
import io.siskin.server.encode.RemoteEncoderException.Reason;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.onnx.InferenceException;
import io.siskin.server.ingest.BatchEncoder.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Texts that cannot be encoded, alone and among others. */
@Timeout(60)
final class ThreadedEncoderTest {
  private static final SourceDocument DOCUMENT =
      new SourceDocument("d17", "text", null, Map.of(), "f.jsonl:3");

  @Test
  void onlyTheTextsFailThatCannotBeEncoded() throws Exception {
    IllegalArgumentException failure = new InvalidInputException("text", "bad", "good ones");
    try (ThreadedEncoder encoder =
        new ThreadedEncoder(
            (texts, _) -> {
              if (texts.contains("bad")) {
                throw failure;
              }
              return texts.stream().map(ThreadedEncoderTest::vector).toList();
            },
            2)) {
      List<String> texts = List.of("a", "bad", "b", "c", "d", "e", "bad");
      assertThat(
              encoder
                  .encode(
                      texts.stream().map(text -> new EncoderInput(text, Side.DOCUMENT)).toList())
                  .get())
          .containsExactly(
              new Outcome.Encoded<>(vector("a")),
              new Outcome.Failed<>(failure),
              new Outcome.Encoded<>(vector("b")),
              new Outcome.Encoded<>(vector("c")),
              new Outcome.Encoded<>(vector("d")),
              new Outcome.Encoded<>(vector("e")),
              new Outcome.Failed<>(failure));
    }
  }

  @Test
  void aDocumentThatIsToBlameIsABadRecordOfItsPlace() {
    assertThat(badRecord(new InvalidInputException("text", "bad", "good ones")))
        .isEqualTo("f.jsonl:3: document 'd17': text is bad; allowed: good ones");
    // The whole cause, however long it is.
    String cause = "very ".repeat(60) + "long";
    assertThat(badRecord(new InferenceException("m.onnx", cause)))
        .startsWith("f.jsonl:3: document 'd17' is refused by the encoder (m.onnx: very ")
        .contains(cause);
    assertThat(badRecord(new RemoteEncoderException(Reason.REFUSED, "host:1", "too long")))
        .contains("(host:1: too long)");
  }

  @Test
  void whatIsNotTheDocumentsFaultEndsTheJob() {
    RemoteEncoderException gone =
        new RemoteEncoderException(Reason.UNAVAILABLE, "host:1", "no answer");
    assertThatThrownBy(() -> badRecord(gone)).isSameAs(gone);
    OutOfMemoryError memory = new OutOfMemoryError("heap");
    assertThatThrownBy(() -> badRecord(memory)).isSameAs(memory);
    assertThatThrownBy(() -> badRecord(new NullPointerException("defect")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("f.jsonl:3: document 'd17'")
        .hasRootCauseMessage("defect");
  }

  private static String badRecord(Throwable failure) {
    return EncodingFailures.badRecord(failure, DOCUMENT).getMessage();
  }

  private static SparseVector vector(String text) {
    return TokenVector.of(Map.of(text, 1f));
  }
}
