package io.siskin.client;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one search. Immutable.
 *
 * @param hits best first, at most k
 * @param mode the mode that was used, with every parameter that was in force
 * @param timings where the server's time went
 * @param counters what the evaluation did
 * @param unknownTerms how many terms of the query the collection does not know
 * @param stages what the stages of a ranking did, inputs first; empty without one
 */
public record SearchResult(
    List<Hit> hits,
    SearchMode mode,
    Timings timings,
    Counters counters,
    int unknownTerms,
    List<Stage> stages) {
  /** Copies the lists. */
  public SearchResult {
    hits = List.copyOf(hits);
    stages = List.copyOf(stages);
  }

  /**
   * Makes the answer to a search without a ranking.
   *
   * @param hits see above
   * @param mode see above
   * @param timings see above
   * @param counters see above
   * @param unknownTerms see above
   */
  public SearchResult(
      List<Hit> hits, SearchMode mode, Timings timings, Counters counters, int unknownTerms) {
    this(hits, mode, timings, counters, unknownTerms, List.of());
  }

  /**
   * What one stage of a ranking did.
   *
   * @param name its name
   * @param documentsIn documents in the lists of its inputs
   * @param documentsOut documents that it handed on
   * @param documentsScored documents that it scored
   * @param nanos how long it took without its inputs
   * @param isComplete whether no budget ended it or one of its inputs
   * @param expansion the terms of an expanded query, heaviest first
   */
  public record Stage(
      String name,
      long documentsIn,
      long documentsOut,
      long documentsScored,
      long nanos,
      boolean isComplete,
      List<Term> expansion) {
    /** Copies the terms. */
    public Stage {
      expansion = List.copyOf(expansion);
    }
  }

  /**
   * One term of an expanded query.
   *
   * @param name the token, or the term id in decimal
   * @param weight its weight in the expanded query
   * @param fromDocuments what of this came from documents
   */
  public record Term(String name, float weight, float fromDocuments) {}

  /**
   * One document of the group that a hit stands for.
   *
   * @param id its external id
   * @param score its score before it was grouped
   * @param stage the name of the stage that grouped it
   * @param fields the fields of it that the stage asks for
   * @param stageScores its scores by the names of the stages that handed it on
   */
  public record InnerHit(
      String id,
      double score,
      String stage,
      Map<String, String> fields,
      Map<String, Double> stageScores) {
    /** Copies the maps. */
    public InnerHit {
      fields = Map.copyOf(fields);
      stageScores = Map.copyOf(stageScores);
    }
  }

  /**
   * A span of the text of a hit.
   *
   * @param stage the name of the stage that found it
   * @param score its score: the sum of the next two
   * @param denseScore what the vectors of its first and last token give
   * @param documentScore what the score of the document gives
   * @param startToken its first token, counted from 0
   * @param endToken its last token
   * @param place its place in the text; null if the text has other tokens than the document has
   *     vectors
   */
  public record Answer(
      String stage,
      double score,
      double denseScore,
      double documentScore,
      int startToken,
      int endToken,
      @Nullable Place place) {}

  /**
   * A place in a text.
   *
   * @param start where it begins, in UTF-16 code units
   * @param end where it ends: after its last character
   * @param text the text between them
   */
  public record Place(int start, int end, String text) {}

  /**
   * A sentence of a document that is worth reading for the query.
   *
   * @param field the name of the field that has it
   * @param start where it begins in the text of the field, in UTF-16 code units
   * @param end where it ends
   * @param text the sentence
   * @param score the mean probability that its tokens are needed, 0 to 1
   */
  public record ContextSentence(String field, int start, int end, String text, double score) {}

  /**
   * One document found.
   *
   * @param id its external id
   * @param score its exact score, above 0; with a ranking, any number
   * @param fields the stored fields that were asked for and that it has
   * @param contributions what each matched term added, largest first; empty unless an explanation
   *     was asked for
   * @param stageScores its scores by the names of the stages of a ranking that handed it on
   * @param innerHits the documents of its groups that stages of a ranking list
   * @param answers the spans of its text that stages of a ranking list
   * @param context the sentences that a stage of a ranking has kept, in their order
   */
  public record Hit(
      String id,
      float score,
      Map<String, String> fields,
      List<Contribution> contributions,
      Map<String, Double> stageScores,
      List<InnerHit> innerHits,
      List<Answer> answers,
      List<ContextSentence> context) {
    /** Copies the collections. */
    public Hit {
      fields = Map.copyOf(fields);
      contributions = List.copyOf(contributions);
      stageScores = Map.copyOf(stageScores);
      innerHits = List.copyOf(innerHits);
      answers = List.copyOf(answers);
      context = List.copyOf(context);
    }

    /**
     * Makes a hit of a search without a ranking.
     *
     * @param id see above
     * @param score see above
     * @param fields see above
     * @param contributions see above
     */
    public Hit(
        String id, float score, Map<String, String> fields, List<Contribution> contributions) {
      this(id, score, fields, contributions, Map.of(), List.of(), List.of(), List.of());
    }
  }

  /**
   * One matched term's part of a score.
   *
   * @param term the token, or the term id in decimal
   * @param queryWeight its weight in the query
   * @param documentWeight its stored weight in the document
   * @param contribution their product
   */
  public record Contribution(
      String term, float queryWeight, float documentWeight, float contribution) {}

  /**
   * Nanoseconds on the server; network and protobuf are not included.
   *
   * @param totalNanos from the arrival of the request to the finished response
   * @param queueNanos waiting for a search thread; 0 when there was no need to
   * @param encodeNanos text to vector; 0 for a vector
   * @param searchNanos evaluation
   * @param fetchNanos external ids, stored fields, explanations
   */
  public record Timings(
      long totalNanos, long queueNanos, long encodeNanos, long searchNanos, long fetchNanos) {}

  /**
   * What the evaluation did: counts over all segments.
   *
   * @param listsVisited posting lists read
   * @param blocksBounded blocks whose bound or summary score was computed
   * @param blocksSkipped of these, blocks not read because of it
   * @param blocksScored blocks read
   * @param documentsScored documents whose score was computed
   * @param postingsScored postings added to a score
   * @param budgetExhausted segments whose evaluation a time budget ended before it was done; 0 when
   *     the answer is what the mode promises
   */
  public record Counters(
      long listsVisited,
      long blocksBounded,
      long blocksSkipped,
      long blocksScored,
      long documentsScored,
      long postingsScored,
      long budgetExhausted) {}
}
