package io.siskin.server.collection;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.index.file.AtomicFile;
import io.siskin.index.file.BoundedFile;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.EncoderSpecJson;
import io.siskin.server.encode.spec.ModelRef;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a collection consists of: the content of its {@code collection.json}. Replacing that file is
 * the commit: before it the old segments are the collection, after it the new ones.
 *
 * <p>What was written since the commit is in the collection's log, and is not named here.
 *
 * @param version version of the manifest's own form when it was read: 1 or {@link #VERSION}, which
 *     is what is written
 * @param name the collection's name
 * @param generation counts the commits, from 1
 * @param encoder how text becomes vectors, as {@link EncoderSpecJson} writes it
 * @param settings what was chosen when the collection was made; the defaults in version 1, which
 *     has none
 * @param log how far the segments go in the log; nothing in version 1, which has none
 * @param segments the live segments, in the order of indexing of their documents
 */
public record CollectionManifest(
    int version,
    String name,
    long generation,
    JsonNode encoder,
    CollectionSettings settings,
    LogState log,
    List<SegmentEntry> segments) {
  /** The version that this build writes. It reads version 1 as well. */
  public static final int VERSION = 2;

  /** The manifest's file name. */
  public static final String FILE_NAME = "collection.json";

  /** The longest manifest that is read, in bytes: more than 5,000 segments. */
  public static final int LENGTH_BYTES_MAX = 1 << 20;

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** Copies the list. */
  public CollectionManifest {
    segments = List.copyOf(segments);
  }

  /**
   * A live segment.
   *
   * @param id its id, 32 hexadecimal digits, which is also the name of its folder
   * @param documentCount its documents, those that are deleted included
   * @param lengthBytes the bytes of its files
   * @param deletesGeneration which file says what of it is deleted: that of the commit of this
   *     generation; 0 when nothing is
   * @param deletedCount how many of its documents are deleted
   */
  public record SegmentEntry(
      String id, long documentCount, long lengthBytes, long deletesGeneration, long deletedCount) {
    /**
     * Describes a segment of which nothing is deleted.
     *
     * @param id its id
     * @param documentCount its documents
     * @param lengthBytes the bytes of its files
     */
    public SegmentEntry(String id, long documentCount, long lengthBytes) {
      this(id, documentCount, lengthBytes, 0, 0);
    }

    /** Returns how many of its documents are not deleted. */
    public long liveCount() {
      return documentCount - deletedCount;
    }

    /**
     * Returns the same segment with other deletes.
     *
     * @param generation the generation whose file names them; 0 for none
     * @param count how many there are
     */
    public SegmentEntry withDeletes(long generation, long count) {
      return new SegmentEntry(id, documentCount, lengthBytes, generation, count);
    }
  }

  /**
   * Makes a manifest of this version, of a collection with default settings that has no log.
   *
   * @param name the collection's name
   * @param generation one more than that of the manifest it replaces
   * @param encoder how text becomes vectors
   * @param segments the live segments
   */
  public static CollectionManifest of(
      String name, long generation, EncoderSpec encoder, List<SegmentEntry> segments) {
    return of(name, generation, encoder, CollectionSettings.DEFAULTS, LogState.NONE, segments);
  }

  /**
   * Makes a manifest of this version.
   *
   * @param name the collection's name
   * @param generation one more than that of the manifest it replaces
   * @param encoder how text becomes vectors
   * @param settings what is chosen for the collection
   * @param log how far the segments go in the log
   * @param segments the live segments
   */
  public static CollectionManifest of(
      String name,
      long generation,
      EncoderSpec encoder,
      CollectionSettings settings,
      LogState log,
      List<SegmentEntry> segments) {
    try {
      JsonNode spec = JSON.readTree(EncoderSpecJson.write(encoder));
      return new CollectionManifest(VERSION, name, generation, spec, settings, log, segments);
    } catch (JsonProcessingException impossible) {
      throw new AssertionError("the encoder's own JSON can be read", impossible);
    }
  }

  /** Returns the next generation of the same segments, for a change of what stands beside them. */
  public CollectionManifest next() {
    return next(log, segments);
  }

  /**
   * Returns the next generation with other segments.
   *
   * @param newLog how far they go in the log
   * @param newSegments the segments
   */
  public CollectionManifest next(LogState newLog, List<SegmentEntry> newSegments) {
    return new CollectionManifest(
        VERSION, name, generation + 1, encoder, settings, newLog, newSegments);
  }

  /**
   * Returns the first generation of a copy under another name.
   *
   * @param other the name
   */
  public CollectionManifest named(String other) {
    return new CollectionManifest(version, other, generation, encoder, settings, log, segments);
  }

  /**
   * Returns the same with other settings, for a collection of version 1, which has none.
   *
   * @param found the settings that its segments show
   */
  public CollectionManifest withSettings(CollectionSettings found) {
    return new CollectionManifest(version, name, generation, encoder, found, log, segments);
  }

  /** Returns how many documents are not deleted. */
  public long liveCount() {
    return segments.stream().mapToLong(SegmentEntry::liveCount).sum();
  }

  /**
   * Reads the manifest of a collection. A manifest is input like any other: its length is bounded,
   * and every name in it is checked before a path is made of it.
   *
   * <p>A collection is called what its folder is called, so that a folder may be copied or renamed.
   *
   * @param collectionDirectory the collection's folder
   * @throws CorruptSegmentException when it is not a manifest
   * @throws UnsupportedFormatException when it is of another version
   * @throws java.nio.file.NoSuchFileException when there is none
   */
  public static CollectionManifest read(Path collectionDirectory) throws IOException {
    Path file = collectionDirectory.resolve(FILE_NAME);
    CollectionManifest manifest =
        ManifestReader.read(file.toString(), BoundedFile.readStored(file, LENGTH_BYTES_MAX));
    String folder = String.valueOf(collectionDirectory.getFileName());
    return DataDirectory.isName(folder) ? manifest.named(folder) : manifest;
  }

  /**
   * Commits this manifest, in the form of {@link #VERSION}.
   *
   * @param collectionDirectory the collection's folder
   */
  public void write(Path collectionDirectory) throws IOException {
    AtomicFile.write(collectionDirectory.resolve(FILE_NAME), JSON.writeValueAsBytes(json()));
  }

  private ObjectNode json() {
    ObjectNode json = JSON.createObjectNode();
    json.put("version", VERSION).put("name", name).put("generation", generation);
    json.set("encoder", encoder);
    SettingsJson.write(settings, json);
    ObjectNode logState =
        json.putObject("log")
            .put("epoch", log.epoch())
            .put("floor", log.floor())
            .put("lastPosition", log.lastPosition());
    if (log.durable() > 0) {
      logState.put("durable", log.durable());
    }
    ArrayNode array = json.putArray("segments");
    for (SegmentEntry segment : segments) {
      array
          .addObject()
          .put("id", segment.id())
          .put("documentCount", segment.documentCount())
          .put("lengthBytes", segment.lengthBytes())
          .put("deletesGeneration", segment.deletesGeneration())
          .put("deletedCount", segment.deletedCount());
    }
    JsonChecksum.addTo(json);
    return json;
  }

  /**
   * Returns the models that must be in the data directory for the collection to open, each once.
   *
   * @param collectionDirectory the collection's folder, for messages
   * @throws UnsupportedFormatException when this build does not know the encoder
   */
  public Set<ModelRef> models(Path collectionDirectory) throws UnsupportedFormatException {
    Set<ModelRef> models = new LinkedHashSet<>(encoderSpec(collectionDirectory).models());
    models.addAll(settings.denseModels());
    return models;
  }

  /**
   * Returns the encoder.
   *
   * @param collectionDirectory the collection's folder, for messages
   * @throws UnsupportedFormatException when this build does not know it
   */
  public EncoderSpec encoderSpec(Path collectionDirectory) throws UnsupportedFormatException {
    return EncoderSpecJson.read(
        encoder.toString(), collectionDirectory.resolve(FILE_NAME).toString());
  }
}
