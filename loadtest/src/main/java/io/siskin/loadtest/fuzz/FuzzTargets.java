package io.siskin.loadtest.fuzz;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.document.Schema;
import io.siskin.index.vector.TokenVector;
import io.siskin.proto.v1.CountRequest;
import io.siskin.proto.v1.CreateCollectionRequest;
import io.siskin.proto.v1.DeleteRequest;
import io.siskin.proto.v1.DenseField;
import io.siskin.proto.v1.DenseVector;
import io.siskin.proto.v1.DenseVectors;
import io.siskin.proto.v1.DensifiedStage;
import io.siskin.proto.v1.Document;
import io.siskin.proto.v1.EncodeInput;
import io.siskin.proto.v1.EncodeRequest;
import io.siskin.proto.v1.EncodeSide;
import io.siskin.proto.v1.FieldType;
import io.siskin.proto.v1.FieldValue;
import io.siskin.proto.v1.FieldsUpdate;
import io.siskin.proto.v1.GetRequest;
import io.siskin.proto.v1.IdList;
import io.siskin.proto.v1.MaxSim;
import io.siskin.proto.v1.RankingNode;
import io.siskin.proto.v1.RescoreStage;
import io.siskin.proto.v1.ScrollRequest;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SparseVector;
import io.siskin.proto.v1.StringList;
import io.siskin.proto.v1.TokenVectors;
import io.siskin.proto.v1.UpdateFieldsRequest;
import io.siskin.proto.v1.UpsertRequest;
import io.siskin.server.corpus.NpySource;
import io.siskin.server.encode.model.EncoderYaml;
import io.siskin.server.encode.phrase.PhraseDictionary;
import io.siskin.server.encode.spec.EncoderSpecJson;
import io.siskin.server.encode.vocabulary.Vocabulary;
import io.siskin.server.filter.FilterParser;
import io.siskin.server.ingest.DenseMembers;
import io.siskin.server.ingest.KeyedMembers;
import io.siskin.server.ingest.TokenMembers;
import io.siskin.server.plan.Calibration;
import io.siskin.server.plan.CalibrationJson;
import io.siskin.server.plan.OperatingPoint;
import io.siskin.server.rpc.mapping.PageToken;
import io.siskin.server.search.SearchMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Everything that is fed. */
final class FuzzTargets implements AutoCloseable {
  private static final String FILTER =
      "year >= 1990 AND (lang IN ('en', 'de') OR NOT rating < 2.5)";

  // What reads memory is much quicker than what reads a file.
  private static final int MEMORY_WEIGHT = 20;

  private final Path folder;
  private final RestTargets rest;

  /**
   * Makes targets.
   *
   * @param folder an existing folder, for the inputs of what reads files
   */
  FuzzTargets(Path folder) throws IOException {
    this.folder = folder;
    this.rest = new RestTargets();
  }

  /** Returns all targets. */
  List<FuzzTarget> all() throws IOException {
    List<FuzzTarget> all = new ArrayList<>();
    addRequests(all);
    addTexts(all);
    all.addAll(rest.all());
    all.addAll(new FileTargets(folder).all());
    all.addAll(new ModelTargets(folder).all());
    return all;
  }

  /** Ends what answers requests. */
  @Override
  public void close() {
    rest.close();
  }

  private static SparseVector vector() {
    return SparseVector.newBuilder()
        .addTermIds(3)
        .addTermIds(70_000)
        .addWeights(1.5f)
        .addWeights(0.25f)
        .build();
  }

  private static SearchRequest.Builder search() {
    return SearchRequest.newBuilder()
        .setCollection("books")
        .setK(10)
        .addFields("title")
        .setExplain(true)
        .setTenant("t1");
  }

  private static UpsertRequest upsert() {
    return UpsertRequest.newBuilder()
        .setCollection("books")
        .setTenant("t1")
        .addDocuments(
            Document.newBuilder()
                .setId("d1")
                .setVector(vector())
                .putFields("year", FieldValue.newBuilder().setInt64Value(1990).build())
                .putFields("title", FieldValue.newBuilder().setStringValue("moths").build()))
        .addDocuments(
            Document.newBuilder()
                .setId("d2")
                .setText("the moth and the lamp")
                .putFields(
                    "tags",
                    FieldValue.newBuilder()
                        .setStringListValue(StringList.newBuilder().addValues("a"))
                        .build())
                .putDense(
                    "embedding",
                    DenseVectors.newBuilder()
                        .addVectors(DenseVector.newBuilder().addValues(0.5f).addValues(-2))
                        .build())
                .putTokenVectors("words", TokenVectors.newBuilder().addVectors(vector()).build()))
        .build();
  }

