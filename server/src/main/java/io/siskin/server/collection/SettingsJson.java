package io.siskin.server.collection;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.build.BlockMaxOptions;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.build.ImpactOrderedOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseGraph;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.quantize.Quantization;
import io.siskin.server.encode.spec.DenseEncoderSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a collection as members of its manifest; {@code docs/format.md} describes them.
 */
final class SettingsJson {
  /** The members that settings have in a manifest. */
  static final Set<String> MEMBERS = Set.of("schema", "storage", "writes", "defaultRecallTarget");

  /**
   * The members that came later. They are left out where they say what collections did before, so
   * that an older version reads such a collection and refuses another one.
   */
  static final Set<String> LATER_MEMBERS = Set.of("statistics", DenseEncodersJson.MEMBER);

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final Set<String> STORAGE_MEMBERS =
      Set.of(
          "quantization",
          "forward",
          "residuals",
          "blockMax",
          "impacts",
          "clusters",
          "storeFields",
          "reordering");
  private static final Set<String> CLUSTER_MEMBERS =
      Set.of(
          "postingsPerDocument",
          "listShareMax",
          "listLengthMin",
          "plainListLengthMax",
          "centroidShare",
          "documentCut",
          "blockSizeMin",
          "summaryEnergy",
          "summaryTermsMin",
          "summaryRowLengthMin");

  private SettingsJson() {}

  /** Adds the settings to a manifest. */
  static void write(CollectionSettings settings, ObjectNode manifest) {
    manifest.set("schema", schema(settings.schema()));
    manifest.set("storage", storage(settings.storage()));
    manifest.set("writes", writes(settings.writes()));
    manifest.put("defaultRecallTarget", settings.defaultRecallTarget());
    switch (settings.statistics()) {
      case COLLECTION -> {
        // What an older version does.
      }
      case TENANT -> manifest.put("statistics", "tenant");
    }
    DenseEncodersJson.write(settings.denseEncoders(), manifest);
  }

  /** Reads the settings of a manifest. */
  static CollectionSettings read(ManifestMembers manifest) throws CorruptSegmentException {
    Schema schema =
        schema(manifest.object("schema", Set.of("fields", "tenantField"), Set.of("dense")));
    StorageOptions storage = storage(manifest.object("storage", STORAGE_MEMBERS));
    WriteOptions writes =
        writes(
            manifest.object(
                "writes", Set.of("sync", "syncIntervalMillis", "refreshIntervalMillis")));
    Float target =
        manifest.node("defaultRecallTarget").isNull()
            ? null
            : Float.valueOf((float) manifest.real("defaultRecallTarget"));
    StatisticsScope statistics = statistics(manifest);
    Map<String, DenseEncoderSpec> encoders = DenseEncodersJson.read(manifest);
    return manifest.made(
        () -> new CollectionSettings(schema, storage, writes, target, statistics, encoders));
  }

  private static StatisticsScope statistics(ManifestMembers manifest)
      throws CorruptSegmentException {
    if (manifest.node("statistics").isMissingNode()) {
      return StatisticsScope.COLLECTION;
    }
    manifest.require(manifest.text("statistics").equals("tenant"), "statistics", "tenant");
    return StatisticsScope.TENANT;
  }

  private static ObjectNode schema(Schema schema) {
    ObjectNode json = NODES.objectNode();
    var fields = json.putArray("fields");
    for (Schema.Field field : schema.fields()) {
      fields.addObject().put("name", field.name()).put("type", field.type().word());
    }
    json.put("tenantField", schema.tenantField());
    if (!schema.dense().isEmpty()) {
      // Left out otherwise, so that an older version reads a collection without dense fields.
      var dense = json.putArray("dense");
      for (DenseFieldSpec field : schema.dense()) {
        ObjectNode member =
            dense
                .addObject()
                .put("name", field.name())
                .put("dimensions", field.type().dimensions())
                .put("storage", field.type().storage().word())
                .put("similarity", field.type().similarity().word())
                .put("vectorsMax", field.vectorsMax());
        if (field.graph() != null) {
          // Left out otherwise, so that an older version reads a field without a graph.
          member
              .putObject("graph")
              .put("neighbours", field.graph().neighbours())
              .put("buildWidth", field.graph().buildWidth())
              .put("vectorsMin", field.graph().vectorsMin());
        }
      }
    }
    return json;
  }

