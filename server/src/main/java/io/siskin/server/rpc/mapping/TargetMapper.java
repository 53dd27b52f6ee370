package io.siskin.server.rpc.mapping;

import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.DenseStage;
import io.siskin.proto.v1.Interpolation;
import io.siskin.server.rank.tree.DenseEffort;
import io.siskin.server.rank.tree.DenseTarget;
import io.siskin.server.rank.tree.DenseVector;
import io.siskin.server.rank.tree.Turn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The translation of what stages look for: a vector, a text or turns, of which one may be set.
 * Errors name the path.
 */
final class TargetMapper {
  private TargetMapper() {}

  /**
   * Translates what a dense stage looks for.
   *
   * @param path the path of the stage
   * @param message the stage
   */
  static DenseTarget target(String path, DenseStage message) {
    return target(
        path,
        message.getVectorList(),
        message.hasText(),
        message.getText(),
        message.getTurnsList());
  }

  /**
   * Translates how a dense stage uses graphs of neighbours.
   *
   * @param path the path of the stage
   * @param message the stage
   * @throws InvalidInputException when an exact search has candidates. The check of the tree finds
   *     candidates out of their range
   */
  static DenseEffort effort(String path, DenseStage message) {
    if (message.getExact()) {
      if (message.hasCandidates()) {
        throw new InvalidInputException(
            path + ".candidates", "set beside exact", "candidates or exact");
      }
      return new DenseEffort.Exact();
    }
    return message.hasCandidates()
        ? new DenseEffort.Candidates(ProtoMapper.wholeNumber(message.getCandidates()))
        : new DenseEffort.OfLimit();
  }

  /**
   * Translates what an interpolation looks for.
   *
   * @param path the path of the interpolation
   * @param message the interpolation
   */
  static DenseTarget target(String path, Interpolation message) {
    return target(
        path,
        message.getVectorList(),
        message.hasText(),
        message.getText(),
        message.getTurnsList());
  }

  private static DenseTarget target(
      String path,
      List<Float> vector,
      boolean hasText,
      String text,
      List<io.siskin.proto.v1.Turn> turns) {
    if (!vector.isEmpty()) {
      refuseSecond(path, hasText || !turns.isEmpty(), "vector");
      return new DenseTarget.Vector(vector(vector));
    }
    if (!turns.isEmpty()) {
      refuseSecond(path, hasText, "turns");
      return new DenseTarget.Turns(turns(path, turns));
    }
    return hasText
        ? new DenseTarget.Text(ProtoMapper.text(path + ".text", text))
        : new DenseTarget.OfRequest();
  }

  /** Translates a dense vector. */
  static DenseVector vector(List<Float> values) {
    float[] numbers = new float[values.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = values.get(i);
    }
    return new DenseVector(numbers);
  }

  /** Translates a dense vector; without numbers, none is meant. */
  static @Nullable DenseVector vectorOrNull(List<Float> values) {
    return values.isEmpty() ? null : vector(values);
  }

  /** Translates a dense vector back; null gives no numbers. */
  static List<Float> valuesOrNone(@Nullable DenseVector vector) {
    return vector == null ? List.of() : values(vector);
  }

  /** Translates a dense vector back. */
  static List<Float> values(DenseVector vector) {
    Float[] values = new Float[vector.length()];
    for (int i = 0; i < values.length; i++) {
      values[i] = vector.value(i);
    }
    return List.of(values);
  }

  /** Refuses a second query beside one that is set. */
  static void refuseSecond(String path, boolean hasSecond, String first) {
    if (hasSecond) {
      throw new InvalidInputException(
          path + "." + first, "set beside another query", "one of vector, text and turns");
    }
  }

  /**
   * Translates turns.
   *
   * @param path the path of what has them
   * @param messages the turns, at least one
   */
  static List<Turn> turns(String path, List<io.siskin.proto.v1.Turn> messages) {
    if (messages.size() > Turn.COUNT_MAX) {
      throw new InvalidInputException(
          path + ".turns", messages.size() + " turns", "1 to " + Turn.COUNT_MAX + " turns");
    }
    List<Turn> turns = new ArrayList<>(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      io.siskin.proto.v1.Turn message = messages.get(i);
      turns.add(
          new Turn(
              ProtoMapper.text(path + ".turns[" + i + "].text", message.getText()),
              message.hasWeight() ? message.getWeight() : 1));
    }
    return turns;
  }

  /**
   * Translates turns back, with the weight of each.
   *
   * @param turns the turns
   */
  static List<io.siskin.proto.v1.Turn> toProto(List<Turn> turns) {
    return turns.stream()
        .map(
            turn ->
                io.siskin.proto.v1.Turn.newBuilder()
                    .setText(turn.text())
                    .setWeight(turn.weight())
                    .build())
        .toList();
  }

  /**
   * Translates a dense stage back.
   *
   * @param field the name of the dense field
   * @param target what is looked for
   * @param effort how graphs are used
   */
  static DenseStage toProto(String field, DenseTarget target, DenseEffort effort) {
    DenseStage.Builder stage = DenseStage.newBuilder().setField(field);
    switch (effort) {
      case DenseEffort.OfLimit() -> stage.clearCandidates();
      case DenseEffort.Candidates(int count) -> stage.setCandidates(count);
      case DenseEffort.Exact() -> stage.setExact(true);
    }
    switch (target) {
      case DenseTarget.OfRequest _ -> stage.clearText();
      case DenseTarget.Text(String text) -> stage.setText(text);
      case DenseTarget.Turns(List<Turn> turns) -> stage.addAllTurns(toProto(turns));
      case DenseTarget.Vector(DenseVector vector) -> stage.addAllVector(values(vector));
    }
    return stage.build();
  }

  /**
   * Adds what an interpolation looks for to its message.
   *
   * @param by the message
   * @param target what is looked for
   */
  static void addTo(Interpolation.Builder by, DenseTarget target) {
    switch (target) {
      case DenseTarget.OfRequest _ -> by.clearText();
      case DenseTarget.Text(String text) -> by.setText(text);
      case DenseTarget.Turns(List<Turn> turns) -> by.addAllTurns(toProto(turns));
      case DenseTarget.Vector(DenseVector vector) -> by.addAllVector(values(vector));
    }
  }
}
