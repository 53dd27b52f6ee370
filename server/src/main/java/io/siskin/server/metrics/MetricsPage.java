package io.siskin.server.metrics;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the metrics in the format that a request asks for: Prometheus text, or OpenMetrics text.
 * Safe for concurrent use; one page is made at a time.
 */
public final class MetricsPage implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsPage.class);

  private final ServerMetrics metrics;
  private final JvmMetrics jvm = new JvmMetrics();
  private final ExpositionFormats formats = ExpositionFormats.init();
  private volatile String lastFailure = "";

  /**
   * What was written.
   *
   * @param isWhole whether the metrics were read; if not, the body says so in words
   * @param type the media type of the body
   * @param body the body
   */
  public record Written(boolean isWhole, String type, byte[] body) {}

  /**
   * Creates a page.
   *
   * @param sources what is shown
   */
  public MetricsPage(MetricSources sources) {
    this.metrics = new ServerMetrics(sources);
  }

  /**
   * Writes the metrics as they are now.
   *
   * @param accept the formats that the reader takes, as the header {@code Accept} lists them; null
   *     for the text of Prometheus
   */
  @SuppressWarnings("IllegalCatch") // The edge of the process: the one who asks gets an answer.
  public Written write(@Nullable String accept) {
    ExpositionFormatWriter writer = formats.findWriter(accept);
    try {
      return new Written(true, writer.getContentType(), write(writer));
    } catch (RuntimeException failed) {
      report(failed);
      return new Written(
          false,
          "text/plain; charset=utf-8",
          "the metrics cannot be read; the log says why\n".getBytes(StandardCharsets.UTF_8));
    }
  }

  private synchronized byte[] write(ExpositionFormatWriter writer) {
    List<MetricSnapshot> all = new ArrayList<>(metrics.read().snapshots());
    all.addAll(jvm.read());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      writer.write(bytes, new MetricSnapshots(all));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Logs a failure unless it is that of the scrape before. */
  private void report(RuntimeException failed) {
    String failure = failed.toString();
    if (!failure.equals(lastFailure)) {
      lastFailure = failure;
      LOG.error("the metrics cannot be read", failed);
    }
  }

  /** Ends; the page must not be asked for any more. */
  @Override
  public void close() {
    jvm.close();
  }
}