  private static Schema schema(ManifestMembers json) throws CorruptSegmentException {
    List<Schema.Field> fields = new ArrayList<>();
    for (ManifestMembers field : json.objects("fields", Set.of("name", "type"))) {
      String name = field.text("name");
      String type = field.text("type");
      fields.add(field.made(() -> new Schema.Field(name, FieldType.ofWord(type))));
    }
    String tenant = json.node("tenantField").isNull() ? null : json.text("tenantField");
    List<DenseFieldSpec> dense = json.node("dense").isMissingNode() ? List.of() : denseFields(json);
    return json.made(() -> new Schema(fields, tenant, dense));
  }

  private static List<DenseFieldSpec> denseFields(ManifestMembers schema)
      throws CorruptSegmentException {
    List<DenseFieldSpec> fields = new ArrayList<>();
    for (ManifestMembers field :
        schema.objects(
            "dense",
            Set.of("name", "dimensions", "storage", "similarity", "vectorsMax"),
            Set.of("graph"))) {
      String name = field.text("name");
      int dimensions = (int) field.number("dimensions", 1, FormatV2.DENSE_DIMENSIONS_MAX);
      String storage = field.text("storage");
      String similarity = field.text("similarity");
      int vectorsMax =
          (int) field.number("vectorsMax", 1, FormatV2.DENSE_DOCUMENT_VECTOR_COUNT_MAX);
      DenseGraph graph = field.node("graph").isMissingNode() ? null : graph(field);
      fields.add(
          field.made(
              () ->
                  new DenseFieldSpec(
                      name,
                      new DenseType(
                          dimensions,
                          DenseStorage.ofWord(storage),
                          DenseSimilarity.ofWord(similarity)),
                      vectorsMax,
                      graph)));
    }
    return fields;
  }

  private static DenseGraph graph(ManifestMembers field) throws CorruptSegmentException {
    ManifestMembers graph = field.object("graph", Set.of("neighbours", "buildWidth", "vectorsMin"));
    int neighbours =
        (int)
            graph.number(
                "neighbours", FormatV2.GRAPH_NEIGHBOURS_MIN, FormatV2.GRAPH_NEIGHBOURS_MAX);
    int buildWidth =
        (int)
            graph.number(
                "buildWidth", FormatV2.GRAPH_BUILD_WIDTH_MIN, FormatV2.GRAPH_BUILD_WIDTH_MAX);
    int vectorsMin = (int) graph.number("vectorsMin", 1, FormatV2.DENSE_VECTOR_COUNT_MAX);
    return new DenseGraph(neighbours, buildWidth, vectorsMin);
  }

  private static ObjectNode storage(StorageOptions storage) {
    BuildOptions.Structures structures = storage.structures();
    ObjectNode json = NODES.objectNode();
    json.set("quantization", quantization(storage.quantization()));
    json.put("forward", structures.forward());
    json.put("residuals", structures.residuals());
    BlockMaxOptions blockMax = structures.blockMax();
    json.set(
        "blockMax",
        blockMax == null
            ? NODES.nullNode()
            : NODES
                .objectNode()
                .put("blockSize", blockMax.blockSize())
                .put("maximumBits", blockMax.maximumBits()));
    ImpactOrderedOptions impacts = structures.impacts();
    json.set(
        "impacts",
        impacts == null
            ? NODES.nullNode()
            : NODES
                .objectNode()
                .put("postingsPerDocument", impacts.postingsPerDocument())
                .put("weightShareMin", impacts.weightShareMin())
                .put("listLengthMin", impacts.listLengthMin()));
    ClusterOptions clusters = structures.clusters();
    json.set("clusters", clusters == null ? NODES.nullNode() : clusters(clusters));
    json.put("storeFields", structures.storeFields());
    json.set("reordering", reordering(storage.reordering()));
    return json;
  }

