package io.siskin.server.app.command;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.corpus.SourceQuery;
import io.siskin.server.corpus.TermKeys;
import io.siskin.server.ingest.DenseMembers;
import io.siskin.server.ingest.TokenMembers;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.RequestVectors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A query of a file, with its vectors for dense fields.
 *
 * @param source the query as it was read
 * @param dense its dense vectors by the name of the field
 * @param tokens its token vectors by the name of the field
 */
record AskedQuery(
    SourceQuery source, Map<String, List<float[]>> dense, Map<String, List<SparseVector>> tokens) {
  /**
   * Reads the vectors that are in the record of a query: its members {@code dense} and {@code
   * tokenVectors}, as documents have them.
   *
   * @param source the query
   * @param termKeys how the collection names its terms
   * @throws InvalidInputException when a member is something else; it names the place
   */
  static AskedQuery of(SourceQuery source, TermKeys termKeys) {
    try {
      return new AskedQuery(
          source,
          DenseMembers.read(source.members().get(DenseMembers.MEMBER)),
          TokenMembers.read(
              source.members().get(TokenMembers.MEMBER), termKeys == TermKeys.TERM_IDS));
    } catch (InvalidInputException wrong) {
      throw wrong.at(source.place());
    }
  }

  /**
   * Returns the same query with a vector of one more field.
   *
   * @param field the name of the dense field
   * @param vector the vector
   * @throws InvalidInputException when its record has vectors of the field
   */
  AskedQuery with(String field, float[] vector) {
    Map<String, List<float[]>> more = new LinkedHashMap<>(dense);
    if (more.put(field, List.of(vector)) != null) {
      throw new InvalidInputException(
              "dense." + field, "set beside --dense-queries", "vectors of one origin")
          .at(source.place());
    }
    return new AskedQuery(source, more, tokens);
  }

  /** Returns what qrels and result files call it. */
  String id() {
    return source.id();
  }

  /** Returns where it was read. */
  String place() {
    return source.place();
  }

  /** Returns the vectors as a ranking tree takes them. */
  RequestVectors vectors() {
    Map<String, List<DenseVector>> vectors = new LinkedHashMap<>();
    dense.forEach(
        (field, ofField) -> vectors.put(field, ofField.stream().map(DenseVector::new).toList()));
    return new RequestVectors(vectors, tokens);
  }
}
