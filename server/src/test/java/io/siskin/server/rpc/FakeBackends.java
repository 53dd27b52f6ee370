package io.siskin.server.rpc;

import io.siskin.server.retrieve.Retriever;
import io.siskin.server.retrieve.TextEncoders;

/** Backends of servers in tests. */
public final class FakeBackends {
  private FakeBackends() {}

  /** Backends that search and encode; whatever else is asked of them fails. */
  public static Backends of(Retriever searches, TextEncoders encoders) {
    return of(searches, encoders, new FakeCollections());
  }

  /** Backends that search, encode, read and write. */
  static Backends of(Retriever searches, TextEncoders encoders, FakeCollections collections) {
    return new Backends(searches, collections, collections, collections, encoders);
  }
}
