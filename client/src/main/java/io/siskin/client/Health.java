package io.siskin.client;

/** What a server says about itself, or about one of its services. */
public enum Health {
  /** Ready for calls. */
  SERVING,
  /** Starting or shutting down; calls may fail. */
  NOT_SERVING,
  /** The server has no service of that name. */
  SERVICE_UNKNOWN
}
