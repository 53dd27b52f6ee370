package io.siskin.server.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.model.RemoteDirectory;
import io.siskin.server.search.Cancellation;
import io.siskin.server.testing.FakeRemoteEncoder;
import io.siskin.server.trace.RequestTrace;
import io.siskin.server.trace.TraceContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A trace goes with a text through the queue and the batch to the encoder on the other side. */
@Timeout(60)
final class BatchedTraceTest {
  private static final TraceContext ENCODE = new TraceContext(0xa, 0xb, 0xc, true, "one=1, two=2");

  @TempDir private Path folder;

  @Test
  void aRemoteEncoderIsToldByBothProtocols() throws Exception {
    try (FakeRemoteEncoder remote = FakeRemoteEncoder.start()) {
      for (Path model :
          List.of(
              remote.writeHttp(folder.resolve("http")), remote.writeGrpc(folder.resolve("grpc")))) {
        remote.traceparents.clear();
        remote.tracestates.clear();
        try (TextModel opened = RemoteDirectory.read(model).open()) {
          DynamicBatcher batcher =
              new DynamicBatcher("test", opened, BatchingOptions.DEFAULTS, new EncodingCache(0));
          encode(batcher, null);
          encode(batcher, new RequestTrace(ENCODE));
          encode(batcher, null);
          assertThat(batcher.close(Duration.ofSeconds(10))).isTrue();
        }
        assertThat(remote.traceparents).containsExactly("", ENCODE.toHeader(), "");
        assertThat(remote.tracestates).containsExactly("", ENCODE.state(), "");
      }
    }
  }

  private static void encode(DynamicBatcher batcher, RequestTrace trace) {
    EncodedText encoded =
        RequestTrace.run(
                trace,
                () ->
                    batcher.submit(
                        new EncoderInput("a moth", Side.QUERY),
                        Priority.INTERACTIVE,
                        Cancellation.NEVER))
            .join();
    assertThat(encoded.batchTexts()).isEqualTo(1);
  }
}
