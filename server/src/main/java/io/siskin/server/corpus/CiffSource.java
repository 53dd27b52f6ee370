package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.corpus.ciff.CiffReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Documents of a CIFF file, in docid order, each with its {@code collection_docid} as id and its
 * {@code tf}s as weights.
 *
 * <p>CIFF is an inverted index, so it is inverted back. A first pass counts each document's
 * postings, collects the terms and spools the external ids; a second one spreads the postings into
 * a {@link PostingSpool}. Decoding twice is what makes the temporary file exact and the heap
 * bounded: 16 bytes a document, the vocabulary, and buffers. Both passes happen at the first {@link
 * #next}. A header may promise two billion documents, and a file may hold a few of them with large
 * docids, so memory and time follow what is there.
 *
 * <p>A document whose id or weights are bad is a bad record; anything else that is wrong ends the
 * read.
 */
final class CiffSource implements DocumentSource {
  /** Two passes over the file, and one over the documents, all counted alike. */
  private static final int PASSES = 3;

  private final Path path;
  private final BadRecordPolicy policy;
  private final InputOptions options;
  private final int runPostings;
  private PackedFile file;
  private CiffReader reader;

  /** Known after the first pass. */
  private final PagedLongs postingCounts = new PagedLongs();

  private int docidEnd;
  private String[] terms = {};
  private int[] termIds = {};
  private boolean asTermIds;
  private @Nullable SpooledIds ids;
  private @Nullable PostingSpool postings;

  private int nextDocid;
  private volatile long consumedBefore;

  private CiffSource(Path path, BadRecordPolicy policy, InputOptions options, int runPostings)
      throws IOException {
    this.path = path;
    this.policy = policy;
    this.options = options;
    this.runPostings = runPostings;
    this.file = PackedFile.open(path);
    try {
      this.reader = new CiffReader(file.unpacked(), file.name());
    } catch (IOException | InvalidInputException e) {
      file.close();
      throw e;
    }
  }

  static CiffSource open(Path path, BadRecordPolicy policy, InputOptions options)
      throws IOException {
    return open(path, policy, options, PostingSpool.RUN_POSTINGS);
  }

  /** For tests: runs so small that there are many. */
  static CiffSource open(Path path, BadRecordPolicy policy, InputOptions options, int runPostings)
      throws IOException {
    return new CiffSource(path, policy, options, runPostings);
  }

  @Override
  public @Nullable SourceDocument next() throws IOException {
    if (ids == null) {
      ids = new SpooledIds(options.spoolDirectory());
      count(ids);
    }
    if (postings == null) {
      postings = new PostingSpool(options.spoolDirectory(), postingCounts, runPostings);
      spread(postings);
    }
    // The file may hold a part of its collection.
    for (int docid = ids.next(nextDocid); docid >= 0; docid = ids.next(nextDocid)) {
      nextDocid = docid + 1;
      String place = file.name() + "#" + docid;
      try {
        String id = DocumentIds.check("collection_docid", ids.get(docid));
        return new SourceDocument(id, null, vector(postings, docid), Map.of(), place);
      } catch (InvalidInputException e) {
        policy.onBadRecord(e.at(place));
      }
    }
    nextDocid = docidEnd;
    return null;
  }

  @Override
  public long consumedBytes() {
    long delivered =
        docidEnd == 0 ? 0 : (long) (file.lengthBytes() * ((double) nextDocid / docidEnd));
    long scanned = consumedBefore == 2 * file.lengthBytes() ? 0 : file.consumedBytes();
    return (consumedBefore + scanned + delivered) / PASSES;
  }

  @Override
  public long lengthBytes() {
    return file.lengthBytes();
  }

  @Override
  public void close() throws IOException {
    Closing.closeAll(file, ids, postings);
  }

  /** The first pass. */
  private void count(SpooledIds target) throws IOException {
    List<String> vocabulary = new ArrayList<>();
    reader.readPostings(
        new CiffReader.PostingsVisitor() {
          @Override
          public void posting(int docid, int tf) {
            docidEnd = Math.max(docidEnd, docid + 1);
            postingCounts.add(docid, 1);
          }

          @Override
          public void endOfList(String term) {
            vocabulary.add(term);
          }
        });
    reader.readDocuments(
        (docid, collectionDocid, docLength) -> {
          docidEnd = Math.max(docidEnd, docid + 1);
          if (!target.add(docid, collectionDocid)) {
            throw new InvalidInputException("docid of a document record", docid, "each docid once")
                .at(file.name());
          }
        });
    for (int docid = postingCounts.next(0); docid >= 0; docid = postingCounts.next(docid + 1)) {
      if (!target.has(docid)) {
        throw new InvalidInputException(
                "docid of a posting", docid, "a docid with a document record")
            .at(file.name());
      }
    }
    target.finish();
    terms = vocabulary.toArray(String[]::new);
    settleKeys();
    consumedBefore = file.lengthBytes();
  }

  /** The whole vocabulary is known, so all terms decide. */
  private void settleKeys() {
    if (options.termKeys() == TermKeys.TOKENS) {
      return;
    }
    int[] parsed = new int[terms.length];
    for (int i = 0; i < terms.length; i++) {
      long id = TermKeys.termId(terms[i]);
      if (id < 0) {
        if (options.termKeys() == TermKeys.TERM_IDS) {
          throw new InvalidInputException("term", "'" + terms[i] + "'", TermKeys.TERM_ID_ALLOWED)
              .at(file.name());
        }
        return;
      }
      parsed[i] = (int) id;
    }
    termIds = parsed;
    asTermIds = terms.length > 0 || options.termKeys() == TermKeys.TERM_IDS;
  }

  /** The second pass. */
  private void spread(PostingSpool target) throws IOException {
    file.close();
    file = PackedFile.open(path);
    reader = new CiffReader(file.unpacked(), file.name());
    reader.readPostings(target);
    target.finish();
    consumedBefore = 2 * file.lengthBytes();
  }

  private SparseVector vector(PostingSpool source, int docid) throws IOException {
    int count = Math.toIntExact(postingCounts.get(docid));
    int start = count == 0 ? 0 : source.start(docid);
    float[] weights = new float[count];
    for (int i = 0; i < count; i++) {
      weights[i] = source.tf(start + i);
    }
    if (asTermIds) {
      int[] keys = new int[count];
      for (int i = 0; i < count; i++) {
        keys[i] = termIds[source.list(start + i)];
      }
      return TermIdVector.of(keys, weights);
    }
    String[] keys = new String[count];
    for (int i = 0; i < count; i++) {
      keys[i] = terms[source.list(start + i)];
    }
    return TokenVector.of(keys, weights);
  }
}
