package io.siskin.index.build;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.v1.FormatV1;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Numbers the names of stored fields in the order in which they are first seen. */
final class FieldNames {
  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<String> names = new ArrayList<>();

  int number(String name) {
    Integer known = numbers.get(name);
    if (known != null) {
      return known;
    }
    if (names.size() == FormatV1.FIELD_COUNT_MAX) {
      throw new InvalidInputException(
          "distinct field names", names.size() + 1, "at most " + FormatV1.FIELD_COUNT_MAX);
    }
    numbers.put(name, names.size());
    names.add(name);
    return names.size() - 1;
  }

  List<String> names() {
    return names;
  }
}
