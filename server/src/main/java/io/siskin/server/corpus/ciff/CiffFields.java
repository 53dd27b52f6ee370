package io.siskin.server.corpus.ciff;

import com.google.protobuf.WireFormat;

/** The tags of the messages: field number and wire type, from the format's {@code .proto}. */
final class CiffFields {
  static final int HEADER_VERSION = 1;
  static final int HEADER_POSTINGS_LISTS = 2;
  static final int HEADER_DOCS = 3;
  static final int HEADER_TOTAL_POSTINGS_LISTS = 4;
  static final int HEADER_TOTAL_DOCS = 5;
  static final int HEADER_TOTAL_TERMS = 6;
  static final int HEADER_AVERAGE_DOCLENGTH = 7;
  static final int HEADER_DESCRIPTION = 8;

  static final int LIST_TERM = 1;
  static final int LIST_DF = 2;
  static final int LIST_CF = 3;
  static final int LIST_POSTINGS = 4;

  static final int POSTING_DOCID = 1;
  static final int POSTING_TF = 2;

  static final int DOC_DOCID = 1;
  static final int DOC_COLLECTION_DOCID = 2;
  static final int DOC_DOCLENGTH = 3;

  private CiffFields() {}

  static int varint(int field) {
    return field << 3 | WireFormat.WIRETYPE_VARINT;
  }

  static int fixed64(int field) {
    return field << 3 | WireFormat.WIRETYPE_FIXED64;
  }

  static int delimited(int field) {
    return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }
}
