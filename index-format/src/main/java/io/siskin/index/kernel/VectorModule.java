package io.siskin.index.kernel;

import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the Vector API's module available to this process.
 *
 * <p>The module is still incubating. When it is asked for on the command line ({@code
 * --add-modules}), every start of the JVM prints a warning on standard error, and the JVM cannot
 * use the modules and the linked classes of its start-up cache. So it is loaded here, at run time,
 * by the same method of the JDK that loads the modules of its own agents. The Vector API's classes
 * come from the boot loader in both cases, and the JIT compiler treats them alike (ADR 0018).
 */
public final class VectorModule {
  private static final String NAME = "jdk.incubator.vector";
  private static final @Nullable String PROBLEM = load();

  private VectorModule() {}

  /**
   * Loads the module if it is not there yet. Safe for concurrent use.
   *
   * @return null when the Vector API can be used, otherwise why it cannot, in words for a person
   */
  public static @Nullable String require() {
    return PROBLEM;
  }

  private static @Nullable String load() {
    if (ModuleLayer.boot().findModule(NAME).isPresent()) {
      return null;
    }
    try {
      Class.forName("jdk.internal.module.Modules")
          .getMethod("loadModule", String.class)
          .invoke(null, NAME);
      return null;
    } catch (IllegalAccessException closed) {
      return "the flags of bin/jvm.options are missing";
    } catch (InvocationTargetException failed) {
      return "the module " + NAME + " cannot be loaded: " + failed.getCause();
    } catch (ReflectiveOperationException changed) {
      return "this JDK loads modules in another way; start it with --add-modules=" + NAME;
    }
  }
}
