package io.siskin.server.app.command;

import io.siskin.server.corpus.TermKeys;
import io.siskin.server.measure.TrecRun;
import io.siskin.server.rank.list.StageReport;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** Answers the queries of an evaluation, in this process or elsewhere. Used by one thread. */
interface EvalEngine extends AutoCloseable {
  /**
   * The answer to one query.
   *
   * @param hits best first
   * @param mode the name of the mode that was used
   * @param unknownTerms how many of the query's terms the collection does not know
   * @param stages what the stages of a tree did, inputs first; empty without a tree
   */
  record Answer(List<TrecRun.Hit> hits, String mode, int unknownTerms, List<StageReport> stages) {}

  /** Returns how the keys of query vectors are to be read for the collection. */
  TermKeys termKeys();

  /**
   * Tells whether the collection has one of some documents. Where that cannot be told, it may.
   *
   * @param documentIds their external ids
   */
  boolean mayHaveAny(Set<String> documentIds);

  /**
   * Searches.
   *
   * @param query what for
   * @param k how many hits are wanted at most
   */
  Answer answer(AskedQuery query, int k);

  /**
   * Tells whether a failure is one query's, so that others may be answered.
   *
   * @param failure what {@link #answer} threw
   */
  boolean isOfQuery(RuntimeException failure);

  @Override
  void close() throws IOException;
}
