package io.siskin.server.ingest;

import io.siskin.index.build.BuildProgress;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.plan.Calibration;
import io.siskin.server.plan.SampleQuery;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Measures a collection's segments anew, on the user's own queries or on queries made of its
 * documents, and publishes the result as the collection's next generation, which a server takes
 * over without a pause.
 *
 * <p>Used once, by one thread. Whatever ends the job earlier leaves the old calibration in force.
 */
public final class CalibrationJob {
  /**
   * About how much work each segment is measured with, on given queries, in milliseconds of one
   * core.
   */
  public static final long GIVEN_BUDGET_MILLIS = 20_000;

  private final Path dataDirectory;
  private final String collection;
  private final @Nullable Path queries;
  private final BuildProgress progress;
  private final TextModels models;

  /**
   * Prepares a job.
   *
   * @param dataDirectory the folder that holds the collection
   * @param collection its name
   * @param queries the user's queries, in any form that queries are read in; null makes some of the
   *     documents
   * @param progress told of each segment
   * @param models opens the models that the collection's encoders need
   */
  public CalibrationJob(
      Path dataDirectory,
      String collection,
      @Nullable Path queries,
      BuildProgress progress,
      TextModels models) {
    this.dataDirectory = dataDirectory;
    this.collection = collection;
    this.queries = queries;
    this.progress = progress;
    this.models = models;
  }

  /**
   * What was done.
   *
   * @param generation the collection's generation from now on
   * @param calibrations by segment id: what was measured; null for a segment with too few documents
   */
  public record Report(long generation, Map<String, @Nullable Calibration> calibrations) {}

  /**
   * Runs the job.
   *
   * @throws InvalidInputException when there is no such collection or a query is bad
   * @throws IOException when reading or writing fails
   */
  public Report run() throws IOException {
    DataDirectory data = new DataDirectory(dataDirectory);
    data.existing(collection);
    try (DataDirectory.Writer writer = data.openForWriting(collection)) {
      CollectionManifest manifest = CollectionManifest.read(writer.directory());
      Map<String, @Nullable Calibration> calibrations = measure(writer.directory(), manifest);
      for (Map.Entry<String, @Nullable Calibration> entry : calibrations.entrySet()) {
        writer.putCalibration(entry.getKey(), entry.getValue());
      }
      CollectionManifest next = manifest.next();
      writer.commit(next);
      return new Report(next.generation(), calibrations);
    }
  }

  private Map<String, @Nullable Calibration> measure(Path directory, CollectionManifest manifest)
      throws IOException {
    CollectionSnapshot snapshot =
        CollectionSnapshot.open(directory, manifest, Verification.STRUCTURE, models);
    try {
      List<SampleQuery> given = given(snapshot);
      Map<String, @Nullable Calibration> calibrations = new LinkedHashMap<>();
      for (Segment segment : snapshot.segments()) {
        calibrations.put(
            segment.id().toString(),
            given == null
                ? SegmentCalibration.sampled(segment, snapshot.encoderSpec(), progress)
                : SegmentCalibration.given(segment, given, GIVEN_BUDGET_MILLIS, progress));
      }
      return calibrations;
    } finally {
      snapshot.release();
    }
  }

  private @Nullable List<SampleQuery> given(CollectionSnapshot snapshot) throws IOException {
    if (queries == null) {
      return null;
    }
    List<SampleQuery> given = new ArrayList<>();
    for (SparseVector vector : CollectionQueries.read(snapshot, queries).vectors()) {
      given.add(SampleQuery.given(QuantizedQuery.of(vector)));
    }
    // When time is short the first ones are used, and a file may be sorted.
    Collections.shuffle(given, new Random(given.size()));
    return given;
  }
}
