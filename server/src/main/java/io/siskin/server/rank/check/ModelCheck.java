package io.siskin.server.rank.check;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.NearestNames;
import io.siskin.server.rank.formula.Expression;
import io.siskin.server.rank.scope.RankedScope;
import io.siskin.server.rank.scope.RankingModels.Feature;
import io.siskin.server.rank.scope.RankingModels.PairModel;
import io.siskin.server.rank.scope.RankingModels.RankingModel;
import io.siskin.server.rank.scope.RankingModels.TreeModel;
import io.siskin.server.rank.stage.TreeRescoring;
import io.siskin.server.rank.tree.RankingNode;
import java.util.List;

/** The rules of stages that have a model. Pure functions. */
final class ModelCheck {
  private ModelCheck() {}

  /**
   * Checks that there is the model of a stage, and what its features take.
   *
   * @param node the stage
   * @param path where it names its model
   * @param scope the collection, with the models
   * @throws InvalidInputException when something is missing
   */
  static void fit(RankingNode.Trees node, String path, RankedScope scope) {
    if (!(find(node.model(), path, scope) instanceof TreeModel model)) {
      throw wrongKind(node.model(), path, "one of kind trees");
    }
    List<Feature> features = TreeRescoring.features(node, model);
    if (features.size() != model.featureCount()) {
      throw new InvalidInputException(
          path + ".features",
          features.size() + " features",
          model.featureCount() + " features, as the model '" + node.model() + "' takes");
    }
    for (int i = 0; i < features.size(); i++) {
      if (node.features().isEmpty()) {
        fitOwn(features.get(i), node, path, scope);
      } else {
        FormulaCheck.fit(features.get(i).formula().root(), path + ".features[" + i + "]", scope);
      }
    }
  }

  /**
   * Checks that there is the model of a stage, and the fields that it reads.
   *
   * @param node the stage
   * @param path where it names its model
   * @param scope the collection, with the models
   * @throws InvalidInputException when something is missing
   */
  static void fit(RankingNode.CrossEncode node, String path, RankedScope scope) {
    if (!(find(node.model(), path, scope) instanceof PairModel model)) {
      throw wrongKind(node.model(), path, "one of kind cross-encoder");
    }
    if (node.keepThreshold() != null && !model.marksTokens()) {
      throw new InvalidInputException(
          path + ".context",
          "set",
          "none, since the model '" + node.model() + "' does not mark tokens");
    }
    for (int i = 0; i < node.fields().size(); i++) {
      String field = node.fields().get(i);
      if (!scope.texts().contains(field)) {
        throw new InvalidInputException(
            path + ".fields[" + i + "]",
            "'" + field + "'",
            "a stored field of the collection" + NearestNames.hint(field, scope.texts()));
      }
    }
  }

  /** Of the model's own features it is the model that does not fit. */
  private static void fitOwn(
      Feature feature, RankingNode.Trees node, String path, RankedScope scope) {
    Expression formula = feature.formula().root();
    try {
      FormulaCheck.below(formula, node.input(), path);
      FormulaCheck.fit(formula, path, scope);
    } catch (InvalidInputException wrong) {
      throw new InvalidInputException(
          path + ".model",
          "'" + node.model() + "' with the feature '" + feature.name() + "' " + wrong.value(),
          wrong.allowed());
    }
  }

  /**
   * Returns a model.
   *
   * @param name its name
   * @param path where it is named
   * @param scope has the models
   * @throws InvalidInputException when there is none of the name
   */
  static RankingModel find(String name, String path, RankedScope scope) {
    RankingModel model = scope.models().find(name);
    if (model == null) {
      List<String> names = scope.models().names();
      throw new InvalidInputException(
          path + ".model",
          "'" + name + "'",
          names.isEmpty()
              ? "none, since the server has no ranking models"
              : "a ranking model of the server" + NearestNames.hint(name, names));
    }
    return model;
  }

  /**
   * Returns the error for a model of another kind.
   *
   * @param name its name
   * @param path where it is named
   * @param allowed the kind that is needed
   */
  static InvalidInputException wrongKind(String name, String path, String allowed) {
    return new InvalidInputException(
        path + ".model", "'" + name + "', a model of another kind", allowed);
  }
}
