package io.siskin.index.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Loads the SIMD classes once for each vector width. Their species are constants, which costs
 * nothing and gives one copy of the classes one width; so each width gets a copy of its own.
 *
 * <p>Fails, and does not skip, when the Vector API is missing.
 */
final class VectorWidths extends ClassLoader {
  private static final String PROPERTY = "siskin.kernels.bits";
  private static final int[] WIDTHS = {128, 256, 512};

  private VectorWidths() {
    super(VectorWidths.class.getClassLoader());
  }

  /**
   * Makes a kernel of each width.
   *
   * @param className the simple name of a {@code Panama} class with a constructor without
   *     parameters
   * @param type its interface
   * @return by width in bits
   */
  static <T> Map<Integer, T> of(String className, Class<T> type) {
    String before = System.getProperty(PROPERTY);
    Map<Integer, T> kernels = new LinkedHashMap<>();
    try {
      for (int bits : WIDTHS) {
        System.setProperty(PROPERTY, Integer.toString(bits));
        var constructor =
            new VectorWidths()
                .loadClass("io.siskin.index.kernel." + className)
                .getDeclaredConstructor();
        constructor.setAccessible(true);
        kernels.put(bits, type.cast(constructor.newInstance()));
      }
      return kernels;
    } catch (ReflectiveOperationException failed) {
      throw new LinkageError(failed.getMessage(), failed);
    } finally {
      if (before == null) {
        System.clearProperty(PROPERTY);
      } else {
        System.setProperty(PROPERTY, before);
      }
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    // What a SIMD class reaches by package-private access must come from the same loader.
    if (!name.startsWith("io.siskin.index.kernel.Panama")) {
      return super.loadClass(name, resolve);
    }
    Class<?> loaded = findLoadedClass(name);
    return loaded == null ? define(name) : loaded;
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      byte[] bytes = in.readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException failed) {
      throw new ClassNotFoundException(name, failed);
    }
  }
}
