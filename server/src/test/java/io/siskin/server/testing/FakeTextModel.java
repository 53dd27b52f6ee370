package io.siskin.server.testing;

import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.TokenizedText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A model without a model: words become terms, their number the weight. A token is a word, and two
 * more stand for special ones. A batch takes a time in proportion to its padded tokens. What it was
 * asked is recorded. Safe for concurrent use.
 */
public final class FakeTextModel implements TextModel {
  /** What {@link #fingerprint} returns unless told otherwise. */
  public static final String FINGERPRINT = "0".repeat(64);

  private static final int SPECIAL_TOKENS = 2;

  private final int lengthTokensMax;
  private final String fingerprint;
  private volatile boolean closed;
  private final List<List<String>> batches = new CopyOnWriteArrayList<>();
  private volatile long nanosPerToken;
  private volatile long nanosPerBatch;
  private volatile @Nullable ControlledClock clock;
  private volatile Consumer<EncoderInput> tokenizeHook = input -> {};
  private volatile Consumer<EncoderInput> lengthHook = input -> {};
  private volatile Consumer<List<String>> inferHook = texts -> {};

  /** A text and its words. */
  private record Words(EncoderInput input, List<String> words, Consumer<EncoderInput> lengthHook)
      implements TokenizedText {
    @Override
    public int lengthTokens() {
      lengthHook.accept(input);
      return words.size() + SPECIAL_TOKENS;
    }
  }

  /**
   * Makes a model that takes no time.
   *
   * @param lengthTokensMax where texts are cut, 3 or more
   */
  public FakeTextModel(int lengthTokensMax) {
    this(lengthTokensMax, "0");
  }

  /**
   * Makes a model that takes no time.
   *
   * @param lengthTokensMax where texts are cut, 3 or more
   * @param digit what its fingerprint is made of
   */
  public FakeTextModel(int lengthTokensMax, String digit) {
    this.lengthTokensMax = lengthTokensMax;
    this.fingerprint = digit.repeat(64);
  }

  /** Tells whether the model was closed. */
  public boolean isClosed() {
    return closed;
  }

  /** Sets what batches cost: real time, or that of {@link #passTimeOf}. */
  public FakeTextModel costing(long batchNanos, long tokenNanos) {
    nanosPerBatch = batchNanos;
    nanosPerToken = tokenNanos;
    return this;
  }

  /** Lets what batches cost pass on a clock at once, instead of in reality. */
  public FakeTextModel passTimeOf(ControlledClock value) {
    clock = value;
    return this;
  }

  /** Sets what is called before each text is tokenised; it may block or throw. */
  public void onTokenize(Consumer<EncoderInput> hook) {
    tokenizeHook = hook;
  }

  /**
   * Sets what is called whenever the length of a text is asked for that is tokenised from now on:
   * first when it is put among those that wait for a batch.
   */
  public void onLength(Consumer<EncoderInput> hook) {
    lengthHook = hook;
  }

  /** Sets what is called before each batch is inferred, with its texts; it may block or throw. */
  public void onInfer(Consumer<List<String>> hook) {
    inferHook = hook;
  }

  /** Returns the texts of each batch that was asked for, also of those that failed. */
  public List<List<String>> batches() {
    return List.copyOf(batches);
  }

  /** Returns how often a text was in a batch. */
  public long timesInferred(String text) {
    return batches.stream().flatMap(List::stream).filter(text::equals).count();
  }

  /** Returns a text's tokens, special ones included. */
  public int lengthTokens(String text) {
    return words(text).size() + SPECIAL_TOKENS;
  }

  /** Returns what a text becomes: what every batch must give too. */
  public TextEncoding encode(String text) {
    Map<String, Float> counts = new LinkedHashMap<>();
    for (String word : words(text)) {
      counts.merge(word, 1f, Float::sum);
    }
    return new TextEncoding.Sparse(TokenVector.of(counts), List.copyOf(counts.keySet()));
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public int lengthTokensMax() {
    return lengthTokensMax;
  }

  @Override
  public TokenizedText tokenize(EncoderInput input) {
    tokenizeHook.accept(input);
    return new Words(input, words(input.text()), lengthHook);
  }

  @Override
  public Inference infer(List<TokenizedText> batch) {
    long start = System.nanoTime();
    List<String> texts = batch.stream().map(text -> ((Words) text).input.text()).toList();
    batches.add(texts);
    inferHook.accept(texts);
    long longest = batch.stream().mapToLong(TokenizedText::lengthTokens).max().orElse(0);
    long costNanos = nanosPerBatch + nanosPerToken * longest * batch.size();
    ControlledClock controlled = clock;
    if (controlled == null) {
      sleepUntil(start + costNanos);
    } else {
      controlled.advance(Duration.ofNanos(costNanos));
    }
    return new Inference(
        texts.stream().map(this::encode).toList(),
        controlled == null ? System.nanoTime() - start : costNanos,
        TimeUnit.MICROSECONDS.toNanos(1));
  }

  @Override
  public void close() {
    closed = true;
  }

  private List<String> words(String text) {
    List<String> words = new ArrayList<>();
    for (String word : text.split(" ", -1)) {
      if (!word.isEmpty() && words.size() < lengthTokensMax - SPECIAL_TOKENS) {
        words.add(word);
      }
    }
    return words;
  }

  private static void sleepUntil(long nanoTime) {
    for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
