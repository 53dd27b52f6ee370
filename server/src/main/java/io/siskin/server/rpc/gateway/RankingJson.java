package io.siskin.server.rpc.gateway;

import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.RankingNode;
import io.siskin.server.rpc.mapping.RankingMapper;
import io.siskin.server.search.SearchMode;
import java.util.SortedMap;
import java.util.function.Supplier;

/** Reads ranking trees that people write: JSON, in the form that REST takes. Pure functions. */
public final class RankingJson {
  private static final int LENGTH_BYTES_MAX = 16 << 20;

  private RankingJson() {}

  /**
   * Returns a tree as a message of the API.
   *
   * @param json the root of the tree, an object in UTF-8
   * @return the bytes of a {@code siskin.v1.RankingNode}
   * @throws InvalidInputException when it is not JSON or no tree
   */
  public static byte[] toMessage(byte[] json) {
    return read(json).toByteArray();
  }

  /**
   * Returns a tree, checked by all rules that do not depend on a collection.
   *
   * @param json the root of the tree, an object in UTF-8
   * @param defaultMode the default mode of the collection
   * @throws InvalidInputException when it is not JSON or no right tree
   */
  public static io.siskin.server.rank.tree.RankingNode toTree(
      byte[] json, Supplier<SearchMode> defaultMode) {
    return RankingMapper.toDomain(read(json), defaultMode);
  }

  /**
   * Returns a tree that is stored with a collection.
   *
   * @param name the name of the pipeline
   * @param pipelines the trees of the collection by name, as they are stored
   * @param defaultMode the default mode of the collection
   * @throws InvalidInputException when there is none of the name
   */
  public static io.siskin.server.rank.tree.RankingNode ofStored(
      String name, SortedMap<String, String> pipelines, Supplier<SearchMode> defaultMode) {
    return RankingMapper.toDomain(RankingMapper.stored(name, pipelines), defaultMode);
  }

  /**
   * Writes a tree as people read it, with every parameter that is in force.
   *
   * @param root the root of the tree
   * @return JSON in UTF-8, which {@link #toTree} reads back
   */
  public static byte[] toJson(io.siskin.server.rank.tree.RankingNode root) {
    return MessageWriter.write(RankingMapper.toProto(root), LENGTH_BYTES_MAX);
  }

  private static RankingNode read(byte[] json) {
    RankingNode.Builder node = RankingNode.newBuilder();
    MessageReader.read(json, node);
    return node.build();
  }
}
