package io.siskin.server.encode.remote;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.Sha256;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.RemoteEncoderException;
import io.siskin.server.encode.RemoteEncoderException.Reason;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.WellFormedText;
import io.siskin.server.encode.vocabulary.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * A text model that is served elsewhere.
 *
 * <p>Texts are cut into tokens over there; here their number is only estimated, for the sizes of
 * batches. A text's own terms are not known, so its encodings list no original terms. A blank text
 * has an empty sparse vector, without asking.
 *
 * <p>The fingerprint stands for what decides the vectors, as far as the configuration says it:
 * protocol, model, version, tensors, prompts, vocabulary; not for where the encoder is nor how
 * patiently it is asked. Whether the other side changes its model is seen only where it says so,
 * see {@link #describe}.
 */
public final class RemoteModel implements TextModel {
  /** English has about so many characters a word piece. */
  private static final int CHARACTERS_PER_TOKEN = 4;

  private static final int SPECIAL_TOKENS = 2;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);

  private static final TextEncoding NOTHING =
      new TextEncoding.Sparse(TokenVector.of(new String[0], new float[0]), List.of());

  private final RemoteTarget target;
  private final RemoteOptions options;
  private final Vocabulary vocabulary;
  private final Set<String> terms;
  private final String fingerprint;
  private final RemoteTransport transport;
  private volatile boolean closed;

  private RemoteModel(
      RemoteTarget target,
      RemoteOptions options,
      Vocabulary vocabulary,
      RemoteTransport transport) {
    this.target = target;
    this.options = options;
    this.vocabulary = vocabulary;
    this.terms = vocabulary.terms();
    this.transport = transport;
    this.fingerprint = fingerprint(target, options, vocabulary);
  }

  /**
   * Returns the fingerprint of a model without opening it.
   *
   * @param target where it is, which does not count, and what it is
   * @param options how it is asked; the prompts count
   * @param vocabulary what the terms are called
   */
  public static String fingerprint(
      RemoteTarget target, RemoteOptions options, Vocabulary vocabulary) {
    String identity =
        String.join(
            "\0",
            target.identity(),
            options.queryPrompt(),
            options.documentPrompt(),
            String.join("\n", vocabulary.identity()));
    return Sha256.hex(identity.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Prepares a model. Nothing is sent: whether it is there shows when it is asked, see {@link
   * #isReady}.
   *
   * @param target where it is
   * @param options how it is asked
   * @param vocabulary what the terms of sparse vectors are called; {@link Vocabulary#NONE} for
   *     dense ones. Special tokens become terms of no vector
   * @throws InvalidInputException when sparse vectors have no vocabulary
   */
  public static RemoteModel open(
      RemoteTarget target, RemoteOptions options, Vocabulary vocabulary) {
    if ((vocabulary.size() == 0) != target.isDense()) {
      throw new InvalidInputException(
          "vocabulary of " + target.label(),
          vocabulary.size() + " terms",
          target.isDense() ? "none, since its vectors are dense" : "one term per number");
    }
    RemoteTransport transport =
        switch (target) {
          case RemoteTarget.Kserve kserve -> new KserveTransport(kserve);
          case RemoteTarget.EmbeddingsInference tei -> new EmbeddingsInferenceTransport(tei);
        };
    return new RemoteModel(target, options, vocabulary, transport);
  }

  /**
   * Asks the other side whether it can be asked.
   *
   * @param timeout how long to wait; no answer is no
   */
  public boolean isReady(Duration timeout) {
    return !closed && transport.isReady(timeout);
  }

  /**
   * Asks the other side what it is, and compares that with what it is meant to be.
   *
   * @param timeout how long to wait
   * @throws InvalidInputException when it says that it is something else; its field is a key of
   *     {@code remote.yaml}
   * @throws RemoteEncoderException when there is no answer
   */
  public RemoteDescription describe(Duration timeout) {
    return transport.describe(
        timeout, new RemoteTransport.Expected(vocabulary.size(), options.textCountMax()));
  }

  /** Returns how many terms the vocabulary has; 0 where vectors are dense. */
  public int vocabularySize() {
    return vocabulary.size();
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public int denseDimensions() {
    return target.isDense() ? UNKNOWN_DIMENSIONS : SPARSE;
  }

  @Override
  public int lengthTokensMax() {
    return options.lengthTokensMax();
  }

  @Override
  public boolean hasTerm(String term) {
    return terms.contains(term);
  }

  /**
   * A text and about how many tokens it has.
   *
   * @param text with its prompt; empty for a text that needs no asking
   * @param lengthTokens about how many
   */
  private record RemoteText(String text, int lengthTokens) implements TokenizedText {}

  @Override
  public TokenizedText tokenize(EncoderInput input) {
    if (input.ofTokens()) {
      throw TextModel.noTokenVectors();
    }
    if (!input.chunkEnds().isEmpty()) {
      throw new InvalidInputException(
          "chunk ends", input.chunkEnds(), "none, since a remote encoder takes whole texts");
    }
    if (input.text().isBlank() && !target.isDense()) {
      return new RemoteText("", SPECIAL_TOKENS);
    }
    String prompt = input.side() == Side.QUERY ? options.queryPrompt() : options.documentPrompt();
    String text = prompt + WellFormedText.of(input.text());
    int tokens = text.length() / CHARACTERS_PER_TOKEN + SPECIAL_TOKENS;
    return new RemoteText(text, Math.min(tokens, options.lengthTokensMax()));
  }

  @Override
  public Inference infer(List<TokenizedText> batch) {
    return infer(batch, Long.MAX_VALUE);
  }

  @Override
  public Inference infer(List<TokenizedText> batch, long patienceNanos) {
    if (closed) {
      throw new IllegalStateException("the model " + target.label() + " is closed");
    }
    List<String> texts = new ArrayList<>(batch.size());
    for (TokenizedText text : batch) {
      if (!(text instanceof RemoteText(String ours, _))) {
        throw new IllegalArgumentException("a text that another model has tokenised");
      }
      texts.add(ours);
    }
    long start = System.nanoTime();
    List<String> wanted =
        target.isDense() ? texts : texts.stream().filter(text -> !text.isEmpty()).toList();
    Iterator<RemoteTransport.Answer> answers = askInParts(wanted, start, patienceNanos).iterator();
    long asked = System.nanoTime();
    List<TextEncoding> encodings = new ArrayList<>(texts.size());
    for (String text : texts) {
      encodings.add(text.isEmpty() && !target.isDense() ? NOTHING : encoding(answers.next()));
    }
    return new Inference(encodings, asked - start, System.nanoTime() - asked);
  }

  private TextEncoding encoding(RemoteTransport.Answer answer) {
    return switch (answer) {
      case RemoteTransport.Answer.Sparse sparse ->
          new TextEncoding.Sparse(vector(sparse), List.of());
      case RemoteTransport.Answer.Dense(float[] numbers) ->
          new TextEncoding.Dense(List.of(numbers));
    };
  }

  private List<RemoteTransport.Answer> askInParts(
      List<String> texts, long startNanoTime, long patienceNanos) {
    List<RemoteTransport.Answer> answers = new ArrayList<>(texts.size());
    for (int from = 0; from < texts.size(); from += options.textCountMax()) {
      List<String> part =
          texts.subList(from, Math.min(from + options.textCountMax(), texts.size()));
      long now = System.nanoTime();
      // What is left may be less than nothing: then nobody waits any more.
      long leftNanos =
          patienceNanos == Long.MAX_VALUE ? patienceNanos : startNanoTime + patienceNanos - now;
      answers.addAll(ask(part, now + Math.min(leftNanos, options.timeout().toNanos())));
    }
    return answers;
  }

  /** Asks until there is an answer, no hope, or no time. */
  private List<RemoteTransport.Answer> ask(List<String> texts, long deadlineNanoTime) {
    long pauseNanos = FIRST_PAUSE.toNanos();
    for (int attempt = 0; ; attempt++) {
      long leftNanos = deadlineNanoTime - System.nanoTime();
      if (leftNanos <= 0) {
        throw new RemoteEncoderException(
            Reason.DEADLINE_EXCEEDED, target.label(), "the deadline passed before it was asked");
      }
      try {
        return transport.encode(texts, Duration.ofNanos(leftNanos));
      } catch (RemoteEncoderException failed) {
        boolean again =
            failed.reason() == Reason.UNAVAILABLE
                && attempt < options.retryCountMax()
                && deadlineNanoTime - System.nanoTime() > pauseNanos
                && !closed;
        if (!again) {
          throw failed;
        }
      }
      pause(pauseNanos);
      pauseNanos *= 2;
    }
  }

  private void pause(long nanos) {
    try {
      Thread.sleep(Duration.ofNanos(nanos));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new RemoteEncoderException(Reason.UNAVAILABLE, target.label(), "interrupted");
    }
  }

  private SparseVector vector(RemoteTransport.Answer.Sparse answer) {
    String[] names = new String[answer.terms().length];
    float[] weights = new float[names.length];
    int size = 0;
    for (int i = 0; i < names.length; i++) {
      float weight = answer.weights()[i];
      if (weight <= 0) {
        continue;
      }
      int term = answer.terms()[i];
      if (term < 0 || term >= vocabulary.size()) {
        throw malformed("term " + term + " of a vocabulary of " + vocabulary.size());
      }
      if (!(weight <= SparseVector.WEIGHT_MAX)) {
        throw malformed("weight " + weight + " of term " + term);
      }
      String name = vocabulary.isSpecial(term) ? null : vocabulary.term(term);
      if (name != null) {
        names[size] = name;
        weights[size++] = weight;
      }
    }
    try {
      return TokenVector.of(Arrays.copyOf(names, size), Arrays.copyOf(weights, size));
    } catch (InvalidInputException repeated) {
      throw malformed(String.valueOf(repeated.getMessage()));
    }
  }

  private RemoteEncoderException malformed(String what) {
    return new RemoteEncoderException(Reason.MALFORMED, target.label(), what);
  }

  /** Ends at once; calls in progress fail. */
  @Override
  public void close() {
    closed = true;
    transport.close();
  }
}
