package io.siskin.server.collection;

/** What is done with the files of a segment before it is searched. */
public enum Preload {
  /** Nothing: the first searches wait for what they read. */
  NONE,
  /** All of them are brought into memory and into the page tables of the process. */
  TOUCH
}
