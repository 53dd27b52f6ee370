package io.siskin.index.segment;

import io.siskin.index.dense.DenseQuery;
import io.siskin.index.dense.DenseType;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.dense.MaxSimQuery;
import io.siskin.index.dense.RowBlock;
import io.siskin.index.dense.StoredDenseField;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileLayout;
import io.siskin.index.store.MappedFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dense field of a mapped segment. It is a view of mapped memory and is safe for concurrent use.
 */
public final class MappedDenseField implements StoredDenseField {
  private final String name;
  private final DenseType type;
  private final int vectorCount;
  private final float normMax;
  private final Arrays arrays;
  private final int rowBytes;

  /**
   * Where the arrays of a field are.
   *
   * @param starts the starts of all fields
   * @param startsOffset where those of this field begin, in bytes
   * @param scales the scales and keys of all fields
   * @param scalesOffset where those of this field begin, in bytes
   * @param values the rows of all fields, followed by 64 bytes that may be read
   * @param valuesOffset where those of this field begin, in bytes
   */
  record Arrays(
      MemorySegment starts,
      long startsOffset,
      MemorySegment scales,
      long scalesOffset,
      MemorySegment values,
      long valuesOffset) {}

  MappedDenseField(String name, DenseType type, int vectorCount, float normMax, Arrays arrays) {
    this.name = name;
    this.type = type;
    this.vectorCount = vectorCount;
    this.normMax = normMax;
    this.arrays = arrays;
    this.rowBytes = type.rowBytes();
  }

  /**
   * Returns the dense fields of a file, for the build that has just written it.
   *
   * @param file {@code dense.dat}
   * @param documentCount the number of documents of the segment
   * @throws CorruptSegmentException when the parts of the file do not fit together
   */
  public static List<MappedDenseField> all(MappedFile file, int documentCount)
      throws CorruptSegmentException {
    return DenseFile.open(file, documentCount).all();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public DenseType type() {
    return type;
  }

  @Override
  public float normMax() {
    return normMax;
  }

  /** Returns the number of vectors of all documents. */
  public int vectorCount() {
    return vectorCount;
  }

  /**
   * Returns the number of the first row of a document.
   *
   * @param document its number; the number of documents gives the number of all rows
   */
  public int start(int document) {
    return arrays.starts.get(FileLayout.U32, arrays.startsOffset + (long) Integer.BYTES * document);
  }

  /**
   * Returns the scale of a row.
   *
   * @param row its number
   * @return 1 if rows have no scales
   */
  public float scale(int row) {
    return type.hasScales() ? arrays.scales.get(FileLayout.F32, scaleOffset(row)) : 1;
  }

  /**
   * Returns the key of a row, for a field that stores keys.
   *
   * @param row its number
   */
  public int key(int row) {
    assert type.hasKeys() : type;
    return mark(row);
  }

  /** Returns the four bytes beside a row: its scale or its key. */
  private int mark(int row) {
    return arrays.scales.get(FileLayout.U32, arrays.scalesOffset + (long) Integer.BYTES * row);
  }

  /**
   * Returns the bytes of a row, with the zeros at its end.
   *
   * @param row its number
   */
  public MemorySegment row(int row) {
    return arrays.values.asSlice(rowOffset(row), rowBytes);
  }

  /** Returns the memory of the rows of all fields, followed by 64 bytes that may be read. */
  MemorySegment values() {
    return arrays.values;
  }

  /** Returns the memory of the scales of the rows of all fields; not read where rows have none. */
  MemorySegment scales() {
    return arrays.scales;
  }

  /** Returns where a row begins in {@link #values}, in bytes. */
  long rowOffset(int row) {
    return arrays.valuesOffset + (long) row * rowBytes;
  }

  @Override
  public int vectorCount(int document) {
    return start(document + 1) - start(document);
  }

  @Override
  public float score(DenseQuery query, int document) {
    float best = Float.NEGATIVE_INFINITY;
    int end = start(document + 1);
    for (int row = start(document); row < end; row++) {
      best = Math.max(best, score(query, rowOffset(row), row));
    }
    return best;
  }

  @Override
  public float score(DenseQuery query, int document, int vector) {
    assert vector >= 0 && vector < vectorCount(document) : vector;
    int row = start(document) + vector;
    return score(query, rowOffset(row), row);
  }

  private float score(DenseQuery query, long offset, int row) {
    assert query.type().equals(type) : query.type();
    return query.score(arrays.values, offset, scale(row));
  }

  @Override
  public void locate(int document, RowBlock block) {
    int first = start(document);
    int count = start(document + 1) - first;
    if (count == 0) {
      block.addMissing();
    } else {
      block.add(arrays.values, rowOffset(first), arrays.scales, scaleOffset(first), count);
    }
  }

  /**
   * Rows follow one another as their documents do. So where each document has one vector, the rows
   * of all of them are scored at once.
   */
  @Override
  public int scores(DenseQuery query, int first, int count, double[] scores) {
    assert query.type().equals(type) : query.type();
    if (hasOneRowEach(first, count)) {
      int row = start(first);
      query.scores(arrays.values, rowOffset(row), arrays.scales, scaleOffset(row), count, scores);
      return count;
    }
    int found = 0;
    for (int i = 0; i < count; i++) {
      boolean has = vectorCount(first + i) > 0;
      scores[i] = has ? score(query, first + i) : Double.NaN;
      found += has ? 1 : 0;
    }
    return found;
  }

  private boolean hasOneRowEach(int first, int count) {
    int start = start(first);
    int differences = 0;
    for (int i = 1; i <= count; i++) {
      differences |= start(first + i) - start - i;
    }
    return differences == 0;
  }

  /** Returns where the scale of a row is in {@link #scales}, in bytes. */
  long scaleOffset(int row) {
    return arrays.scalesOffset + (long) Float.BYTES * row;
  }

  @Override
  public double maxSim(MaxSimQuery query, int document) {
    assert query.type().equals(type) : query.type();
    int first = start(document);
    return query.score(
        arrays.values,
        rowOffset(first),
        arrays.scales,
        scaleOffset(first),
        start(document + 1) - first);
  }

  @Override
  public @Nullable DenseVectors vectors(int document) {
    int count = vectorCount(document);
    if (count == 0) {
      return null;
    }
    int first = start(document);
    byte[] values = new byte[count * type.vectorBytes()];
    int[] marks = new int[type.hasMarks() ? count : 0];
    for (int vector = 0; vector < count; vector++) {
      MemorySegment.copy(
          arrays.values,
          ValueLayout.JAVA_BYTE,
          rowOffset(first + vector),
          values,
          vector * type.vectorBytes(),
          type.vectorBytes());
      if (marks.length > 0) {
        marks[vector] = mark(first + vector);
      }
    }
    return DenseVectors.ofStored(type, count, values, marks);
  }
}
