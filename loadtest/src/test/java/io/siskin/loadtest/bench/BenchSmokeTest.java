package io.siskin.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs every benchmark once, for a moment, in this process. This shows that the benchmarks still
 * work. The figures have no meaning.
 */
final class BenchSmokeTest {
  @Test
  void everyBenchRuns() throws RunnerException {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include("io\\.siskin\\.loadtest\\.bench\\..*")
                    .param("records", "64")
                    .forks(0)
                    .warmupIterations(0)
                    .measurementIterations(1)
                    .measurementTime(TimeValue.milliseconds(5))
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    // There are 2 benchmarks of the forward kernel, 4 of block maxima, 3 of summaries, 4 of
    // impacts, 5 of pooling, 4 of dense vectors, 12 of late interaction, and 2 of the projection at
    // two lengths. Each runs with scalar and with panama kernels. There are also 4 of memory
    // access, 3 of counters, 5 of call records, 2 of spans, and 4 of rows in four storages.
    assertThat(results).hasSize(106);
    assertThat(results)
        .allSatisfy(result -> assertThat(result.getPrimaryResult().getScore()).isPositive());
  }
}
