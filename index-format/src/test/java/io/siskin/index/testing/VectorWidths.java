package io.siskin.index.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.kernel.VectorModule;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Loads the SIMD classes once for each vector width. Their species are constants, which makes them
 * fast but gives each copy of the classes only one width. So each width gets its own copy.
 *
 * <p>Fails, and does not skip, when the Vector API is missing.
 */
public final class VectorWidths extends ClassLoader {
  private static final String PROPERTY = "siskin.kernels.bits";
  private static final int[] WIDTHS = {128, 256, 512};

  private static final Pattern OF_A_WIDTH =
      Pattern.compile("io\\.siskin\\.[a-z.]+\\.kernel\\.(Panama\\w+|FocusHeap)(\\$.*)?");

  private VectorWidths() {
    super(VectorWidths.class.getClassLoader());
  }

  /**
   * Makes a kernel of each width.
   *
   * @param className the simple name of a {@code Panama} class with a constructor without
   *     parameters
   * @param type its interface, which is in the same package
   * @return the kernels by width in bits
   */
  public static <T> Map<Integer, T> of(String className, Class<T> type) {
    assertThat(VectorModule.require()).isNull();
    String before = System.getProperty(PROPERTY);
    Map<Integer, T> kernels = new LinkedHashMap<>();
    try {
      for (int bits : WIDTHS) {
        System.setProperty(PROPERTY, Integer.toString(bits));
        VectorWidths loader = new VectorWidths();
        loader.requireWidth(bits);
        var constructor =
            loader.loadClass(type.getPackageName() + "." + className).getDeclaredConstructor();
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

  /**
   * Checks that the classes of this loader have the right width. Otherwise all tests would test the
   * same width.
   */
  private void requireWidth(int bits) throws ReflectiveOperationException {
    var taken = loadClass("io.siskin.index.kernel.PanamaSpecies").getDeclaredField("BITS");
    taken.setAccessible(true);
    if (taken.getInt(null) != bits) {
      throw new LinkageError("a width of " + taken.getInt(null) + " bits, not " + bits);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    // Classes that a SIMD class reaches by package-private access must come from the same loader.
    if (!OF_A_WIDTH.matcher(name).matches()) {
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
