package io.siskin.server.app.serving;

import io.siskin.index.store.Verification;
import io.siskin.server.collection.Preload;
import io.siskin.server.retrieve.Warmup;
import io.siskin.server.rpc.GrpcServerOptions;
import io.siskin.server.write.WriteLimits;

/**
 * What can be chosen about a {@link SearchServer}: the options of its parts. Immutable.
 *
 * @param grpc where gRPC listens, and within what limits
 * @param verification how much of each file is read before it is used
 * @param warmup gets each collection ready before it serves
 * @param writes how much memory and time the writes of one collection may take
 * @param observe what is written down about the server's work
 */
public record ServingOptions(
    GrpcServerOptions grpc,
    Verification verification,
    Warmup warmup,
    WriteLimits writes,
    ObserveOptions observe) {
  /**
   * Returns options with the usual limits. The files of collections are touched before they serve,
   * if they are read anyway to be verified.
   *
   * @param grpc where gRPC listens, and within what limits
   * @param verification how much of each file is read before it is used
   * @param warmupMillis about how long each collection is searched before it serves
   */
  public static ServingOptions of(
      GrpcServerOptions grpc, Verification verification, long warmupMillis) {
    Preload preload = verification == Verification.FULL ? Preload.TOUCH : Preload.NONE;
    return new ServingOptions(
        grpc,
        verification,
        new Warmup(warmupMillis, preload),
        WriteLimits.DEFAULTS,
        ObserveOptions.DEFAULTS);
  }
}
