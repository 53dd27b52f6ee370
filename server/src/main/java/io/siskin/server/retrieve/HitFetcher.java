package io.siskin.server.retrieve;

import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.server.collection.SnapshotPart;
import io.siskin.server.rank.RankingOutcome;
import io.siskin.server.rank.list.Ranked;
import io.siskin.server.rank.passage.AnswerSpan;
import io.siskin.server.rank.stage.ContextSentence;
import io.siskin.server.retrieve.RetrievalResponse.Answer;
import io.siskin.server.retrieve.RetrievalResponse.Contribution;
import io.siskin.server.retrieve.RetrievalResponse.Hit;
import io.siskin.server.retrieve.RetrievalResponse.InnerHit;
import io.siskin.server.retrieve.RetrievalResponse.Place;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.DocumentPositions;
import io.siskin.server.search.SearchableSegment;
import io.siskin.server.search.Searcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fetches what a request wants of the documents that were found: ids, stored fields, explanations.
 *
 * <p>The work is bounded twice: the deadline and the cancellation are asked before each hit, and
 * the bytes of the response are counted while it grows. Used by one thread for one request and
 * closed by it, since it holds native memory.
 */
final class HitFetcher implements AutoCloseable {
  // What a message adds to its texts at least: tags, lengths, and numbers of fixed size.
  private static final int HIT_BYTES = 9;
  private static final int FIELD_BYTES = 6;
  private static final int CONTRIBUTION_BYTES = 19;
  private static final int STAGE_SCORE_BYTES = 13;
  private static final int INNER_HIT_BYTES = 13;
  private static final int ANSWER_BYTES = 33;
  private static final int SENTENCE_BYTES = 16;

  private final List<SnapshotPart> parts;
  private final RetrievalRequest request;
  private final Cancellation cancellation;
  private final long responseBytesMax;
  private final WantedFields wanted;
  private final @Nullable Explanation explanation;
  private final SearchableSegment.@Nullable FieldReader[] readers;
  private long responseBytes;

  /**
   * Prepares to fetch. Reads nothing yet.
   *
   * @param parts the parts of the snapshot that was searched
   * @param query the query that is explained; null for none
   * @param request what is wanted
   * @param cancellation the request's deadline and cancellation
   * @param responseBytesMax how long the response may become, in bytes
   */
  HitFetcher(
      List<SnapshotPart> parts,
      @Nullable QuantizedQuery query,
      RetrievalRequest request,
      Cancellation cancellation,
      long responseBytesMax) {
    this.parts = parts;
    this.request = request;
    this.cancellation = cancellation;
    this.responseBytesMax = responseBytesMax;
    this.wanted = new WantedFields(request.fields());
    this.explanation = request.explain() && query != null ? new Explanation(query) : null;
    this.readers = new SearchableSegment.@Nullable FieldReader[parts.size()];
  }

  /**
   * Fetches all hits.
   *
   * @param searcher holds what was found
   * @throws ResponseTooLargeException as soon as it is known that they do not fit
   * @throws io.siskin.server.search.QueryCancelledException when the deadline passes or the request
   *     is cancelled meanwhile
   */
  List<Hit> fetch(Searcher searcher) {
    if (wanted.areAll()) {
      refuseWhatCannotFit(searcher);
    }
    List<Hit> hits = new ArrayList<>(searcher.size());
    for (int rank = 0; rank < searcher.size(); rank++) {
      cancellation.check();
      int segment = searcher.segment(rank);
      hits.add(hit(segment, searcher.segmentDocumentNumber(rank), searcher.score(rank)));
    }
    return hits;
  }

  /**
   * Fetches one page of what a ranking tree found.
   *
   * @param outcome what was found
   * @param positions where documents are
   * @param offset how many hits are left out before the first one
   * @param count how many hits are fetched at most
   * @throws ResponseTooLargeException as soon as it is known that they do not fit
   * @throws io.siskin.server.search.QueryCancelledException when the deadline passes or the request
   *     is cancelled meanwhile
   */
  List<Hit> fetch(RankingOutcome outcome, DocumentPositions positions, int offset, int count) {
    int end = (int) Math.min(outcome.list().size(), (long) offset + count);
    List<Hit> hits = new ArrayList<>(Math.max(0, end - offset));
    for (int rank = offset; rank < end; rank++) {
      cancellation.check();
      int position = outcome.list().position(rank);
      int number = positions.documentNumber(position);
      int segment = positions.segment(number);
      // A double can be larger than every float.
      float score =
          (float) Math.clamp(outcome.list().score(rank), -Float.MAX_VALUE, Float.MAX_VALUE);
      Hit hit = hit(segment, number - positions.base(segment), score);
      List<InnerHit> innerHits = new ArrayList<>();
      List<Answer> answers = new ArrayList<>();
      for (RankingOutcome.Listing listing : outcome.listings()) {
        switch (listing) {
          case RankingOutcome.Groups groups ->
              addInnerHits(groups, position, outcome, positions, innerHits);
          case RankingOutcome.Answers found -> addAnswers(found, position, positions, answers);
        }
      }
      hits.add(
          new Hit(
              hit.id(),
              hit.score(),
              hit.fields(),
              hit.contributions(),
              stageScores(outcome, position),
              innerHits,
              answers,
              context(outcome, position)));
    }
    return hits;
  }

