package io.siskin.server.rpc.admission;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The order in which waiting tasks are served: fair between callers, and interactive work before
 * bulk work.
 *
 * <p><b>Between callers</b> it is start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996).
 * Each task starts at a virtual time, which is that of the task in service or the end of its
 * caller's last task, whichever is later. When nothing waits any more, all begin anew. Its end is
 * so many postings after its start. The task with the earliest start is served next. So callers
 * that always have tasks waiting get equal work, whatever the number and the size of their tasks,
 * and the tasks of one caller keep their order.
 *
 * <p><b>Between the kinds of work</b> interactive work goes first. For each nanosecond that it is
 * served while bulk work waits, bulk work earns {@link #BULK_SHARE_PERCENT} / (100 − {@link
 * #BULK_SHARE_PERCENT}) of one. It is served whenever it has earned something, and pays for what it
 * took. So while both wait, bulk work gets {@link #BULK_SHARE_PERCENT} % of the time, no more and
 * no less. While no interactive work waits, bulk work pays nothing.
 *
 * <p>Knows no clock and no thread. Not safe for concurrent use.
 *
 * @param <T> what waits
 */
final class FairQueue<T> {
  /** The part of the time that bulk work gets while interactive work waits, in percent. */
  static final int BULK_SHARE_PERCENT = 10;

  /** Callers without waiting tasks are forgotten in rounds of at least so many. */
  private static final int FORGOTTEN_MIN = 64;

  private final Lane<T> interactive = new Lane<>();
  private final Lane<T> bulk = new Lane<>();
  private long earnedNanos;

  /**
   * A task that waits.
   *
   * @param item the task
   * @param demand what it asks for
   * @param start the virtual time at which it starts
   * @param isPromised whether it keeps its place, whoever else needs one
   * @param pays whether its time is paid for, because interactive work waited when it was taken
   */
  record Entry<T>(T item, Demand demand, long start, boolean isPromised, boolean pays) {
    private long end() {
      return start + Math.max(1, demand.postings());
    }

    private Entry<T> paying() {
      return new Entry<>(item, demand, start, isPromised, true);
    }
  }

  /** The tasks of one caller. */
  private static final class Flow<T> {
    private final ArrayDeque<Entry<T>> entries = new ArrayDeque<>();
    private long lastEnd;
    // How many of its tasks are not promised.
    private int count;

    private long headStart() {
      return entries.getFirst().start;
    }

    private void noteGone(Entry<T> entry) {
      count -= entry.isPromised ? 0 : 1;
    }
  }

  /** The tasks of one kind. */
  private static final class Lane<T> {
    private final Map<String, Flow<T>> flows = new HashMap<>();
    private final PriorityQueue<Flow<T>> active =
        new PriorityQueue<>(Comparator.comparingLong(Flow::headStart));
    private long virtualTime;
    private int count;
    private int forgottenAt = FORGOTTEN_MIN;

    void add(T item, Demand demand, boolean isPromised) {
      Flow<T> flow = flows.computeIfAbsent(demand.caller(), _ -> new Flow<>());
      long start = Math.max(virtualTime, flow.lastEnd);
      Entry<T> entry = new Entry<>(item, demand, start, isPromised, false);
      flow.count += isPromised ? 0 : 1;
      flow.lastEnd = entry.end();
      flow.entries.add(entry);
      if (flow.entries.size() == 1) {
        active.add(flow);
      }
      count++;
    }

    Entry<T> take() {
      Flow<T> flow = active.remove();
      Entry<T> entry = flow.entries.removeFirst();
      flow.noteGone(entry);
      if (!flow.entries.isEmpty()) {
        active.add(flow);
      }
      virtualTime = entry.start;
      count--;
      forgetIdle();
      return entry;
    }

    private void forgetIdle() {
      if (count == 0) {
        // Nobody owes anybody anything any more.
        for (Flow<T> idle : flows.values()) {
          virtualTime = Math.max(virtualTime, idle.lastEnd);
        }
        flows.clear();
        forgottenAt = FORGOTTEN_MIN;
      } else if (flows.size() > forgottenAt) {
        flows.values().removeIf(idle -> idle.entries.isEmpty() && idle.lastEnd <= virtualTime);
        // So that looking for idle ones costs little for each task, however many are not idle.
        forgottenAt = 2 * flows.size() + FORGOTTEN_MIN;
      }
    }

    /**
     * Takes the newest task of the caller with the most tasks, if it has so many or more. Promised
     * ones do not count.
     */
    @Nullable Entry<T> takeNewestOfLongest(int countMin) {
      Flow<T> longest = null;
      for (Flow<T> flow : active) {
        if (longest == null || flow.count > longest.count) {
          longest = flow;
        }
      }
      if (longest == null || longest.count < countMin) {
        return null;
      }
      active.remove(longest);
      Entry<T> newest = null;
      for (Iterator<Entry<T>> backwards = longest.entries.descendingIterator(); newest == null; ) {
        Entry<T> entry = backwards.next();
        if (!entry.isPromised) {
          newest = entry;
          backwards.remove();
        }
      }
      longest.noteGone(newest);
      if (newest.end() == longest.lastEnd) {
        longest.lastEnd = newest.start;
      }
      if (!longest.entries.isEmpty()) {
        active.add(longest);
      }
      count--;
      return newest;
    }

    int countOf(String caller) {
      Flow<T> flow = flows.get(caller);
      return flow == null ? 0 : flow.count;
    }

    int callerCount() {
      int callers = 0;
      for (Flow<T> flow : active) {
        callers += flow.count > 0 ? 1 : 0;
      }
      return callers;
    }

    long postingsBefore(String caller) {
      Flow<T> own = flows.get(caller);
      long start = own == null ? virtualTime : Math.max(virtualTime, own.lastEnd);
      long postings = 0;
      for (Flow<T> flow : active) {
        postings += Math.clamp(start - flow.headStart(), 0, flow.lastEnd - flow.headStart());
      }
      return postings;
    }

    void removeIf(Predicate<T> unwanted, List<T> removed) {
      for (Flow<T> flow : List.copyOf(active)) {
        active.remove(flow);
        for (Iterator<Entry<T>> entries = flow.entries.iterator(); entries.hasNext(); ) {
          Entry<T> entry = entries.next();
          if (unwanted.test(entry.item)) {
            entries.remove();
            flow.noteGone(entry);
            removed.add(entry.item);
            count--;
          }
        }
        if (!flow.entries.isEmpty()) {
          active.add(flow);
        }
      }
    }
  }

  private Lane<T> lane(WorkClass kind) {
    return kind == WorkClass.BULK ? bulk : interactive;
  }

  /**
   * Adds a task behind those of its caller.
   *
   * @param item the task
   * @param demand what it asks for
   * @param isPromised whether it keeps its place, whoever else needs one
   */
  void add(T item, Demand demand, boolean isPromised) {
    lane(demand.kind()).add(item, demand, isPromised);
  }

  /**
   * Takes the task that is served next.
   *
   * @param mayBeBulk whether bulk work may be taken now
   * @return null when none waits that may be taken
   */
  @Nullable Entry<T> poll(boolean mayBeBulk) {
    boolean hasBulk = mayBeBulk && bulk.count > 0;
    if (interactive.count == 0) {
      return hasBulk ? bulk.take() : null;
    }
    return hasBulk && earnedNanos > 0 ? bulk.take().paying() : interactive.take();
  }

  /**
   * Notes how long a task was served.
   *
   * @param served what {@link #poll} gave
   * @param nanos for how long, in nanoseconds
   */
  void served(Entry<T> served, long nanos) {
    if (served.pays) {
      earnedNanos -= nanos;
    } else if (served.demand.kind() == WorkClass.INTERACTIVE && bulk.count > 0) {
      earnedNanos += nanos * BULK_SHARE_PERCENT / (100 - BULK_SHARE_PERCENT);
    }
    if (bulk.count == 0) {
      // What is not used now is not kept for later.
      earnedNanos = Math.min(earnedNanos, 0);
    }
  }

  /** Returns how many tasks of a kind wait. */
  int count(WorkClass kind) {
    return lane(kind).count;
  }

  /** Returns how many interactive tasks of a caller wait that are not promised. */
  int countOf(String caller) {
    return interactive.countOf(caller);
  }

  /** Returns how many callers have interactive tasks waiting that are not promised. */
  int callerCount() {
    return interactive.callerCount();
  }

  /** Returns how many callers of interactive tasks are remembered, whether they wait or not. */
  int rememberedCallers() {
    return interactive.flows.size();
  }

  /**
   * Returns how much interactive work is served before a new interactive task of a caller, in
   * postings. Takes time in proportion to the number of callers that wait.
   *
   * @param caller whose task it would be
   */
  long postingsBefore(String caller) {
    return interactive.postingsBefore(caller);
  }

  /**
   * Makes room for an interactive task of a caller: takes the newest one of the caller with the
   * most of them, if that has at least two more.
   *
   * @param caller who needs room
   * @return what had to go; null when the caller has its share already
   */
  @Nullable T displaceFor(String caller) {
    Entry<T> displaced = interactive.takeNewestOfLongest(interactive.countOf(caller) + 2);
    return displaced == null ? null : displaced.item;
  }

  /**
   * Takes out tasks that need not be served.
   *
   * @param unwanted tells which
   * @return these
   */
  List<T> removeIf(Predicate<T> unwanted) {
    List<T> removed = new ArrayList<>();
    interactive.removeIf(unwanted, removed);
    bulk.removeIf(unwanted, removed);
    return removed;
  }
}