  private static ObjectNode quantization(Quantization.Pinned quantization) {
    ObjectNode json = NODES.objectNode();
    return switch (quantization) {
      case Quantization.Auto() -> json.put("rule", "auto").putNull("scale");
      case Quantization.PerDocument() -> json.put("rule", "per_document").putNull("scale");
      case Quantization.Global(float scale) -> json.put("rule", "global").put("scale", scale);
    };
  }

  private static Quantization.Pinned quantization(ManifestMembers json)
      throws CorruptSegmentException {
    String rule = json.text("rule");
    json.require(
        Set.of("auto", "per_document", "global").contains(rule),
        "rule",
        "auto, per_document or global");
    if (!rule.equals("global")) {
      json.require(json.node("scale").isNull(), "scale", "null, since the rule has none");
      return rule.equals("auto") ? new Quantization.Auto() : new Quantization.PerDocument();
    }
    float scale = (float) json.real("scale");
    return json.made(() -> new Quantization.Global(scale));
  }

  private static ObjectNode clusters(ClusterOptions clusters) {
    return NODES
        .objectNode()
        .put("postingsPerDocument", clusters.postingsPerDocument())
        .put("listShareMax", clusters.listShareMax())
        .put("listLengthMin", clusters.listLengthMin())
        .put("plainListLengthMax", clusters.plainListLengthMax())
        .put("centroidShare", clusters.centroidShare())
        .put("documentCut", clusters.documentCut())
        .put("blockSizeMin", clusters.blockSizeMin())
        .put("summaryEnergy", clusters.summaryEnergy())
        .put("summaryTermsMin", clusters.summaryTermsMin())
        .put("summaryRowLengthMin", clusters.summaryRowLengthMin());
  }

  private static ObjectNode reordering(Reordering reordering) {
    ObjectNode json = NODES.objectNode();
    return switch (reordering) {
      case Reordering.None() -> json.put("rule", "none");
      case Reordering.GraphBisection bisection ->
          json.put("rule", "graph_bisection")
              .put("iterationsMax", bisection.iterationsMax())
              .put("documentFrequencyMin", bisection.documentFrequencyMin())
              .put("partitionMin", bisection.partitionMin());
    };
  }

  private static StorageOptions storage(ManifestMembers json) throws CorruptSegmentException {
    Quantization.Pinned quantization =
        quantization(json.object("quantization", Set.of("rule", "scale")));
    boolean forward = json.flag("forward");
    boolean residuals = json.flag("residuals");
    BlockMaxOptions blockMax =
        blockMax(json.optionalObject("blockMax", Set.of("blockSize", "maximumBits")));
    ImpactOrderedOptions impacts =
        impacts(
            json.optionalObject(
                "impacts", Set.of("postingsPerDocument", "weightShareMin", "listLengthMin")));
    ClusterOptions clusters = clusters(json.optionalObject("clusters", CLUSTER_MEMBERS));
    boolean storeFields = json.flag("storeFields");
    Reordering reordering = reordering(json);
    BuildOptions.Structures structures =
        json.made(
            () ->
                new BuildOptions.Structures(
                    forward, residuals, blockMax, impacts, clusters, storeFields));
    return new StorageOptions(quantization, structures, reordering);
  }

