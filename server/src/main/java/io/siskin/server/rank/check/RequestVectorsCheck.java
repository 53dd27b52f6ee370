package io.siskin.server.rank.check;

import io.siskin.index.dense.MaxSimQuery;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.NearestNames;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.rank.scope.DenseFields;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.tree.DenseTarget;
import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.rank.tree.RequestVectors;
import io.siskin.server.rank.tree.StagesBelow;
import io.siskin.server.rank.tree.TokenQuery;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rules of the vectors that a request has for dense fields. An error names the vector, for
 * example {@code dense["embedding"].vectors[0].values}. Pure functions.
 */
public final class RequestVectorsCheck {
  private static final String DENSE = "dense";
  private static final String TOKENS = "token_vectors";

  private RequestVectorsCheck() {}

  /**
   * What a stage takes of the request.
   *
   * @param field the name of the dense field
   * @param countMin how many vectors it takes at least
   * @param countMax how many vectors it takes at most
   * @param orTokens whether it takes token vectors, too
   * @param path the path of the stage
   */
  private record Taken(String field, int countMin, int countMax, boolean orTokens, String path) {}

  /**
   * Checks what does not depend on a collection: that there are not too many, that their numbers
   * are finite, and that stages of a tree take all of them.
   *
   * @param vectors the vectors of the request
   * @param root the root of the tree, without them
   * @throws InvalidInputException when a rule is broken
   */
  public static void shape(RequestVectors vectors, RankingNode root) {
    if (vectors.isEmpty()) {
      return;
    }
    List<Taken> taken = new ArrayList<>();
    StagesBelow.all(root).forEach(node -> taken.addAll(taken(node)));
    counts(DENSE, vectors.dense());
    counts(TOKENS, vectors.tokens());
    uses(DENSE, vectors.dense(), taken);
    uses(TOKENS, vectors.tokens(), taken.stream().filter(Taken::orTokens).toList());
    vectors
        .dense()
        .forEach(
            (name, ofField) -> {
              for (int i = 0; i < ofField.size(); i++) {
                TreeCheck.vector(place(DENSE, name, i) + ".values", ofField.get(i));
              }
            });
    for (String name : vectors.tokens().keySet()) {
      if (vectors.dense().containsKey(name)) {
        throw new InvalidInputException(
            place(TOKENS, name), "set beside dense vectors", "vectors of one kind for a field");
      }
    }
  }

  private static <T> void counts(String map, Map<String, List<T>> byField) {
    int most = FormatV2.DENSE_FIELD_COUNT_MAX;
    if (byField.size() > most) {
      throw new InvalidInputException(
          map, byField.size() + " fields", "at most " + most + " fields");
    }
    byField.forEach(
        (name, vectors) -> {
          if (vectors.isEmpty() || vectors.size() > MaxSimQuery.VECTOR_COUNT_MAX) {
            throw new InvalidInputException(
                place(map, name) + ".vectors",
                vectors.size() + " vectors",
                "1 to " + MaxSimQuery.VECTOR_COUNT_MAX + " vectors");
          }
        });
  }

  private static <T> void uses(String map, Map<String, List<T>> byField, List<Taken> taken) {
    Set<String> known = new HashSet<>();
    taken.forEach(each -> known.add(each.field));
    byField.forEach(
        (name, vectors) -> {
          if (!known.contains(name)) {
            throw new InvalidInputException(
                place(map, name),
                "taken by no stage",
                known.isEmpty()
                    ? "none, since no stage takes such vectors of the request"
                    : "a field whose vectors a stage takes of the request"
                        + NearestNames.hint(name, known));
          }
          for (Taken each : taken) {
            if (each.field.equals(name)
                && (vectors.size() < each.countMin || vectors.size() > each.countMax)) {
              throw new InvalidInputException(
                  place(map, name) + ".vectors",
                  vectors.size() + " vectors",
                  each.countMin == each.countMax
                      ? each.countMin + ", as " + each.path + " takes"
                      : each.countMin + " to " + each.countMax + ", as " + each.path + " takes");
            }
          }
        });
  }

  private static List<Taken> taken(RankingNode node) {
    String path = node.frame().path();
    return switch (node) {
      case RankingNode.Dense dense -> one(dense.field(), dense.target(), path + ".dense");
      case RankingNode.Interpolate by ->
          one(by.field(), by.target(), path + ".rescore.interpolation");
      case RankingNode.DenseFeedback by -> one(by.field(), by.target(), path + ".feedback.dense");
      case RankingNode.MaxSim by ->
          by.query() instanceof TokenQuery.OfRequest
              ? List.of(
                  new Taken(
                      by.field(), 1, MaxSimQuery.VECTOR_COUNT_MAX, true, path + ".rescore.max_sim"))
              : List.of();
      case RankingNode.Answers answers -> ofAnswers(answers, path + ".answers");
      default -> List.of();
    };
  }

  private static List<Taken> one(String field, DenseTarget target, String path) {
    return target instanceof DenseTarget.OfRequest
        ? List.of(new Taken(field, 1, 1, false, path))
        : List.of();
  }

  private static List<Taken> ofAnswers(RankingNode.Answers node, String path) {
    boolean takesStart = node.startVector() == null;
    boolean takesEnd = node.endVector() == null;
    if (takesStart && takesEnd && node.startField().equals(node.endField())) {
      return List.of(new Taken(node.startField(), 2, 2, false, path));
    }
    List<Taken> taken = new ArrayList<>();
    if (takesStart) {
      taken.add(new Taken(node.startField(), 1, 1, false, path));
    }
    if (takesEnd) {
      taken.add(new Taken(node.endField(), 1, 1, false, path));
    }
    return taken;
  }

  /**
   * Checks that a collection has the fields, and that they take the vectors.
   *
   * @param vectors the vectors of the request
   * @param scope the collection
   * @throws InvalidInputException when a field is missing or refuses a vector
   */
  public static void fit(RequestVectors vectors, RankedScope scope) {
    vectors
        .dense()
        .forEach(
            (name, ofField) -> {
              DenseFields.Field field = TreeCheck.valueField(place(DENSE, name), name, scope);
              for (int i = 0; i < ofField.size(); i++) {
                TreeCheck.vector(place(DENSE, name, i) + ".values", name, ofField.get(i), field);
              }
            });
    vectors
        .tokens()
        .forEach(
            (name, ofField) -> {
              DenseFields.Field field = TreeCheck.termField(place(TOKENS, name), name, scope);
              for (int i = 0; i < ofField.size(); i++) {
                tokens(place(TOKENS, name, i), ofField.get(i), field);
              }
            });
  }

  private static void tokens(String path, SparseVector vector, DenseFields.Field field) {
    TreeCheck.refused(path, () -> field.check(new TokenQuery.Terms(List.of(vector))));
  }

  private static String place(String map, String name) {
    return map + "[\"" + name + "\"]";
  }

  private static String place(String map, String name, int vector) {
    return place(map, name) + ".vectors[" + vector + "]";
  }
}
