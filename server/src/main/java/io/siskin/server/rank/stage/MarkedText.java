package io.siskin.server.rank.stage;

import io.siskin.server.rank.scope.RankingModels.PairScore;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A document as a model has read and marked it. Its context is pruned to the sentences that are
 * needed, as in Provence (Chirkova, Formal, Nikoulina and Clinchant, "Provence: efficient and
 * robust context pruning for retrieval-augmented generation", ICLR 2025): by the mean over the
 * tokens of a sentence. Immutable.
 *
 * @param text the texts of the fields
 * @param score what the model says of it
 * @param threshold sentences whose mean is above it are kept, 0 to 1
 */
public record MarkedText(DocumentTexts.Joined text, PairScore score, double threshold) {
  /**
   * Returns the sentences that are kept, in their order. A sentence of which the model has read no
   * token, because the document was longer than it reads, is not kept. A sentence that it has read
   * in part is judged by that part.
   */
  public List<ContextSentence> sentences() {
    List<ContextSentence> kept = new ArrayList<>();
    for (DocumentTexts.Part part : text.parts()) {
      BreakIterator borders = BreakIterator.getSentenceInstance(Locale.ROOT);
      borders.setText(part.text());
      int start = borders.first();
      for (int end = borders.next(); end != BreakIterator.DONE; end = borders.next()) {
        double mean = mean(part.start() + start, part.start() + end);
        if (mean > threshold) {
          int last = start + part.text().substring(start, end).stripTrailing().length();
          kept.add(
              new ContextSentence(
                  part.field(), start, last, part.text().substring(start, last), mean));
        }
        start = end;
      }
    }
    return kept;
  }

  /** Returns the mean over the tokens that begin in a part of the text; NaN where there is none. */
  private double mean(int from, int to) {
    double sum = 0;
    int count = 0;
    for (int i = 0; i < score.keeps().length; i++) {
      if (score.starts()[i] >= from && score.starts()[i] < to) {
        sum += score.keeps()[i];
        count++;
      }
    }
    return count == 0 ? Double.NaN : sum / count;
  }
}
