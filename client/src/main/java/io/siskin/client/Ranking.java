package io.siskin.client;

import java.util.Arrays;

/** How documents are ranked by several stages; docs/ranking.md describes them. Immutable. */
public sealed interface Ranking {
  /**
   * A tree that is stored with the collection.
   *
   * @param pipeline its name
   */
  record Stored(String pipeline) implements Ranking {}

  /**
   * A tree.
   *
   * @param root its root
   */
  record Tree(RankingNode root) implements Ranking {}

  /** A tree as a message of the API, as files and other programs have it. */
  final class Encoded implements Ranking {
    private final byte[] node;

    /**
     * Copies a message.
     *
     * @param node the bytes of a {@code siskin.v1.RankingNode}
     */
    public Encoded(byte[] node) {
      this.node = node.clone();
    }

    /** Returns a copy of the message. */
    public byte[] node() {
      return node.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Encoded encoded && Arrays.equals(node, encoded.node);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(node);
    }
  }

  /**
   * Ranks by a tree.
   *
   * @param root its root
   */
  static Ranking tree(RankingNode root) {
    return new Tree(root);
  }

  /**
   * Names a tree that is stored with the collection.
   *
   * @param pipeline its name
   */
  static Ranking stored(String pipeline) {
    return new Stored(pipeline);
  }
}
