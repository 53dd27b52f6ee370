package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.search.Cancellation;
import io.siskin.server.trace.RequestTrace;
import io.siskin.server.trace.TraceContext;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The steps of a write are taken down before its caller is answered. */
@Timeout(60)
final class WriteTraceTest {
  @TempDir private Path folder;

  private static RequestTrace trace() {
    return new RequestTrace(new TraceContext(1, 2, 3, true));
  }

  private static void assertFollow(RequestTrace.Interval first, RequestTrace.Interval second) {
    assertThat(first.isNone()).isFalse();
    assertThat(second.isNone()).isFalse();
    assertThat(first.endNanoTime() - first.startNanoTime()).isNotNegative();
    assertThat(second.startNanoTime() - first.endNanoTime()).isNotNegative();
    assertThat(second.endNanoTime() - second.startNanoTime()).isPositive();
  }

  @Test
  void anUpsertIsPreparedAppliedAndForced() throws Exception {
    try (LiveServer server = new LiveServer(folder, LiveServer.SMALL)) {
      server.create("birds", CollectionSettings.DEFAULTS, new Bm25Spec(new AnalyzerSpec.English()));
      RequestTrace upsert = trace();
      long start = System.nanoTime();
      List<WriteResult> results =
          RequestTrace.run(
                  upsert,
                  () ->
                      server.live.upsert(
                          "birds",
                          "",
                          List.of(new DocumentInput("1", null, "red kite", Map.of())),
                          WaitFor.DURABLE,
                          Cancellation.NEVER,
                          new WriteOrder()))
              .join();
      long end = System.nanoTime();
      assertThat(results).hasSize(1);
      assertFollow(upsert.prepare(), upsert.apply());
      assertFollow(upsert.apply(), upsert.force());
      assertThat(upsert.prepare().startNanoTime() - start).isNotNegative();
      assertThat(end - upsert.force().endNanoTime()).isNotNegative();
      RequestTrace deletion = trace();
      Deletion deleted =
          RequestTrace.run(
                  deletion,
                  () ->
                      server.live.delete(
                          "birds",
                          "",
                          new Selector.Ids(List.of("1")),
                          WaitFor.DURABLE,
                          Cancellation.NEVER))
              .join();
      assertThat(deleted.deletedCount()).isEqualTo(1);
      assertThat(deletion.prepare().isNone()).isTrue();
      assertFollow(deletion.apply(), deletion.force());
    }
  }

  @Test
  void nothingIsTakenDownForOthers() {
    assertThat(RequestTrace.current()).isNull();
    RequestTrace trace = trace();
    assertThat(RequestTrace.run(trace, RequestTrace::current)).isSameAs(trace);
    assertThat(RequestTrace.<RequestTrace>run(null, RequestTrace::current)).isNull();
    assertThat(RequestTrace.current()).isNull();
  }
}
