package io.siskin.server.app.flags;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.config.Choices;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how queries are evaluated; the same for every command that searches. */
public final class ModeFlags {
  /** What {@code --mode} may be. */
  public enum Mode {
    /** The true best k. */
    EXACT,
    /** Most of the true best k, over clustered posting lists. */
    CLUSTERED,
    /** Most of the true best k, over impact-ordered posting lists. */
    SCORE_AT_A_TIME
  }

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description =
          "exact (the true best k), clustered or score-at-a-time (most of them, sooner). Default:"
              + " that of the parameters that are given or, without any, the collection's.")
  private @Nullable Mode mode;

  @Option(
      names = "--recall-target",
      paramLabel = "X",
      description =
          "Instead of a mode: which share of the true best k is wanted on average, above 0, at most"
              + " 1. The quickest mode that is known to find it is taken. Raising it raises time."
              + " Default: none.")
  private @Nullable Float recallTarget;

  @Option(
      names = "--time-budget-micros",
      paramLabel = "N",
      description =
          "About how long a query may take, 10 to 1000000 microseconds: what was found until then"
              + " is the answer. Not with exact and clustered. Default: as long as it needs.")
  private @Nullable Integer timeBudgetMicros;

  @Option(
      names = "--query-cut",
      paramLabel = "N",
      description =
          "Clustered: how many of the query's heaviest terms have their lists visited, 1 to 4096."
              + " Raising it raises recall and time. Default: the collection's.")
  private @Nullable Integer queryCut;

  @Option(
      names = "--heap-factor",
      paramLabel = "X",
      description =
          "Clustered: a posting block is skipped when its summary's score is below X times the"
              + " k-th score so far; above 0, at most 1. Raising it skips more: less recall, less"
              + " time. Default: the collection's.")
  private @Nullable Float heapFactor;

  @Option(
      names = "--first-sorted",
      arity = "1",
      paramLabel = "true|false",
      description =
          "Clustered: whether the blocks of the heaviest term are visited best first: less time,"
              + " slightly less recall. Default: the collection's.")
  private @Nullable Boolean firstSorted;

  @Option(
      names = "--posting-floor",
      paramLabel = "X",
      description =
          "Score-at-a-time: a posting is added when it contributes at least X times an estimate of"
              + " the k-th score, 0 to 1. Raising it adds fewer: less recall, less time. Default:"
              + " the collection's.")
  private @Nullable Float postingFloor;

  @Option(
      names = "--candidate-floor",
      paramLabel = "X",
      description =
          "Score-at-a-time: a document is scored exactly when its partial score is at least X times"
              + " the k-th partial score, 0 to 1. Raising it scores fewer: less recall, less time."
              + " Default: the collection's.")
  private @Nullable Float candidateFloor;

  @Option(
      names = "--candidates-max",
      paramLabel = "N",
      description =
          "Score-at-a-time: how many documents are scored exactly at most, 0 for no limit. Raising"
              + " it raises recall and time. Default: the collection's.")
  private @Nullable Integer candidatesMax;

  /** Tells whether nothing is asked for: neither a mode nor a target nor a budget. */
  public boolean isEmpty() {
    return chosen() == null && recallTarget == null && timeBudgetMicros == null;
  }

  /** Returns what is asked for in words. */
  public String label() {
    if (recallTarget != null) {
      return "recall target " + recallTarget;
    }
    Mode chosen = chosen();
    return chosen == null ? "the collection's" : Choices.spelling(chosen);
  }

  /**
   * Adds what is asked for to a request of a server.
   *
   * @param request the request
   * @throws InvalidInputException when the options contradict each other
   */
  public io.siskin.client.SearchRequest applyTo(io.siskin.client.SearchRequest request) {
    Mode chosen = checked();
    io.siskin.client.SearchMode wanted =
        chosen == null
            ? null
            : switch (chosen) {
              case EXACT -> io.siskin.client.SearchMode.exact();
              case CLUSTERED ->
                  new io.siskin.client.SearchMode.Clustered(queryCut, heapFactor, firstSorted);
              case SCORE_AT_A_TIME ->
                  new io.siskin.client.SearchMode.ScoreAtATime(
                      postingFloor, candidateFloor, candidatesMax, null);
            };
    return request
        .withMode(wanted)
        .withRecallTarget(recallTarget)
        .withTimeBudget(
            timeBudgetMicros == null ? null : Duration.ofNanos(timeBudgetMicros * 1_000L));
  }

  /**
   * Returns what is asked for, for a search in this process. Parameters that are not given are
   * those of the mode's {@code DEFAULTS}.
   *
   * @throws InvalidInputException when the options contradict each other or one is out of range
   */
  public Evaluation evaluation() {
    Mode chosen = checked();
    long budgetMicros = timeBudgetMicros == null ? 0 : timeBudgetMicros;
    if (recallTarget != null) {
      return new Evaluation.RecallTarget(recallTarget, budgetMicros);
    }
    if (chosen == null) {
      return new Evaluation.CollectionDefault(budgetMicros);
    }
    return new Evaluation.InMode(
        switch (chosen) {
          case EXACT -> new SearchMode.Exact();
          case CLUSTERED -> {
            SearchMode.Clustered defaults = SearchMode.Clustered.DEFAULTS;
            yield new SearchMode.Clustered(
                queryCut == null ? defaults.queryCut() : queryCut,
                heapFactor == null ? defaults.heapFactor() : heapFactor,
                firstSorted == null ? defaults.firstSorted() : firstSorted);
          }
          case SCORE_AT_A_TIME -> {
            SearchMode.ScoreAtATime defaults = SearchMode.ScoreAtATime.DEFAULTS;
            yield new SearchMode.ScoreAtATime(
                postingFloor == null ? defaults.postingFloor() : postingFloor,
                candidateFloor == null ? defaults.candidateFloor() : candidateFloor,
                candidatesMax == null ? defaults.candidatesMax() : candidatesMax,
                budgetMicros);
          }
        });
  }

  /** Returns the mode that is named or implied by a parameter; null for none. */
  private @Nullable Mode chosen() {
    if (mode != null) {
      return mode;
    }
    return clusteredIsTuned()
        ? Mode.CLUSTERED
        : scoreAtATimeIsTuned() ? Mode.SCORE_AT_A_TIME : null;
  }

  private @Nullable Mode checked() {
    Mode chosen = chosen();
    if (chosen != null && recallTarget != null) {
      throw new InvalidInputException(
          "--recall-target", recallTarget, "given without a mode and without a mode's parameters");
    }
    if (chosen != null && chosen != Mode.CLUSTERED && clusteredIsTuned()) {
      throw new InvalidInputException(
          "--mode",
          Choices.spelling(chosen),
          "clustered, with --query-cut, --heap-factor or --first-sorted");
    }
    if (chosen != null && chosen != Mode.SCORE_AT_A_TIME && scoreAtATimeIsTuned()) {
      throw new InvalidInputException(
          "--mode",
          Choices.spelling(chosen),
          "score-at-a-time, with --posting-floor, --candidate-floor or --candidates-max");
    }
    if (timeBudgetMicros != null && (chosen == Mode.EXACT || chosen == Mode.CLUSTERED)) {
      throw new InvalidInputException(
          "--mode", Choices.spelling(chosen), "score-at-a-time, with --time-budget-micros");
    }
    return chosen;
  }

  private boolean clusteredIsTuned() {
    return queryCut != null || heapFactor != null || firstSorted != null;
  }

  private boolean scoreAtATimeIsTuned() {
    return postingFloor != null || candidateFloor != null || candidatesMax != null;
  }
}
