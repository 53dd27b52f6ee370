package io.siskin.server.batch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tokenised texts of one class that wait for a batch.
 *
 * <p>A batch is made around the oldest text, so that none waits for ever, from those nearest to it
 * in length, so that little of the batch is padding. Texts of equal length leave in the order of
 * their age.
 *
 * <p>Not safe for concurrent use: the queue's lock guards it.
 */
final class LengthBuckets {
  private static final Comparator<Work> BY_AGE = Comparator.comparingLong(work -> work.sequence);

  private final NavigableMap<Integer, TreeSet<Work>> byLength = new TreeMap<>();
  private final TreeSet<Work> byAge = new TreeSet<>(BY_AGE);

  /**
   * What a batch may be.
   *
   * @param tokensMax the most tokens after padding; a single text may have more
   * @param textsMax the most texts, 1 or more
   * @param startTokens how many tokens could be encoded in the time that it takes to start a batch:
   *     padding that saves a batch may cost as much
   */
  record Limits(int tokensMax, int textsMax, int startTokens) {
    // So much of a batch may be padding whatever it saves: one part in 32.
    private static final int PADDING_DIVISOR = 32;

    boolean allow(int texts, int longest, long tokens) {
      long padded = (long) texts * longest;
      long padding = padded - tokens;
      return texts <= textsMax
          && padded <= tokensMax
          && padding <= padded / PADDING_DIVISOR + (texts - 1L) * startTokens;
    }
  }

  /**
   * What was chosen, and still is in the buckets.
   *
   * @param works the batch; empty when nobody waits for any of the texts
   * @param dead texts that were passed over because nobody waits for them
   * @param full whether no text of the longest one's length would have fitted too
   */
  record Choice(List<Work> works, Collection<Work> dead, boolean full) {}

  void add(Work work) {
    byLength.computeIfAbsent(work.lengthTokens, length -> new TreeSet<>(BY_AGE)).add(work);
    byAge.add(work);
  }

  void remove(Work work) {
    TreeSet<Work> same = byLength.get(work.lengthTokens);
    if (same == null || !same.remove(work)) {
      throw new IllegalStateException("a text was to leave buckets that it is not in");
    }
    if (same.isEmpty()) {
      byLength.remove(work.lengthTokens);
    }
    byAge.remove(work);
  }

  boolean isEmpty() {
    return byAge.isEmpty();
  }

  /** Returns how many texts there are. */
  int size() {
    return byAge.size();
  }

  /** Returns all texts, oldest first. */
  List<Work> all() {
    return List.copyOf(byAge);
  }

  /**
   * Chooses the next batch, and removes nothing.
   *
   * @param limitsAround what it may be, depending on its oldest text
   * @param isDead tells of a text that nobody waits for
   */
  Choice choose(Function<Work, Limits> limitsAround, Predicate<Work> isDead) {
    // A set, because a text may be met by age and by length.
    Collection<Work> dead = new LinkedHashSet<>();
    Work oldest = next(byAge.iterator(), isDead, dead);
    if (oldest == null) {
      return new Choice(List.of(), dead, false);
    }
    Limits limits = limitsAround.apply(oldest);
    List<Work> works = new ArrayList<>();
    works.add(oldest);
    int longest = oldest.lengthTokens;
    long tokens = longest;
    Iterator<Work> longer =
        byLength.tailMap(longest, true).values().stream()
            .flatMap(TreeSet::stream)
            .filter(work -> work != oldest)
            .iterator();
    Iterator<Work> shorter =
        byLength.headMap(longest, false).descendingMap().values().stream()
            .flatMap(TreeSet::stream)
            .iterator();
    Work up = next(longer, isDead, dead);
    Work down = next(shorter, isDead, dead);
    Work nearest = nearest(up, down, works.size(), longest, tokens, limits);
    while (nearest != null) {
      works.add(nearest);
      longest = Math.max(longest, nearest.lengthTokens);
      tokens += nearest.lengthTokens;
      if (nearest == up) {
        up = next(longer, isDead, dead);
      } else {
        down = next(shorter, isDead, dead);
      }
      nearest = nearest(up, down, works.size(), longest, tokens, limits);
    }
    int more = works.size() + 1;
    boolean full = more > limits.textsMax() || (long) more * longest > limits.tokensMax();
    return new Choice(works, dead, full);
  }

  /** Returns which of two candidates adds less padding to a batch, or null when neither fits. */
  private static @Nullable Work nearest(
      @Nullable Work up, @Nullable Work down, int texts, int longest, long tokens, Limits limits) {
    long upPadding = Long.MAX_VALUE;
    if (up != null && limits.allow(texts + 1, up.lengthTokens, tokens + up.lengthTokens)) {
      upPadding = (long) texts * (up.lengthTokens - longest);
    }
    long downPadding = Long.MAX_VALUE;
    if (down != null && limits.allow(texts + 1, longest, tokens + down.lengthTokens)) {
      downPadding = (long) longest - down.lengthTokens;
    }
    if (upPadding == Long.MAX_VALUE && downPadding == Long.MAX_VALUE) {
      return null;
    }
    return upPadding <= downPadding ? up : down;
  }

  private static @Nullable Work next(
      Iterator<Work> works, Predicate<Work> isDead, Collection<Work> dead) {
    while (works.hasNext()) {
      Work work = works.next();
      if (!isDead.test(work)) {
        return work;
      }
      dead.add(work);
    }
    return null;
  }
}
