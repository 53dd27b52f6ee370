package io.siskin.server.testing;

import io.siskin.server.http.HttpOptions;
import io.siskin.server.http.HttpServer;
import io.siskin.server.http.Page;
import io.siskin.server.http.Site;
import io.siskin.server.metrics.MetricSources;
import io.siskin.server.metrics.MetricsPage;
import java.io.IOException;

/** Shows metrics on a port of their own, as the server does. */
public final class MetricsOverHttp implements AutoCloseable {
  private final MetricsPage page;
  private final HttpServer http;

  private MetricsOverHttp(MetricsPage page, HttpServer http) {
    this.page = page;
    this.http = http;
  }

  /**
   * Starts to listen on any free port.
   *
   * @param sources what is shown
   */
  public static MetricsOverHttp start(MetricSources sources) throws IOException {
    MetricsPage page = new MetricsPage(sources);
    HttpOptions options = HttpOptions.DEFAULTS.forMetrics("127.0.0.1", 0);
    Site site =
        Site.builder(options)
            .metrics(
                accept -> {
                  MetricsPage.Written written = page.write(accept);
                  return new Page(written.isWhole() ? 200 : 500, written.type(), written.body());
                })
            .build();
    return new MetricsOverHttp(page, HttpServer.start(options, site));
  }

  /** Returns the port. */
  public int port() {
    return http.port();
  }

  @Override
  public void close() {
    http.close();
    page.close();
  }
}
