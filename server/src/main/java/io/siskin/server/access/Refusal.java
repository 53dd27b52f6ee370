package io.siskin.server.access;

import java.util.Locale;

/** Why a call was refused for who makes it. */
public enum Refusal {
  /** It has no key. */
  NO_KEY,

  /** What it has is no key of Siskin. */
  MALFORMED,

  /** It has a key that does not exist, or exists no more. */
  UNKNOWN,

  /** Its key is valid no more. */
  EXPIRED,

  /** Its key does not allow what it asks for. */
  FORBIDDEN,

  /** Too many calls from its address have failed for their keys. */
  TOO_MANY;

  /** Returns the reason as metrics and messages spell it. */
  public String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }
}
