package io.siskin.server.retrieve;

import io.siskin.server.rank.tree.RankingNode;
import io.siskin.server.search.Cancellation;
import io.siskin.server.suggest.Suggestion;
import io.siskin.server.suggest.SuggestionQuery;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Searches collections: what {@code rpc} serves and what the in-process commands call.
 *
 * <p>Safe for concurrent use. Throws {@link io.siskin.index.error.InvalidInputException} for a
 * request outside its ranges, {@link CollectionNotFoundException} for an unknown name, {@link
 * CollectionDamagedException} for a collection whose files are damaged, {@link
 * CollectionUnderVerificationException} while that is being found out, {@link
 * io.siskin.server.search.QueryCancelledException} when interrupted. A damaged collection is
 * described all the same.
 */
public interface Retriever {
  /**
   * Encodes a request's text when a model does that in batches of many callers. Does not block, and
   * uses no search thread. A caller that must not wait calls this first and then searches for the
   * request that it returns.
   *
   * @param request what will be searched
   * @param cancellation the request's deadline and cancellation, asked while the text waits
   * @return the request with its text encoded, to come, completed on a thread of the model's front
   *     end; null when {@link #retrieve} needs nothing of the kind
   * @throws io.siskin.server.batch.EncoderOverloadedException when the front end has no room
   */
  @Nullable CompletableFuture<RetrievalRequest> encodeAhead(
      RetrievalRequest request, Cancellation cancellation);

  /**
   * Runs one search on the calling thread.
   *
   * @param request what to search
   * @param cancellation the request's deadline and cancellation, asked during evaluation and before
   *     each hit is fetched
   * @param responseBytesMax how long the answer may become when it is encoded, in bytes; above 0
   * @throws ResponseTooLargeException as soon as it is known that the answer would be longer. The
   *     length is counted from below, so a somewhat longer answer may pass
   */
  RetrievalResponse retrieve(
      RetrievalRequest request, Cancellation cancellation, long responseBytesMax);

  /**
   * Runs one search on the calling thread, whatever the length of its answer.
   *
   * @param request what to search
   * @param cancellation the request's deadline and cancellation
   */
  default RetrievalResponse retrieve(RetrievalRequest request, Cancellation cancellation) {
    return retrieve(request, cancellation, Long.MAX_VALUE);
  }

  /**
   * Estimates the evaluation work of a request without doing it, so that the caller can choose
   * where to run it.
   *
   * @return an upper estimate in postings read; one posting costs about a nanosecond
   */
  long estimatedPostings(RetrievalRequest request);

  /**
   * Checks that a collection has what a ranking tree needs.
   *
   * @param collection the collection's name, or an alias of it
   * @param root the root of the tree, which keeps the rules of {@link
   *     io.siskin.server.rank.check.TreeCheck#shape}
   * @throws io.siskin.index.error.InvalidInputException when something is missing
   */
  void checkRanking(String collection, RankingNode root);

  /**
   * Returns the ranking trees that are stored with a collection, by name, in the form in which they
   * were stored.
   *
   * @param collection the collection's name, or an alias of it
   */
  SortedMap<String, String> pipelines(String collection);

  /**
   * Suggests what could be asked.
   *
   * @param collection the collection's name, or an alias of it
   * @param query what is suggested for
   * @return suggestions, best first
   * @throws io.siskin.index.error.InvalidInputException when the collection has tenants: a log of
   *     queries and terms would tell one of them what others ask and have
   */
  List<Suggestion> suggest(String collection, SuggestionQuery query);

  /**
   * Checks that a collection may have a log of queries.
   *
   * @param collection the collection's name, or an alias of it
   * @throws io.siskin.index.error.InvalidInputException when it has tenants
   */
  void checkSuggestions(String collection);

  /** Returns all collections, ordered by name. */
  List<CollectionDescription> collections();

  /**
   * Returns one collection.
   *
   * @param name its name
   */
  CollectionDescription collection(String name);
}