  private static @Nullable BlockMaxOptions blockMax(@Nullable ManifestMembers json)
      throws CorruptSegmentException {
    if (json == null) {
      return null;
    }
    int blockSize = (int) json.number("blockSize", 1, Integer.MAX_VALUE);
    int maximumBits = (int) json.number("maximumBits", 1, Integer.MAX_VALUE);
    return json.made(() -> new BlockMaxOptions(blockSize, maximumBits));
  }

  private static @Nullable ImpactOrderedOptions impacts(@Nullable ManifestMembers json)
      throws CorruptSegmentException {
    if (json == null) {
      return null;
    }
    double postings = json.real("postingsPerDocument");
    double share = json.real("weightShareMin");
    int length = (int) json.number("listLengthMin", 1, Integer.MAX_VALUE);
    return json.made(() -> new ImpactOrderedOptions(postings, share, length));
  }

  private static @Nullable ClusterOptions clusters(@Nullable ManifestMembers json)
      throws CorruptSegmentException {
    if (json == null) {
      return null;
    }
    double postings = json.real("postingsPerDocument");
    double listShareMax = json.real("listShareMax");
    int listLengthMin = count(json, "listLengthMin");
    int plainListLengthMax = count(json, "plainListLengthMax");
    double centroidShare = json.real("centroidShare");
    int documentCut = count(json, "documentCut");
    int blockSizeMin = count(json, "blockSizeMin");
    double summaryEnergy = json.real("summaryEnergy");
    int summaryTermsMin = count(json, "summaryTermsMin");
    int summaryRowLengthMin = count(json, "summaryRowLengthMin");
    return json.made(
        () ->
            new ClusterOptions(
                postings,
                listShareMax,
                listLengthMin,
                plainListLengthMax,
                centroidShare,
                documentCut,
                blockSizeMin,
                summaryEnergy,
                summaryTermsMin,
                summaryRowLengthMin));
  }

  private static int count(ManifestMembers json, String name) throws CorruptSegmentException {
    return (int) json.number(name, 0, Integer.MAX_VALUE);
  }

  private static Reordering reordering(ManifestMembers storage) throws CorruptSegmentException {
    if (storage.node("reordering").path("rule").asText().equals("none")) {
      storage.object("reordering", Set.of("rule"));
      return new Reordering.None();
    }
    ManifestMembers json =
        storage.object(
            "reordering", Set.of("rule", "iterationsMax", "documentFrequencyMin", "partitionMin"));
    json.require(json.text("rule").equals("graph_bisection"), "rule", "none or graph_bisection");
    int iterations = count(json, "iterationsMax");
    int frequency = count(json, "documentFrequencyMin");
    int partition = count(json, "partitionMin");
    return json.made(() -> new Reordering.GraphBisection(iterations, frequency, partition));
  }

  private static ObjectNode writes(WriteOptions writes) {
    ObjectNode json = NODES.objectNode();
    switch (writes.sync()) {
      case WriteOptions.Sync.EveryBatch() ->
          json.put("sync", "every_batch").putNull("syncIntervalMillis");
      case WriteOptions.Sync.Interval(int millis) ->
          json.put("sync", "interval").put("syncIntervalMillis", millis);
      case WriteOptions.Sync.None() -> json.put("sync", "none").putNull("syncIntervalMillis");
    }
    return json.put("refreshIntervalMillis", writes.refreshIntervalMillis());
  }

  private static WriteOptions writes(ManifestMembers json) throws CorruptSegmentException {
    String rule = json.text("sync");
    json.require(
        Set.of("every_batch", "interval", "none").contains(rule),
        "sync",
        "every_batch, interval or none");
    int interval = rule.equals("interval") ? count(json, "syncIntervalMillis") : 0;
    int refresh = count(json, "refreshIntervalMillis");
    return json.made(
        () ->
            new WriteOptions(
                switch (rule) {
                  case "interval" -> new WriteOptions.Sync.Interval(interval);
                  case "none" -> new WriteOptions.Sync.None();
                  default -> new WriteOptions.Sync.EveryBatch();
                },
                refresh));
  }
}
