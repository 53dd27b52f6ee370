package io.siskin.index.column;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A column of numbers that one thread extends. An array that is too short is replaced by a longer
 * copy. Elements that a view reads are never written again.
 */
final class GrowingNumberColumn implements GrowingColumns.GrowingColumn {
  private static final int LENGTH_MIN = 64;

  private final FieldType type;

  // Volatile, so that who sees a longer copy also sees what was copied.
  private volatile long[] keys = new long[0];
  private volatile byte[] presence = new byte[0];

  GrowingNumberColumn(FieldType type) {
    this.type = type;
  }

  @Override
  public FieldType type() {
    return type;
  }

  @Override
  public void add(int document, @Nullable FieldValue value) {
    if (document == keys.length) {
      int length = Math.max(LENGTH_MIN, 2 * document);
      keys = Arrays.copyOf(keys, length);
      presence = Arrays.copyOf(presence, length);
    }
    if (value instanceof FieldValue.Keyed keyed) {
      keys[document] = keyed.key();
      presence[document] = 1;
    }
  }

  @Override
  public long heapBytes() {
    return (long) Long.BYTES * keys.length + presence.length;
  }

  @Override
  public Column view(int documents) {
    return new View(type, documents, keys, presence);
  }

  private static final class View implements NumberColumn {
    private final FieldType type;
    private final int documentCount;
    private final long[] keys;
    private final byte[] presence;

    View(FieldType type, int documentCount, long[] keys, byte[] presence) {
      this.type = type;
      this.documentCount = documentCount;
      this.keys = keys;
      this.presence = presence;
    }

    @Override
    public FieldType type() {
      return type;
    }

    @Override
    public int documentCount() {
      return documentCount;
    }

    @Override
    public void addPresent(DocumentSet.Builder target) {
      addInRange(Long.MIN_VALUE, Long.MAX_VALUE, target);
    }

    @Override
    public void addInRange(long minKey, long maxKey, DocumentSet.Builder target) {
      for (int word = 0; word << 6 < documentCount; word++) {
        int from = word << 6;
        int to = Math.min(documentCount, from + Long.SIZE);
        long inside = 0;
        for (int document = from; document < to; document++) {
          if (presence[document] != 0 && keys[document] >= minKey && keys[document] <= maxKey) {
            inside |= 1L << document;
          }
        }
        target.addWord(word, inside);
      }
    }

    @Override
    public boolean has(int document) {
      return presence[document] != 0;
    }

    @Override
    public long value(int document) {
      return keys[document];
    }

    @Override
    public @Nullable FieldValue fieldValue(int document) {
      return has(document) ? FieldValue.ofKey(type, keys[document]) : null;
    }
  }
}
