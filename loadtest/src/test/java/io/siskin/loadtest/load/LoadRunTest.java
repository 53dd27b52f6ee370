package io.siskin.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.Status;
import io.siskin.index.error.InvalidInputException;
import io.siskin.loadtest.load.scenario.Operation;
import io.siskin.loadtest.load.scenario.Scenario;
import io.siskin.loadtest.load.schedule.Arrivals;
import io.siskin.loadtest.load.schedule.CallLog;
import io.siskin.loadtest.load.schedule.RateProfile;
import io.siskin.loadtest.load.schedule.RateStage;
import io.siskin.loadtest.load.schedule.Schedule;
import io.siskin.loadtest.load.schedule.Share;
import io.siskin.proto.v1.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks what is sent to a server, and what is said of the answers. */
final class LoadRunTest {
  private static final int DEADLINE_MILLIS = 60_000;

  @TempDir Path folder;

  private Operation.Search search(String name, boolean isStream, String... texts)
      throws IOException {
    Path queries = folder.resolve(name + ".tsv");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < texts.length; i++) {
      lines.append(i).append('\t').append(texts[i]).append('\n');
    }
    Files.writeString(queries, lines);
    return new Operation.Search(
        name,
        new Share.Weight(1),
        "books",
        "",
        isStream,
        queries,
        Operation.QueryForm.ANY,
        false,
        10,
        null,
        null,
        Map.of(),
        List.of());
  }

  private static CallLog send(StandInServer server, RateStage stage, Operation... operations)
      throws IOException, InterruptedException {
    return send(server, stage, 20_000, operations).log();
  }

  private static LoadRun.Finished send(
      StandInServer server, RateStage stage, int inFlightMax, Operation... operations)
      throws IOException, InterruptedException {
    Scenario scenario =
        new Scenario(
            server.target(),
            server.metrics(),
            Arrivals.FIXED,
            1,
            2,
            DEADLINE_MILLIS,
            0,
            inFlightMax,
            List.of(stage),
            List.of(operations));
    Schedule schedule = scenario.schedule(new RateProfile(List.of(stage)));
    try (LoadRun run = new LoadRun(scenario, new Metadata())) {
      return run.send(schedule, (log, second, sample) -> {});
    }
  }

  /**
   * A server stops for a time, in which a hundred calls or so are due. A client that waits for its
   * answers would send one of them, and tell of one slow call.
   */
  @Test
  void aPauseOfTheServerIsInTheLatencyOfEveryCallThatWasDueInIt() throws Exception {
    long pauseMillis = 500;
    try (StandInServer server = new StandInServer(100, pauseMillis)) {
      CallLog log = send(server, RateStage.constant(200, 1.5), search("plain", false, "a"));
      Schedule schedule = log.schedule();
      assertThat(schedule.size()).isEqualTo(300);
      long pause = server.pauseEndNanoTime() - server.pauseStartNanoTime();
      assertThat(pause).isGreaterThanOrEqualTo(pauseMillis * 1_000_000);
      int dueInPause = 0;
      for (int call = 0; call < schedule.size(); call++) {
        assertThat(log.isOk(call)).isTrue();
        long due = log.startNanoTime() + schedule.dueNanos(call);
        if (due - server.pauseStartNanoTime() >= 0 && due - server.pauseEndNanoTime() < 0) {
          dueInPause++;
          assertThat(log.latencyNanos(call))
              .as("call %d", call)
              .isGreaterThanOrEqualTo(server.pauseEndNanoTime() - due);
        }
      }
      // All of them at a distance of 5 ms, but for those that were due after the end of the load.
      long end = log.startNanoTime() + schedule.dueNanos(schedule.size() - 1);
      long inLoad = Math.min(end, server.pauseEndNanoTime()) - server.pauseStartNanoTime();
      assertThat((long) dueInPause).isBetween(inLoad / 5_000_000 - 1, inLoad / 5_000_000 + 2);
      assertThat(dueInPause).isPositive();
    }
  }

  @Test
  void callsBeyondTheLimitAreNotSentAndAreCounted() throws Exception {
    try (StandInServer server = new StandInServer(1, 300)) {
      LoadRun.Finished finished =
          send(server, RateStage.constant(1_000, 0.2), 10, search("plain", false, "a"));
      CallLog log = finished.log();
      int unsent = 0;
      for (int call = 0; call < log.schedule().size(); call++) {
        unsent += log.outcome(call) == CallLog.UNSENT ? 1 : 0;
      }
      assertThat(server.searches).hasSize(200 - unsent);
      assertThat(unsent).isPositive();
    }
  }

  @Test
  void everyStatusIsCountedUnaryAndOverStreams() throws Exception {
    try (StandInServer server = new StandInServer(0, 0)) {
      for (boolean isStream : new boolean[] {false, true}) {
        CallLog log =
            send(server, RateStage.constant(400, 0.25), search("two", isStream, "a", "refuse me"));
        for (int call = 0; call < 100; call++) {
          Status.Code wanted = call % 2 == 0 ? Status.Code.OK : Status.Code.RESOURCE_EXHAUSTED;
          assertThat(log.outcome(call)).isEqualTo(CallLog.ENDED + wanted.value());
          assertThat(log.serverNanos(call))
              .isEqualTo(wanted == Status.Code.OK ? StandInServer.SEARCH_NANOS : 0);
        }
      }
      assertThat(server.searches).hasSize(200);
    }
  }

  @Test
  void aStreamThatBreaksFailsItsCallsAndIsOpenedAgain() throws Exception {
    try (StandInServer server = new StandInServer(0, 0)) {
      CallLog log =
          send(
              server,
              RateStage.constant(100, 0.5),
              search("breaking", true, "a", "a", "a", "break the stream", "a"));
      int ok = 0;
      for (int call = 0; call < 50; call++) {
        assertThat(log.hasEnded(call)).isTrue();
        ok += log.isOk(call) ? 1 : 0;
        if (call % 5 == 3) {
          assertThat(log.outcome(call)).isEqualTo(CallLog.ENDED + Status.Code.DATA_LOSS.value());
        }
      }
      assertThat(ok).isPositive();
    }
  }

  @Test
  void writesAreSentBesideSearches() throws Exception {
    Path documents = folder.resolve("documents.jsonl");
    Files.writeString(
        documents,
        """
        {"id": "one", "text": "a fine text", "title": "T", "year": 2001, "tags": ["a", "b"]}
        {"id": "two", "vector": {"7": 1.5}}
        """);
    try (StandInServer server = new StandInServer(0, 0)) {
      CallLog log =
          send(
              server,
              RateStage.constant(100, 0.5),
              search("searches", false, "a"),
              new Operation.Upsert(
                  "upserts", new Share.Beside(40), "books", "t", false, documents, "new-", 3),
              new Operation.Delete(
                  "deletes", new Share.Beside(20), "books", "t", documents, "new-", 2));
      assertThat(log.schedule().size()).isEqualTo(80);
      assertThat(server.searches).hasSize(50);
      assertThat(server.upserts).hasSize(20);
      assertThat(server.deletes).hasSize(10);
      assertThat(server.upserts.getFirst().getTenant()).isEqualTo("t");
      assertThat(server.upserts)
          .allSatisfy(
              upsert ->
                  assertThat(upsert.getDocumentsList())
                      .hasSize(3)
                      .allSatisfy(
                          document -> assertThat(document.getId()).isIn("new-one", "new-two")));
      assertThat(server.deletes)
          .allSatisfy(
              delete ->
                  assertThat(delete.getIds().getIdsList())
                      .hasSize(2)
                      .isSubsetOf("new-one", "new-two"));
    }
  }

  /** Fields that a collection declares have their types, as the server would refuse others. */
  @Test
  void fieldsOfDocumentsHaveTheTypesOfTheCollection() throws Exception {
    Path documents = folder.resolve("documents.jsonl");
    Files.writeString(
        documents,
        "{\"id\": \"one\", \"text\": \"t\", \"title\": \"T\", \"year\": 2001, \"tags\":"
            + " [\"a\"]}\n");
    try (StandInServer server = new StandInServer(0, 0)) {
      Operation.Upsert upsert =
          new Operation.Upsert(
              "upserts", new Share.Weight(1), "books", "", false, documents, "", 1);
      send(server, RateStage.constant(10, 0.1), upsert);
      Document sent = server.upserts.getFirst().getDocuments(0);
      assertThat(sent.getText()).isEqualTo("t");
      assertThat(sent.getFieldsMap()).containsOnlyKeys("title", "year", "tags");
      assertThat(sent.getFieldsOrThrow("year").getInt64Value()).isEqualTo(2001);
      assertThat(sent.getFieldsOrThrow("tags").getStringListValue().getValuesList())
          .containsExactly("a");
      assertThat(sent.getFieldsOrThrow("title").getStringValue()).isEqualTo("T");
      Operation.Upsert nowhere =
          new Operation.Upsert(
              "upserts", new Share.Weight(1), "missing", "", false, documents, "", 1);
      assertThatThrownBy(() -> send(server, RateStage.constant(10, 0.1), nowhere))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("collection is 'missing', which the server does not have");
    }
  }

  @Test
  void aDocumentThatIsRefusedFailsItsCall() throws Exception {
    Path documents = folder.resolve("documents.jsonl");
    Files.writeString(documents, "{\"id\": \"one\", \"text\": \"refuse me\"}\n");
    try (StandInServer server = new StandInServer(0, 0)) {
      CallLog log =
          send(
              server,
              RateStage.constant(20, 0.2),
              new Operation.Upsert(
                  "upserts", new Share.Weight(1), "books", "", false, documents, "", 1));
      for (int call = 0; call < 4; call++) {
        assertThat(log.outcome(call))
            .isEqualTo(CallLog.ENDED + Status.Code.INVALID_ARGUMENT.value());
      }
    }
  }

  @Test
  void callersThatWaitSendOneCallAfterTheOther() throws Exception {
    try (StandInServer server = new StandInServer(0, 0)) {
      Scenario scenario =
          new Scenario(
              server.target(),
              null,
              Arrivals.FIXED,
              1,
              2,
              DEADLINE_MILLIS,
              0,
              100,
              List.of(),
              List.of(search("plain", false, "a")));
      try (LoadRun run = new LoadRun(scenario, new Metadata())) {
        long answered = run.sendClosed(3, 0.3);
        assertThat(answered).isPositive().isEqualTo(server.searches.size());
      }
    }
  }
}
