package io.siskin.server.corpus.ciff;

import com.google.protobuf.CodedOutputStream;
import io.siskin.index.error.InvalidInputException;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Writes a CIFF file message by message: the header at construction, then every posting list, then
 * every document record, as many of each as the header says.
 *
 * <p>As the format's reference exporter does it, the first posting of a list holds its docid and
 * each other one the gap to the one before; fields that are zero are left out. Not thread-safe;
 * closes the stream it was given.
 */
public final class CiffWriter implements Closeable {
  private final CodedOutputStream out;
  private final OutputStream target;
  private final CiffHeader header;
  private int listsWritten;
  private int documentsWritten;

  /**
   * Writes the header.
   *
   * @param target where the bytes go, gzip streams included; buffered here
   * @param header says how much will follow
   */
  public CiffWriter(OutputStream target, CiffHeader header) throws IOException {
    this.target = target;
    this.header = header;
    this.out = CodedOutputStream.newInstance(target, 1 << 16);
    out.writeUInt32NoTag(headerSize());
    writeInt(CiffFields.HEADER_VERSION, header.version());
    writeInt(CiffFields.HEADER_POSTINGS_LISTS, header.postingsListCount());
    writeInt(CiffFields.HEADER_DOCS, header.documentCount());
    writeInt(CiffFields.HEADER_TOTAL_POSTINGS_LISTS, header.totalPostingsListCount());
    writeInt(CiffFields.HEADER_TOTAL_DOCS, header.totalDocumentCount());
    writeLong(CiffFields.HEADER_TOTAL_TERMS, header.totalTermCount());
    if (header.averageDocumentLength() != 0) {
      out.writeDouble(CiffFields.HEADER_AVERAGE_DOCLENGTH, header.averageDocumentLength());
    }
    writeString(CiffFields.HEADER_DESCRIPTION, header.description());
  }

  /**
   * Writes a posting list.
   *
   * @param term the term
   * @param docids ascending, each once, 0 to {@link CiffHeader#docidLimit} − 1
   * @param tfs the weight of each posting
   * @param count how many elements of the arrays belong to the list
   */
  public void writePostings(String term, int[] docids, int[] tfs, int count) throws IOException {
    if (listsWritten == header.postingsListCount()) {
      throw new InvalidInputException(
          "posting lists", listsWritten + 1, "as the header says: " + listsWritten);
    }
    long size = (long) stringSize(CiffFields.LIST_TERM, term) + longSize(CiffFields.LIST_DF, count);
    long collectionFrequency = 0;
    for (int i = 0; i < count; i++) {
      int previous = i == 0 ? -1 : docids[i - 1];
      if (docids[i] <= previous || docids[i] >= header.docidLimit()) {
        throw new InvalidInputException(
            "docid " + i + " of '" + term + "'",
            docids[i],
            "above " + previous + " and below " + header.docidLimit());
      }
      int posting = postingSize(gap(docids, i), tfs[i]);
      size += CodedOutputStream.computeTagSize(CiffFields.LIST_POSTINGS);
      size += CodedOutputStream.computeUInt32SizeNoTag(posting) + posting;
      collectionFrequency += tfs[i];
    }
    size += longSize(CiffFields.LIST_CF, collectionFrequency);
    if (size > Integer.MAX_VALUE) {
      throw new InvalidInputException(
          "posting list of '" + term + "'", size + " bytes", "2 GiB at most");
    }
    out.writeUInt32NoTag((int) size);
    writeString(CiffFields.LIST_TERM, term);
    writeLong(CiffFields.LIST_DF, count);
    writeLong(CiffFields.LIST_CF, collectionFrequency);
    for (int i = 0; i < count; i++) {
      int gap = gap(docids, i);
      out.writeUInt32NoTag(CiffFields.delimited(CiffFields.LIST_POSTINGS));
      out.writeUInt32NoTag(postingSize(gap, tfs[i]));
      writeInt(CiffFields.POSTING_DOCID, gap);
      writeInt(CiffFields.POSTING_TF, tfs[i]);
    }
    listsWritten++;
  }

  /**
   * Writes a document record.
   *
   * @param docid what posting lists call the document
   * @param collectionDocid its external id
   * @param docLength its length, by custom the sum of its weights
   */
  public void writeDocument(int docid, String collectionDocid, int docLength) throws IOException {
    checkCount("posting lists", listsWritten, header.postingsListCount());
    if (docid < 0 || docid >= header.docidLimit()) {
      throw new InvalidInputException("docid", docid, "0 to " + (header.docidLimit() - 1));
    }
    int size =
        intSize(CiffFields.DOC_DOCID, docid)
            + stringSize(CiffFields.DOC_COLLECTION_DOCID, collectionDocid)
            + intSize(CiffFields.DOC_DOCLENGTH, docLength);
    out.writeUInt32NoTag(size);
    writeInt(CiffFields.DOC_DOCID, docid);
    writeString(CiffFields.DOC_COLLECTION_DOCID, collectionDocid);
    writeInt(CiffFields.DOC_DOCLENGTH, docLength);
    documentsWritten++;
  }

  /**
   * Writes out what is buffered; the file is whole after this.
   *
   * @throws InvalidInputException when the header promised another number of lists or records
   */
  public void finish() throws IOException {
    checkCount("posting lists", listsWritten, header.postingsListCount());
    checkCount("document records", documentsWritten, header.documentCount());
    out.flush();
  }

  @Override
  public void close() throws IOException {
    target.close();
  }

  private static void checkCount(String what, int written, int promised) {
    if (written != promised) {
      throw new InvalidInputException(what, written, "as the header says: " + promised);
    }
  }

  private static int gap(int[] docids, int index) {
    return index == 0 ? docids[0] : docids[index] - docids[index - 1];
  }

  private int headerSize() {
    return intSize(CiffFields.HEADER_VERSION, header.version())
        + intSize(CiffFields.HEADER_POSTINGS_LISTS, header.postingsListCount())
        + intSize(CiffFields.HEADER_DOCS, header.documentCount())
        + intSize(CiffFields.HEADER_TOTAL_POSTINGS_LISTS, header.totalPostingsListCount())
        + intSize(CiffFields.HEADER_TOTAL_DOCS, header.totalDocumentCount())
        + longSize(CiffFields.HEADER_TOTAL_TERMS, header.totalTermCount())
        + (header.averageDocumentLength() == 0
            ? 0
            : CodedOutputStream.computeDoubleSize(
                CiffFields.HEADER_AVERAGE_DOCLENGTH, header.averageDocumentLength()))
        + stringSize(CiffFields.HEADER_DESCRIPTION, header.description());
  }

  private static int postingSize(int gap, int tf) {
    return intSize(CiffFields.POSTING_DOCID, gap) + intSize(CiffFields.POSTING_TF, tf);
  }

  private static int intSize(int field, int value) {
    return value == 0 ? 0 : CodedOutputStream.computeInt32Size(field, value);
  }

  private static int longSize(int field, long value) {
    return value == 0 ? 0 : CodedOutputStream.computeInt64Size(field, value);
  }

  private static int stringSize(int field, String value) {
    return value.isEmpty() ? 0 : CodedOutputStream.computeStringSize(field, value);
  }

  private void writeInt(int field, int value) throws IOException {
    if (value != 0) {
      out.writeInt32(field, value);
    }
  }

  private void writeLong(int field, long value) throws IOException {
    if (value != 0) {
      out.writeInt64(field, value);
    }
  }

  private void writeString(int field, String value) throws IOException {
    if (!value.isEmpty()) {
      out.writeString(field, value);
    }
  }
}
