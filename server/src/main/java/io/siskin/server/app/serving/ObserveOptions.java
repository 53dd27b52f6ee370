package io.siskin.server.app.serving;

import io.siskin.server.observe.AccessLogOptions;
import io.siskin.server.observe.SlowQueryOptions;
import io.siskin.server.retrieve.RecallOptions;
import io.siskin.server.trace.TraceOptions;

/**
 * What a server writes down about its work. Immutable.
 *
 * @param accessLog where a line for each call goes. Default: nowhere
 * @param slowQueries which searches are remembered. Default: those above 200 ms
 * @param traces what is traced. Default: nothing
 * @param recall how many searches are searched again exactly. Default: one in a thousand
 */
public record ObserveOptions(
    AccessLogOptions accessLog,
    SlowQueryOptions slowQueries,
    TraceOptions traces,
    RecallOptions recall) {
  /** What holds where nothing is said. */
  public static final ObserveOptions DEFAULTS =
      new ObserveOptions(
          AccessLogOptions.DEFAULTS,
          SlowQueryOptions.DEFAULTS,
          TraceOptions.DEFAULTS,
          RecallOptions.DEFAULTS);
}
