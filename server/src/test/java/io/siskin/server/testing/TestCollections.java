package io.siskin.server.testing;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.document.Schema;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionManifest.SegmentEntry;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.StatisticsScope;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.ingest.DenseBuild;
import io.siskin.server.ingest.DocumentPruning;
import io.siskin.server.ingest.IndexJob;
import io.siskin.server.ingest.IndexReport;
import io.siskin.server.ingest.IndexRequest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes small collections in a data directory, and does to their files what must not be done. */
public final class TestCollections {
  private TestCollections() {}

  /** Builds a collection with all structures, without a calibration. */
  public static void index(Path data, String name, String jsonLines) throws IOException {
    index(data, name, jsonLines, BuildOptions.DEFAULTS.withThreads(1));
  }

  /** Builds a collection without a calibration. The first document decides on the encoder. */
  public static void index(Path data, String name, String jsonLines, BuildOptions options)
      throws IOException {
    index(data, name, jsonLines, options, null);
  }

  /**
   * Builds a collection without a calibration.
   *
   * @param encoder how text becomes vectors; null leaves the choice to the first document
   */
  public static IndexReport index(
      Path data, String name, String jsonLines, BuildOptions options, @Nullable EncoderSpec encoder)
      throws IOException {
    return index(data, name, jsonLines, options, encoder, Schema.EMPTY, StatisticsScope.COLLECTION);
  }

  /**
   * Builds a collection without a calibration.
   *
   * @param encoder how text becomes vectors; null leaves the choice to the first document
   * @param schema its declared fields
   * @param statistics whose statistics weigh the terms of queries
   */
  public static IndexReport index(
      Path data,
      String name,
      String jsonLines,
      BuildOptions options,
      @Nullable EncoderSpec encoder,
      Schema schema,
      StatisticsScope statistics)
      throws IOException {
    return index(
        data,
        name,
        jsonLines,
        options,
        encoder,
        schema,
        statistics,
        DenseBuild.NONE,
        List.of(),
        TextModels.NONE);
  }

  /**
   * Builds a collection with dense fields that models encode.
   *
   * @param dense how the vectors of the dense fields come about
   * @param files the models that are stored with the data
   * @param models opens models
   */
  public static IndexReport index(
      Path data,
      String name,
      String jsonLines,
      BuildOptions options,
      @Nullable EncoderSpec encoder,
      Schema schema,
      StatisticsScope statistics,
      DenseBuild dense,
      List<ModelFiles> files,
      TextModels models)
      throws IOException {
    Path input = Files.createTempFile("siskin-test-", ".jsonl");
    try {
      Files.writeString(input, jsonLines);
      return new IndexJob(
              new IndexRequest(
                  List.of(input),
                  InputFormat.JSONL,
                  data,
                  name,
                  encoder,
                  Map.of(),
                  files,
                  options,
                  DocumentPruning.NONE,
                  0,
                  false,
                  schema,
                  statistics,
                  dense),
              BuildProgress.NONE,
              bad -> {
                throw bad;
              },
              models)
          .run();
    } finally {
      Files.delete(input);
    }
  }

  /** The options of a build with the block-max lists and the forward index alone. */
  public static BuildOptions exactOnly() {
    BuildOptions defaults = BuildOptions.DEFAULTS;
    return new BuildOptions(
        defaults.weighting(),
        defaults.quantization(),
        defaults.reordering(),
        new BuildOptions.Structures(true, false, null, null, null, true),
        1);
  }

  /**
   * Makes a collection of the segments of others, in their order, under the first one's encoder.
   */
  public static void join(Path data, String name, List<String> parts) throws IOException {
    Path target = data.resolve(name);
    List<SegmentEntry> entries = new ArrayList<>();
    CollectionManifest first = CollectionManifest.read(data.resolve(parts.getFirst()));
    for (String part : parts) {
      for (SegmentEntry entry : CollectionManifest.read(data.resolve(part)).segments()) {
        Path from = DataDirectory.segmentDirectory(data.resolve(part), entry.id());
        Path to = DataDirectory.segmentDirectory(target, entry.id());
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
          for (Path file : files.toList()) {
            Files.copy(file, to.resolve(file.getFileName()));
          }
        }
        entries.add(entry);
      }
    }
    new CollectionManifest(
            CollectionManifest.VERSION,
            name,
            1,
            first.encoder(),
            first.settings(),
            first.log(),
            entries)
        .write(target);
  }

  /** Returns a file of a collection's only segment. */
  public static Path file(Path data, String name, String fileName) throws IOException {
    Path directory = data.resolve(name);
    String id = CollectionManifest.read(directory).segments().getFirst().id();
    return DataDirectory.segmentDirectory(directory, id).resolve(fileName);
  }

  /** Inverts some bytes of a file in place; doing it again restores them. */
  public static void invert(Path file, long at, int count) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      byte[] content = new byte[count];
      bytes.seek(at);
      bytes.readFully(content);
      for (int i = 0; i < count; i++) {
        content[i] = (byte) ~content[i];
      }
      bytes.seek(at);
      bytes.write(content);
    }
  }

  /** Cuts a file in place. */
  public static void cut(Path file, long lengthBytes) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.setLength(lengthBytes);
    }
  }

  /** Overwrites a file in place, as a copy onto it does. */
  public static void overwrite(Path file, byte[] content) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.setLength(0);
      bytes.write(content);
    }
  }
}
