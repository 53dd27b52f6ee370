package io.siskin.server.app.demo;

import java.util.List;

/**
 * A meaning with the words that have it.
 *
 * @param key its name in the form that NLTK made known, unique and stable in one version of
 *     WordNet: its first word, part of speech and sense number, for example {@code
 *     entomologist.n.01}
 * @param partOfSpeech {@code noun}, {@code verb}, {@code adjective} or {@code adverb}
 * @param words the words, best known first, for example {@code bug-hunter}
 * @param definition what they mean
 * @param examples sentences that use them, without quotation marks; often none
 */
public record Synset(
    String key, String partOfSpeech, List<String> words, String definition, List<String> examples) {
  /** Copies the lists. */
  public Synset {
    words = List.copyOf(words);
    examples = List.copyOf(examples);
  }
}
