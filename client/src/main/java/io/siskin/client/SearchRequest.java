package io.siskin.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One search. Immutable and reusable; made by {@link #text}, {@link #vector} or {@link #ranked} and
 * refined by the {@code with} methods.
 *
 * <p>Ranges are checked by the server, which names every field that is outside its own.
 *
 * @param collection the collection's name
 * @param query what is searched for; null if the stages of the ranking have all that they need
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
 * @param dense the dense vectors of the query by the name of a dense field of values, for stages of
 *     the ranking that have no query of their own
 * @param tokenVectors the token vectors of the query by the name of a dense field of terms, for the
 *     same
 */
public record SearchRequest(
    String collection,
    @Nullable Query query,
    int k,
    @Nullable SearchMode mode,
    @Nullable Float recallTarget,
    @Nullable Duration timeBudget,
    List<String> fields,
    boolean explain,
    @Nullable Duration deadline,
    Selection selection,
    String tenant,
    @Nullable Ranking ranking,
    Map<String, List<float[]>> dense,
    Map<String, List<SparseVector>> tokenVectors) {
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

  /** Copies the fields and the maps, but not the vectors. */
  public SearchRequest {
    fields = List.copyOf(fields);
    dense = Map.copyOf(dense);
    tokenVectors = Map.copyOf(tokenVectors);
  }

  /**
   * Makes a search without dense vectors.
   *
   * @param collection see above
   * @param query see above
   * @param k see above
   * @param mode see above
   * @param recallTarget see above
   * @param timeBudget see above
   * @param fields see above
   * @param explain see above
   * @param deadline see above
   * @param selection see above
   * @param tenant see above
   * @param ranking see above
   */
  public SearchRequest(
      String collection,
      @Nullable Query query,
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
        selection,
        tenant,
        ranking,
        Map.of(),
        Map.of());
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
      @Nullable Query query,
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
        null,
        Map.of(),
        Map.of());
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
   * A search by a ranking that needs neither text nor sparse vector of the request, with all hits
   * that it gives and no fields.
   *
   * @param collection the collection's name
   * @param ranking how documents are ranked
   */
  public static SearchRequest ranked(String collection, Ranking ranking) {
    return new SearchRequest(collection, null, 0, null, null, null, List.of(), false, null)
        .withRanking(ranking);
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
        ranking,
        dense,
        tokenVectors);
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
        ranking,
        dense,
        tokenVectors);
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
        ranking,
        dense,
        tokenVectors);
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
        ranking,
        dense,
        tokenVectors);
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
        ranking,
        dense,
        tokenVectors);
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
        ranking,
        dense,
        tokenVectors);
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
        ranking,
        dense,
        tokenVectors);
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
        ranking,
        dense,
        tokenVectors);
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
        ranking,
        dense,
        tokenVectors);
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
        newRanking,
        dense,
        tokenVectors);
  }

  /**
   * Returns the same search with the vectors of one more dense field of values. Stages of the
   * ranking that have no query of their own for the field take them, and the text of the request is
   * not encoded for the field.
   *
   * @param name the name of the dense field
   * @param vectors the vectors, in their order: one, or several for late interaction
   */
  public SearchRequest withDense(String name, float[]... vectors) {
    Map<String, List<float[]>> more = new LinkedHashMap<>(dense);
    more.put(name, List.of(vectors));
    return withVectors(more, tokenVectors);
  }

  /**
   * Returns the same search with the token vectors of one more dense field, which stores terms.
   * Stages of late interaction that have no vectors of their own for the field take them.
   *
   * @param name the name of the dense field
   * @param vectors the vectors of the tokens, in their order
   */
  public SearchRequest withTokenVectors(String name, List<SparseVector> vectors) {
    Map<String, List<SparseVector>> more = new LinkedHashMap<>(tokenVectors);
    more.put(name, List.copyOf(vectors));
    return withVectors(dense, more);
  }

  private SearchRequest withVectors(
      Map<String, List<float[]>> newDense, Map<String, List<SparseVector>> newTokenVectors) {
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
        ranking,
        newDense,
        newTokenVectors);
  }
}
