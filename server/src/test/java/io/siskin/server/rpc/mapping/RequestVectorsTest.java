package io.siskin.server.rpc.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import io.siskin.index.testing.Seeds;
import io.siskin.proto.v1.AnswersStage;
import io.siskin.proto.v1.DenseStage;
import io.siskin.proto.v1.DenseVectors;
import io.siskin.proto.v1.FeedbackStage;
import io.siskin.proto.v1.Interpolation;
import io.siskin.proto.v1.MaxSim;
import io.siskin.proto.v1.RankingNode;
import io.siskin.proto.v1.RescoreStage;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SparseStage;
import io.siskin.proto.v1.SparseVector;
import io.siskin.proto.v1.TokenVectors;
import io.siskin.server.rank.RandomTrees;
import io.siskin.server.retrieve.RetrievalRequest.Ranking;
import io.siskin.server.search.SearchMode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * The vectors of a request, against a slow twin: messages into which the vectors are written by
 * hand, wherever a stage has no query of its own.
 */
final class RequestVectorsTest {
  private static final int TREES = 400;
  private static final Random RANDOM = new Random(Seeds.next());
  private static final List<Float> FIRST = List.of(1f, -2f, 0.5f);
  private static final List<Float> SECOND = List.of(3f, 4f);

  private static List<Float> of(String field) {
    return field.equals("first") ? FIRST : SECOND;
  }

  private static DenseVectors vectors(List<Float> values) {
    DenseVectors.Builder vectors = DenseVectors.newBuilder();
    vectors.addVectorsBuilder().addAllValues(values);
    return vectors.build();
  }

  private static Ranking ranking(SearchRequest.Builder request, RankingNode root) {
    return Objects.requireNonNull(
        ProtoMapper.toDomain(
                request.setCollection("c").setText("asked").setNode(root).build(),
                _ -> new SearchMode.Exact(),
                _ -> new TreeMap<>())
            .ranking());
  }

  /** Returns a message with some queries of stages left out. */
  private static Message without(Message message) {
    Message.Builder builder = message.toBuilder();
    if (RANDOM.nextBoolean()) {
      switch (builder) {
        case DenseStage.Builder dense -> dense.clearVector().clearText().clearTurns();
        case Interpolation.Builder by -> by.clearVector().clearText().clearTurns();
        case MaxSim.Builder by -> by.clearVectors().clearText();
        case AnswersStage.Builder answers -> {
          // With one field, it would take two vectors of it.
          if (!answers.getStartField().equals(answers.getEndField())) {
            answers.clearStartVector().clearEndVector();
          }
        }
        default -> {
          // It has no dense query.
        }
      }
    }
    return inside(builder, RequestVectorsTest::without);
  }

  /** Returns a message with the vectors of the request in it, and tells of which fields. */
  private static Message with(Message message, Map<String, List<Float>> taken) {
    Message.Builder builder = message.toBuilder();
    switch (builder) {
      case DenseStage.Builder dense
          when dense.getVectorCount() + dense.getTurnsCount() == 0 && !dense.hasText() ->
          dense.addAllVector(take(dense.getField(), taken));
      case Interpolation.Builder by
          when by.getVectorCount() + by.getTurnsCount() == 0 && !by.hasText() ->
          by.addAllVector(take(by.getField(), taken));
      case MaxSim.Builder by when by.getVectorsCount() == 0 && !by.hasText() ->
          by.addVectorsBuilder().addAllValues(take(by.getField(), taken));
      case AnswersStage.Builder answers when answers.getStartVectorCount() == 0 ->
          answers
              .addAllStartVector(take(answers.getStartField(), taken))
              .addAllEndVector(take(answers.getEndField(), taken));
      default -> {
        // It takes nothing.
      }
    }
    return inside(builder, inner -> with(inner, taken));
  }

  private static List<Float> take(String field, Map<String, List<Float>> taken) {
    taken.put(field, of(field));
    return of(field);
  }

  private static Message inside(Message.Builder builder, UnaryOperator<Message> change) {
    for (Map.Entry<FieldDescriptor, Object> entry : builder.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      if (field.getJavaType() != JavaType.MESSAGE) {
        continue;
      }
      if (field.isRepeated()) {
        for (int i = 0; i < builder.getRepeatedFieldCount(field); i++) {
          builder.setRepeatedField(
              field, i, change.apply((Message) builder.getRepeatedField(field, i)));
        }
      } else {
        builder.setField(field, change.apply((Message) builder.getField(field)));
      }
    }
    return builder.build();
  }