  /** Returns a tree with the stages of late interaction. */
  private static RankingNode late() {
    RankingNode.Builder leaf =
        RankingNode.newBuilder()
            .setLimit(100)
            .setDensified(DensifiedStage.newBuilder().setField("lexical").setVector(vector()));
    RankingNode.Builder words =
        RankingNode.newBuilder()
            .setLimit(50)
            .setRescore(
                RescoreStage.newBuilder()
                    .setInput(leaf)
                    .setMaxSim(
                        MaxSim.newBuilder()
                            .setField("words")
                            .addTokenVectors(vector())
                            .setMissingScore(0)));
    return RankingNode.newBuilder()
        .setLimit(10)
        .setRescore(
            RescoreStage.newBuilder()
                .setInput(words)
                .setMaxSim(
                    MaxSim.newBuilder()
                        .setField("embedding")
                        .addVectors(DenseVector.newBuilder().addValues(0.5f).addValues(-2))
                        .setMissingScore(-1)
                        .setAlpha(0.5)))
        .build();
  }

  private static void addRequests(List<FuzzTarget> all) {
    all.add(
        request(
            SearchRequest.parser(),
            search().setVector(vector()).setFilterExpression(FILTER).build(),
            search().setText("moth").setRecallTarget(0.95f).setTimeBudgetMicros(500).build(),
            search().setVector(vector()).setNode(late()).build(),
            search().setVector(SparseVector.newBuilder().addTokens("moth").addWeights(2)).build()));
    all.add(request(UpsertRequest.parser(), upsert()));
    all.add(
        request(
            UpdateFieldsRequest.parser(),
            UpdateFieldsRequest.newBuilder()
                .setCollection("books")
                .addUpdates(
                    FieldsUpdate.newBuilder()
                        .setId("d1")
                        .putSet("year", FieldValue.newBuilder().setInt64Value(1).build()))
                .build()));
    all.add(
        request(
            DeleteRequest.parser(),
            DeleteRequest.newBuilder()
                .setCollection("books")
                .setIds(IdList.newBuilder().addIds("d1"))
                .build(),
            DeleteRequest.newBuilder().setCollection("books").setFilterExpression(FILTER).build()));
    addReads(all);
  }

  private static void addReads(List<FuzzTarget> all) {
    all.add(
        request(
            ScrollRequest.parser(),
            ScrollRequest.newBuilder()
                .setCollection("books")
                .setPageSize(10)
                .setFilterExpression(FILTER)
                .addFields("*")
                .build()));
    all.add(
        request(
            GetRequest.parser(),
            GetRequest.newBuilder().setCollection("books").addIds("d1").build()));
    all.add(
        request(
            CountRequest.parser(),
            CountRequest.newBuilder().setCollection("books").setFilterExpression(FILTER).build()));
    all.add(
        request(
            EncodeRequest.parser(),
            EncodeRequest.newBuilder()
                .setModel("splade")
                .setSide(EncodeSide.ENCODE_SIDE_QUERY)
                .addInputs(EncodeInput.newBuilder().setText("moth").addChunkEnds(4))
                .build()));
    all.add(
        request(
            CreateCollectionRequest.parser(),
            CreateCollectionRequest.newBuilder()
                .setName("books")
                .setSchema(
                    io.siskin.proto.v1.Schema.newBuilder()
                        .addFields(
                            io.siskin.proto.v1.SchemaField.newBuilder()
                                .setName("year")
                                .setType(FieldType.FIELD_TYPE_INT64))
                        .addDenseFields(
                            DenseField.newBuilder()
                                .setName("embedding")
                                .setDimensions(2)
                                .setVectorsMax(3)))
                .setDefaultRecallTarget(0.95f)
                .build()));
  }

  private static FuzzTarget request(Parser<? extends Message> parser, Message... valid) {
    List<byte[]> corpus = new ArrayList<>();
    for (Message message : valid) {
      corpus.add(message.toByteArray());
    }
    return new FuzzTarget(
        valid[0].getDescriptorForType().getName(),
        MEMORY_WEIGHT,
        corpus,
        input -> RequestMapping.map(parser.parseFrom(input)));
  }

