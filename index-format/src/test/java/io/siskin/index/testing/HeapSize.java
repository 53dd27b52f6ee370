package io.siskin.index.testing;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Measures how much heap an object takes, by visiting all that it refers to. It is slow and knows
 * nothing of the classes, so it judges their own estimates. Sizes are those of a 64-bit JVM with
 * compressed references, whatever JVM runs the test.
 */
public final class HeapSize {
  private static final int HEADER = 12;
  private static final int ARRAY_HEADER = 16;
  private static final int REFERENCE = 4;

  private final Predicate<Class<?>> entered;
  private final IdentityHashMap<Object, Boolean> seen = new IdentityHashMap<>();

  private HeapSize(Predicate<Class<?>> entered) {
    this.entered = entered;
  }

  /**
   * Returns the bytes of an object and of all that it refers to: arrays, texts, boxed numbers, maps
   * and collections, and objects of some classes.
   *
   * @param root the object
   * @param entered tells which other objects count and are followed
   */
  public static long of(Object root, Predicate<Class<?>> entered) {
    return new HeapSize(entered).visit(root);
  }

  private long visit(Object object) {
    if (object == null || object instanceof Enum<?> || seen.put(object, true) != null) {
      return 0;
    }
    return switch (object) {
      case String text -> aligned(HEADER + 12) + aligned(ARRAY_HEADER + text.length());
      case Integer _ -> 16;
      case Map<?, ?> map -> map(map);
      case Collection<?> collection -> collection(collection);
      default -> object.getClass().isArray() ? array(object) : fields(object);
    };
  }

  private long map(Map<?, ?> map) {
    long slots = Math.max(16, Integer.highestOneBit(Math.max(1, map.size() * 4 / 3)) * 2L);
    long bytes = 48 + ARRAY_HEADER + REFERENCE * slots;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      bytes += 32 + visit(entry.getKey()) + visit(entry.getValue());
    }
    return bytes;
  }

  private long collection(Collection<?> collection) {
    long bytes = 24 + aligned(ARRAY_HEADER + (long) REFERENCE * collection.size());
    for (Object element : collection) {
      bytes += visit(element);
    }
    return bytes;
  }

  private long array(Object array) {
    int length = Array.getLength(array);
    Class<?> type = array.getClass().getComponentType();
    long bytes = aligned(ARRAY_HEADER + (long) length * size(type));
    if (!type.isPrimitive()) {
      for (int i = 0; i < length; i++) {
        bytes += visit(Array.get(array, i));
      }
    }
    return bytes;
  }

  private long fields(Object object) {
    if (!entered.test(object.getClass())) {
      return 0;
    }
    long shallow = HEADER;
    long referred = 0;
    for (Class<?> type = object.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers())) {
          continue;
        }
        shallow += size(field.getType());
        if (!field.getType().isPrimitive()) {
          referred += visit(value(field, object));
        }
      }
    }
    return aligned(shallow) + referred;
  }

  private static Object value(Field field, Object object) {
    try {
      field.setAccessible(true);
      return field.get(object);
    } catch (IllegalAccessException hidden) {
      throw new AssertionError(hidden);
    }
  }

  private static int size(Class<?> type) {
    if (type == long.class || type == double.class) {
      return 8;
    }
    if (type == short.class || type == char.class) {
      return 2;
    }
    return type == byte.class || type == boolean.class ? 1 : 4;
  }

  private static long aligned(long bytes) {
    return (bytes + 7) & -8;
  }
}
