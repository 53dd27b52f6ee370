package io.siskin.server.encode.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An input or output of a model, as the model declares it.
 *
 * @param name its name
 * @param elementType the type of its numbers, for example {@code FLOAT} or {@code INT64}
 * @param shape its dimensions; −1 for one that the input decides
 */
public record TensorDescription(String name, String elementType, List<Long> shape) {
  /** Copies the list. */
  public TensorDescription {
    shape = List.copyOf(shape);
  }

  /**
   * Returns the description with another last dimension.
   *
   * @param size that dimension
   */
  public TensorDescription withLast(long size) {
    List<Long> other = new ArrayList<>(shape);
    other.set(other.size() - 1, size);
    return new TensorDescription(name, elementType, other);
  }

  @Override
  public String toString() {
    return name
        + ": "
        + elementType
        + shape.stream()
            .map(size -> size < 0 ? "?" : size.toString())
            .collect(Collectors.joining(", ", " [", "]"));
  }
}
