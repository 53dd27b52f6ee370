package io.siskin.loadtest.fuzz;

import com.google.protobuf.MessageLite;
import io.siskin.index.document.Schema;
import io.siskin.proto.v1.CountRequest;
import io.siskin.proto.v1.CreateCollectionRequest;
import io.siskin.proto.v1.DeleteRequest;
import io.siskin.proto.v1.Document;
import io.siskin.proto.v1.EncodeInput;
import io.siskin.proto.v1.EncodeRequest;
import io.siskin.proto.v1.EncodeSide;
import io.siskin.proto.v1.FieldType;
import io.siskin.proto.v1.FieldValue;
import io.siskin.proto.v1.FieldsUpdate;
import io.siskin.proto.v1.GetRequest;
import io.siskin.proto.v1.IdList;
import io.siskin.proto.v1.ScrollRequest;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SparseVector;
import io.siskin.proto.v1.StringList;
import io.siskin.proto.v1.UpdateFieldsRequest;
import io.siskin.proto.v1.UpsertRequest;
import io.siskin.server.collection.Aliases;
import io.siskin.server.config.ConfigSources;
import io.siskin.server.config.ServerConfig;
import io.siskin.server.corpus.BadRecordPolicy;
import io.siskin.server.corpus.DocumentSource;
import io.siskin.server.corpus.DocumentSources;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.onnx.graph.ExternalData;
import io.siskin.server.encode.phrase.PhraseDictionary;
import io.siskin.server.encode.spec.EncoderSpecJson;
import io.siskin.server.encode.vocabulary.Vocabulary;
import io.siskin.server.filter.FilterParser;
import io.siskin.server.rpc.mapping.DocumentMapper;
import io.siskin.server.rpc.mapping.EncodeMapper;
import io.siskin.server.rpc.mapping.PageToken;
import io.siskin.server.rpc.mapping.ProtoMapper;
import io.siskin.server.rpc.mapping.SchemaMapper;
import io.siskin.server.search.SearchMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Everything that is fed. */
final class FuzzTargets {
  private static final String FILTER =
      "year >= 1990 AND (lang IN ('en', 'de') OR NOT rating < 2.5)";

  // What reads memory is much quicker than what reads a file.
  private static final int MEMORY_WEIGHT = 20;

  private final Path folder;

  /**
   * Makes targets.
   *
   * @param folder an existing folder, for the inputs of what reads files
   */
  FuzzTargets(Path folder) {
    this.folder = folder;
  }

