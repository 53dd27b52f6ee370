package io.siskin.server.app.process;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/**
 * The level of the log, which {@code logback.xml} sends to standard error. Commands that answer and
 * end are silent unless something is wrong; a server tells what it does.
 */
public final class Logging {
  private static final String OURS = "io.siskin";

  // java.util.logging forgets loggers, and their levels, that nobody holds.
  private static final java.util.logging.Logger GRPC =
      java.util.logging.Logger.getLogger("io.grpc");
  private static final java.util.logging.Logger LUCENE =
      java.util.logging.Logger.getLogger("org.apache.lucene");

  private static boolean verbose;

  private Logging() {}

  /** Shows what a server does, from now on. */
  public static void showServerEvents() {
    quietLibraries();
    if (!verbose) {
      logger(OURS).setLevel(Level.INFO);
    }
  }

  /** Shows debug lines and the stack traces of errors, from now on. */
  public static void makeVerbose() {
    verbose = true;
    logger(OURS).setLevel(Level.DEBUG);
  }

  /** Tells whether stack traces are wanted. */
  static boolean isVerbose() {
    return verbose;
  }

  /**
   * Silences what gRPC and Lucene say on java.util.logging, of which nothing is the user's
   * business: failures come as exceptions.
   */
  public static void quietLibraries() {
    GRPC.setLevel(java.util.logging.Level.OFF);
    LUCENE.setLevel(java.util.logging.Level.WARNING);
  }

  private static Logger logger(String name) {
    return ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(name);
  }
}
