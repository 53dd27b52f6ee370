package io.siskin.server.collection;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import io.siskin.index.quantize.Quantization;
import io.siskin.index.testing.Repository;
import io.siskin.server.collection.CollectionManifest.SegmentEntry;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.DenseEncoderSpec;
import io.siskin.server.encode.spec.ModelRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code docs/format.md} lists exactly the members that are written, with the types that they have.
 */
final class ManifestDocTest {
  private static final ModelRef REF = new ModelRef("tiny", "0123456789abcdef".repeat(4));

  @TempDir private Path directory;

  /** Returns the documented types by member, from the table below a heading. */
  private static Map<String, String> documented(String file) throws IOException {
    String page = Files.readString(Repository.root().resolve("docs/format.md"));
    Map<String, String> types = new TreeMap<>();
    page.substring(page.indexOf("### " + file + "\n"))
        .lines()
        .dropWhile(line -> !line.startsWith("|---"))
        .skip(1)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> Arrays.stream(line.split("\\|")).map(String::strip).toList())
        .forEach(row -> types.put(row.get(1).replace("`", ""), row.get(2)));
    return types;
  }

  /** Adds the types of all members of an object, by their paths. */
  private static void addTypes(String path, JsonNode node, Map<String, Set<String>> types) {
    if (!path.isEmpty() && !path.endsWith("[]")) {
      types.computeIfAbsent(path, _ -> new TreeSet<>()).add(type(node));
    }
    if (path.equals("encoder") || path.equals("aliases")) {
      return;
    }
    String prefix = path.isEmpty() ? "" : path + ".";
    node.properties()
        .forEach(member -> addTypes(prefix + member.getKey(), member.getValue(), types));
    if (node.isArray()) {
      node.forEach(element -> addTypes(path + "[]", element, types));
    }
  }

  private static String type(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> "text";
      case BOOLEAN -> "boolean";
      case NULL -> "null";
      case OBJECT -> "object";
      case ARRAY -> "array";
      case NUMBER -> node.isIntegralNumber() ? "integer" : "number";
      case BINARY, MISSING, POJO -> throw new AssertionError(node);
    };
  }

  /** Returns by member what it is in some files, in the words of the page. */
  private static Map<String, String> written(JsonNode... files) {
    Map<String, Set<String>> types = new TreeMap<>();
    for (JsonNode file : files) {
      addTypes("", file, types);
    }
    Map<String, String> words = new TreeMap<>();
    types.forEach(
        (member, found) -> {
          boolean nullable = found.remove("null");
          words.put(member, String.join(" or ", found) + (nullable ? " or null" : ""));
        });
    // Groups that are always there are described by their members.
    words
        .keySet()
        .removeAll(
            List.of(
                "schema",
                "schema.fields",
                "schema.dense",
                "denseEncoders",
                "storage",
                "storage.quantization",
                "storage.reordering",
                "writes",
                "log",
                "segments"));
    return words;
  }

  private JsonNode manifest(CollectionSettings settings) throws IOException {
    CollectionManifest.of(
            "birds",
            3,
            new Bm25Spec(new AnalyzerSpec.English()),
            settings,
            new LogState(2, 5, 8, 7),
            List.of(new SegmentEntry("00112233445566778899aabbccddeeff", 5, 100, 3, 1)))
        .write(directory);
    assertThat(CollectionManifest.read(directory).settings()).isEqualTo(settings);
    return new ObjectMapper()
        .readTree(Files.readAllBytes(directory.resolve(CollectionManifest.FILE_NAME)));
  }

  @Test
  void theManifestHasTheMembersOfThePage() throws IOException {
    DenseEncoderSpec.Model model = new DenseEncoderSpec.Model(REF, "");
    DenseType type = new DenseType(3, DenseStorage.INT8, DenseSimilarity.COSINE);
    JsonNode everything =
        manifest(
            new CollectionSettings(
                new Schema(
                    List.of(new Schema.Field("owner", FieldType.STRING)),
                    "owner",
                    List.of(
                        new DenseFieldSpec("v", type, 4),
                        new DenseFieldSpec("w", type, 1, DenseGraph.DEFAULTS),
                        new DenseFieldSpec("x", type, 1))),
                new StorageOptions(
                    new Quantization.Global(.5f),
                    new BuildOptions.Structures(
                        true,
                        true,
                        BlockMaxOptions.DEFAULTS,
                        ImpactOrderedOptions.DEFAULTS,
                        ClusterOptions.DEFAULTS,
                        true),
                    Reordering.GraphBisection.DEFAULTS),
                new WriteOptions(new WriteOptions.Sync.Interval(20), 500),
                .5f,
                StatisticsScope.TENANT,
                Map.of(
                    "v",
                    new DenseEncoderSpec(model, new DenseEncoderSpec.Model(REF, "query: "), 8),
                    "w",
                    new DenseEncoderSpec(null, model, 3),
                    "x",
                    new DenseEncoderSpec(model, null, 3))));
    JsonNode nothing =
        manifest(
            new CollectionSettings(
                Schema.EMPTY,
                new StorageOptions(
                    new Quantization.Auto(),
                    new BuildOptions.Structures(true, false, null, null, null, false),
                    new Reordering.None()),
                WriteOptions.DEFAULTS,
                null));
    assertThat(written(everything, nothing))
        .containsExactlyEntriesOf(documented("collection.json"));
  }

  @Test
  void aliasesHaveTheMembersOfThePage() throws IOException {
    Aliases.NONE.with("latest", "birds").write(directory);
    JsonNode file =
        new ObjectMapper().readTree(Files.readAllBytes(directory.resolve(Aliases.FILE_NAME)));
    assertThat(written(file)).containsExactlyEntriesOf(documented(Aliases.FILE_NAME));
  }
}
