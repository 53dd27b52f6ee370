package io.siskin.server.corpus;

import io.siskin.index.store.SpoolFile;
import io.siskin.server.corpus.ciff.CiffReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Turns postings that come term by term into postings document by document with a bounded heap.
 *
 * <p>It is told how many postings each document has, cuts the documents into runs of about {@code
 * runPostings} postings, and gives each run its exact place in one temporary file. Each posting
 * then goes through its run's write buffer to that place, and is read back with its run, where one
 * counting sort puts the postings in document order. So every posting is written once and read
 * once, 12 bytes each, and the heap holds eight bytes a document, one run and the write buffers.
 *
 * <p>A document with more postings than a run is a run by itself. A run has no more than {@value
 * #RUN_DOCIDS_MAX} docids, however few of them have postings. Not thread-safe.
 */
final class PostingSpool implements Closeable, CiffReader.PostingsVisitor {
  /** 48 MiB of postings, and as much again sorted. */
  static final int RUN_POSTINGS = 1 << 22;

  private static final int RUN_DOCIDS_MAX = 1 << 20;
  private static final int POSTING_BYTES = 3 * Integer.BYTES;
  private static final int WRITE_BUFFERS_BYTES = 1 << 26;
  private static final int WRITE_BUFFER_MIN_POSTINGS = 256;
  private static final int READ_BUFFER_POSTINGS = 1 << 13;
  private static final int WRITE_BUFFER_MAX_POSTINGS = 1 << 15;

  private final SpoolFile spool;
  private final PagedLongs postingCounts;

  /** First document of each run, and one entry more: one that no document reaches. */
  private final int[] runStarts;

  /** Where each run's next buffer goes; when all is written, where the next run starts. */
  private final long[] writePositions;

  /** Each is made for its first posting. */
  private final @Nullable ByteBuffer[] buffers;

  private final int bufferBytes;
  private int list;
  private int run;

  private final ByteBuffer readBuffer =
      ByteBuffer.allocate(READ_BUFFER_POSTINGS * POSTING_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private int loadedRun = -1;
  private int[] documentOffsets = new int[0];
  private int[] terms = new int[0];
  private int[] weights = new int[0];

  /**
   * Plans the file.
   *
   * @param postingCounts how many postings each document has
   * @param runPostings about how many postings a run has
   */
  PostingSpool(Path directory, PagedLongs postingCounts, int runPostings) throws IOException {
    this.postingCounts = postingCounts;
    this.runStarts = runStarts(postingCounts, runPostings);
    int runCount = runStarts.length - 1;
    this.writePositions = new long[runCount];
    for (int i = 1; i < runCount; i++) {
      writePositions[i] = writePositions[i - 1] + POSTING_BYTES * postings(i - 1);
    }
    int perBuffer = WRITE_BUFFERS_BYTES / POSTING_BYTES / Math.max(runCount, 1);
    this.bufferBytes =
        POSTING_BYTES * Math.clamp(perBuffer, WRITE_BUFFER_MIN_POSTINGS, WRITE_BUFFER_MAX_POSTINGS);
    this.buffers = new @Nullable ByteBuffer[runCount];
    this.spool = new SpoolFile(directory);
  }

  private static int[] runStarts(PagedLongs postingCounts, int runPostings) {
    int[] starts = new int[16];
    int runCount = 0;
    long inRun = 0;
    for (int docid = postingCounts.next(0); docid >= 0; docid = postingCounts.next(docid + 1)) {
      inRun += postingCounts.get(docid);
      if (runCount == 0 || inRun > runPostings || docid - starts[runCount - 1] >= RUN_DOCIDS_MAX) {
        if (runCount + 1 == starts.length) {
          starts = Arrays.copyOf(starts, 2 * starts.length);
        }
        starts[runCount++] = docid;
        inRun = postingCounts.get(docid);
      }
    }
    starts[runCount] = Integer.MAX_VALUE;
    return Arrays.copyOf(starts, runCount + 1);
  }

  /** Takes a posting of the current list; lists are numbered from 0 in the order of their ends. */
  @Override
  public void posting(int docid, int tf) throws IOException {
    while (docid >= runStarts[run + 1]) {
      run++; // docids ascend within a list
    }
    ByteBuffer buffer = buffers[run];
    if (buffer == null) {
      buffer = ByteBuffer.allocate(bufferBytes).order(ByteOrder.LITTLE_ENDIAN);
      buffers[run] = buffer;
    } else if (!buffer.hasRemaining()) {
      flush(buffer, run);
    }
    buffer.putInt(docid - runStarts[run]).putInt(list).putInt(tf);
  }

  @Override
  public void endOfList(String term) {
    list++;
    run = 0;
  }

  /** Ends writing: what follows is reading. */
  void finish() throws IOException {
    for (int i = 0; i < buffers.length; i++) {
      ByteBuffer buffer = buffers[i];
      if (buffer != null) {
        flush(buffer, i);
      }
    }
    Arrays.fill(buffers, null);
    run = 0;
  }

  /**
   * Makes a document's postings readable through the accessors below.
   *
   * @param docid a document with postings, not below that of any earlier call
   * @return the first of its postings
   */
  int start(int docid) throws IOException {
    while (docid >= runStarts[run + 1]) {
      run++;
    }
    if (loadedRun != run) {
      load(run);
      loadedRun = run;
    }
    return documentOffsets[docid - runStarts[loadedRun]];
  }

  /** The number of a posting's list. */
  int list(int posting) {
    return terms[posting];
  }

  /** A posting's weight. */
  int tf(int posting) {
    return weights[posting];
  }

  @Override
  public void close() throws IOException {
    spool.close();
  }

  private long postings(int ofRun) {
    long sum = 0;
    for (int docid = runStarts[ofRun]; isIn(ofRun, docid); docid = postingCounts.next(docid + 1)) {
      sum += postingCounts.get(docid);
    }
    return sum;
  }

  private boolean isIn(int ofRun, int docid) {
    return docid >= 0 && docid < runStarts[ofRun + 1];
  }

  private void flush(ByteBuffer buffer, int ofRun) throws IOException {
    buffer.flip();
    int bytes = buffer.remaining();
    spool.write(buffer, writePositions[ofRun]);
    writePositions[ofRun] += bytes;
    buffer.clear();
  }

  private void load(int ofRun) throws IOException {
    int first = runStarts[ofRun];
    int last = first;
    for (int docid = first; isIn(ofRun, docid); docid = postingCounts.next(docid + 1)) {
      last = docid;
    }
    int documents = last - first + 1;
    int count = Math.toIntExact(postings(ofRun));
    // The next free place of each document; when the run is sorted, that is where the next document
    // starts.
    documentOffsets = new int[documents + 1];
    for (int i = 1; i < documents; i++) {
      documentOffsets[i + 1] = documentOffsets[i] + (int) postingCounts.get(first + i - 1);
    }
    if (terms.length < count) {
      terms = new int[count];
      weights = new int[count];
    }
    long position = writePositions[ofRun] - (long) POSTING_BYTES * count;
    for (int left = count; left > 0; ) {
      int part = Math.min(left, readBuffer.capacity() / POSTING_BYTES);
      spool.read(readBuffer.clear().limit(part * POSTING_BYTES), position);
      readBuffer.flip();
      for (int i = 0; i < part; i++) {
        int at = documentOffsets[readBuffer.getInt() + 1]++;
        terms[at] = readBuffer.getInt();
        weights[at] = readBuffer.getInt();
      }
      position += (long) part * POSTING_BYTES;
      left -= part;
    }
  }
}
