package io.siskin.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.Status;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.siskin.index.testing.Repository;
import io.siskin.proto.v1.AnswersStage;
import io.siskin.proto.v1.CapStage;
import io.siskin.proto.v1.ContextList;
import io.siskin.proto.v1.CrossEncoder;
import io.siskin.proto.v1.DenseField;
import io.siskin.proto.v1.DenseStage;
import io.siskin.proto.v1.DenseVector;
import io.siskin.proto.v1.DenseVectors;
import io.siskin.proto.v1.DensifiedScore;
import io.siskin.proto.v1.DensifiedStage;
import io.siskin.proto.v1.DiversifyStage;
import io.siskin.proto.v1.Document;
import io.siskin.proto.v1.DocumentContext;
import io.siskin.proto.v1.EncodeInput;
import io.siskin.proto.v1.FeedbackStage;
import io.siskin.proto.v1.FieldType;
import io.siskin.proto.v1.FieldValue;
import io.siskin.proto.v1.FieldsUpdate;
import io.siskin.proto.v1.Filter;
import io.siskin.proto.v1.FuseInput;
import io.siskin.proto.v1.FuseStage;
import io.siskin.proto.v1.GroupScore;
import io.siskin.proto.v1.GroupStage;
import io.siskin.proto.v1.Interpolation;
import io.siskin.proto.v1.KeyedVector;
import io.siskin.proto.v1.KeyedVectors;
import io.siskin.proto.v1.LoggedQuery;
import io.siskin.proto.v1.MaxSim;
import io.siskin.proto.v1.NextQuery;
import io.siskin.proto.v1.RankingNode;
import io.siskin.proto.v1.ReciprocalRankFusion;
import io.siskin.proto.v1.RescoreStage;
import io.siskin.proto.v1.SchemaField;
import io.siskin.proto.v1.ScoreNormalization;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SparseVector;
import io.siskin.proto.v1.TokenVectors;
import io.siskin.proto.v1.TreeEnsemble;
import io.siskin.proto.v1.Turn;
import io.siskin.proto.v1.UpdateFieldsResponse;
import io.siskin.proto.v1.UpsertResponse;
import io.siskin.proto.v1.WriteResult;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every list and map of every request, over a socket: as many elements as {@code docs/limits.md}
 * says are accepted, and one more is refused by the name of the field.
 */
