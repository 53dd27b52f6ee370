package io.siskin.server.corpus.ciff;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.siskin.index.error.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads the messages of a CIFF file in their order: header, posting lists, document records.
 *
 * <p>Nothing is kept: postings go to a visitor one by one, so a list may be longer than the heap.
 * Whatever contradicts the format is an {@link InvalidInputException} that names the file, the
 * message and the byte it starts at; it ends the read, because the messages behind it cannot be
 * found. Not thread-safe; does not close the stream.
 */
public final class CiffReader {
  private static final int BUFFER_BYTES = 1 << 16;

  private static final int TAG_VERSION = CiffFields.varint(CiffFields.HEADER_VERSION);
  private static final int TAG_POSTINGS_LISTS = CiffFields.varint(CiffFields.HEADER_POSTINGS_LISTS);
  private static final int TAG_DOCS = CiffFields.varint(CiffFields.HEADER_DOCS);
  private static final int TAG_TOTAL_POSTINGS_LISTS =
      CiffFields.varint(CiffFields.HEADER_TOTAL_POSTINGS_LISTS);
  private static final int TAG_TOTAL_DOCS = CiffFields.varint(CiffFields.HEADER_TOTAL_DOCS);
  private static final int TAG_TOTAL_TERMS = CiffFields.varint(CiffFields.HEADER_TOTAL_TERMS);
  private static final int TAG_AVERAGE_DOCLENGTH =
      CiffFields.fixed64(CiffFields.HEADER_AVERAGE_DOCLENGTH);
  private static final int TAG_DESCRIPTION = CiffFields.delimited(CiffFields.HEADER_DESCRIPTION);
  private static final int TAG_TERM = CiffFields.delimited(CiffFields.LIST_TERM);
  private static final int TAG_DF = CiffFields.varint(CiffFields.LIST_DF);
  private static final int TAG_POSTINGS = CiffFields.delimited(CiffFields.LIST_POSTINGS);
  private static final int TAG_POSTING_DOCID = CiffFields.varint(CiffFields.POSTING_DOCID);
  private static final int TAG_POSTING_TF = CiffFields.varint(CiffFields.POSTING_TF);
  private static final int TAG_DOC_DOCID = CiffFields.varint(CiffFields.DOC_DOCID);
  private static final int TAG_DOC_COLLECTION_DOCID =
      CiffFields.delimited(CiffFields.DOC_COLLECTION_DOCID);
  private static final int TAG_DOC_DOCLENGTH = CiffFields.varint(CiffFields.DOC_DOCLENGTH);

  /** Receives posting lists. */
  public interface PostingsVisitor {
    /**
     * A posting of the current list.
     *
     * @param docid ascending within the list, 0 to {@link CiffHeader#docidLimit} − 1
     * @param tf the weight, as it stands in the file
     */
    void posting(int docid, int tf) throws IOException;

    /** The current list is over; the next posting begins another. */
    void endOfList(String term) throws IOException;
  }

  /** Receives document records. */
  public interface DocumentVisitor {
    /**
     * A document record.
     *
     * @param docid 0 to {@link CiffHeader#docidLimit} − 1; order and uniqueness are for the visitor
     *     to judge
     * @param collectionDocid the external id
     * @param docLength the exporter's document length
     */
    void document(int docid, String collectionDocid, int docLength) throws IOException;
  }

  private final CodedInputStream in;
  private final String file;
  private final CiffHeader header;

  /**
   * Where the current message starts; the coded stream's own counter ends at 2 GiB and is reset a
   * message.
   */
  private long messageOffset;

  /**
   * Reads the header.
   *
   * @param unpacked the file's bytes
   * @param file its name, for errors
   */
  public CiffReader(InputStream unpacked, String file) throws IOException {
    this.in = CodedInputStream.newInstance(unpacked, BUFFER_BYTES);
    this.file = file;
    try {
      this.header = readHeader();
    } catch (InvalidProtocolBufferException e) {
      throw damaged("header", e);
    }
    checkHeader();
  }

  /** Returns the header. */
  public CiffHeader header() {
    return header;
  }

  /** Reads all posting lists; to be called once, after construction. */
  public void readPostings(PostingsVisitor visitor) throws IOException {
    for (int i = 0; i < header.postingsListCount(); i++) {
      String what = "postings list " + (i + 1) + " of " + header.postingsListCount();
      try {
        readPostingsList(what, visitor);
      } catch (InvalidProtocolBufferException e) {
        throw damaged(what, e);
      }
    }
  }

  /**
   * Reads all document records and checks that the file ends there; to be called once, after the
   * postings.
   */
  public void readDocuments(DocumentVisitor visitor) throws IOException {
    for (int i = 0; i < header.documentCount(); i++) {
      String what = "document record " + (i + 1) + " of " + header.documentCount();
      try {
        readDocument(what, visitor);
      } catch (InvalidProtocolBufferException e) {
        throw damaged(what, e);
      }
    }
    if (!in.isAtEnd()) {
      throw structural("file", "longer than its header says", "the end at byte " + messageOffset);
    }
  }

