package io.siskin.server.rpc;

/** Whether a server wants calls. Health checks are told the same. */
public enum Readiness {
  /** Not yet: collections are being opened. */
  STARTING,
  /** Calls are welcome. */
  SERVING,
  /** No more: the server finishes what it has and ends. */
  DRAINING
}
