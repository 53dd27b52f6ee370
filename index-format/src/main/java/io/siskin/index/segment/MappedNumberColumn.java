package io.siskin.index.segment;

import io.siskin.index.column.NumberColumn;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.format.v2.PackedLayout;
import org.jspecify.annotations.Nullable;

/** A column of numbers in a mapped segment. Safe for concurrent use. */
final class MappedNumberColumn implements NumberColumn {
  private static final int WORDS_PER_BLOCK = PackedLayout.BLOCK_LENGTH / Long.SIZE;

  private final FieldType type;
  private final PackedNumbers presence;
  private final PackedNumbers keys;

  MappedNumberColumn(FieldType type, PackedNumbers presence, PackedNumbers keys) {
    this.type = type;
    this.presence = presence;
    this.keys = keys;
  }

  @Override
  public FieldType type() {
    return type;
  }

  @Override
  public int documentCount() {
    return (int) presence.count();
  }

  @Override
  public void addPresent(DocumentSet.Builder target) {
    addPresent(presence, target);
  }

  /** Adds the documents for which an array has a 1. */
  static void addPresent(PackedNumbers presence, DocumentSet.Builder target) {
    for (int block = 0; block < presence.blockCount(); block++) {
      addPresent(presence, block, target);
    }
  }

  private static void addPresent(PackedNumbers presence, int block, DocumentSet.Builder target) {
    for (int word = 0; word < WORDS_PER_BLOCK; word++) {
      target.addWord(block * WORDS_PER_BLOCK + word, presence.ones(block, word));
    }
  }

  @Override
  public void addInRange(long minKey, long maxKey, DocumentSet.Builder target) {
    long[] values = new long[PackedLayout.BLOCK_LENGTH];
    for (int block = 0; block < keys.blockCount(); block++) {
      long min = keys.min(block);
      long max = keys.max(block);
      if (max < minKey || min > maxKey) {
        continue;
      }
      if (min >= minKey && max <= maxKey) {
        addPresent(presence, block, target);
        continue;
      }
      keys.read(block, values);
      int length = keys.length(block);
      for (int word = 0; word * Long.SIZE < length; word++) {
        int from = word * Long.SIZE;
        int to = Math.min(length, from + Long.SIZE);
        long inside = 0;
        for (int i = from; i < to; i++) {
          if (values[i] >= minKey && values[i] <= maxKey) {
            inside |= 1L << i;
          }
        }
        target.addWord(block * WORDS_PER_BLOCK + word, inside & presence.ones(block, word));
      }
    }
  }

  @Override
  public boolean has(int document) {
    return presence.get(document) != 0;
  }

  @Override
  public long value(int document) {
    return keys.get(document);
  }

  @Override
  public @Nullable FieldValue fieldValue(int document) {
    return has(document) ? FieldValue.ofKey(type, value(document)) : null;
  }

  /** Returns the arrays of the column: what the deep verification reads. */
  PackedNumbers presence() {
    return presence;
  }

  PackedNumbers keys() {
    return keys;
  }
}
