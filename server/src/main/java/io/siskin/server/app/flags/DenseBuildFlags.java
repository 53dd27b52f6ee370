package io.siskin.server.app.flags;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseType;
import io.siskin.index.document.Schema;
import io.siskin.index.error.Ranges;
import io.siskin.server.encode.spec.DenseEncoderSpec;
import io.siskin.server.ingest.DenseBuild;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options that say what a build does with the vectors of dense fields. */
public final class DenseBuildFlags {
  @Option(
      names = "--dense-npy",
      paramLabel = "FIELD=FILE",
      description =
          "Takes the vectors of a dense field from a .npy file of NumPy: an array of two dimensions"
              + " of type f2, f4 or f8, little-endian, with a row for each document in the order of"
              + " the inputs. Not with --skip-bad. Default: from the documents.")
  private Map<String, Path> rows = new LinkedHashMap<>();

  @Option(
      names = "--dense-cut",
      paramLabel = "FIELD=N",
      description =
          "Stores the first N numbers of the vectors of a dense field, 1 to its dimensions, and"
              + " cuts queries that a model encodes in the same way. For models that were trained"
              + " for it (Matryoshka). The report says what it loses. Default: all numbers.")
  private Map<String, Integer> cuts = new LinkedHashMap<>();

  @Option(
      names = "--dense-coalesce",
      paramLabel = "FIELD=DELTA",
      description =
          "Makes fewer vectors of those of a document: goes through them in their order and makes"
              + " one of those whose cosine distance to their mean is below DELTA, 0 to 2. Raising"
              + " it makes fewer. The report says what it loses. Default: all vectors.")
  private Map<String, Double> deltas = new LinkedHashMap<>();

  @Option(
      names = "--dense-token-share",
      paramLabel = "FIELD=SHARE",
      description =
          "Encodes only this share of the words of a document for a dense field, above 0 to 1:"
              + " those that the fewest documents of the input have. Encoding takes less time."
              + " Documents that are written later are encoded whole. Default: 1, all words.")
  private Map<String, Double> shares = new LinkedHashMap<>();

  /**
   * Returns the fields as they are stored.
   *
   * @param declared the fields as they were declared
   * @throws io.siskin.index.error.InvalidInputException when a field is not declared, or is to be
   *     cut to more numbers than it has
   */
  public Schema stored(Schema declared) {
    DenseFlags.requireDeclared("--dense-npy", rows, declared);
    DenseFlags.requireDeclared("--dense-cut", cuts, declared);
    DenseFlags.requireDeclared("--dense-coalesce", deltas, declared);
    DenseFlags.requireDeclared("--dense-token-share", shares, declared);
    List<DenseFieldSpec> dense = new ArrayList<>();
    for (DenseFieldSpec field : declared.dense()) {
      DenseType type = field.type();
      int cut = cuts.getOrDefault(field.name(), type.dimensions());
      Ranges.check("--dense-cut of " + field.name(), cut, 1, type.dimensions());
      dense.add(
          new DenseFieldSpec(
              field.name(),
              new DenseType(cut, type.storage(), type.similarity()),
              field.vectorsMax(),
              field.graph()));
    }
    return new Schema(declared.fields(), declared.tenantField(), dense);
  }

  /**
   * Returns how the vectors come about.
   *
   * @param declared the fields as they were declared
   * @param encoders how texts become vectors
   */
  public DenseBuild build(Schema declared, Map<String, DenseEncoderSpec> encoders) {
    Map<String, Integer> whole = new LinkedHashMap<>();
    for (String field : cuts.keySet()) {
      whole.put(field, declared.requireDense("--dense-cut", field).type().dimensions());
    }
    return new DenseBuild(encoders, whole, deltas, rows, shares);
  }
}
