package io.siskin.server.ingest;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.KeyedVector;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.server.encode.spec.DenseEncoderSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the dense vectors of a build come about, by the name of the dense field. A field that is
 * missing in a map is not concerned.
 *
 * @param encoders how texts become vectors
 * @param wholeDimensions how many numbers a vector has before it is cut to the dimensions of the
 *     field: more than these, at most 4,096. The first numbers are kept (Kusupati et al.,
 *     "Matryoshka Representation Learning", NeurIPS 2022)
 * @param coalesceDeltas the distance at which vectors of a document are not made one, see {@link
 *     Coalescing}: 0 to 2
 * @param rows the {@code .npy} file that has the vectors, a row for each document in the order in
 *     which documents are read
 * @param wordShares which share of the words of a document its model encodes, see {@link
 *     InformativeWords}: above 0 to 1
 */
public record DenseBuild(
    Map<String, DenseEncoderSpec> encoders,
    Map<String, Integer> wholeDimensions,
    Map<String, Double> coalesceDeltas,
    Map<String, Path> rows,
    Map<String, Double> wordShares) {
  /** Takes the vectors that documents bring. */
  public static final DenseBuild NONE = new DenseBuild(Map.of());

  /**
   * Stores whole vectors.
   *
   * @param encoders see above
   */
  public DenseBuild(Map<String, DenseEncoderSpec> encoders) {
    this(encoders, Map.of(), Map.of(), Map.of(), Map.of());
  }

  /** Copies the maps and checks the ranges. */
  public DenseBuild {
    encoders = Map.copyOf(encoders);
    wholeDimensions = Map.copyOf(wholeDimensions);
    coalesceDeltas = Map.copyOf(coalesceDeltas);
    rows = Map.copyOf(rows);
    wordShares = Map.copyOf(wordShares);
    wordShares.forEach(
        (field, share) -> {
          if (!(share > 0 && share <= 1)) {
            throw new InvalidInputException(
                "share of words of dense field '" + field + "'", share, "above 0, at most 1");
          }
        });
    coalesceDeltas.forEach(
        (field, delta) -> {
          if (!(delta >= 0 && delta <= 2)) {
            throw new InvalidInputException(
                "delta of dense field '" + field + "'", delta, "0 to 2");
          }
        });
  }

  /**
   * Checks that the fields are declared.
   *
   * @param schema the fields of the collection
   * @throws InvalidInputException when one is not, or when whole vectors are shorter than stored
   *     ones, or not as long as those of its models
   */
  void checkFit(Schema schema) {
    wholeDimensions.forEach(
        (name, whole) ->
            Ranges.check(
                "whole dimensions of dense field '" + name + "'",
                whole,
                schema.requireDense("cut", name).type().dimensions(),
                FormatV2.DENSE_DIMENSIONS_MAX));
    encoders.forEach(
        (name, encoder) -> {
          Integer whole = wholeDimensions.get(name);
          if (whole != null && whole != encoder.modelDimensions()) {
            throw new InvalidInputException(
                "whole dimensions of dense field '" + name + "'",
                whole,
                encoder.modelDimensions() + ", as its models give");
          }
        });
    coalesceDeltas.keySet().forEach(name -> schema.requireDense("coalesced", name));
    rows.keySet().forEach(name -> schema.requireDense("rows", name));
    for (String name : wordShares.keySet()) {
      DenseEncoderSpec encoder = encoders.get(name);
      if (encoder == null || encoder.documents() == null) {
        throw new InvalidInputException(
            "share of words",
            "of dense field '" + name + "'",
            "a dense field whose documents a model encodes");
      }
    }
  }

  /**
   * Returns how many numbers the whole vectors of a field have.
   *
   * @param field the field
   */
  int wholeDimensions(DenseFieldSpec field) {
    DenseEncoderSpec encoder = encoders.get(field.name());
    return encoder == null
        ? wholeDimensions.getOrDefault(field.name(), field.type().dimensions())
        : encoder.modelDimensions();
  }

  /**
   * Tells whether what is stored of a field is not what was given.
   *
   * @param field the field
   */
  boolean loses(DenseFieldSpec field) {
    return field.type().storage() != DenseStorage.F32
        || wholeDimensions(field) > field.type().dimensions()
        || coalesceDeltas.containsKey(field.name());
  }

  /**
   * Returns what is stored of the vectors of a document, before it is rounded.
   *
   * @param schema the fields of the collection
   * @param whole the whole vectors by the name of the field
   * @throws InvalidInputException when a field is not declared, or a vector has another length
   */
  Map<String, List<float[]>> shaped(Schema schema, Map<String, List<float[]>> whole) {
    Map<String, List<float[]>> shaped = new LinkedHashMap<>();
    whole.forEach(
        (name, vectors) ->
            shaped.put(name, shaped(schema.requireDense("dense." + name, name), vectors)));
    return shaped;
  }

  /**
   * Returns what is stored of the vectors with keys of a document, before it is rounded.
   *
   * @param schema the fields of the collection
   * @param whole the whole vectors by the name of the field
   * @throws InvalidInputException when a field is not declared, or a vector has another length
   */
  Map<String, List<KeyedVector>> shapedKeyed(Schema schema, Map<String, List<KeyedVector>> whole) {
    Map<String, List<KeyedVector>> shaped = new LinkedHashMap<>();
    whole.forEach(
        (name, vectors) -> {
          DenseFieldSpec field = schema.requireDense("keyed_vectors." + name, name);
          int length = wholeDimensions(field);
          List<KeyedVector> cut = new ArrayList<>(vectors.size());
          for (int i = 0; i < vectors.size(); i++) {
            float[] values = vectors.get(i).values();
            if (values.length != length) {
              throw new InvalidInputException(
                  "keyed_vectors." + name + ".vectors[" + i + "].values",
                  values.length + " numbers",
                  length + " numbers");
            }
            cut.add(
                new KeyedVector(
                    vectors.get(i).key(), Arrays.copyOf(values, field.type().dimensions())));
          }
          shaped.put(name, cut);
        });
    return shaped;
  }

  private List<float[]> shaped(DenseFieldSpec field, List<float[]> whole) {
    int length = wholeDimensions(field);
    Double delta = coalesceDeltas.get(field.name());
    if (length == field.type().dimensions() && delta == null) {
      return whole;
    }
    List<float[]> cut = new ArrayList<>(whole.size());
    for (int i = 0; i < whole.size(); i++) {
      if (whole.get(i).length != length) {
        throw new InvalidInputException(
            "dense." + field.name() + ".vectors[" + i + "].values",
            whole.get(i).length + " numbers",
            length + " numbers");
      }
      cut.add(Arrays.copyOf(whole.get(i), field.type().dimensions()));
    }
    return delta == null ? cut : Coalescing.coalesce(cut, delta);
  }
}
