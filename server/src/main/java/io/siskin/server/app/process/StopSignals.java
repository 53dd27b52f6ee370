package io.siskin.server.app.process;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C and its relatives while a command runs: the first asks the command to stop, which then
 * ends in its own order; the second ends the process at once.
 *
 * <p>Shutdown hooks cannot do this: a second signal waits for the hooks that the first has started,
 * and the exit status is not theirs to choose.
 */
public final class StopSignals implements AutoCloseable {
  private static final List<Signal> SIGNALS =
      List.of(new Signal("HUP", 1), new Signal("INT", 2), new Signal("TERM", 15));

  private final IntConsumer stop;
  private final AtomicBoolean asked = new AtomicBoolean();
  private final List<Restoration> restorations = new ArrayList<>();

  private StopSignals(IntConsumer stop) {
    this.stop = stop;
  }

  private record Signal(String name, int number) {}

  private record Restoration(Signal signal, Object handlerBefore) {}

  /**
   * Listens for signals until closed.
   *
   * @param stop asks the command to stop; called at most once, on a thread of its own, with the
   *     exit status of a command that the signal ends before it is done
   */
  public static StopSignals listen(IntConsumer stop) {
    StopSignals signals = new StopSignals(stop);
    for (Signal signal : SIGNALS) {
      Object before = handle(signal, signals.handler(signal));
      if (before != null) {
        signals.restorations.add(new Restoration(signal, before));
      }
    }
    return signals;
  }

  /** Gives the signals back to who handled them before. */
  @Override
  public void close() {
    restorations.forEach(entry -> handle(entry.signal(), entry.handlerBefore()));
  }

  private void receive(Signal signal) {
    if (asked.compareAndSet(false, true)) {
      stop.accept(ExitStatus.SIGNAL_BASE + signal.number());
    } else {
      Runtime.getRuntime().halt(ExitStatus.SIGNAL_BASE + signal.number());
    }
  }

  /** Returns a {@code sun.misc.SignalHandler} that receives a signal. */
  private Object handler(Signal signal) {
    Runnable receive = () -> receive(signal);
    try {
      MethodHandle run =
          MethodHandles.publicLookup()
              .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
              .bindTo(receive);
      return MethodHandleProxies.asInterfaceInstance(
          type("sun.misc.SignalHandler"), MethodHandles.dropArguments(run, 0, Object.class));
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("Runnable has the method", impossible);
    }
  }

  /**
   * Installs a handler by {@code sun.misc.Signal}, which has no successor. Through reflection,
   * because naming it is a compiler warning that cannot be suppressed.
   *
   * @return the handler before, or null when the platform lacks the signal or keeps it to itself
   */
  private static @Nullable Object handle(Signal signal, Object handler) {
    Class<?> type = type("sun.misc.Signal");
    try {
      Object target = type.getConstructor(String.class).newInstance(signal.name());
      return type.getMethod("handle", type, type("sun.misc.SignalHandler"))
          .invoke(null, target, handler);
    } catch (InvocationTargetException refused) {
      if (refused.getCause() instanceof IllegalArgumentException) {
        return null;
      }
      throw new IllegalStateException(refused.getCause());
    } catch (ReflectiveOperationException impossible) {
      throw new LinkageError("jdk.unsupported is part of every JDK", impossible);
    }
  }

  private static Class<?> type(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException impossible) {
      throw new LinkageError("jdk.unsupported is part of every JDK", impossible);
    }
  }
}