  /** Returns all targets. */
  List<FuzzTarget> all() throws IOException {
    List<FuzzTarget> all = new ArrayList<>();
    addRequests(all);
    addTexts(all);
    addFiles(all);
    return all;
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
                        .build()))
        .build();
  }

  private void addRequests(List<FuzzTarget> all) {
    all.add(
        request(
            "SearchRequest",
            input ->
                ProtoMapper.toDomain(SearchRequest.parseFrom(input), _ -> new SearchMode.Exact()),
            search().setVector(vector()).setFilterExpression(FILTER).build(),
            search().setText("moth").setRecallTarget(0.95f).setTimeBudgetMicros(500).build(),
            search().setVector(SparseVector.newBuilder().addTokens("moth").addWeights(2)).build()));
    all.add(
        request(
            "UpsertRequest",
            input -> DocumentMapper.documents(UpsertRequest.parseFrom(input).getDocumentsList()),
            upsert()));
    all.add(
        request(
            "UpdateFieldsRequest",
            input -> DocumentMapper.updates(UpdateFieldsRequest.parseFrom(input).getUpdatesList()),
            UpdateFieldsRequest.newBuilder()
                .setCollection("books")
                .addUpdates(
                    FieldsUpdate.newBuilder()
                        .setId("d1")
                        .putSet("year", FieldValue.newBuilder().setInt64Value(1).build()))
                .build()));
    all.add(
        request(
            "DeleteRequest",
            input -> {
              DeleteRequest message = DeleteRequest.parseFrom(input);
              DocumentMapper.waitFor(message.getWaitFor());
              return DocumentMapper.selector(message);
            },
            DeleteRequest.newBuilder()
                .setCollection("books")
                .setIds(IdList.newBuilder().addIds("d1"))
                .build(),
            DeleteRequest.newBuilder().setCollection("books").setFilterExpression(FILTER).build()));
    addReads(all);
  }

  private void addReads(List<FuzzTarget> all) {
    all.add(
        request(
            "ScrollRequest",
            input -> {
              ScrollRequest message = ScrollRequest.parseFrom(input);
              DocumentMapper.selector(message);
              DocumentMapper.parts(message.getWithVector(), message.getFieldsList());
              DocumentMapper.pageSize(message);
              return PageToken.of(message.getPageToken());
            },
            ScrollRequest.newBuilder()
                .setCollection("books")
                .setPageSize(10)
                .setFilterExpression(FILTER)
                .addFields("*")
                .build()));
    all.add(
        request(
            "GetRequest",
            input -> DocumentMapper.ids(GetRequest.parseFrom(input)),
            GetRequest.newBuilder().setCollection("books").addIds("d1").build()));
    all.add(
        request(
            "CountRequest",
            input -> DocumentMapper.selector(CountRequest.parseFrom(input)),
            CountRequest.newBuilder().setCollection("books").setFilterExpression(FILTER).build()));
    all.add(
        request(
            "EncodeRequest",
            input -> EncodeMapper.toDomain(EncodeRequest.parseFrom(input)),
            EncodeRequest.newBuilder()
                .setModel("splade")
                .setSide(EncodeSide.ENCODE_SIDE_QUERY)
                .addInputs(EncodeInput.newBuilder().setText("moth").addChunkEnds(4))
                .build()));
    all.add(
        request(
            "CreateCollectionRequest",
            input -> {
              CreateCollectionRequest message = CreateCollectionRequest.parseFrom(input);
              SchemaMapper.encoder(message);
              return SchemaMapper.settings(message);
            },
            CreateCollectionRequest.newBuilder()
                .setName("books")
                .setSchema(
                    io.siskin.proto.v1.Schema.newBuilder()
                        .addFields(
                            io.siskin.proto.v1.SchemaField.newBuilder()
                                .setName("year")
                                .setType(FieldType.FIELD_TYPE_INT64)))
                .setDefaultRecallTarget(0.95f)
                .build()));
  }

  /** Reads a request and does something with it. */
  private interface Mapping {
    Object map(byte[] input) throws IOException;
  }

  private static FuzzTarget request(String name, Mapping mapping, MessageLite... valid) {
    List<byte[]> corpus = new ArrayList<>();
    for (MessageLite message : valid) {
      corpus.add(message.toByteArray());
    }
    return new FuzzTarget(
        name,
        MEMORY_WEIGHT,
        corpus,
        input -> {
          var _ = mapping.map(input);
        });
  }

  private static void addTexts(List<FuzzTarget> all) {
    Schema schema =
        new Schema(
            List.of(
                new Schema.Field("year", io.siskin.index.document.FieldType.INT64),
                new Schema.Field("lang", io.siskin.index.document.FieldType.STRING),
                new Schema.Field("rating", io.siskin.index.document.FieldType.DOUBLE)),
            null);
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
            "vocabulary.txt",
            text -> Vocabulary.read("vocabulary.txt", text.getBytes(StandardCharsets.UTF_8)),
            "a\nb\nmoth\n"));
    all.add(
        text(
            "phrases.txt",
            text -> PhraseDictionary.read("phrases.txt", text.getBytes(StandardCharsets.UTF_8)),
            "{\"term\": \"Q60\", \"phrases\": [\"New York City\", \"NYC\"], \"weight\": 1.5}\n"));
  }

  /** Reads a text. */
  private interface TextReader {
    Object read(String text) throws IOException;
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

  private void addFiles(List<FuzzTarget> all) throws IOException {
    byte[] lines =
        """
        {"id": "d1", "text": "the moth", "title": "a", "year": 1990}
        {"id": "d2", "vector": {"moth": 1.5, "lamp": 0.25}}
        """
            .getBytes(StandardCharsets.UTF_8);
    all.add(corpus("JSON lines", InputFormat.JSONL, "docs.jsonl", lines));
    all.add(corpus("JSON lines in gzip", InputFormat.JSONL, "docs.jsonl.gz", gzip(lines)));
    all.add(corpus("CSR", InputFormat.CSR, "docs.csr", csr()));
    all.add(corpus("CSR in gzip", InputFormat.CSR, "docs.csr.gz", gzip(csr())));
    all.add(
        file(
            "configuration",
            "siskin.yaml",
            file -> ConfigSources.resolve(ServerConfig.TREE, file, Map.of(), Map.of()),
            """
            grpc:
              port: 7700
              keep_alive:
                interval_millis: 60000
            search:
              threads: 2
            """
                .getBytes(StandardCharsets.UTF_8)));
    all.add(file("aliases.json", Aliases.FILE_NAME, _ -> Aliases.read(folder), aliases()));
    all.add(
        file(
            "external data of ONNX",
            "model.onnx",
            ExternalData::of,
            new byte[] {8, 8, 58, 6, 42, 4, 8, 1, 16, 1}));
  }

  private FuzzTarget corpus(String name, InputFormat format, String file, byte[] valid) {
    return file(
        name,
        file,
        path -> {
          try (DocumentSource source = DocumentSources.open(path, format, BadRecordPolicy.REFUSE)) {
            int count = 0;
            while (source.next() != null) {
              count++;
            }
            return count;
          }
        },
        valid);
  }

  /** Reads a file. */
  private interface FileReader {
    Object read(Path file) throws IOException;
  }

  private FuzzTarget file(String name, String fileName, FileReader reader, byte[] valid) {
    Path file = folder.resolve(fileName);
    return new FuzzTarget(
        name,
        1,
        List.of(valid),
        input -> {
          Files.write(file, input);
          var _ = reader.read(file);
        });
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(content);
    }
    return packed.toByteArray();
  }

  /** Two documents with three entries of five columns. */
  private static byte[] csr() {
    ByteBuffer file = ByteBuffer.allocate(3 * 8 + 3 * 8 + 3 * 8).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(2).putLong(5).putLong(3);
    file.putLong(0).putLong(2).putLong(3);
    file.putInt(0).putInt(4).putInt(2);
    file.putFloat(1.5f).putFloat(0.5f).putFloat(2);
    return file.array();
  }

  private byte[] aliases() throws IOException {
    Path data = Files.createTempDirectory(folder, "aliases");
    new Aliases(new java.util.TreeMap<>(Map.of("a", "books"))).write(data);
    return Files.readAllBytes(data.resolve(Aliases.FILE_NAME));
  }
}
