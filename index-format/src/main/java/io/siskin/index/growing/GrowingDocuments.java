package io.siskin.index.growing;

import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.v1.StringListLayout;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.store.SlabMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.agrona.ExpandableArrayBuffer;

/**
 * What a growing segment keeps of each document by number: its vector, its id, its fields and its
 * position.
 *
 * <p>One thread writes. It publishes the number of documents last, so readers find everything of
 * the documents that they know.
 */
final class GrowingDocuments {
  /** Documents of a page. */
  static final int PAGE_LENGTH = 1 << GrowingDocuments.PAGE_SHIFT;

  private static final int PAGE_SHIFT = 11;

  // A page has these columns, each of 4 bytes per document: the scale, the reference of the vector,
  // the reference of the other content, and the previous document with the same id, plus 1. Vector
  // loads may read 64 bytes beyond the scales; the other columns stand there.
  private static final int SCALES = 0;
  private static final int VECTORS = PAGE_LENGTH * Integer.BYTES;
  private static final int CONTENTS = 2 * VECTORS;
  private static final int PREVIOUS = 3 * VECTORS;
  private static final int PAGE_BYTES = 4 * VECTORS;

  // A vector: the number of its terms, what each has, then the term numbers in ascending order, the
  // impacts, and the residuals and frequencies if there are any.
  static final int VECTOR_SIZE = 0;
  static final int VECTOR_FLAGS = 4;
  static final int VECTOR_TERMS = 8;
  static final int WITH_RESIDUALS = 1;
  static final int WITH_FREQUENCIES = 2;
  static final int BY_TOKEN = 4;

  // The other content: the position, the length, the lengths of the parts, and the parts.
  private static final int POSITION = 0;
  private static final int LENGTH = 8;
  private static final int ID_LENGTH = 12;
  private static final int STORED_LENGTH = 16;
  private static final int DECLARED_LENGTH = 20;
  private static final int PARTS = 24;

  private final SlabMemory memory;
  private final int[] pages;
  private final HashSlots ids;
  private final ExpandableArrayBuffer scratch = new ExpandableArrayBuffer();

  GrowingDocuments(SlabMemory memory, int capacity) {
    this.memory = memory;
    this.pages = new int[(capacity + PAGE_LENGTH - 1) >>> PAGE_SHIFT];
    this.ids = new HashSlots(memory);
  }

  /**
   * Writes a document.
   *
   * @param document its number, the next one
   * @param terms its term numbers in the high halves, ascending, and in the low halves where they
   *     stand in the vector
   */
  void add(int document, QuantizedDocument added, long[] terms) {
    if (document % PAGE_LENGTH == 0) {
      pages[document >>> PAGE_SHIFT] = memory.allocate(PAGE_BYTES);
    }
    set(SCALES, document, Float.floatToRawIntBits(added.vector().scale()));
    set(VECTORS, document, addVector(added.vector(), terms));
    byte[] id = added.id().getBytes(StandardCharsets.UTF_8);
    set(CONTENTS, document, addContent(added, id));
    long hash = StringListLayout.hash(id, 0, id.length);
    int previous = find(hash, id);
    if (previous < 0) {
      ids.put(hash, document, this::hashOfId);
    } else {
      set(PREVIOUS, document, previous + 1);
      ids.replace(hash, previous, document);
    }
  }

  private int addVector(QuantizedVector vector, long[] terms) {
    int size = vector.size();
    boolean residuals = vector.hasResiduals();
    boolean frequencies = vector.hasFrequencies();
    int perTerm = Integer.BYTES + 1 + (residuals ? 1 : 0) + (frequencies ? 1 : 0);
    int reference = memory.allocate(VECTOR_TERMS + size * perTerm);
    MemorySegment slab = memory.slab(reference);
    long at = SlabMemory.offset(reference);
    slab.set(FileLayout.U32, at + VECTOR_SIZE, size);
    slab.set(
        FileLayout.U32,
        at + VECTOR_FLAGS,
        (residuals ? WITH_RESIDUALS : 0)
            | (frequencies ? WITH_FREQUENCIES : 0)
            | (vector.isByToken() ? BY_TOKEN : 0));
    long impacts = at + VECTOR_TERMS + (long) Integer.BYTES * size;
    for (int i = 0; i < size; i++) {
      int index = (int) terms[i];
      slab.set(
          FileLayout.U32, at + VECTOR_TERMS + (long) Integer.BYTES * i, (int) (terms[i] >>> 32));
      slab.set(FileLayout.U8, impacts + i, (byte) vector.impact(index));
      if (residuals) {
        slab.set(FileLayout.U8, impacts + size + i, (byte) vector.residual(index));
      }
      if (frequencies) {
        long from = impacts + (residuals ? 2L : 1L) * size;
        slab.set(FileLayout.U8, from + i, (byte) vector.frequency(index));
      }
    }
    return reference;
  }

