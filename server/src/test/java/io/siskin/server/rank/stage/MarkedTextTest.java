package io.siskin.server.rank.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Seeds;
import io.siskin.server.rank.scope.RankingModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sentences are kept by the mean over their tokens, with their places in the stored texts. */
final class MarkedTextTest {
  private static final String TITLE = "Bees and owls. A guide";
  private static final String TEXT = "A bee stings.  Owls \uD83E\uDD89 do not! Nobody read this.";
  private static final String JOINED = TITLE + " " + TEXT;
  private static final DocumentTexts.Joined DOCUMENT =
      new DocumentTexts.Joined(
          JOINED,
          List.of(
              new DocumentTexts.Part("title", 0, TITLE),
              new DocumentTexts.Part("text", TITLE.length() + 1, TEXT)));

  /** Marks each word, with a number for it. */
  private static RankingModels.PairScore marks(
      int end, java.util.function.ToDoubleFunction<String> of) {
    List<int[]> places = new ArrayList<>();
    for (int at = 0; at < end; at++) {
      if (JOINED.charAt(at) != ' ' && (at == 0 || JOINED.charAt(at - 1) == ' ')) {
        int to = JOINED.indexOf(' ', at);
        places.add(new int[] {at, to < 0 ? JOINED.length() : to});
      }
    }
    float[] keeps = new float[places.size()];
    int[] starts = new int[keeps.length];
    int[] ends = new int[keeps.length];
    for (int i = 0; i < keeps.length; i++) {
      starts[i] = places.get(i)[0];
      ends[i] = places.get(i)[1];
      keeps[i] = (float) of.applyAsDouble(JOINED.substring(starts[i], ends[i]));
    }
    return new RankingModels.PairScore(1, keeps, starts, ends);
  }

  @Test
  void aSentenceIsKeptWhoseMeanIsAboveTheThreshold() {
    MarkedText marked =
        new MarkedText(
            DOCUMENT, marks(JOINED.length(), word -> word.startsWith("Owls") ? 1 : 0), 0.24);
    assertThat(marked.sentences())
        .containsExactly(new ContextSentence("text", 15, 30, "Owls \uD83E\uDD89 do not!", 0.25));
    assertThat(TEXT.substring(15, 30)).isEqualTo("Owls \uD83E\uDD89 do not!");
    assertThat(new MarkedText(DOCUMENT, marks(JOINED.length(), _ -> 0.25), 0.25).sentences())
        .isEmpty();
  }

  @Test
  void whatTheModelDidNotReadIsNotKept() {
    int read = JOINED.indexOf("Nobody");
    List<ContextSentence> kept = new MarkedText(DOCUMENT, marks(read, _ -> 1), 0).sentences();
    assertThat(kept)
        .extracting(ContextSentence::text)
        .containsExactly("Bees and owls.", "A guide", "A bee stings.", "Owls \uD83E\uDD89 do not!");
    assertThat(kept.get(1).field()).isEqualTo("title");
    assertThat(kept.get(1).start()).isEqualTo(15);
  }

  @Test
  void everySentenceIsWhereItSaysAndHasTheMeanOfItsTokens() {
    Random random = new Random(Seeds.next());
    for (int round = 0; round < 200; round++) {
      double threshold = random.nextInt(4) / 4.0;
      RankingModels.PairScore marks =
          marks(1 + random.nextInt(JOINED.length()), _ -> random.nextInt(5) / 4.0);
      for (ContextSentence kept : new MarkedText(DOCUMENT, marks, threshold).sentences()) {
        String field = kept.field().equals("title") ? TITLE : TEXT;
        int offset = kept.field().equals("title") ? 0 : TITLE.length() + 1;
        assertThat(field.substring(kept.start(), kept.end())).isEqualTo(kept.text());
        double sum = 0;
        int count = 0;
        for (int i = 0; i < marks.keeps().length; i++) {
          int at = marks.starts()[i] - offset;
          if (at >= kept.start() && at < kept.end()) {
            sum += marks.keeps()[i];
            count++;
          }
        }
        assertThat(kept.score()).isEqualTo(sum / count).isGreaterThan(threshold);
      }
    }
  }
}
