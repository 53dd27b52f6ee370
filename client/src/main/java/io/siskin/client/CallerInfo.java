package io.siskin.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller may do. Immutable.
 *
 * @param keyId the id of the caller's key, which is no secret; empty where no keys are asked for
 * @param grants what the key allows
 * @param expireTime until when the key is valid; null for without end
 */
public record CallerInfo(String keyId, List<Grant> grants, @Nullable Instant expireTime) {
  /** Copies the list. */
  public CallerInfo {
    grants = List.copyOf(grants);
  }

  /**
   * A right to do something with some collections.
   *
   * @param role what may be done
   * @param collections names or aliases; one that ends in {@code *} stands for all that begin so
   */
  public record Grant(Role role, List<String> collections) {
    /** Copies the list. */
    public Grant {
      collections = List.copyOf(collections);
    }
  }

  /** What a caller may do with a collection. Each role includes those before it. */
  public enum Role {
    /** Search and read. */
    READ,
    /** Write and delete documents. */
    WRITE,
    /** Change collections. */
    ADMIN,
    /** A role that this client does not know. */
    UNKNOWN
  }
}
