package io.siskin.server.collection;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.index.file.AtomicFile;
import io.siskin.index.file.BoundedFile;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.EncoderSpecJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a collection consists of: the content of its {@code collection.json}. Replacing that file is
 * the commit: before it the old segments are the collection, after it the new ones.
 *
 * @param version version of the manifest's own form, {@link #VERSION}
 * @param name the collection's name
 * @param generation counts the commits, from 1
 * @param encoder how text becomes vectors, as {@link EncoderSpecJson} writes it
 * @param segments the live segments, in the order in which their document numbers follow each other
 */
public record CollectionManifest(
    int version, String name, long generation, JsonNode encoder, List<SegmentEntry> segments) {
  /** The version that this build reads and writes. */
  public static final int VERSION = 1;

  /** The manifest's file name. */
  public static final String FILE_NAME = "collection.json";

  /** The longest manifest that is read, in bytes: more than 8,000 segments. */
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
   * @param documentCount its documents
   * @param lengthBytes the bytes of its files
   */
  public record SegmentEntry(String id, long documentCount, long lengthBytes) {}

  /**
   * Makes a manifest of this version.
   *
   * @param name the collection's name
   * @param generation one more than that of the manifest it replaces
   * @param encoder how text becomes vectors
   * @param segments the live segments
   */
  public static CollectionManifest of(
      String name, long generation, EncoderSpec encoder, List<SegmentEntry> segments) {
    try {
      return new CollectionManifest(
          VERSION, name, generation, JSON.readTree(EncoderSpecJson.write(encoder)), segments);
    } catch (JsonProcessingException impossible) {
      throw new AssertionError("the encoder's own JSON can be read", impossible);
    }
  }

  /** Returns the next generation of the same segments, for a change of what stands beside them. */
  public CollectionManifest next() {
    return new CollectionManifest(version, name, generation + 1, encoder, segments);
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

  private CollectionManifest named(String other) {
    return new CollectionManifest(version, other, generation, encoder, segments);
  }

  /**
   * Commits this manifest.
   *
   * @param collectionDirectory the collection's folder
   */
  public void write(Path collectionDirectory) throws IOException {
    AtomicFile.write(collectionDirectory.resolve(FILE_NAME), JSON.writeValueAsBytes(this));
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
