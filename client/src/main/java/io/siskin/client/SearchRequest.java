package io.siskin.client;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One search. Immutable and reusable; made by {@link #text} or {@link #vector} and refined by the
 * {@code with} methods.
 *
 * <p>Ranges are checked by the server, which names every field that is outside its own.
 *
 * @param collection the collection's name
 * @param query what is searched for
 * @param k how many hits are wanted, 1 to 10,000; with a ranking, 0 for all that it gives
 * @param mode how to evaluate; null leaves it to the recall target or to the collection's default
 * @param recallTarget which share of the true best k is wanted on average, above 0 to 1; null for
 *     none. Not together with a mode
 * @param timeBudget about how long the evaluation may take, 10 microseconds to a second; null for
 *     as long as it needs. Not together with the modes exact and clustered
 * @param fields names of the stored fields to return with each hit; {@code "*"} stands for all
 * @param explain whether each hit lists what each matched term contributed
 * @param deadline how long the answer may take; null takes the client's default
 * @param selection which documents qualify: all, or those of a filter
 * @param tenant whose documents are searched; empty for a collection without tenants
 * @param ranking how documents are ranked by several stages; null ranks them by the query alone
 */
public record SearchRequest(
    String collection,
    Query query,
    int k,
    @Nullable SearchMode mode,
    @Nullable Float recallTarget,
    @Nullable Duration timeBudget,
    List<String> fields,
    boolean explain,
    @Nullable Duration deadline,
    Selection selection,
    String tenant,
    @Nullable Ranking ranking) {
  private static final int K_DEFAULT = 10;

  /** What is searched for. */
  public sealed interface Query {
    /**
     * Text, for the collection's query encoder.
     *
     * @param text at most 65,536 characters
     */
    record Text(String text) implements Query {}

    /**
     * A vector, searched as it is.
     *
     * @param vector the vector
     */
    record Vector(SparseVector vector) implements Query {}
  }

  /** Copies the fields. */
  public SearchRequest {
    fields = List.copyOf(fields);
  }

  /**
   * Makes a search of all documents of a collection without tenants.
   *
   * @param collection the collection's name
   * @param query what is searched for
   * @param k how many hits are wanted, 1 to 10,000
   * @param mode how to evaluate; null leaves it open
   * @param recallTarget which share of the true best k is wanted; null for none
   * @param timeBudget about how long the evaluation may take; null for as long as it needs
   * @param fields names of the stored fields to return with each hit
   * @param explain whether hits are explained
   * @param deadline how long the answer may take; null takes the client's default
   */
  public SearchRequest(
      String collection,
      Query query,
      int k,
      @Nullable SearchMode mode,
      @Nullable Float recallTarget,
      @Nullable Duration timeBudget,
      List<String> fields,
      boolean explain,
      @Nullable Duration deadline) {
    this(
        collection,
        query,
        k,
        mode,
        recallTarget,
        timeBudget,
        fields,
        explain,
        deadline,
        Selection.all(),
        "",
        null);
  }

  /**
   * A search for text: 10 hits, the collection's default mode, no fields.
   *
   * @param collection the collection's name
   * @param text the text
   */
  public static SearchRequest text(String collection, String text) {
    return new SearchRequest(
        collection, new Query.Text(text), K_DEFAULT, null, null, null, List.of(), false, null);
  }

  /**
   * A search for a vector: 10 hits, the collection's default mode, no fields.
   *
   * @param collection the collection's name
   * @param vector the vector
   */
  public static SearchRequest vector(String collection, SparseVector vector) {
    return new SearchRequest(
        collection, new Query.Vector(vector), K_DEFAULT, null, null, null, List.of(), false, null);
  }

  /**
   * Returns the same search for another number of hits.
   *
   * @param newK 1 to 10,000
   */
  public SearchRequest withK(int newK) {
    return new SearchRequest(
        collection,
        query,
        newK,
        mode,
        recallTarget,
        timeBudget,
        fields,
        explain,
        deadline,
        selection,
        tenant,
        ranking);
  }

  /**
   * Returns the same search in another mode.
   *
   * @param newMode the mode; null leaves it to the recall target or to the collection's default
   */
  public SearchRequest withMode(@Nullable SearchMode newMode) {
    return new SearchRequest(
        collection,
        query,
        k,
        newMode,
        recallTarget,
        timeBudget,
        fields,
        explain,
        deadline,
        selection,
        tenant,
        ranking);
  }

  /**
   * Returns the same search with a recall target.
   *
   * @param newRecallTarget which share of the true best k is wanted on average, above 0 to 1; null
   *     for none
   */
  public SearchRequest withRecallTarget(@Nullable Float newRecallTarget) {
    return new SearchRequest(
        collection,
        query,
        k,
        mode,
        newRecallTarget,
        timeBudget,
        fields,
        explain,
        deadline,
        selection,
        tenant,
        ranking);
  }

  /**
   * Returns the same search with a time budget: what was found until it has passed is the answer,
   * where a deadline ends in an error.
   *
   * @param newTimeBudget about how long the evaluation may take, 10 microseconds to a second; null
   *     for as long as it needs
   */
  public SearchRequest withTimeBudget(@Nullable Duration newTimeBudget) {
    return new SearchRequest(
        collection,
        query,
        k,
        mode,
        recallTarget,
        newTimeBudget,
        fields,
        explain,
        deadline,
        selection,
        tenant,
        ranking);
  }

  /**
   * Returns the same search with other fields.
   *
   * @param names names of stored fields; {@code "*"} stands for all
   */
  public SearchRequest withFields(String... names) {
    return new SearchRequest(
        collection,
        query,
        k,
        mode,
        recallTarget,
        timeBudget,
        List.of(names),
        explain,
        deadline,
        selection,
        tenant,
        ranking);
  }

  /** Returns the same search, explained. */
  public SearchRequest withExplanation() {
    return new SearchRequest(
        collection,
        query,
        k,
        mode,
        recallTarget,
        timeBudget,
        fields,
        true,
        deadline,
        selection,
        tenant,
        ranking);
  }

  /**
   * Returns the same search with a deadline of its own.
   *
   * @param newDeadline how long the answer may take, above 0
   */
  public SearchRequest withDeadline(Duration newDeadline) {
    return new SearchRequest(
        collection,
        query,
        k,
        mode,
        recallTarget,
        timeBudget,
        fields,
        explain,
        newDeadline,
        selection,
        tenant,
        ranking);
  }

  /**
   * Returns the same search of other documents.
   *
   * @param newSelection which documents qualify: all, or those of a filter
   */
  public SearchRequest withSelection(Selection newSelection) {
    return new SearchRequest(
        collection,
        query,
        k,
        mode,
        recallTarget,
        timeBudget,
        fields,
        explain,
        deadline,
        newSelection,
        tenant,
        ranking);
  }

  /**
   * Returns the same search of one tenant's documents.
   *
   * @param newTenant whose documents are searched
   */
  public SearchRequest withTenant(String newTenant) {
    return new SearchRequest(
        collection,
        query,
        k,
        mode,
        recallTarget,
        timeBudget,
        fields,
        explain,
        deadline,
        selection,
        newTenant,
        ranking);
  }

  /**
   * Returns the same search with a ranking in several stages. It excludes a mode, a recall target
   * and a time budget.
   *
   * @param newRanking how documents are ranked; null ranks them by the query alone
   */
  public SearchRequest withRanking(@Nullable Ranking newRanking) {
    return new SearchRequest(
        collection,
        query,
        k,
        mode,
        recallTarget,
        timeBudget,
        fields,
        explain,
        deadline,
        selection,
        tenant,
        newRanking);
  }
}
