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
 * Runs every bench once, for a moment, in this process: it must not rot. The figures mean nothing.
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
    // Two forward benches, four of block maxima, three of summaries, four of impacts, five of
    // pooling and, at two lengths, two of projection, each scalar and panama; four of memory
    // access and three of tallies.
    assertThat(results).hasSize(51);
    assertThat(results)
        .allSatisfy(result -> assertThat(result.getPrimaryResult().getScore()).isPositive());
  }
}
