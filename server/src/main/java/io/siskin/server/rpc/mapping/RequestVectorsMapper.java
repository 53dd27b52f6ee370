package io.siskin.server.rpc.mapping;

import io.siskin.index.dense.MaxSimQuery;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.proto.v1.DenseVector;
import io.siskin.proto.v1.DenseVectors;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.TokenVectors;
import io.siskin.server.rank.tree.RequestVectors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The translation of the vectors that a request has for dense fields. Errors name the field. */
final class RequestVectorsMapper {
  private RequestVectorsMapper() {}

  /**
   * Refuses vectors of a request without a ranking tree, which would be ignored.
   *
   * @param message the request
   * @throws InvalidInputException when there are some
   */
  static void refuse(SearchRequest message) {
    refuse("dense", message.getDenseCount());
    refuse("token_vectors", message.getTokenVectorsCount());
  }

  private static void refuse(String field, int count) {
    if (count > 0) {
      throw new InvalidInputException(
          field, "set for " + count + " fields", "none, without a ranking tree");
    }
  }

  /**
   * Translates the vectors. {@link io.siskin.server.rank.check.RequestVectorsCheck} checks what
   * stages and fields take.
   *
   * @param message the request
   * @throws InvalidInputException when a token vector breaks its rules
   */
  static RequestVectors toDomain(SearchRequest message) {
    return message.getDenseCount() == 0 && message.getTokenVectorsCount() == 0
        ? RequestVectors.NONE
        : new RequestVectors(dense(message.getDenseMap()), tokens(message.getTokenVectorsMap()));
  }

  private static Map<String, List<io.siskin.server.rank.tree.DenseVector>> dense(
      Map<String, DenseVectors> messages) {
    Map<String, List<io.siskin.server.rank.tree.DenseVector>> byField = new LinkedHashMap<>();
    messages.forEach(
        (name, message) -> {
          List<io.siskin.server.rank.tree.DenseVector> vectors = new ArrayList<>();
          for (DenseVector vector : message.getVectorsList()) {
            vectors.add(TargetMapper.vector(vector.getValuesList()));
          }
          byField.put(name, vectors);
        });
    return byField;
  }

  private static Map<String, List<SparseVector>> tokens(Map<String, TokenVectors> messages) {
    Map<String, List<SparseVector>> byField = new LinkedHashMap<>();
    messages.forEach(
        (name, message) ->
            byField.put(
                name,
                DenseMapper.sparse(
                    "token_vectors[\"" + name + "\"].vectors",
                    message.getVectorsList(),
                    MaxSimQuery.VECTOR_COUNT_MAX)));
    return byField;
  }
}
