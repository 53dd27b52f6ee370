package io.siskin.server.encode;

/** Asked now and then by long work, so that work whose result nobody wants any more can end. */
@FunctionalInterface
public interface Checkpoint {
  /** Never ends anything. */
  Checkpoint NONE = () -> {};

  /** Returns, or throws what ends the work. Must be quick: it is asked every few microseconds. */
  void check();
}
