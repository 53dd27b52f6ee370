package io.siskin.index.document;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseGraph;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.dense.KeyedVector;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.NearestNames;
import io.siskin.index.error.Ranges;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.vector.SparseVector;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The declared fields of a collection: those that have a type and that filters can use.
 *
 * <p>Declared fields are kept in columns. Other fields are texts, kept with the stored fields.
 *
 * @param fields the fields, each name once; their order is that of the columns
 * @param tenantField the name of the field that says whose a document is; null for none. It is
 *     declared as {@link FieldType#STRING}, and every document has it
 * @param dense the dense fields, each name once, and none that is the name of another field
 */
public record Schema(List<Field> fields, @Nullable String tenantField, List<DenseFieldSpec> dense) {
  /** The most fields that a schema declares. */
  public static final int FIELD_COUNT_MAX = 256;

  // A message does not list everything that exists.
  private static final int LISTED_MAX = 10;

  /** A schema without fields. */
  public static final Schema EMPTY = new Schema(List.of(), null);

  /**
   * A declared field.
   *
   * @param name 1 to 128 ASCII letters, digits, {@code _ . -}, beginning with a letter or {@code
   *     _}; neither {@code id} nor {@code text} nor {@code vector}
   * @param type the type of its values
   */
  public record Field(String name, FieldType type) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]{0,127}");
    private static final Set<String> RESERVED = Set.of("id", "text", "vector");

    /** Checks the name. */
    public Field {
      checkName(name);
    }

    private static void checkName(String name) {
      if (!NAME.matcher(name).matches() || RESERVED.contains(name)) {
        throw new InvalidInputException(
            "name of a field",
            "'" + name + "'",
            "1 to 128 letters, digits, '_', '.' or '-', beginning with a letter or '_', and not"
                + " 'id', 'text' or 'vector'");
      }
    }
  }

  /**
   * Makes a schema without dense fields.
   *
   * @param fields see above
   * @param tenantField see above
   */
  public Schema(List<Field> fields, @Nullable String tenantField) {
    this(fields, tenantField, List.of());
  }

  /** Checks that names are unique and that the tenant's field is declared. */
  public Schema {
    fields = List.copyOf(fields);
    dense = List.copyOf(dense);
    Ranges.check("number of dense fields", dense.size(), 0, FormatV2.DENSE_FIELD_COUNT_MAX);
    Ranges.check("number of declared fields", fields.size(), 0, FIELD_COUNT_MAX);
    Set<String> names = new HashSet<>();
    for (Field field : fields) {
      if (!names.add(field.name())) {
        throw new InvalidInputException("field", "'" + field.name() + "' twice", "each name once");
      }
    }
    for (DenseFieldSpec field : dense) {
      Field.checkName(field.name());
      if (!names.add(field.name())) {
        throw new InvalidInputException(
            "dense field", "'" + field.name() + "' twice", "each name once");
      }
    }
    if (tenantField != null && !fields.contains(new Field(tenantField, FieldType.STRING))) {
      throw new InvalidInputException(
          "tenant field", "'" + tenantField + "'", "a declared field of type string");
    }
  }

  /**
   * Returns a field, or null when there is none of the name.
   *
   * @param name the field's name
   */
  public @Nullable Field field(String name) {
    for (Field field : fields) {
      if (field.name().equals(name)) {
        return field;
      }
    }
    return null;
  }

  /**
   * Returns a field.
   *
   * @param name the field's name
   * @throws InvalidInputException when it is not declared; see {@link #allowedInsteadOf}
   */
  public Field require(String name) {
    Field found = field(name);
    if (found == null) {
      throw new InvalidInputException("field", "'" + name + "'", allowedInsteadOf(name));
    }
    return found;
  }

  /**
   * Returns in words which fields there are, for a message about a field that is not declared:
   * those with similar names, or else the first ones.
   *
   * @param name the name that is not declared
   */
  public String allowedInsteadOf(String name) {
    if (fields.isEmpty()) {
      return "none, since the collection declares no fields";
    }
    List<String> names = fields.stream().map(Field::name).toList();
    String hint = NearestNames.hint(name, names);
    if (!hint.isEmpty()) {
      return "a declared field" + hint;
    }
    int listed = Math.min(LISTED_MAX, names.size());
    return "a declared field: "
        + String.join(", ", names.subList(0, listed))
        + (listed < names.size() ? ", and " + (names.size() - listed) + " more" : "");
  }

  /** Returns how dense fields get graphs of neighbours, by the names of the fields that do. */
  public Map<String, DenseGraph> graphs() {
    Map<String, DenseGraph> graphs = new LinkedHashMap<>();
    for (DenseFieldSpec field : dense) {
      if (field.graph() != null) {
        graphs.put(field.name(), field.graph());
      }
    }
    return graphs;
  }

  /**
   * Returns a dense field.
   *
   * @param path where the name stands in the request, for the message
   * @param name the field's name
   * @throws InvalidInputException when it is not declared; it names those that are
   */
  public DenseFieldSpec requireDense(String path, String name) {
    for (DenseFieldSpec field : dense) {
      if (field.name().equals(name)) {
        return field;
      }
    }
    throw new InvalidInputException(
        path,
        "'" + name + "'",
        dense.isEmpty()
            ? "none, since the collection declares no dense fields"
            : "a dense field: "
                + String.join(", ", dense.stream().map(DenseFieldSpec::name).toList()));
  }

  /**
   * Returns the stored form of the dense vectors of a document.
   *
   * @param dense vectors by the name of the dense field; a field with none of them is left out
   * @throws InvalidInputException when a field is not declared, or when its vectors do not fit it
   */
  public Map<String, DenseVectors> stored(Map<String, List<float[]>> dense) {
    if (dense.isEmpty()) {
      return Map.of();
    }
    Map<String, DenseVectors> stored = new LinkedHashMap<>();
    dense.forEach(
        (name, vectors) -> {
          DenseFieldSpec field = requireDense("dense." + name, name);
          if (!vectors.isEmpty()) {
            stored.put(name, field.vectors(vectors.toArray(float[][]::new)));
          }
        });
    return stored;
  }

  /**
   * Returns the stored form of all vectors that a document has in dense fields: given ones, token
   * vectors, vectors with keys, and those that are made of its sparse vector.
   *
   * @param given vectors in their stored form, by the name of the dense field
   * @param tokens token vectors by the name of the dense field; a field with none of them is left
   *     out
   * @param keyed vectors with keys, in the same way
   * @param vector the sparse vector of the document, as it was given or encoded
   * @throws InvalidInputException when a field is not declared or stores something else, or when
   *     vectors do not fit it
   */
  public Map<String, DenseVectors> stored(
      Map<String, DenseVectors> given,
      Map<String, List<SparseVector>> tokens,
      Map<String, List<KeyedVector>> keyed,
      SparseVector vector) {
    if (tokens.isEmpty()
        && keyed.isEmpty()
        && dense.stream().noneMatch(field -> field.type().storage().isOfSparse())) {
      return given;
    }
    Map<String, DenseVectors> stored = new LinkedHashMap<>(given);
    tokens.forEach(
        (name, vectors) -> {
          DenseFieldSpec field = requireDense("token_vectors." + name, name);
          if (!vectors.isEmpty()) {
            stored.put(name, field.tokenVectors(vectors));
          }
        });
    keyed.forEach(
        (name, vectors) -> {
          DenseFieldSpec field = requireDense("keyed_vectors." + name, name);
          if (!vectors.isEmpty()) {
            stored.put(name, field.keyedVectors(vectors));
          }
        });
    for (DenseFieldSpec field : dense) {
      if (field.type().storage().isOfSparse()) {
        stored.put(field.name(), field.densified(vector));
      }
    }
    return stored;
  }

  /**
   * Checks the declared fields of a document.
   *
   * @param values values by the name of the field; every name is declared
   * @throws InvalidInputException when a value is of another type or too long, or when the tenant's
   *     field is missing
   */
  public void check(Map<String, FieldValue> values) {
    values.forEach(
        (name, value) -> {
          Field field = require(name);
          if (value.type() != field.type()) {
            throw new InvalidInputException(
                "field '" + name + "'", "of type " + value.type().word(), field.type().allowed());
          }
          checkLengths(name, value);
        });
    if (tenantField != null && !values.containsKey(tenantField)) {
      throw new InvalidInputException(
          "field '" + tenantField + "'", "missing", "a text, since it says whose the document is");
    }
  }

  private static void checkLengths(String name, FieldValue value) {
    switch (value) {
      case FieldValue.Text(String text) -> checkLength(name, text);
      case FieldValue.TextList(List<String> texts) -> {
        Ranges.check("texts of field '" + name + "'", texts.size(), 0, FieldValue.LIST_SIZE_MAX);
        texts.forEach(text -> checkLength(name, text));
      }
      case FieldValue.Keyed _ -> {
        // Every number is short enough.
      }
    }
  }

  private static void checkLength(String name, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Ranges.check(
        "bytes of field '" + name + "'", bytes.length, 0, FieldValue.TEXT_LENGTH_BYTES_MAX);
    if (!new String(bytes, StandardCharsets.UTF_8).equals(text)) {
      throw new InvalidInputException("field '" + name + "'", text, "text that UTF-8 can express");
    }
  }

  /**
   * Splits the fields of a document that came as texts: declared ones are read as values of their
   * types, the others stay.
   *
   * @param fields texts by the name of the field
   * @param stored receives the fields that are not declared
   * @return the values of the declared fields, in the order of the texts
   * @throws InvalidInputException when a text is no value of the declared type
   */
  public Map<String, FieldValue> split(Map<String, String> fields, Map<String, String> stored) {
    Map<String, FieldValue> values = new LinkedHashMap<>();
    fields.forEach(
        (name, text) -> {
          Field field = field(name);
          if (field == null) {
            stored.put(name, text);
          } else {
            values.put(name, field.type().parse(name, text));
          }
        });
    return values;
  }
}
