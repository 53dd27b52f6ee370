package io.siskin.server.app.demo;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.siskin.index.build.BlockMaxOptions;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.Weighting;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.index.file.AtomicFile;
import io.siskin.index.file.BoundedFile;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.quantize.Quantization;
import io.siskin.server.app.terminal.ProgressDisplay;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.StatisticsScope;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.EncoderSpecJson;
import io.siskin.server.ingest.DocumentPruning;
import io.siskin.server.ingest.IndexRequest;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The demo's collection, a reverse dictionary: the query describes a meaning, the answer is the
 * word. It is made once, and made again when something that it was made of has changed. What users
 * write into it stays until then.
 *
 * <p>Only definitions are encoded. With the words themselves the answer's own name would enter the
 * score, and with the examples so would whatever they happen to speak of; over thirty descriptions
 * neither put the right word higher. Both are stored and returned.
 */
public final class WordNetCollection {
  /** The collection's name. */
  public static final String NAME = "wordnet";

  /** The field that holds the words of a meaning. */
  public static final String WORDS_FIELD = "words";

  /** The field that holds the definition. */
  public static final String TEXT_FIELD = "text";

  /** The declared field that holds the part of speech. */
  public static final String PART_OF_SPEECH_FIELD = "pos";

  private static final int FINGERPRINT_LENGTH_MAX = 1 << 10;
  // Counts the changes to how a synset becomes a document.
  private static final int DOCUMENT_VERSION = 2;
  private static final Schema SCHEMA =
      new Schema(List.of(new Schema.Field(PART_OF_SPEECH_FIELD, FieldType.STRING)), null);
  private static final EncoderSpec ENCODER = new Bm25Spec(new AnalyzerSpec.English());

  // Nothing for approximate search: its lists are made for vectors of dozens of terms, and on a
  // dozen words a definition it loses answers that the exact one finds as quickly.
  private static final BuildOptions OPTIONS =
      new BuildOptions(
          new Weighting.AsGiven(),
          new Quantization.Auto(),
          new Reordering.None(),
          new BuildOptions.Structures(true, false, BlockMaxOptions.DEFAULTS, null, null, true),
          Runtime.getRuntime().availableProcessors());

  private final Path data;

  /**
   * Names a collection that may not be there yet.
   *
   * @param data the data directory
   */
  public WordNetCollection(Path data) {
    this.data = data;
  }

  /** Returns the data directory. */
  public Path folder() {
    return data;
  }

  /** Returns the documents as a file that {@code siskin index} reads too. */
  public Path documents() {
    return data.resolve(NAME + ".jsonl");
  }

  /** Tells whether the collection is there as it would be made now. */
  public boolean isUpToDate() throws IOException {
    try {
      String stored =
          new String(
              BoundedFile.readStored(fingerprintFile(), FINGERPRINT_LENGTH_MAX),
              StandardCharsets.UTF_8);
      CollectionManifest manifest =
          CollectionManifest.read(new DataDirectory(data).collectionDirectory(NAME));
      return stored.equals(fingerprint()) && isOurs(manifest);
    } catch (NoSuchFileException | CorruptSegmentException | UnsupportedFormatException unusable) {
      return false;
    }
  }

  /** Tells whether nobody has replaced the collection; writes into it do not replace it. */
  private static boolean isOurs(CollectionManifest manifest) {
    return manifest.settings().schema().equals(SCHEMA)
        && manifest.log().lastPosition() >= WordNet.SYNSET_COUNT;
  }

  /**
   * Writes the documents into their file.
   *
   * @param display told of the progress
   */
  public void writeDocuments(ProgressDisplay display) throws IOException {
    Files.createDirectories(data);
    Path partial = data.resolve(NAME + ".jsonl.partial");
    display.begin("unpacking", WordNet.SYNSET_COUNT);
    try (JsonGenerator json =
        new JsonFactory()
            .createGenerator(new BufferedOutputStream(Files.newOutputStream(partial)))
            .setRootValueSeparator(null)) {
      long[] count = {0};
      WordNet.read(
          synset -> {
            write(synset, json);
            display.advance(++count[0]);
          });
    }
    Files.move(
        partial, documents(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    display.end();
  }

  /** Returns the job that makes the collection from {@link #documents}. */
  public IndexRequest indexRequest() {
    return new IndexRequest(
        List.of(documents()),
        InputFormat.JSONL,
        data,
        NAME,
        ENCODER,
        Map.of(),
        List.of(),
        OPTIONS,
        DocumentPruning.NONE,
        0,
        false,
        SCHEMA,
        StatisticsScope.COLLECTION);
  }

  /** Remembers what the collection was made of. */
  public void remember() throws IOException {
    AtomicFile.write(fingerprintFile(), fingerprint().getBytes(StandardCharsets.UTF_8));
  }

  private Path fingerprintFile() {
    return data.resolve(NAME + ".made-of");
  }

  /** Returns everything that the collection depends on. */
  private static String fingerprint() throws IOException {
    return List.of(
            "data " + WordNet.version(),
            "documents " + DOCUMENT_VERSION,
            "encoder " + EncoderSpecJson.write(ENCODER),
            // The number of threads changes nothing.
            "options " + OPTIONS.withThreads(1),
            "schema " + SCHEMA,
            "format " + FormatV2.VERSION)
        .stream()
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static void write(Synset synset, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", synset.key());
    json.writeStringField(PART_OF_SPEECH_FIELD, synset.partOfSpeech());
    json.writeStringField(WORDS_FIELD, String.join(", ", synset.words()));
    json.writeStringField(TEXT_FIELD, synset.definition());
    if (!synset.examples().isEmpty()) {
      json.writeStringField("examples", String.join("; ", synset.examples()));
    }
    json.writeEndObject();
    json.writeRaw('\n');
  }
}
