package io.siskin.index.growing;

import io.siskin.index.dense.DenseFields;
import io.siskin.index.dense.DenseQuery;
import io.siskin.index.dense.DenseType;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.dense.MaxSimQuery;
import io.siskin.index.dense.RowBlock;
import io.siskin.index.dense.StoredDenseField;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.store.SlabMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The dense vectors of a growing segment, field by field.
 *
 * <p>A field has pages of references, one for each document. A document without a vector has the
 * reference {@link SlabMemory#NONE}. The memory of a document holds the number of its vectors (u32)
 * and their scales (f32) or keys (u32), then zeros up to a multiple of 64, and then its rows.
 * Nothing is ever moved.
 *
 * <p>One thread writes. It publishes the number of documents last, so readers find everything of
 * the documents that they know.
 */
final class GrowingDense {
  private static final int PAGE_SHIFT = 11;
  private static final int PAGE_LENGTH = 1 << PAGE_SHIFT;
  private static final int ROW_ALIGNMENT = 64;

  // What may be lost before the first row, and what a kernel may read after the last one.
  private static final int ROOM = 2 * ROW_ALIGNMENT;

  private final SlabMemory memory;
  private final int pageCount;

  /** Never written once it is here: a new field makes another map. */
  private volatile Map<String, Field> fields = Map.of();

  GrowingDense(SlabMemory memory, int capacity) {
    this.memory = memory;
    this.pageCount = (capacity + PAGE_LENGTH - 1) >>> PAGE_SHIFT;
  }

  /**
   * Checks the dense vectors of a document.
   *
   * @throws InvalidInputException when a field has another type than before
   */
  void check(Map<String, DenseVectors> dense) {
    dense.forEach(
        (name, vectors) -> {
          Field known = fields.get(name);
          if (known != null && !known.type.equals(vectors.type())) {
            throw new InvalidInputException(
                "dense field '" + name + "'",
                vectors.type(),
                known.type + ", as in the documents before");
          }
        });
  }

  /** Adds the vectors of the next document. They have been checked. */
  void add(int document, Map<String, DenseVectors> dense) {
    for (Map.Entry<String, DenseVectors> entry : dense.entrySet()) {
      Field field = fields.get(entry.getKey());
      if (field == null) {
        field = new Field(entry.getKey(), entry.getValue().type());
        Map<String, Field> more = new TreeMap<>(fields);
        more.put(entry.getKey(), field);
        fields = more;
      }
      field.add(document, entry.getValue());
    }
  }

  /** Returns the fields as far as they belong to the first documents. */
  DenseFields view(int documentCount) {
    Map<String, Field> present = fields;
    if (present.isEmpty()) {
      return DenseFields.NONE;
    }
    Map<String, View> views = new LinkedHashMap<>();
    present.forEach((name, field) -> views.put(name, new View(field, documentCount)));
    return new DenseFields(views);
  }

  /** A field with all of its vectors. */
  private final class Field {
    private final String name;
    private final DenseType type;
    private final byte[] row;

    /** The references of the pages; {@link SlabMemory#NONE} where no document has a vector. */
    private final int[] pages = new int[pageCount];

    private volatile float normMax;

    Field(String name, DenseType type) {
      this.name = name;
      this.type = type;
      this.row = new byte[type.rowBytes()];
    }

    void add(int document, DenseVectors vectors) {
      int page = document >>> PAGE_SHIFT;
      if (pages[page] == SlabMemory.NONE) {
        pages[page] = memory.allocate(PAGE_LENGTH * Integer.BYTES);
      }
      int head = Integer.BYTES + Float.BYTES * vectors.count();
      int reference = memory.allocate(head + ROOM + vectors.count() * row.length);
      MemorySegment slab = memory.slab(reference);
      long at = SlabMemory.offset(reference);
      slab.set(FileLayout.U32, at, vectors.count());
      long rows = rows(at, vectors.count());
      for (int vector = 0; vector < vectors.count(); vector++) {
        slab.set(FileLayout.U32, markOffset(at, vector), vectors.mark(vector));
        vectors.copyValues(vector, row);
        MemorySegment.copy(
            row, 0, slab, ValueLayout.JAVA_BYTE, rows + (long) vector * row.length, row.length);
      }
      normMax = Math.max(normMax, vectors.normMax());
      memory.slab(pages[page]).set(FileLayout.U32, entry(page, document), reference);
    }

    private long entry(int page, int document) {
      return SlabMemory.offset(pages[page]) + (long) Integer.BYTES * (document & (PAGE_LENGTH - 1));
    }

    int reference(int document) {
      int page = document >>> PAGE_SHIFT;
      return pages[page] == SlabMemory.NONE
          ? SlabMemory.NONE
          : memory.slab(pages[page]).get(FileLayout.U32, entry(page, document));
    }
  }

  /** Returns where the scale or the key of a vector is. */
  private static long markOffset(long at, int vector) {
    return at + Integer.BYTES + (long) Float.BYTES * vector;
  }

  /** Returns where the rows of a document begin. */
  private static long rows(long at, int vectorCount) {
    return FileLayout.align(markOffset(at, vectorCount));
  }

  /** A field as one view of the segment sees it. */
  private final class View implements StoredDenseField {
    private final Field field;
    private final int documentCount;
    private final float normMax;

    View(Field field, int documentCount) {
      this.field = field;
      this.documentCount = documentCount;
      this.normMax = field.normMax;
    }

    @Override
    public String name() {
      return field.name;
    }

    @Override
    public DenseType type() {
      return field.type;
    }

    @Override
    public float normMax() {
      return normMax;
    }

    @Override
    public int vectorCount(int document) {
      int reference = reference(document);
      return reference == SlabMemory.NONE ? 0 : count(reference);
    }

    private int reference(int document) {
      assert document >= 0 && document < documentCount : document;
      return field.reference(document);
    }

    private int count(int reference) {
      return memory.slab(reference).get(FileLayout.U32, SlabMemory.offset(reference));
    }

    @Override
    public float score(DenseQuery query, int document) {
      float best = Float.NEGATIVE_INFINITY;
      int reference = reference(document);
      int count = reference == SlabMemory.NONE ? 0 : count(reference);
      for (int vector = 0; vector < count; vector++) {
        best = Math.max(best, score(query, reference, count, vector));
      }
      return best;
    }

    @Override
    public float score(DenseQuery query, int document, int vector) {
      int reference = reference(document);
      assert vector >= 0 && vector < vectorCount(document) : vector;
      return score(query, reference, count(reference), vector);
    }

    private float score(DenseQuery query, int reference, int count, int vector) {
      assert query.type().equals(field.type) : query.type();
      MemorySegment slab = memory.slab(reference);
      long at = SlabMemory.offset(reference);
      float scale = slab.get(FileLayout.F32, markOffset(at, vector));
      return query.score(slab, rows(at, count) + (long) vector * field.row.length, scale);
    }

    @Override
    public void locate(int document, RowBlock block) {
      int reference = reference(document);
      if (reference == SlabMemory.NONE) {
        block.addMissing();
        return;
      }
      MemorySegment slab = memory.slab(reference);
      long at = SlabMemory.offset(reference);
      int count = count(reference);
      block.add(slab, rows(at, count), slab, markOffset(at, 0), count);
    }

    @Override
    public int scores(DenseQuery query, int first, int count, double[] scores) {
      int found = 0;
      for (int i = 0; i < count; i++) {
        boolean has = reference(first + i) != SlabMemory.NONE;
        scores[i] = has ? score(query, first + i) : Double.NaN;
        found += has ? 1 : 0;
      }
      return found;
    }

    @Override
    public double maxSim(MaxSimQuery query, int document) {
      assert query.type().equals(field.type) : query.type();
      int reference = reference(document);
      MemorySegment slab = memory.slab(reference);
      long at = SlabMemory.offset(reference);
      int count = count(reference);
      return query.score(slab, rows(at, count), slab, markOffset(at, 0), count);
    }

    @Override
    public @Nullable DenseVectors vectors(int document) {
      int reference = reference(document);
      if (reference == SlabMemory.NONE) {
        return null;
      }
      int count = count(reference);
      MemorySegment slab = memory.slab(reference);
      long at = SlabMemory.offset(reference);
      int vectorBytes = field.type.vectorBytes();
      byte[] values = new byte[count * vectorBytes];
      int[] marks = new int[field.type.hasMarks() ? count : 0];
      for (int vector = 0; vector < count; vector++) {
        MemorySegment.copy(
            slab,
            ValueLayout.JAVA_BYTE,
            rows(at, count) + (long) vector * field.row.length,
            values,
            vector * vectorBytes,
            vectorBytes);
        if (marks.length > 0) {
          marks[vector] = slab.get(FileLayout.U32, markOffset(at, vector));
        }
      }
      return DenseVectors.ofStored(field.type, count, values, marks);
    }
  }
}
