package io.siskin.index.growing;

import io.siskin.index.document.DocumentSet;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.StringListLayout;
import io.siskin.index.store.SlabMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The terms of a growing segment and their posting lists. Terms are numbered densely in the order
 * in which they come.
 *
 * <p>A posting list is a chain of chunks. The first one has room for {@link #FIRST_CAPACITY}
 * postings, and each further one for twice as many as the one before. A chunk has the reference of
 * the next one (u32), then the documents (u16), then the impacts (u8). Chunks stay where they are,
 * so readers need no copy. A list has a count. It is written last and read first, so that whoever
 * reads a count finds all postings that it counts.
 *
 * <p>One thread writes; readers take no lock.
 */
final class GrowingTerms {
  private static final int ABSENT = HashSlots.ABSENT;
  private static final int FIRST_CAPACITY = 4;
  private static final int CHUNK_HEADER = Integer.BYTES;

  // A record of a term: the reference of its token or its term id, the length of its token, the
  // reference of its first chunk, and the number of its postings.
  private static final int KEY = 0;
  private static final int KEY_LENGTH = 4;
  private static final int FIRST_CHUNK = 8;
  private static final int COUNT = 12;
  private static final int RECORD_SHIFT = 4;
  private static final int PAGE_SHIFT = 10;
  private static final int PAGE_LENGTH = 1 << PAGE_SHIFT;

  private static final VarHandle COUNT_HANDLE = ValueLayout.JAVA_INT.varHandle();

  /** What the keys of terms are. */
  private enum Keys {
    NONE,
    TOKENS,
    TERM_IDS
  }

  private final SlabMemory memory;
  private final HashSlots slots;

  /** By page: the references of the records. A page is entered before a term of it is published. */
  private volatile int[] pages = new int[4];

  private volatile Keys keys = Keys.NONE;
  private volatile int size;

  /** By term: the last chunk of its list. Only the writer uses it. */
  private int[] lastChunks = new int[PAGE_LENGTH];

  GrowingTerms(SlabMemory memory) {
    this.memory = memory;
    this.slots = new HashSlots(memory);
  }

  int size() {
    return size;
  }

  boolean isByToken() {
    return keys == Keys.TOKENS;
  }

  /** Refuses a document whose terms have keys of another kind. */
  void checkKeys(boolean byToken) {
    if (keys != Keys.NONE && (keys == Keys.TOKENS) != byToken) {
      throw new InvalidInputException(
          "vector",
          byToken ? "keyed by token" : "keyed by term id",
          "one kind of key in a collection, as in its first documents");
    }
  }

  /** Returns the number of a token, which is made if there is none. */
  int addToken(String token) {
    int known = numberOfToken(token);
    if (known != ABSENT) {
      return known;
    }
    keys = Keys.TOKENS;
    byte[] utf8 = token.getBytes(StandardCharsets.UTF_8);
    int reference = memory.allocate(utf8.length);
    MemorySegment.copy(
        utf8,
        0,
        memory.slab(reference),
        ValueLayout.JAVA_BYTE,
        SlabMemory.offset(reference),
        utf8.length);
    return add(StringListLayout.hash(utf8, 0, utf8.length), reference, utf8.length);
  }

  /** Returns the number of a term id, which is made if there is none. */
  int addTermId(int termId) {
    int known = numberOfTermId(termId);
    if (known != ABSENT) {
      return known;
    }
    keys = Keys.TERM_IDS;
    return add(StringListLayout.hash(termId), termId, 0);
  }

  private int add(long hash, int key, int keyLength) {
    int number = size;
    int page = number >>> PAGE_SHIFT;
    if (number % PAGE_LENGTH == 0) {
      int[] grown = page < pages.length ? pages : Arrays.copyOf(pages, 2 * page);
      grown[page] = memory.allocate(PAGE_LENGTH << RECORD_SHIFT);
      pages = grown;
    }
    if (number == lastChunks.length) {
      lastChunks = Arrays.copyOf(lastChunks, 2 * number);
    }
    MemorySegment slab = recordSlab(number);
    long at = recordOffset(number);
    slab.set(FileLayout.U32, at + KEY, key);
    slab.set(FileLayout.U32, at + KEY_LENGTH, keyLength);
    size = number + 1;
    slots.put(hash, number, this::hash);
    return number;
  }

  private long hash(int number) {
    return isByToken()
        ? StringListLayout.hash(tokenBytes(number))
        : StringListLayout.hash(key(number));
  }

  /** Appends a posting to the list of a term. The document is above those of the list. */
  void append(int term, int document, int impact) {
    MemorySegment slab = recordSlab(term);
    long at = recordOffset(term);
    int count = slab.get(ValueLayout.JAVA_INT, at + COUNT);
    // Chunk k begins after FIRST_CAPACITY × (2^k − 1) postings.
    int shift = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(count / FIRST_CAPACITY + 1);
    int capacity = FIRST_CAPACITY << shift;
    int position = count - (capacity - FIRST_CAPACITY);
    if (position == 0) {
      addChunk(slab, at, term, count, capacity);
    }
    MemorySegment chunk = memory.slab(lastChunks[term]);
    long documents = SlabMemory.offset(lastChunks[term]) + CHUNK_HEADER;
    chunk.set(FileLayout.U16, documents + (long) Short.BYTES * position, (short) document);
    chunk.set(FileLayout.U8, documents + (long) Short.BYTES * capacity + position, (byte) impact);
    COUNT_HANDLE.setRelease(slab, at + COUNT, count + 1);
  }

  private void addChunk(MemorySegment record, long at, int term, int count, int capacity) {
    int added = memory.allocate(CHUNK_HEADER + capacity * (Short.BYTES + Byte.BYTES));
    if (count == 0) {
      record.set(FileLayout.U32, at + FIRST_CHUNK, added);
    } else {
      memory.slab(lastChunks[term]).set(FileLayout.U32, SlabMemory.offset(lastChunks[term]), added);
    }
    lastChunks[term] = added;
  }

  /** Returns the number of a token, or {@link #ABSENT}. */
  int numberOfToken(String token) {
    if (!isByToken()) {
      return ABSENT;
    }
    if (!StringListLayout.isAscii(token)) {
      return numberOfUtf8(token.getBytes(StandardCharsets.UTF_8));
    }
    long hash = StringListLayout.hashOfAscii(token);
    HashSlots.Table table = slots.table();
    for (int probe = 0; ; probe++) {
      int number = table.number(hash, probe);
      if (number == ABSENT || isToken(number, token)) {
        return number;
      }
    }
  }

  private int numberOfUtf8(byte[] token) {
    long hash = StringListLayout.hash(token, 0, token.length);
    HashSlots.Table table = slots.table();
    for (int probe = 0; ; probe++) {
      int number = table.number(hash, probe);
      if (number == ABSENT || tokenBytes(number).mismatch(MemorySegment.ofArray(token)) < 0) {
        return number;
      }
    }
  }

  private boolean isToken(int number, String ascii) {
    MemorySegment record = recordSlab(number);
    long at = recordOffset(number);
    if (record.get(FileLayout.U32, at + KEY_LENGTH) != ascii.length()) {
      return false;
    }
    int reference = record.get(FileLayout.U32, at + KEY);
    MemorySegment slab = memory.slab(reference);
    long from = SlabMemory.offset(reference);
    for (int i = 0; i < ascii.length(); i++) {
      if (slab.get(FileLayout.U8, from + i) != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the number of a term id, or {@link #ABSENT}. */
  int numberOfTermId(int termId) {
    if (keys != Keys.TERM_IDS) {
      return ABSENT;
    }
    long hash = StringListLayout.hash(termId);
    HashSlots.Table table = slots.table();
    for (int probe = 0; ; probe++) {
      int number = table.number(hash, probe);
      if (number == ABSENT || key(number) == termId) {
        return number;
      }
    }
  }

  /** Returns the key of a term: its term id, when terms are term ids. */
  int key(int term) {
    return recordSlab(term).get(FileLayout.U32, recordOffset(term) + KEY);
  }

  String token(int term) {
    return new String(tokenBytes(term).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  private MemorySegment tokenBytes(int term) {
    int reference = key(term);
    int length = recordSlab(term).get(FileLayout.U32, recordOffset(term) + KEY_LENGTH);
    return memory.slab(reference).asSlice(SlabMemory.offset(reference), length);
  }

  /** Returns whether a document below a number has a term. */
  boolean isIn(int term, int documentCount) {
    MemorySegment record = recordSlab(term);
    long at = recordOffset(term);
    if ((int) COUNT_HANDLE.getAcquire(record, at + COUNT) == 0) {
      return false;
    }
    int chunk = record.get(FileLayout.U32, at + FIRST_CHUNK);
    long documents = SlabMemory.offset(chunk) + CHUNK_HEADER;
    return document(memory.slab(chunk), documents, 0) < documentCount;
  }

  /** Returns how many postings of a term belong to documents below a number. */
  int count(int term, int documentCount) {
    MemorySegment record = recordSlab(term);
    long at = recordOffset(term);
    int count = (int) COUNT_HANDLE.getAcquire(record, at + COUNT);
    int chunk = count == 0 ? SlabMemory.NONE : record.get(FileLayout.U32, at + FIRST_CHUNK);
    int counted = 0;
    for (int capacity = FIRST_CAPACITY; counted < count; capacity *= 2) {
      MemorySegment slab = memory.slab(chunk);
      long documents = SlabMemory.offset(chunk) + CHUNK_HEADER;
      int length = Math.min(capacity, count - counted);
      int below = below(slab, documents, length, documentCount);
      counted += below;
      if (below < length) {
        break;
      }
      if (counted < count) {
        chunk = slab.get(FileLayout.U32, documents - CHUNK_HEADER);
      }
    }
    return counted;
  }

  /** Returns how many documents of a set have a term. The set is of the first documents. */
  int count(int term, DocumentSet accepted) {
    MemorySegment record = recordSlab(term);
    long at = recordOffset(term);
    int total = (int) COUNT_HANDLE.getAcquire(record, at + COUNT);
    int chunk = total == 0 ? SlabMemory.NONE : record.get(FileLayout.U32, at + FIRST_CHUNK);
    int read = 0;
    int count = 0;
    for (int capacity = FIRST_CAPACITY; read < total; capacity *= 2) {
      MemorySegment slab = memory.slab(chunk);
      long documents = SlabMemory.offset(chunk) + CHUNK_HEADER;
      int length = Math.min(capacity, total - read);
      int below = below(slab, documents, length, accepted.documentCount());
      for (int i = 0; i < below; i++) {
        count += accepted.contains(document(slab, documents, i)) ? 1 : 0;
      }
      read += below;
      if (below < length) {
        break;
      }
      if (read < total) {
        chunk = slab.get(FileLayout.U32, documents - CHUNK_HEADER);
      }
    }
    return count;
  }

  /**
   * Adds weight × impact of all postings of a term that belong to documents below a number.
   *
   * @return how many postings there were
   */
  int addTo(int[] sums, int term, int weight, int documentCount) {
    MemorySegment record = recordSlab(term);
    long at = recordOffset(term);
    int count = (int) COUNT_HANDLE.getAcquire(record, at + COUNT);
    int chunk = count == 0 ? SlabMemory.NONE : record.get(FileLayout.U32, at + FIRST_CHUNK);
    int added = 0;
    for (int capacity = FIRST_CAPACITY; added < count; capacity *= 2) {
      MemorySegment slab = memory.slab(chunk);
      long documents = SlabMemory.offset(chunk) + CHUNK_HEADER;
      int length = Math.min(capacity, count - added);
      int below = below(slab, documents, length, documentCount);
      addRun(slab, documents, documents + (long) Short.BYTES * capacity, below, weight, sums);
      added += below;
      if (below < length) {
        break;
      }
      if (added < count) {
        chunk = slab.get(FileLayout.U32, documents - CHUNK_HEADER);
      }
    }
    return added;
  }

  private static void addRun(
      MemorySegment slab, long documents, long impacts, int count, int weight, int[] sums) {
    for (int i = 0; i < count; i++) {
      int document = slab.get(FileLayout.U16_CHAR, documents + (long) Short.BYTES * i);
      sums[document] += weight * (slab.get(FileLayout.U8, impacts + i) & 0xFF);
    }
  }

  /** Returns how many of some ascending documents are below a number. */
  private static int below(MemorySegment slab, long documents, int length, int documentCount) {
    if (document(slab, documents, length - 1) < documentCount) {
      return length;
    }
    int low = 0;
    int high = length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (document(slab, documents, middle) < documentCount) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static int document(MemorySegment slab, long documents, int index) {
    return slab.get(FileLayout.U16_CHAR, documents + (long) Short.BYTES * index);
  }

  private MemorySegment recordSlab(int term) {
    return memory.slab(pages[term >>> PAGE_SHIFT]);
  }

  private long recordOffset(int term) {
    return SlabMemory.offset(pages[term >>> PAGE_SHIFT])
        + ((long) (term & (PAGE_LENGTH - 1)) << RECORD_SHIFT);
  }
}
