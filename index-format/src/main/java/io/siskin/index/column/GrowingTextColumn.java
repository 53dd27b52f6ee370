package io.siskin.index.column;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A column of texts that one thread extends. Each distinct text is kept once and has a number, in
 * the order in which the texts came. An array that is too short is replaced by a longer copy.
 * Elements that a view reads are never written again.
 */
final class GrowingTextColumn implements GrowingColumns.GrowingColumn {
  private static final int LENGTH_MIN = 64;

  // What a distinct text takes besides its characters, which are there twice: a string and its
  // array (24 + 16), the array of its UTF-8 (16), its number (16), and its node and slot in the
  // hash table (32 + 8).
  private static final int TEXT_BYTES = 112;

  private final FieldType type;

  // For the writer only.
  private final Map<String, Integer> numberByText = new HashMap<>();
  private int valueCount;
  private long addedBytes;

  // Volatile, so that who sees a longer copy also sees what was copied.
  private volatile byte[] presence = new byte[0];
  private volatile int[] ends = new int[0];
  private volatile int[] values = new int[0];
  private volatile byte[][] texts = new byte[0][];

  // What the distinct texts take.
  private volatile long textBytes;

  GrowingTextColumn(FieldType type) {
    this.type = type;
  }

  @Override
  public FieldType type() {
    return type;
  }

  @Override
  public void add(int document, @Nullable FieldValue value) {
    if (document == ends.length) {
      int length = Math.max(LENGTH_MIN, 2 * document);
      ends = Arrays.copyOf(ends, length);
      presence = Arrays.copyOf(presence, length);
    }
    switch (value) {
      case FieldValue.Text(String text) -> append(text);
      case FieldValue.TextList(List<String> list) ->
          list.stream()
              .sorted((a, b) -> Arrays.compareUnsigned(utf8(a), utf8(b)))
              .forEach(this::append);
      case null, default -> {
        // The document has no value.
      }
    }
    ends[document] = valueCount;
    presence[document] = (byte) (value == null ? 0 : 1);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void append(String text) {
    if (valueCount == values.length) {
      values = Arrays.copyOf(values, Math.max(LENGTH_MIN, 2 * valueCount));
    }
    values[valueCount++] = number(text);
  }

  private int number(String text) {
    Integer known = numberByText.get(text);
    if (known != null) {
      return known;
    }
    int number = numberByText.size();
    if (number == texts.length) {
      texts = Arrays.copyOf(texts, Math.max(LENGTH_MIN, 2 * number));
    }
    texts[number] = utf8(text);
    numberByText.put(text, number);
    addedBytes += TEXT_BYTES + 2L * texts[number].length;
    textBytes = addedBytes;
    return number;
  }

  @Override
  public long heapBytes() {
    return textBytes
        + presence.length
        + (long) Integer.BYTES * (ends.length + values.length + texts.length);
  }

  @Override
  public Column view(int documents) {
    return new View(type, documents, presence, ends, values, texts);
  }

  private static final class View implements TextColumn {
    private final FieldType type;
    private final int documentCount;
    private final byte[] presence;
    private final int[] ends;
    private final int[] values;
    private final byte[][] texts;

    View(
        FieldType type,
        int documentCount,
        byte[] presence,
        int[] ends,
        int[] values,
        byte[][] texts) {
      this.type = type;
      this.documentCount = documentCount;
      this.presence = presence;
      this.ends = ends;
      this.values = values;
      this.texts = texts;
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
      for (int document = 0; document < documentCount; document++) {
        if (presence[document] != 0) {
          target.add(document);
        }
      }
    }

    /** Compares each distinct text at most once. */
    @Override
    public void addInRange(
        byte[] fromInclusive, byte @Nullable [] toExclusive, DocumentSet.Builder target) {
      byte[] verdicts = new byte[texts.length];
      int at = 0;
      for (int document = 0; document < documentCount; document++) {
        boolean inside = false;
        for (; at < ends[document]; at++) {
          int text = values[at];
          if (verdicts[text] == 0) {
            verdicts[text] = (byte) (isInside(texts[text], fromInclusive, toExclusive) ? 1 : -1);
          }
          inside |= verdicts[text] > 0;
        }
        if (inside) {
          target.add(document);
        }
      }
    }

    private static boolean isInside(byte[] text, byte[] from, byte @Nullable [] to) {
      return Arrays.compareUnsigned(text, from) >= 0
          && (to == null || Arrays.compareUnsigned(text, to) < 0);
    }

    @Override
    public List<String> values(int document) {
      List<String> list = new ArrayList<>();
      for (int at = document == 0 ? 0 : ends[document - 1]; at < ends[document]; at++) {
        list.add(new String(texts[values[at]], StandardCharsets.UTF_8));
      }
      return list;
    }

    @Override
    public @Nullable FieldValue fieldValue(int document) {
      if (presence[document] == 0) {
        return null;
      }
      List<String> list = values(document);
      return type == FieldType.STRING
          ? new FieldValue.Text(list.getFirst())
          : new FieldValue.TextList(list);
    }
  }
}