  private CiffHeader readHeader() throws IOException {
    int version = 0;
    int lists = 0;
    int docs = 0;
    int totalLists = 0;
    int totalDocs = 0;
    long totalTerms = 0;
    double averageLength = 0;
    String description = "";
    int outer = startMessage();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == TAG_VERSION) {
        version = in.readInt32();
      } else if (tag == TAG_POSTINGS_LISTS) {
        lists = in.readInt32();
      } else if (tag == TAG_DOCS) {
        docs = in.readInt32();
      } else if (tag == TAG_TOTAL_POSTINGS_LISTS) {
        totalLists = in.readInt32();
      } else if (tag == TAG_TOTAL_DOCS) {
        totalDocs = in.readInt32();
      } else if (tag == TAG_TOTAL_TERMS) {
        totalTerms = in.readInt64();
      } else if (tag == TAG_AVERAGE_DOCLENGTH) {
        averageLength = in.readDouble();
      } else if (tag == TAG_DESCRIPTION) {
        description = in.readStringRequireUtf8();
      } else {
        in.skipField(tag);
      }
    }
    endMessage(outer);
    return new CiffHeader(
        version, lists, docs, totalLists, totalDocs, totalTerms, averageLength, description);
  }

  private void checkHeader() {
    if (header.version() != CiffHeader.VERSION) {
      throw structural("header version", header.version(), "" + CiffHeader.VERSION);
    }
    if (header.postingsListCount() < 0) {
      throw structural("header num_postings_lists", header.postingsListCount(), "0 or more");
    }
    if (header.documentCount() < 0) {
      throw structural("header num_docs", header.documentCount(), "0 or more");
    }
  }

  private void readPostingsList(String what, PostingsVisitor visitor) throws IOException {
    String term = "";
    long documentFrequency = 0;
    long count = 0;
    int docid = -1;
    int outer = startMessage();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == TAG_POSTINGS) {
        int gap = 0;
        int tf = 0;
        int list = in.pushLimit(in.readRawVarint32());
        for (int field = in.readTag(); field != 0; field = in.readTag()) {
          if (field == TAG_POSTING_DOCID) {
            gap = in.readInt32();
          } else if (field == TAG_POSTING_TF) {
            tf = in.readInt32();
          } else {
            in.skipField(field);
          }
        }
        in.checkLastTagWas(0);
        in.popLimit(list);
        docid = nextDocid(what, docid, gap);
        visitor.posting(docid, tf);
        count++;
      } else if (tag == TAG_TERM) {
        term = in.readStringRequireUtf8();
      } else if (tag == TAG_DF) {
        documentFrequency = in.readInt64();
      } else {
        in.skipField(tag);
      }
    }
    endMessage(outer);
    if (count != documentFrequency) {
      throw structural(
          what + " ('" + term + "'): number of postings",
          count,
          "as df says: " + documentFrequency);
    }
    visitor.endOfList(term);
  }

  /**
   * Undoes the gaps: the first posting of a list holds its docid, each other one the distance to
   * the one before.
   */
  private int nextDocid(String what, int previous, int gap) {
    long docid = previous < 0 ? gap : (long) previous + gap;
    if (gap < 0 || docid <= previous || docid >= header.docidLimit()) {
      throw structural(
          what + ": docid",
          docid,
          "above "
              + previous
              + " and below "
              + header.docidLimit()
              + ". A posting holds the gap from the docid before it; a file that holds docids as"
              + " they are is not CIFF: write the gaps");
    }
    return (int) docid;
  }

  private void readDocument(String what, DocumentVisitor visitor) throws IOException {
    int docid = 0;
    String collectionDocid = "";
    int docLength = 0;
    int outer = startMessage();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == TAG_DOC_DOCID) {
        docid = in.readInt32();
      } else if (tag == TAG_DOC_COLLECTION_DOCID) {
        collectionDocid = in.readStringRequireUtf8();
      } else if (tag == TAG_DOC_DOCLENGTH) {
        docLength = in.readInt32();
      } else {
        in.skipField(tag);
      }
    }
    endMessage(outer);
    if (docid < 0 || docid >= header.docidLimit()) {
      throw structural(what + ": docid", docid, "0 to " + (header.docidLimit() - 1));
    }
    visitor.document(docid, collectionDocid, docLength);
  }

  private int startMessage() throws IOException {
    int length = in.readRawVarint32();
    return in.pushLimit(length);
  }

  private void endMessage(int outer) throws IOException {
    in.checkLastTagWas(0);
    if (in.getBytesUntilLimit() != 0) {
      // readTag also answers 0 where the stream ends.
      throw new InvalidProtocolBufferException("the file ends inside the message");
    }
    in.popLimit(outer);
    messageOffset += in.getTotalBytesRead();
    in.resetSizeCounter();
  }

  private InvalidInputException damaged(String what, InvalidProtocolBufferException e) {
    return structural(
        what + " at byte " + messageOffset,
        "damaged or cut off: " + e.getMessage(),
        "a whole message");
  }

  private InvalidInputException structural(String field, Object found, String allowed) {
    return new InvalidInputException(field, found, allowed).at(file);
  }
}
