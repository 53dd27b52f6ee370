package io.siskin.server.encode.remote;

import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.inference.ModelMetadataResponse.TensorMetadata;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The tensors that a model says it takes or gives.
 *
 * @param tensors one each
 */
record KserveTensors(List<TensorMetadata> tensors) {
  /** Refuses a tensor that is not there or has other elements. */
  void require(String key, String name, String... types) {
    TensorMetadata tensor = find(key, name);
    if (!List.of(types).contains(tensor.getDatatype())) {
      throw new InvalidInputException(
          key,
          name + " of type " + tensor.getDatatype(),
          "a tensor of type " + String.join(" or ", types));
    }
  }

  /** Refuses a tensor whose last dimension is known and another. */
  void requireWidth(String key, String name, int width) {
    TensorMetadata tensor = find(key, name);
    int dimensions = tensor.getShapeCount();
    long found = dimensions == 0 ? -1 : tensor.getShape(dimensions - 1);
    if (found >= 0 && found != width) {
      throw new InvalidInputException(
          key, name + " of " + found + " terms", "as many as the vocabulary has, " + width);
    }
  }

  private TensorMetadata find(String key, String name) {
    for (TensorMetadata tensor : tensors) {
      if (tensor.getName().equals(name)) {
        return tensor;
      }
    }
    throw new InvalidInputException(key, name, "one of the model's: " + this);
  }

  @Override
  public String toString() {
    return tensors.stream()
        .map(tensor -> tensor.getName() + ": " + tensor.getDatatype() + tensor.getShapeList())
        .collect(Collectors.joining(", "));
  }
}
