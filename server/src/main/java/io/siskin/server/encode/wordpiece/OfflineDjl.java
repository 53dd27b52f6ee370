package io.siskin.server.encode.wordpiece;

/** Keeps DJL from connecting anywhere, whatever the flags of the process say. */
final class OfflineDjl {
  private OfflineDjl() {}

  /**
   * Must run before the first class of DJL is initialised: left alone, DJL asks a cloud metadata
   * address where it runs and reports its use.
   */
  static void enforce() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }
}
