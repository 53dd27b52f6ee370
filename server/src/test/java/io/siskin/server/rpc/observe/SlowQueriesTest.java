package io.siskin.server.rpc.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SlowQuery;
import io.siskin.proto.v1.SparseVector;
import io.siskin.server.observe.SlowQueryOptions;
import io.siskin.server.rpc.transport.CallRecord;
import io.siskin.server.rpc.transport.CallRecords;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SlowQueriesTest {
  private static final SlowQueryOptions OPTIONS = new SlowQueryOptions(1, 5, 1 << 20, true);

  private SlowQueries queries = new SlowQueries(OPTIONS);

  @AfterEach
  void close() {
    queries.close();
  }

  private void with(SlowQueryOptions options) {
    queries.close();
    queries = new SlowQueries(options);
  }

  private void slow(SearchRequest.Builder request) {
    CallRecord call = CallRecords.slow(request.build(), 2_000_000);
    queries.add(call);
  }

  private static SearchRequest.Builder text(String collection, String text) {
    return SearchRequest.newBuilder().setCollection(collection).setText(text).setK(7);
  }

  private List<SlowQuery> latest(int countMax) {
    return queries.latest("", _ -> true, countMax);
  }

  @Test
  void theLatestAreRememberedInTheirOrder() {
    for (int i = 0; i < 8; i++) {
      slow(text("birds", "query " + i));
    }
    assertThat(latest(100))
        .extracting(query -> query.getRequest().getText())
        .containsExactly("query 7", "query 6", "query 5", "query 4", "query 3");
    assertThat(latest(2)).hasSize(2);
    assertThat(queries.count()).isEqualTo(8);
    SlowQuery query = latest(1).getFirst();
    assertThat(query.getTimings().getTotalNanos()).isGreaterThanOrEqualTo(2_000_000);
    assertThat(query.getEndTime().getSeconds()).isGreaterThan(1_700_000_000);
    assertThat(query.getRequest().getK()).isEqualTo(7);
  }

  @Test
  void quickOnesAndOtherCallsAreNot() {
    queries.add(CallRecords.ended(text("birds", "x").build(), Status.Code.OK));
    with(new SlowQueryOptions(3_600_000, 5, 1 << 20, true));
    slow(text("birds", "x"));
    with(new SlowQueryOptions(0, 5, 1 << 20, true));
    slow(text("birds", "x"));
    assertThat(latest(100)).isEmpty();
    assertThat(queries.count()).isZero();
  }

  @Test
  void onlyWhatMayBeReadIsSeen() {
    slow(text("birds", "a"));
    slow(text("fish", "b"));
    slow(text("birds", "c"));
    assertThat(queries.latest("birds", _ -> true, 10)).hasSize(2);
    assertThat(queries.latest("", "fish"::equals, 10))
        .extracting(query -> query.getRequest().getText())
        .containsExactly("b");
    assertThat(queries.latest("birds", "fish"::equals, 10)).isEmpty();
  }

  @Test
  void queriesCanBeLeftOut() {
    with(new SlowQueryOptions(1, 5, 1 << 20, false));
    slow(text("birds", "secret").setFilterExpression("owner = \"secret\"").setTenant("t"));
    SlowQuery query = latest(1).getFirst();
    assertThat(query.toString()).doesNotContain("secret");
    assertThat(query.getRequest().getCollection()).isEqualTo("birds");
    assertThat(query.getRequest().getK()).isEqualTo(7);
  }

  @Test
  void whatIsLongIsCut() {
    slow(text("birds", "x".repeat(60_000)));
    assertThat(latest(1).getFirst().getRequest().getText()).hasSize(2_000).endsWith("…");
    SparseVector.Builder vector = SparseVector.newBuilder();
    for (int i = 0; i < 16_384; i++) {
      vector.addTermIds(i).addWeights(1);
    }
    slow(SearchRequest.newBuilder().setCollection("birds").setVector(vector));
    assertThat(latest(1).getFirst().getRequest().getVector().getTermIdsCount()).isEqualTo(256);
    assertThat(latest(1).getFirst().getRequest().getVector().getWeightsCount()).isEqualTo(256);
    slow(
        text("c".repeat(50_000), "x").setFilterExpression("y".repeat(50_000)).setRecallTarget(.9f));
    SearchRequest outline = latest(1).getFirst().getRequest();
    assertThat(outline.getSerializedSize()).isLessThan(SlowQueries.REQUEST_BYTES_MAX);
    assertThat(outline.getRecallTarget()).isEqualTo(.9f);
    assertThat(outline.getCollection()).hasSize(256);
  }

  @Test
  void memoryIsBounded() {
    with(new SlowQueryOptions(1, 10_000, 1 << 16, true));
    for (int i = 0; i < 1_000; i++) {
      slow(text("birds", "x".repeat(1_000)));
    }
    List<SlowQuery> remembered = latest(10_000);
    assertThat(remembered.stream().mapToInt(SlowQuery::getSerializedSize).sum())
        .isBetween(1 << 15, 1 << 16);
    assertThat(queries.count()).isEqualTo(1_000);
  }
}
