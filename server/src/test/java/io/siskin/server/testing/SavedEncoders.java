package io.siskin.server.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.file.AtomicFile;
import io.siskin.index.testing.Repository;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.model.LoadedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Folders as sentence-transformers saves them, and what that library makes of some texts. They were
 * made by {@code models/sentence-transformers/make-folders.py --golden}.
 */
public final class SavedEncoders {
  /**
   * How far a weight may be from the library's. The references have five digits after the point,
   * which is up to 5e-6, and the two runtimes add numbers in different orders. On the machine that
   * made the folders, the largest difference was 9e-6; another processor may add otherwise.
   */
  public static final float TOLERANCE = 1e-4f;

  /** The tokens that are terms of no vector in Siskin. */
  public static final Set<String> SPECIAL = Set.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path GOLDEN =
      Repository.module("server").resolve("src/test/resources/golden/saved-encoders");

  private SavedEncoders() {}

  /**
   * What the library made of a text.
   *
   * @param side as what it was encoded
   * @param text the text
   * @param weights the weight of each token that has one, special ones too
   */
  public record Reference(Side side, String text, Map<String, Float> weights) {
    /** Returns the weights without those of special tokens. */
    public Map<String, Float> ofTerms() {
      Map<String, Float> terms = new TreeMap<>(weights);
      terms.keySet().removeAll(SPECIAL);
      return terms;
    }
  }

  /**
   * Copies a golden folder, with the export of its models.
   *
   * @param name its name
   * @param target where the copy goes; does not exist
   * @return the target
   */
  public static Path copy(String name, Path target) throws IOException {
    copyFiles(GOLDEN.resolve(name), target);
    Path export = GOLDEN.resolve("splade/onnx/model.onnx");
    for (String inside : List.of("", "document_0_Transformer", "query_0_Transformer")) {
      Path model = target.resolve(inside);
      if (Files.exists(model.resolve("sentence_bert_config.json"))
          && !Files.exists(model.resolve("onnx"))) {
        Files.createDirectories(model.resolve("onnx"));
        AtomicFile.copy(export, model.resolve("onnx/model.onnx"));
      }
    }
    return target;
  }

  private static void copyFiles(Path source, Path target) throws IOException {
    try (Stream<Path> all = Files.walk(source)) {
      for (Path from : all.toList()) {
        Path to = target.resolve(source.relativize(from).toString());
        if (Files.isDirectory(from)) {
          Files.createDirectories(to);
        } else {
          AtomicFile.copy(from, to);
        }
      }
    }
  }

  /**
   * Changes a JSON file.
   *
   * @param file the file
   * @param change what is done to its object
   */
  public static void edit(Path file, Consumer<ObjectNode> change) throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(file.toFile());
    change.accept(root);
    // Escaped, since a text may have half a character.
    Files.writeString(
        file, JSON.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII).writeValueAsString(root));
  }

  /** Returns the references of a golden folder. */
  public static List<Reference> references(String name) throws IOException {
    return references(GOLDEN.resolve(name + ".jsonl"));
  }

  /** Returns the references of a file that {@code make-folders.py} wrote. */
  public static List<Reference> references(Path file) throws IOException {
    List<Reference> references = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode node = JSON.readTree(line);
      Map<String, Float> weights = new TreeMap<>();
      node.get("vector")
          .properties()
          .forEach(term -> weights.put(term.getKey(), term.getValue().floatValue()));
      Side side = node.get("side").asText().equals("query") ? Side.QUERY : Side.DOCUMENT;
      references.add(new Reference(side, node.get("text").asText(), weights));
    }
    assertThat(references).hasSizeGreaterThan(10);
    return references;
  }

  /** Returns what a model makes of a text. */
  public static Map<String, Float> encode(LoadedModel model, Side side, String text) {
    TextEncoding encoding =
        model.infer(List.of(model.tokenize(new EncoderInput(text, side)))).encodings().getFirst();
    TokenVector vector = (TokenVector) ((TextEncoding.Sparse) encoding).vector();
    Map<String, Float> weights = new TreeMap<>();
    for (int i = 0; i < vector.size(); i++) {
      weights.put(vector.token(i), vector.weight(i));
    }
    return weights;
  }

  /**
   * Demands that two vectors agree. A weight that only one of them has must be as small as the
   * tolerance.
   *
   * @param what the text and whatever else tells it, for messages
   * @param found a vector of Siskin
   * @param expected the library's
   */
  public static void assertClose(
      String what, Map<String, Float> found, Map<String, Float> expected) {
    Set<String> terms = new TreeSet<>(found.keySet());
    terms.addAll(expected.keySet());
    for (String term : terms) {
      assertThat(found.getOrDefault(term, 0f))
          .as("%s: %s", what, term)
          .isCloseTo(expected.getOrDefault(term, 0f), within(TOLERANCE));
    }
  }
}