@Timeout(120)
class CountLimitsTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| `(\\w+\\.\\w+)` \\| ([0-9,]+)[^|]*\\|$", Pattern.MULTILINE);

  // Those of a query, where a document may have more.
  private static final int QUERY_VECTORS_MAX = 128;

  // It has as many as the other list, so that it has no limit of its own.
  private static final String WEIGHTS = "SparseVector.weights";
  private static final String KEY = "k0";

  private GrpcServer server;
  private ManagedChannel channel;

  /**
   * A list or a map.
   *
   * @param method the method whose request has it
   * @param steps the fields that lead to it, itself included
   */
  private record Place(MethodDescriptor<Message, Message> method, List<FieldDescriptor> steps) {
    String name() {
      FieldDescriptor field = steps.getLast();
      return field.getContainingType().getName() + "." + field.getName();
    }

    String path() {
      return steps.stream().map(FieldDescriptor::getName).collect(Collectors.joining("."));
    }

    /** Returns whether these are the vectors of a query, of which there may be fewer. */
    boolean isOfQuery() {
      return steps.size() == 2 && isOfQuery(steps.getFirst());
    }

    private static boolean isOfQuery(FieldDescriptor field) {
      return field.getContainingType().equals(SearchRequest.getDescriptor()) && field.isMapField();
    }

    Message request(int count) {
      Message.Builder request = RightRequests.of(method).toBuilder();
      put(request, steps, count);
      if (request instanceof SearchRequest.Builder search && isOfQuery(steps.getFirst())) {
        search.setNode(taking());
      }
      return request.build();
    }
  }

  @BeforeEach
  void start() throws Exception {
    server =
        GrpcServer.start(
            GrpcServerOptions.builder().port(0).build(),
            FakeBackends.of(new FakeRetriever(), FakeTextEncoders.NONE));
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .usePlaintext()
            .disableRetry()
            .build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.close();
  }

  private static List<Place> places() {
    List<Place> places = new ArrayList<>();
    for (MethodDescriptor<Message, Message> method : RightRequests.methods()) {
      walk(
          method,
          RightRequests.empty(method).getDescriptorForType(),
          List.of(),
          new HashSet<>(),
          places);
    }
    return places;
  }

  /** Enters a type within itself once. */
  private static void walk(
      MethodDescriptor<Message, Message> method,
      Descriptor type,
      List<FieldDescriptor> before,
      Set<Descriptor> entered,
      List<Place> places) {
    if (!entered.add(type)) {
      return;
    }
    for (FieldDescriptor field : type.getFields()) {
      List<FieldDescriptor> steps = Stream.concat(before.stream(), Stream.of(field)).toList();
      if (field.isRepeated()) {
        places.add(new Place(method, steps));
      }
      FieldDescriptor inside =
          field.isMapField() ? field.getMessageType().findFieldByName("value") : field;
      if (inside.getJavaType() == JavaType.MESSAGE) {
        walk(method, inside.getMessageType(), steps, new HashSet<>(entered), places);
      }
    }
  }

  private static Map<String, Integer> limits() throws Exception {
    Map<String, Integer> limits = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(Repository.root().resolve("docs/limits.md")));
    while (row.find()) {
      limits.put(row.group(1), Integer.parseInt(row.group(2).replace(",", "")));
    }
    return limits;
  }

  @Test
  void theLimitPassesAndOneMoreIsRefusedByTheNameOfTheField() throws Exception {
    Map<String, Integer> limits = limits();
    Set<String> tried = new TreeSet<>();
    for (Place place : places()) {
      if (place.name().equals(WEIGHTS)) {
        continue;
      }
      String what = place.method().getBareMethodName() + ": " + place.path();
      assertThat(limits).as(what).containsKey(place.name());
      int limit = place.isOfQuery() ? QUERY_VECTORS_MAX : limits.get(place.name());
      assertThat(refusedField(place.method(), place.request(limit))).as(what).isNull();
      assertThat(refusedField(place.method(), place.request(limit + 1)))
          .as(what)
          .isEqualTo(place.path());
      tried.add(place.name());
    }
    assertThat(tried).hasSizeGreaterThan(15).contains("Document.fields", "StringList.values");
  }

  @Test
  void thereIsOneWeightForEachTerm() {
    int tried = 0;
    for (Place place : places()) {
      if (place.name().equals(WEIGHTS)) {
        assertThat(refusedField(place.method(), place.request(2))).isEqualTo(place.path());
        tried++;
      }
    }
    assertThat(tried).isGreaterThanOrEqualTo(2);
  }

  /** Returns the field that is refused, without numbers of elements and keys of maps. */
  private @Nullable String refusedField(
      MethodDescriptor<Message, Message> method, Message request) {
    Status status;
    try {
      status = inResults(RightRequests.call(channel, method, request));
    } catch (StatusRuntimeException refused) {
      status = StatusProto.fromThrowable(refused);
      assertThat(status).as("%s", refused).isNotNull();
    }
    return status == null ? null : field(status);
  }

  /** What is wrong with one document is told in its result. */
  private static @Nullable Status inResults(Message answer) {
    List<WriteResult> results =
        switch (answer) {
          case UpsertResponse upsert -> upsert.getResultsList();
          case UpdateFieldsResponse update -> update.getResultsList();
          default -> List.of();
        };
    return results.isEmpty() || !results.getFirst().hasError()
        ? null
        : results.getFirst().getError();
  }

  private static String field(Status status) {
    for (Any detail : status.getDetailsList()) {
      if (detail.is(BadRequest.class)) {
        try {
          String field = detail.unpack(BadRequest.class).getFieldViolations(0).getField();
          field = field.replace("[\"" + KEY + "\"]", "");
          return field.replaceAll("\\[[0-9]+]", "").replace("." + KEY, "");
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
          throw new AssertionError(e);
        }
      }
    }
    throw new AssertionError("no field: " + status);
  }

  private static void put(Message.Builder message, List<FieldDescriptor> steps, int count) {
    FieldDescriptor field = steps.getFirst();
    List<FieldDescriptor> rest = steps.subList(1, steps.size());
    if (rest.isEmpty()) {
      message.clearField(field);
      for (int i = 0; i < count; i++) {
        message.addRepeatedField(field, element(message, field, i));
      }
      addWhatBelongsToIt(message, field, count);
    } else if (field.isMapField()) {
      Message.Builder entry = message.newBuilderForField(field);
      FieldDescriptor value = field.getMessageType().findFieldByName("value");
      Message.Builder inside = entry.newBuilderForField(value);
      put(inside, rest, count);
      entry.setField(field.getMessageType().findFieldByName("key"), KEY);
      entry.setField(value, inside.build());
      message.clearField(field);
      message.addRepeatedField(field, entry.build());
    } else if (field.isRepeated()) {
      Message first = (Message) element(message, field, 0);
      Message.Builder inside = first.toBuilder();
      put(inside, rest, count);
      message.clearField(field);
      message.addRepeatedField(field, inside.build());
    } else {
      Message.Builder inside = ((Message) message.getField(field)).toBuilder();
      complete(inside);
      if (message instanceof FeedbackStage.Builder feedback && field.getName().equals("search")) {
        feedback.setTerms(1);
      }
      put(inside, rest, count);
      message.setField(field, inside.build());
    }
  }

  /** Returns a tree whose stages take vectors of the fields k0 to k15 of the request. */
  private static RankingNode taking() {
    FuseStage.Builder fuse =
        FuseStage.newBuilder().setReciprocalRank(ReciprocalRankFusion.getDefaultInstance());
    for (int i = 0; i < 16; i += 2) {
      RankingNode input = taking(i, taking(i + 1, RightRequests.node()));
      fuse.addInputs(FuseInput.newBuilder().setNode(input));
    }
    return RankingNode.newBuilder().setLimit(10).setFuse(fuse).build();
  }

  private static RankingNode taking(int field, RankingNode input) {
    MaxSim.Builder by = MaxSim.newBuilder().setField("k" + field).setMissingScore(0);
    return RankingNode.newBuilder()
        .setLimit(10)
        .setRescore(RescoreStage.newBuilder().setInput(input).setMaxSim(by))
        .build();
  }

  /** Sets what a part of a ranking tree must have. */
  private static void complete(Message.Builder message) {
    switch (message) {
      case RankingNode.Builder node -> node.setLimit(10);
      case DenseStage.Builder dense -> dense.setField("f").addVector(1);
      case FuseStage.Builder fuse ->
          fuse.setReciprocalRank(ReciprocalRankFusion.getDefaultInstance());
      case RescoreStage.Builder rescore -> rescore.setInput(RightRequests.node());
      case Interpolation.Builder by ->
          by.setField("f").addVector(1).setAlpha(0.5).setMissingScore(0);
      case TreeEnsemble.Builder by -> by.setModel("m");
      case MaxSim.Builder by -> by.setField("f").setMissingScore(0);
      case DensifiedStage.Builder densified -> densified.setField("f");
      case DensifiedScore.Builder by -> by.setMissingScore(0);
      case CrossEncoder.Builder by -> by.setModel("m");
      case FeedbackStage.Builder feedback ->
          feedback.setInput(RightRequests.node()).setDocuments(1);
      case GroupStage.Builder group ->
          group.setInput(RightRequests.node()).setField("f").setScore(GroupScore.GROUP_SCORE_MAX);
      case DocumentContext.Builder context ->
          context
              .setField("f")
              .setWeight(1)
              .setNormalization(ScoreNormalization.SCORE_NORMALIZATION_NONE);
      case ContextList.Builder list -> list.setNode(RightRequests.node()).setMissingScore(0);
      case DiversifyStage.Builder diversify ->
          diversify
              .setInput(RightRequests.node())
              .setField("f")
              .setLambda(1)
              .setNormalization(ScoreNormalization.SCORE_NORMALIZATION_NONE);
      case CapStage.Builder cap -> cap.setInput(RightRequests.node()).setField("f").setCount(1);
      case AnswersStage.Builder answers ->
          answers
              .setInput(RightRequests.node())
              .setStartField("f")
              .addStartVector(1)
              .addEndVector(1)
              .setScoreWeight(1)
              .setTokensMax(1)
              .setTextField("t");
      default -> {
        // It needs nothing.
      }
    }
  }

  private static void addWhatBelongsToIt(
      Message.Builder message, FieldDescriptor field, int count) {
    switch (message) {
      // One of several queries may be set.
      case DenseStage.Builder dense when field.getName().equals("turns") -> dense.clearVector();
      case Interpolation.Builder by when field.getName().equals("turns") -> by.clearVector();
      case SparseVector.Builder vector when !field.getName().equals("weights") -> {
        for (int i = 0; i < count; i++) {
          vector.addWeights(1);
        }
      }
      case SparseVector.Builder vector -> vector.addTokens("x");
      case EncodeInput.Builder input -> input.setText("x".repeat(count));
      default -> {
        // It stands alone.
      }
    }
  }

  private static Object element(Message.Builder message, FieldDescriptor field, int index) {
    return switch (field.getJavaType()) {
      case STRING -> message instanceof TreeEnsemble.Builder ? "" + index : "e" + index;
      case INT -> index + 1;
      case FLOAT -> 1f;
      case MESSAGE -> field.isMapField() ? entry(message, field, index) : made(field, index);
      default -> throw new AssertionError("no element of " + field);
    };
  }

  private static Message entry(Message.Builder message, FieldDescriptor field, int index) {
    FieldDescriptor value = field.getMessageType().findFieldByName("value");
    return message
        .newBuilderForField(field)
        .setField(field.getMessageType().findFieldByName("key"), "k" + index)
        .setField(
            value,
            switch (value.getMessageType().getName()) {
              case "DenseVectors" ->
                  DenseVectors.newBuilder()
                      .addVectors(DenseVector.newBuilder().addValues(1))
                      .build();
              case "TokenVectors" ->
                  TokenVectors.newBuilder().addVectors(SparseVector.getDefaultInstance()).build();
              case "KeyedVectors" -> KeyedVectors.getDefaultInstance();
              default -> FieldValue.newBuilder().setInt64Value(index).build();
            })
        .build();
  }

  private static Message made(FieldDescriptor field, int index) {
    String name = "e" + index;
    return switch (field.getMessageType().getName()) {
      case "Document" -> Document.newBuilder().setId(name).setText("x").build();
      case "LoggedQuery" -> LoggedQuery.newBuilder().setText(name).build();
      case "NextQuery" -> NextQuery.newBuilder().setText(name).build();
      case "FieldsUpdate" -> FieldsUpdate.newBuilder().setId(name).addRemove("year").build();
      case "EncodeInput" -> EncodeInput.newBuilder().setText("x").build();
      case "Filter" -> Filter.newBuilder().setExists("year").build();
      case "FuseInput" -> FuseInput.newBuilder().setNode(RightRequests.node()).build();
      case "FieldValue" -> FieldValue.newBuilder().setInt64Value(index).build();
      case "Turn" -> Turn.newBuilder().setText(name).build();
      case "DenseVector" -> DenseVector.newBuilder().addValues(1).build();
      case "KeyedVector" -> KeyedVector.newBuilder().setKey(index).addValues(1).build();
      case "SparseVector" -> SparseVector.getDefaultInstance();
      case "DenseField" -> DenseField.newBuilder().setName("v" + index).setDimensions(4).build();
      case "SchemaField" ->
          SchemaField.newBuilder().setName(name).setType(FieldType.FIELD_TYPE_INT64).build();
      default -> throw new AssertionError("no element of " + field);
    };
  }
}
