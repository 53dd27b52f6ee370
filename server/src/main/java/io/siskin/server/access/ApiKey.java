package io.siskin.server.access;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.Sha256;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key, without its secret. Immutable.
 *
 * @param id names it in lists and logs; no secret
 * @param secretSha256 the SHA-256 of its text, 64 lower-case hexadecimal digits. The secret has 256
 *     random bits, so that nobody can find it by trying, and a slow hash would protect nothing
 * @param label says what it is for: at most {@value #LABEL_LENGTH_MAX} characters, none of them a
 *     control character
 * @param grants what it allows: 1 to {@value #GRANTS_MAX}
 * @param created when it was made
 * @param expires until when it is valid; null for no end
 */
public record ApiKey(
    String id,
    String secretSha256,
    String label,
    List<Grant> grants,
    Instant created,
    @Nullable Instant expires) {
  /** The longest label, in characters. */
  public static final int LABEL_LENGTH_MAX = 200;

  /** The most grants of one key. */
  public static final int GRANTS_MAX = 20;

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /** Checks the ranges. */
  public ApiKey {
    KeyText.checkId("id of a key", id);
    if (!SHA256.matcher(secretSha256).matches()) {
      throw new InvalidInputException(
          "secret_sha256 of key " + id, "something else", "64 lower-case hexadecimal digits");
    }
    if (label.length() > LABEL_LENGTH_MAX || label.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidInputException(
          "label",
          label,
          "at most " + LABEL_LENGTH_MAX + " characters, none of them a control character");
    }
    if (grants.isEmpty() || grants.size() > GRANTS_MAX) {
      throw new InvalidInputException("grants of key " + id, grants.size(), "1 to " + GRANTS_MAX);
    }
    grants = List.copyOf(grants);
  }

  /**
   * Makes a key of its text.
   *
   * @param text the text, which is not kept
   * @param label says what it is for
   * @param grants what it allows
   * @param created when it was made
   * @param expires until when it is valid; null for no end
   */
  public static ApiKey of(
      KeyText text, String label, List<Grant> grants, Instant created, @Nullable Instant expires) {
    return new ApiKey(text.id(), Sha256.hex(text.bytes()), label, grants, created, expires);
  }

  /** Compares in a time that does not depend on where two hashes differ. */
  boolean hasSecret(KeyText text) {
    return MessageDigest.isEqual(
        HexFormat.of().parseHex(secretSha256), Sha256.newDigest().digest(text.bytes()));
  }

  /**
   * Returns whether the key is valid no more.
   *
   * @param now the time
   */
  public boolean isExpired(Instant now) {
    return expires != null && !now.isBefore(expires);
  }

  /**
   * Returns whether the key allows something with a collection.
   *
   * @param role the role that it needs
   * @param collection the name or alias that the request gives
   */
  public boolean allows(Role role, String collection) {
    for (Grant grant : grants) {
      if (grant.allows(role, collection)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether the key allows something with all collections.
   *
   * @param role the role that it needs
   */
  public boolean allowsAll(Role role) {
    for (Grant grant : grants) {
      if (grant.allowsAll(role)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether there can be a collection with which the key allows something.
   *
   * @param role the role that it needs
   */
  public boolean allowsAny(Role role) {
    for (Grant grant : grants) {
      if (grant.role().includes(role)) {
        return true;
      }
    }
    return false;
  }
}