  private static void addVectorMembers(List<FuzzTarget> all) {
    Schema dense =
        new Schema(
            List.of(),
            null,
            List.of(
                new DenseFieldSpec(
                    "one", new DenseType(2, DenseStorage.INT8, DenseSimilarity.COSINE), 3),
                new DenseFieldSpec(
                    "words", new DenseType(2, DenseStorage.TERMS, DenseSimilarity.DOT), 3),
                new DenseFieldSpec(
                    "coil", new DenseType(2, DenseStorage.KEYED_F16, DenseSimilarity.COSINE), 3)));
    all.add(
        text(
            "dense member",
            text ->
                dense.stored(
                    DenseMembers.take(dense, new HashMap<>(Map.of(DenseMembers.MEMBER, text)))),
            "{\"one\":[1,-2.5]}",
            "{\"one\":[[1,2],[3e-7,4]]}"));
    all.add(new FuzzTarget(".npy", MEMORY_WEIGHT, List.of(npy()), NpySource::check));
    all.add(
        text(
            "token member",
            text ->
                dense.stored(
                    Map.of(),
                    TokenMembers.take(
                        dense, false, new HashMap<>(Map.of(TokenMembers.MEMBER, text))),
                    Map.of(),
                    TokenVector.EMPTY),
            "{\"words\":[{\"a\":1,\"b\":2.5,\"c\":3e-7}]}",
            "{\"words\":[{},{\"indices\":[1,4294967295],\"values\":[0.5,2]}]}"));
    all.add(
        text(
            "keyed member",
            text ->
                dense.stored(
                    Map.of(),
                    Map.of(),
                    KeyedMembers.take(dense, new HashMap<>(Map.of(KeyedMembers.MEMBER, text))),
                    TokenVector.EMPTY),
            "{\"coil\":[{\"key\":7,\"values\":[1,-2.5]},{\"key\":4294967295,\"values\":[3e-7,4]}]}"));
  }

  private static void addTexts(List<FuzzTarget> all) {
    Schema schema =
        new Schema(
            List.of(
                new Schema.Field("year", io.siskin.index.document.FieldType.INT64),
                new Schema.Field("lang", io.siskin.index.document.FieldType.STRING),
                new Schema.Field("rating", io.siskin.index.document.FieldType.DOUBLE)),
            null);
    addVectorMembers(all);
    all.add(
        text(
            "filter expression",
            text -> FilterParser.parse(text, schema),
            FILTER,
            "lang = 'it\\'s' AND year IN (1, 2, -3)"));
    all.add(text("page token", PageToken::of, ""));
    all.add(
        text(
            "encoder.json",
            text -> EncoderSpecJson.read(text, "encoder.json"),
            EncoderSpecJson.write(new io.siskin.server.encode.spec.VectorSpec())));
    all.add(
        text(
            "encoder.yaml",
            text -> EncoderYaml.read("encoder.yaml", text.getBytes(StandardCharsets.UTF_8)),
            ModelTargets.ENCODER_YAML));
    all.add(
        text(
            "calibration",
            text -> CalibrationJson.read(text.getBytes(StandardCharsets.UTF_8), "calibration.json"),
            calibration()));
    all.add(
        text(
            "vocabulary.txt",
            text -> Vocabulary.read("vocabulary.txt", text.getBytes(StandardCharsets.UTF_8)),
            "a\nb\nmoth\n",
            "{\"a\": 0, \"moth\": 1}",
            ModelTargets.TOKENIZER));
    all.add(
        text(
            "phrases.txt",
            text -> PhraseDictionary.read("phrases.txt", text.getBytes(StandardCharsets.UTF_8)),
            "{\"term\": \"Q60\", \"phrases\": [\"New York City\", \"NYC\"], \"weight\": 1.5}\n"));
  }

  private static String calibration() {
    return new String(
        CalibrationJson.write(
            new Calibration(
                "00112233445566778899aabbccddeeff",
                Calibration.QuerySource.GIVEN,
                7,
                List.of(
                    new Calibration.Band(
                        10,
                        List.of(
                            new OperatingPoint(new SearchMode.Exact(), 1, 0, 123.5, 150, 4, 5),
                            new OperatingPoint(
                                new SearchMode.Clustered(10, 0.65f, false),
                                0.5,
                                0,
                                1,
                                2,
                                0,
                                0)))))),
        StandardCharsets.UTF_8);
  }

  /** Reads a text. */
  private interface TextReader {
    Object read(String text) throws IOException;
  }

  /** Returns an array of one row with one number. */
  private static byte[] npy() {
    byte[] header =
        "\u0093NUMPY\1\0\72\0{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1)}\n"
            .getBytes(StandardCharsets.ISO_8859_1);
    return Arrays.copyOf(header, header.length + Float.BYTES);
  }

  private static FuzzTarget text(String name, TextReader reader, String... valid) {
    List<byte[]> corpus = new ArrayList<>();
    for (String one : valid) {
      corpus.add(one.getBytes(StandardCharsets.UTF_8));
    }
    return new FuzzTarget(
        name,
        MEMORY_WEIGHT,
        corpus,
        input -> {
          var _ = reader.read(new String(input, StandardCharsets.UTF_8));
        });
  }

  /**
   * Packs something.
   *
   * @param content what is packed
   */
  static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(content);
    }
    return packed.toByteArray();
  }
}