  @Test
  void aTreeWithVectorsOfTheRequestIsTheTreeThatHasThemInItsStages() {
    RandomTrees trees = new RandomTrees(RANDOM, 4);
    int taking = 0;
    for (int i = 0; i < TREES; i++) {
      RankingNode asked = (RankingNode) without(RankingMapper.toProto(trees.next()));
      Map<String, List<Float>> taken = new HashMap<>();
      RankingNode twin = (RankingNode) with(asked, taken);
      SearchRequest.Builder request = SearchRequest.newBuilder();
      taken.forEach((field, vector) -> request.putDense(field, vectors(vector)));
      Ranking ranking = ranking(request, asked);
      Ranking expected = ranking(SearchRequest.newBuilder(), twin);
      assertThat(ranking.root()).as("%s", asked).isEqualTo(expected.root());
      // What is echoed of a stored pipeline has no vectors of the request.
      assertThat(ranking.asked()).isEqualTo(RankingMapper.toDomain(asked, SearchMode.Exact::new));
      taking += taken.isEmpty() ? 0 : 1;
    }
    assertThat(taking).isGreaterThan(TREES / 4);
  }

  private static RankingNode.Builder node() {
    return RankingNode.newBuilder().setLimit(5);
  }

  private static RankingNode leaf() {
    return node().setSparse(SparseStage.getDefaultInstance()).build();
  }

  @Test
  void spansOfOneFieldTakeTheFirstVectorForTheirStartAndTheSecondForTheirEnd() {
    AnswersStage.Builder answers =
        AnswersStage.newBuilder()
            .setInput(leaf())
            .setStartField("tokens")
            .setScoreWeight(1)
            .setTokensMax(2)
            .setTextField("text");
    SearchRequest.Builder request =
        SearchRequest.newBuilder()
            .putDense("tokens", vectors(FIRST).toBuilder().mergeFrom(vectors(SECOND)).build());
    RankingNode twin =
        node().setAnswers(answers.clone().addAllStartVector(FIRST).addAllEndVector(SECOND)).build();
    assertThat(ranking(request, node().setAnswers(answers).build()).root())
        .isEqualTo(ranking(SearchRequest.newBuilder(), twin).root());
  }

  @Test
  void tokenVectorsOfTheRequestReplaceThoseOfItsText() {
    SparseVector vector = SparseVector.newBuilder().addTokens("x").addWeights(2).build();
    MaxSim.Builder by = MaxSim.newBuilder().setField("words").setMissingScore(0);
    RescoreStage.Builder stage = RescoreStage.newBuilder().setInput(leaf()).setMaxSim(by);
    SearchRequest.Builder request =
        SearchRequest.newBuilder()
            .putTokenVectors("words", TokenVectors.newBuilder().addVectors(vector).build());
    RankingNode asked = node().setRescore(stage).build();
    RankingNode twin =
        node().setRescore(stage.clone().setMaxSim(by.clone().addTokenVectors(vector))).build();
    assertThat(ranking(request, asked).root())
        .isEqualTo(ranking(SearchRequest.newBuilder(), twin).root());
    assertThat(ranking(SearchRequest.newBuilder(), asked).root())
        .isNotEqualTo(ranking(SearchRequest.newBuilder(), twin).root());
  }

  @Test
  void whatAStageHasItselfWins() {
    DenseStage.Builder dense = DenseStage.newBuilder().setField("first");
    FeedbackStage.Builder feedback =
        FeedbackStage.newBuilder()
            .setInput(node().setDense(dense))
            .setDense(dense.clone().setText("own"))
            .setDocuments(1);
    SearchRequest.Builder request = SearchRequest.newBuilder().putDense("first", vectors(FIRST));
    FeedbackStage.Builder twin =
        feedback.clone().setInput(node().setDense(dense.clone().addAllVector(FIRST)));
    assertThat(ranking(request, node().setFeedback(feedback).build()).root())
        .isEqualTo(ranking(SearchRequest.newBuilder(), node().setFeedback(twin).build()).root());
  }
}