  private int addContent(QuantizedDocument added, byte[] id) {
    int storedLength = FieldsCodec.putStored(scratch, 0, added.stored());
    int end = FieldsCodec.putDeclared(scratch, storedLength, added.declared());
    int reference = memory.allocate(PARTS + id.length + end);
    MemorySegment slab = memory.slab(reference);
    long at = SlabMemory.offset(reference);
    slab.set(FileLayout.U64, at + POSITION, added.position());
    slab.set(FileLayout.F32, at + LENGTH, added.vector().length());
    slab.set(FileLayout.U32, at + ID_LENGTH, id.length);
    slab.set(FileLayout.U32, at + STORED_LENGTH, storedLength);
    slab.set(FileLayout.U32, at + DECLARED_LENGTH, end - storedLength);
    MemorySegment.copy(id, 0, slab, ValueLayout.JAVA_BYTE, at + PARTS, id.length);
    MemorySegment.copy(
        scratch.byteArray(), 0, slab, ValueLayout.JAVA_BYTE, at + PARTS + id.length, end);
    return reference;
  }

  /** Returns the latest document with an id, −1 when there is none. */
  int find(String id) {
    byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
    return find(StringListLayout.hash(utf8, 0, utf8.length), utf8);
  }

  private int find(long hash, byte[] id) {
    HashSlots.Table table = ids.table();
    for (int probe = 0; ; probe++) {
      int number = table.number(hash, probe);
      if (number == HashSlots.ABSENT || id(number).mismatch(MemorySegment.ofArray(id)) < 0) {
        return number;
      }
    }
  }

  /** Returns the document that had the id of a document before it, −1 when there is none. */
  int previous(int document) {
    return get(PREVIOUS, document) - 1;
  }

  private long hashOfId(int document) {
    return StringListLayout.hash(id(document));
  }

  private MemorySegment id(int document) {
    return part(document, 0, u32(document, ID_LENGTH));
  }

  String externalId(int document) {
    return new String(id(document).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  long position(int document) {
    int reference = get(CONTENTS, document);
    return memory.slab(reference).get(FileLayout.U64, SlabMemory.offset(reference) + POSITION);
  }

  float length(int document) {
    return Float.intBitsToFloat(u32(document, LENGTH));
  }

  MemorySegment stored(int document) {
    return part(document, u32(document, ID_LENGTH), u32(document, STORED_LENGTH));
  }

  int storedLength(int document) {
    return u32(document, STORED_LENGTH);
  }

  MemorySegment declared(int document) {
    return part(
        document,
        u32(document, ID_LENGTH) + u32(document, STORED_LENGTH),
        u32(document, DECLARED_LENGTH));
  }

  float scale(int document) {
    return Float.intBitsToFloat(get(SCALES, document));
  }

  /** Returns the memory in which the scales of a page stand. */
  MemorySegment scales(int page) {
    return memory.slab(pages[page]);
  }

  /** Returns at which offset in bytes the scales of a page begin in their memory. */
  long scalesOffset(int page) {
    return SlabMemory.offset(pages[page]) + SCALES;
  }

  /** Returns the reference of the vector of a document. */
  int vector(int document) {
    return get(VECTORS, document);
  }

  private int u32(int document, int field) {
    int reference = get(CONTENTS, document);
    return memory.slab(reference).get(FileLayout.U32, SlabMemory.offset(reference) + field);
  }

  private MemorySegment part(int document, int from, int length) {
    int reference = get(CONTENTS, document);
    return memory.slab(reference).asSlice(SlabMemory.offset(reference) + PARTS + from, length);
  }

  private int get(int column, int document) {
    int page = pages[document >>> PAGE_SHIFT];
    return memory.slab(page).get(FileLayout.U32, offset(page, column, document));
  }

  private void set(int column, int document, int value) {
    int page = pages[document >>> PAGE_SHIFT];
    memory.slab(page).set(FileLayout.U32, offset(page, column, document), value);
  }

  private static long offset(int page, int column, int document) {
    return SlabMemory.offset(page) + column + (long) Integer.BYTES * (document & (PAGE_LENGTH - 1));
  }
}
