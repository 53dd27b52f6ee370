package io.siskin.server.ingest;

import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionManifest.SegmentEntry;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.EncoderSpecJson;
import io.siskin.server.encode.spec.IdfSpec;
import io.siskin.server.encode.spec.ModelRef;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The collection that an index job is going to replace, as it was.
 *
 * @param collection its name
 * @param generation its generation
 * @param documentCount its documents
 * @param encoder how its texts became vectors; null when this build does not know the encoder
 * @param storedFields the names of its stored fields; null when its files cannot be read
 * @param nextEncoder how texts become vectors from now on
 */
public record Replacement(
    String collection,
    long generation,
    long documentCount,
    @Nullable EncoderSpec encoder,
    @Nullable List<String> storedFields,
    EncoderSpec nextEncoder) {
  /**
   * Looks at what a manifest describes.
   *
   * @param manifest the manifest in force
   * @param directory the collection's folder
   * @param next how texts become vectors from now on
   */
  static Replacement of(CollectionManifest manifest, Path directory, EncoderSpec next) {
    long documents = manifest.segments().stream().mapToLong(SegmentEntry::documentCount).sum();
    return new Replacement(
        manifest.name(),
        manifest.generation(),
        documents,
        encoder(manifest, directory),
        storedFields(manifest, directory),
        next);
  }

  private static @Nullable EncoderSpec encoder(CollectionManifest manifest, Path directory) {
    try {
      return manifest.encoderSpec(directory);
    } catch (IOException | IllegalArgumentException unknown) {
      return null;
    }
  }

  private static @Nullable List<String> storedFields(CollectionManifest manifest, Path directory) {
    Set<String> fields = new LinkedHashSet<>();
    for (SegmentEntry entry : manifest.segments()) {
      try {
        Segment segment =
            Segment.open(
                DataDirectory.segmentDirectory(directory, entry.id()), Verification.STRUCTURE);
        fields.addAll(segment.documents().fieldNames());
        segment.release();
      } catch (IOException damaged) {
        return null;
      }
    }
    return List.copyOf(fields);
  }

  /**
   * Returns whether texts are encoded differently from now on. An average length that the job will
   * pin by itself is no such difference.
   */
  public boolean changesEncoder() {
    return encoder == null
        || (!nextEncoder.equals(encoder)
            && !nextEncoder.equals(encoder.withAverageLength(Bm25Spec.NOT_PINNED)));
  }

  /** Returns what is replaced, as one sentence without a full stop. */
  public String describe() {
    String text =
        String.format(
            Locale.ROOT,
            "replaces collection %s, generation %d: %,d %s, encoder %s, %s",
            collection,
            generation,
            documentCount,
            documentCount == 1 ? "document" : "documents",
            encoder == null ? "unknown to this version" : describe(encoder),
            fields());
    if (!changesEncoder()) {
      return text;
    }
    String next = describe(nextEncoder);
    boolean alike = encoder != null && describe(encoder).equals(next);
    return text
        + "; the encoder changes to "
        + next
        + (alike ? " with other parameters: " + EncoderSpecJson.write(nextEncoder) : "");
  }

  private String fields() {
    if (storedFields == null) {
      return "files that cannot be read";
    }
    return storedFields.isEmpty()
        ? "no stored fields"
        : "stored fields " + String.join(", ", storedFields);
  }

  private static String describe(EncoderSpec spec) {
    String detail =
        switch (spec.base()) {
          case Bm25Spec bm25 -> name(bm25.analyzer());
          case IdfSpec idf -> name(idf.analyzer());
          default ->
              spec.models().stream().map(ModelRef::folderName).collect(Collectors.joining(", "));
        };
    return detail.isEmpty() ? spec.kind() : spec.kind() + " (" + detail + ")";
  }

  private static String name(Object analyzer) {
    return analyzer.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }
}