  private List<ContextSentence> context(RankingOutcome outcome, int position) {
    List<ContextSentence> context = outcome.context(position);
    for (ContextSentence sentence : context) {
      count(SENTENCE_BYTES + sentence.field().length() + (long) sentence.text().length());
    }
    return context;
  }

  private Map<String, Double> stageScores(RankingOutcome outcome, int position) {
    Map<String, Double> stageScores = outcome.stageScores(position);
    stageScores.keySet().forEach(name -> count(STAGE_SCORE_BYTES + name.length()));
    return stageScores;
  }

  private void addInnerHits(
      RankingOutcome.Groups groups,
      int hit,
      RankingOutcome outcome,
      DocumentPositions positions,
      List<InnerHit> innerHits) {
    Ranked group = groups.of(hit);
    WantedFields innerFields = new WantedFields(groups.node().innerFields());
    String stage = groups.node().frame().name();
    for (int rank = 0; rank < group.size(); rank++) {
      cancellation.check();
      int position = group.position(rank);
      int number = positions.documentNumber(position);
      int segment = positions.segment(number);
      int document = number - positions.base(segment);
      String id = parts.get(segment).searchable().externalId(document);
      count(INNER_HIT_BYTES + (long) id.length() + stage.length());
      Map<String, String> fields =
          groups.node().innerFields().isEmpty()
              ? Map.of()
              : countedFields(segment, document, innerFields);
      innerHits.add(
          new InnerHit(id, group.score(rank), stage, fields, stageScores(outcome, position)));
    }
  }

  private void addAnswers(
      RankingOutcome.Answers found, int hit, DocumentPositions positions, List<Answer> answers) {
    List<AnswerSpan> spans = found.of(hit);
    if (spans.isEmpty()) {
      return;
    }
    String textField = found.node().textField();
    String offsetsField = found.node().offsetsField();
    int number = positions.documentNumber(hit);
    int segment = positions.segment(number);
    Map<String, String> fields =
        fields(
            segment,
            number - positions.base(segment),
            new WantedFields(List.of(textField, offsetsField)));
    String text = fields.get(textField);
    TokenOffsets offsets =
        text == null
            ? null
            : offsetsField.isEmpty()
                ? TokenOffsets.betweenSpaces(text)
                : TokenOffsets.parse(fields.getOrDefault(offsetsField, ""), text.length());
    for (AnswerSpan span : spans) {
      Place place = null;
      if (text != null && offsets != null && offsets.count() == span.tokens()) {
        int start = offsets.start(span.startToken());
        int end = offsets.end(span.endToken());
        place = start > end ? null : new Place(start, end, text.substring(start, end));
      }
      count(ANSWER_BYTES + (place == null ? 0 : place.text().length()));
      answers.add(new Answer(found.node().frame().name(), span, place));
    }
  }

  /** Adds up the lengths that the records carry, so that nothing is unpacked in vain. */
  private void refuseWhatCannotFit(Searcher searcher) {
    long storedBytes = 0;
    for (int rank = 0; rank < searcher.size(); rank++) {
      storedBytes +=
          parts
              .get(searcher.segment(rank))
              .searchable()
              .storedLengthBytes(searcher.segmentDocumentNumber(rank));
    }
    if (storedBytes > responseBytesMax) {
      throw new ResponseTooLargeException(storedBytes, responseBytesMax);
    }
  }

  private Hit hit(int segmentNumber, int document, float score) {
    SearchableSegment segment = parts.get(segmentNumber).searchable();
    String id = segment.externalId(document);
    count(HIT_BYTES + id.length());
    Map<String, String> fields =
        request.fields().isEmpty() ? Map.of() : countedFields(segmentNumber, document, wanted);
    List<Contribution> contributions =
        explanation == null ? List.of() : explanation.of(segment, document);
    for (Contribution contribution : contributions) {
      count(CONTRIBUTION_BYTES + contribution.term().length());
    }
    return new Hit(id, score, fields, contributions);
  }

  private Map<String, String> countedFields(int segmentNumber, int document, WantedFields these) {
    Map<String, String> fields = fields(segmentNumber, document, these);
    fields.forEach((name, value) -> count(FIELD_BYTES + (long) name.length() + value.length()));
    return fields;
  }

  /** Returns the stored fields that are wanted, and the declared ones as texts. */
  private Map<String, String> fields(int segmentNumber, int document, WantedFields these) {
    Map<String, String> fields = reader(segmentNumber).fields(document, these);
    parts
        .get(segmentNumber)
        .documents()
        .columns()
        .values(document)
        .forEach(
            (name, value) -> {
              if (these.test(name)) {
                fields.put(name, value.toText());
              }
            });
    return fields;
  }

  private SearchableSegment.FieldReader reader(int segmentNumber) {
    SearchableSegment.FieldReader reader = readers[segmentNumber];
    if (reader == null) {
      reader = parts.get(segmentNumber).searchable().openFields();
      readers[segmentNumber] = reader;
    }
    return reader;
  }

  /** Counts characters as bytes, which is the least that UTF-8 takes. */
  private void count(long bytes) {
    responseBytes += bytes;
    if (responseBytes > responseBytesMax) {
      throw new ResponseTooLargeException(responseBytes, responseBytesMax);
    }
  }

  @Override
  public void close() {
    for (SearchableSegment.FieldReader reader : readers) {
      if (reader != null) {
        reader.close();
      }
    }
  }
}
