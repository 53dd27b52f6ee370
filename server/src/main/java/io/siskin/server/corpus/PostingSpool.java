package io.siskin.server.corpus;

import io.siskin.index.store.SpoolFile;
import io.siskin.server.corpus.ciff.CiffReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Turns postings that come term by term into postings document by document with a bounded heap.
 *
 * <p>It is told how many postings each document has, cuts the documents into runs of about {@code
 * runPostings} postings, and gives each run its exact place in one temporary file. Each posting
 * then goes through its run's write buffer to that place, and is read back with its run, where one
 * counting sort puts the postings in document order. So every posting is written once and read
 * once, 12 bytes each, and the heap holds one int a document, one run and the write buffers.
 *
 * <p>A document with more postings than a run is a run by itself. Not thread-safe.
 */
final class PostingSpool implements Closeable, CiffReader.PostingsVisitor {
  /** 48 MiB of postings, and as much again sorted. */
  static final int RUN_POSTINGS = 1 << 22;

  private static final int POSTING_BYTES = 3 * Integer.BYTES;
  private static final int WRITE_BUFFERS_BYTES = 1 << 26;
  private static final int WRITE_BUFFER_MIN_POSTINGS = 256;
  private static final int READ_BUFFER_POSTINGS = 1 << 13;
  private static final int WRITE_BUFFER_MAX_POSTINGS = 1 << 15;

  private final SpoolFile spool;
  private final int[] postingCounts;

  /** First document of each run, and one entry more: the number of documents. */
  private final int[] runStarts;

  /** Where each run's next buffer goes; when all is written, where the next run starts. */
  private final long[] writePositions;

  private final ByteBuffer[] buffers;
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
   * @param documentCount how many elements of it count
   */
  PostingSpool(Path directory, int[] postingCounts, int documentCount, int runPostings)
      throws IOException {
    this.postingCounts = postingCounts;
    this.runStarts = runStarts(postingCounts, documentCount, runPostings);
    int runCount = runStarts.length - 1;
    this.writePositions = new long[runCount];
    for (int i = 1; i < runCount; i++) {
      writePositions[i] = writePositions[i - 1] + POSTING_BYTES * postings(i - 1);
    }
    int perBuffer = WRITE_BUFFERS_BYTES / POSTING_BYTES / Math.max(runCount, 1);
    int capacity =
        POSTING_BYTES * Math.clamp(perBuffer, WRITE_BUFFER_MIN_POSTINGS, WRITE_BUFFER_MAX_POSTINGS);
    this.buffers = new ByteBuffer[runCount];
    Arrays.setAll(buffers, i -> ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN));
    this.spool = new SpoolFile(directory);
  }

  private static int[] runStarts(int[] postingCounts, int documentCount, int runPostings) {
    int[] starts = new int[16];
    int runCount = 0;
    long inRun = 0;
    for (int docid = 0; docid < documentCount; docid++) {
      inRun += postingCounts[docid];
      if (docid == 0 || inRun > runPostings) {
        if (runCount + 1 == starts.length) {
          starts = Arrays.copyOf(starts, 2 * starts.length);
        }
        starts[runCount++] = docid;
        inRun = postingCounts[docid];
      }
    }
    starts[runCount] = documentCount;
    return Arrays.copyOf(starts, runCount + 1);
  }

  /** Takes a posting of the current list; lists are numbered from 0 in the order of their ends. */
  @Override
  public void posting(int docid, int tf) throws IOException {
    while (docid >= runStarts[run + 1]) {
      run++; // docids ascend within a list
    }
    ByteBuffer buffer = buffers[run];
    if (!buffer.hasRemaining()) {
      flush(run);
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
      flush(i);
    }
    Arrays.fill(buffers, ByteBuffer.allocate(0));
    run = 0;
  }

  /**
   * Makes a document's postings readable through the accessors below.
   *
   * @param docid not below that of any earlier call
   */
  void seek(int docid) throws IOException {
    while (docid >= runStarts[run + 1]) {
      run++;
    }
    if (loadedRun != run) {
      load(run);
      loadedRun = run;
    }
  }

  /** Where the postings of a document of the loaded run begin. */
  int start(int docid) {
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
    for (int docid = runStarts[ofRun]; docid < runStarts[ofRun + 1]; docid++) {
      sum += postingCounts[docid];
    }
    return sum;
  }

  private void flush(int ofRun) throws IOException {
    ByteBuffer buffer = buffers[ofRun].flip();
    int bytes = buffer.remaining();
    spool.write(buffer, writePositions[ofRun]);
    writePositions[ofRun] += bytes;
    buffer.clear();
  }

  private void load(int ofRun) throws IOException {
    int first = runStarts[ofRun];
    int documents = runStarts[ofRun + 1] - first;
    int count = Math.toIntExact(postings(ofRun));
    // The next free place of each document; when the run is sorted, that is where the next document
    // starts.
    documentOffsets = new int[documents + 1];
    for (int i = 1; i < documents; i++) {
      documentOffsets[i + 1] = documentOffsets[i] + postingCounts[first + i - 1];
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
