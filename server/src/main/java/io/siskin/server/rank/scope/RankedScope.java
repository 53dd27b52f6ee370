package io.siskin.server.rank.scope;

import io.siskin.index.column.Columns;
import io.siskin.index.document.Schema;
import io.siskin.server.plan.Planner;
import io.siskin.server.search.DocumentPositions;
import io.siskin.server.search.SearchScope;
import io.siskin.server.search.SearcherPool;
import java.util.List;

/**
 * What a ranking tree is evaluated over: a snapshot, and the documents of it that the request may
 * find. The one who evaluates keeps the snapshot retained.
 *
 * @param scope the segments, and the documents of each that may be found
 * @param searchers searchers of these segments
 * @param planner chooses how segments are searched
 * @param defaultRecallTarget the recall target of a sparse stage that names neither mode nor target
 * @param columns the declared fields of the documents, by segment
 * @param schema the declared fields
 * @param dense the dense fields
 * @param models the ranking models of the process
 * @param texts the names of the fields whose texts can be read, declared ones included
 */
public record RankedScope(
    SearchScope scope,
    SearcherPool searchers,
    Planner planner,
    float defaultRecallTarget,
    List<Columns> columns,
    Schema schema,
    DenseFields dense,
    RankingModels models,
    List<String> texts) {
  /** Returns numbers and positions of the documents. */
  public DocumentPositions positions() {
    return scope.positions();
  }

  /**
   * Returns the same with other ranking models.
   *
   * @param others the models
   */
  public RankedScope with(RankingModels others) {
    return new RankedScope(
        scope, searchers, planner, defaultRecallTarget, columns, schema, dense, others, texts);
  }

  /** Returns whether the weights of every document can be read. */
  public boolean hasRecords() {
    return scope.segments().stream().allMatch(segment -> segment.records() != null);
  }
}
