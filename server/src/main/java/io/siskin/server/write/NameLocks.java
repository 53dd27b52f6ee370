package io.siskin.server.write;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock for each name. A name that nobody holds or waits for takes no memory: callers choose the
 * names.
 *
 * <p>Safe for concurrent use.
 */
final class NameLocks {
  private final ConcurrentHashMap<String, Counted> locks = new ConcurrentHashMap<>();

  /** A lock, and how many hold it or wait for it. The count changes within the map only. */
  private static final class Counted {
    private final ReentrantLock lock = new ReentrantLock();
    private int users;
  }

  /** The right to what a name stands for, until it is closed. */
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Waits until nobody else holds a name, and holds it. A thread may hold a name several times.
   *
   * @param name the name
   * @return to be closed by this thread
   */
  Held hold(String name) {
    Counted counted =
        locks.compute(
            name,
            (_, known) -> {
              Counted used = known == null ? new Counted() : known;
              used.users++;
              return used;
            });
    counted.lock.lock();
    return () -> {
      counted.lock.unlock();
      locks.compute(name, (_, known) -> --counted.users == 0 ? null : known);
    };
  }

  /**
   * Holds two names. Always takes them in the same order, so that nobody waits for one who waits
   * for him.
   *
   * @param one a name
   * @param other another one, or the same
   * @return to be closed by this thread
   */
  Held hold(String one, String other) {
    boolean isFirst = one.compareTo(other) < 0;
    Held first = hold(isFirst ? one : other);
    Held second = hold(isFirst ? other : one);
    return () -> {
      second.close();
      first.close();
    };
  }

  /** Returns how many names are held or waited for. */
  int size() {
    return locks.size();
  }
}
