package io.siskin.loadtest.segments;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.BuiltSegment;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.server.corpus.BadRecordPolicy;
import io.siskin.server.corpus.DocumentSource;
import io.siskin.server.corpus.DocumentSources;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.corpus.SourceDocument;
import io.siskin.server.plan.Calibration;
import io.siskin.server.plan.CalibrationJson;
import io.siskin.server.plan.Calibrator;
import io.siskin.server.plan.QuerySample;
import io.siskin.server.search.MappedSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The documents of one file in segments of given sizes, in the order of the file. Segments and what
 * was measured on them are kept in a folder, so that only the first run builds them.
 *
 * <p>The caller releases the segments.
 *
 * @param segments the segments, in the order of indexing
 * @param calibrations by segment: what was measured on it; null for nothing
 */
record SplitCollection(List<MappedSegment> segments, List<@Nullable Calibration> calibrations) {
  private static final String SEGMENT = "segment-";
  private static final String CALIBRATION = "calibration-";

  /**
   * Opens a collection, and builds it before if the folder is not there.
   *
   * @param base the file of vectors
   * @param folder where the segments are kept
   * @param sizes by segment: its part of the documents; only ratios matter
   * @throws IOException if a file cannot be read or written
   */
  static SplitCollection open(Path base, Path folder, int[] sizes) throws IOException {
    if (!Files.exists(folder)) {
      build(base, folder, sizes);
    }
    List<MappedSegment> segments = new ArrayList<>();
    List<@Nullable Calibration> calibrations = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      Segment segment = Segment.open(folder.resolve(SEGMENT + i), Verification.STRUCTURE);
      segments.add(new MappedSegment(segment, KernelProvider.current()));
      Path file = folder.resolve(CALIBRATION + i + ".json");
      if (!Files.exists(file)) {
        calibrate(segment, file);
      }
      calibrations.add(CalibrationJson.read(Files.readAllBytes(file), file.toString()));
    }
    return new SplitCollection(segments, calibrations);
  }

  private static void build(Path base, Path folder, int[] sizes) throws IOException {
    long documents = 0;
    try (DocumentSource source = open(base)) {
      while (source.next() != null) {
        documents++;
      }
    }
    long parts = 0;
    for (int size : sizes) {
      parts += size;
    }
    // A run that is stopped leaves this folder, which the user has to remove.
    Path unfinished = folder.resolveSibling(folder.getFileName() + ".unfinished");
    long end = 0;
    long next = 0;
    try (DocumentSource source = open(base)) {
      for (int i = 0; i < sizes.length; i++) {
        end += sizes[i];
        Path directory = Files.createDirectories(unfinished.resolve(SEGMENT + i));
        try (SegmentBuilder builder =
            new SegmentBuilder(directory, options(), BuildProgress.NONE)) {
          for (; next < end * documents / parts; next++) {
            SourceDocument document = source.next();
            if (document != null && document.vector() != null) {
              builder.add(document.id(), document.vector(), document.fields());
            }
          }
          BuiltSegment built = builder.finish();
          System.out.printf("built segment %d of %d documents%n", i, built.documentCount());
        }
      }
    }
    Files.move(unfinished, folder);
  }

  private static BuildOptions options() {
    BuildOptions.Structures defaults = BuildOptions.Structures.DEFAULTS;
    return new BuildOptions(
        BuildOptions.DEFAULTS.weighting(),
        BuildOptions.DEFAULTS.quantization(),
        BuildOptions.DEFAULTS.reordering(),
        new BuildOptions.Structures(
            true, false, defaults.blockMax(), defaults.impacts(), ClusterOptions.DEFAULTS, false),
        BuildOptions.DEFAULTS.threads());
  }

  private static DocumentSource open(Path base) throws IOException {
    return DocumentSources.open(base, InputFormat.AUTO, BadRecordPolicy.REFUSE);
  }

  private static void calibrate(Segment segment, Path file) throws IOException {
    Calibration calibration =
        new Calibrator(segment, KernelProvider.current(), Calibrator.BUDGET_MILLIS)
            .run(
                QuerySample.draw(segment, Calibrator.SAMPLE_COUNT, QuerySample.Kind.EXPANDED),
                Calibration.QuerySource.SAMPLED,
                done -> {});
    if (calibration == null) {
      throw new IllegalStateException("segment " + segment.id() + " has no document with terms");
    }
    Files.write(file, CalibrationJson.write(calibration));
  }
}
