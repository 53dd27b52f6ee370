package io.siskin.server.encode.analysis;

import io.siskin.index.format.Sha256;
import io.siskin.index.vector.TokenVector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;
import org.apache.lucene.analysis.TokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * Gives a short token in place of one that a segment cannot store: how it begins, and a hash of the
 * whole. Equal tokens stay equal and different ones different, so that a document that has a long
 * token is still found by it, and by no piece of it.
 */
final class LongTokenFilter extends TokenFilter {
  /** The longest token that stays as it is, in UTF-16 code units. */
  static final int LENGTH_MAX = TokenVector.TOKEN_LENGTH_MAX;

  private static final int PREFIX_LENGTH = 64;

  private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
  private final LongAdder hashedCount;

  /**
   * Makes a filter.
   *
   * @param input the tokens
   * @param hashedCount counts the tokens that a hash was given for
   */
  LongTokenFilter(TokenStream input, LongAdder hashedCount) {
    super(input);
    this.hashedCount = hashedCount;
  }

  @Override
  public boolean incrementToken() throws IOException {
    if (!input.incrementToken()) {
      return false;
    }
    if (term.length() > LENGTH_MAX) {
      String whole = term.toString();
      boolean cutsPair = Character.isHighSurrogate(whole.charAt(PREFIX_LENGTH - 1));
      term.setEmpty()
          .append(whole, 0, cutsPair ? PREFIX_LENGTH - 1 : PREFIX_LENGTH)
          .append("\u2026")
          .append(Sha256.hex(whole.getBytes(StandardCharsets.UTF_8)));
      hashedCount.increment();
    }
    return true;
  }
}
