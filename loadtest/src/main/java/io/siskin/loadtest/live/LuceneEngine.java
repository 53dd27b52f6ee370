package io.siskin.loadtest.live;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.FeatureField;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.MMapDirectory;
import org.jspecify.annotations.Nullable;

/**
 * Lucene in this process: one {@code FeatureField} per term, weighted by linear queries, and a
 * filter by a term. Searches are exact over weights that Lucene rounds to 9 significant bits.
 *
 * <p>Commands: {@code fill FROM TO BATCH COMMIT_EVERY} upserts rows and commits after so many
 * batches, {@code settle} merges all segments into one, and {@code search GROUP FROM TO K}
 * searches. A commit forces all files of the new segments and is what makes writes durable.
 */
public final class LuceneEngine implements Commands.Engine, AutoCloseable {
  private static final String ID = "id";
  private static final String ROW = "row";
  private static final String GROUP = "group";
  private static final String TERMS = "terms";

  private final Vectors documents;
  private final Vectors queries;
  private final byte[] groups;
  private final IndexWriter writer;
  private @Nullable IndexSearcher searcher;

  private LuceneEngine(Vectors documents, Vectors queries, byte[] groups, Path folder)
      throws IOException {
    this.documents = documents;
    this.queries = queries;
    this.groups = groups;
    this.writer =
        new IndexWriter(
            new MMapDirectory(folder),
            new IndexWriterConfig(new KeywordAnalyzer()).setRAMBufferSizeMB(256));
  }

  /**
   * Does the commands of standard input.
   *
   * @param arguments a folder for the index, the documents, the queries, and the file of groups
   * @throws Exception when a command fails
   */
  public static void main(String[] arguments) throws Exception {
    try (LuceneEngine engine =
        open(
            Path.of(arguments[0]),
            Path.of(arguments[1]),
            Path.of(arguments[2]),
            Path.of(arguments[3]))) {
      Commands.serve(engine);
    }
  }

  /**
   * Opens an index.
   *
   * @param folder where it is; made if there is none
   * @param documents the file of documents
   * @param queries the file of queries
   * @param groups the file with one letter for each document
   * @throws IOException if a file cannot be read
   */
  static LuceneEngine open(Path folder, Path documents, Path queries, Path groups)
      throws IOException {
    return new LuceneEngine(
        Vectors.read(documents),
        Vectors.read(queries),
        Files.readAllBytes(groups),
        Files.createDirectories(folder));
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }

  @Override
  public Map<String, Object> run(String[] words) throws IOException {
    return switch (words[0]) {
      case "fill" -> fill(Ints.of(words, 1));
      case "settle" -> settle();
      case "search" -> search(words[1], Ints.of(words, 2));
      default -> throw Commands.unknown(words);
    };
  }

  private Map<String, Object> fill(int[] range) throws IOException {
    long nanos = 0;
    int batch = range[2];
    for (int from = range[0], number = 1; from < range[1]; from += batch, number++) {
      int to = Math.min(from + batch, range[1]);
      List<Document> made = new ArrayList<>();
      for (int row = from; row < to; row++) {
        made.add(document(row));
      }
      long start = System.nanoTime();
      for (int i = 0; i < made.size(); i++) {
        writer.updateDocument(new Term(ID, Integer.toString(from + i)), made.get(i));
      }
      if (number % range[3] == 0 || to == range[1]) {
        writer.commit();
      }
      nanos += System.nanoTime() - start;
    }
    return Map.of("seconds", nanos / 1e9);
  }

  private Document document(int row) {
    Document document = new Document();
    document.add(new StringField(ID, Integer.toString(row), Field.Store.NO));
    document.add(new NumericDocValuesField(ROW, row));
    document.add(new StringField(GROUP, group(row), Field.Store.NO));
    int[] terms = documents.terms(row);
    float[] weights = documents.weights(row);
    for (int i = 0; i < terms.length; i++) {
      document.add(new FeatureField(TERMS, Integer.toString(terms[i]), weights[i]));
    }
    return document;
  }

  private String group(int row) {
    return new String(groups, row, 1, StandardCharsets.US_ASCII);
  }

  private Map<String, Object> settle() throws IOException {
    long start = System.nanoTime();
    writer.forceMerge(1);
    writer.commit();
    searcher = null;
    return Map.of("seconds", (System.nanoTime() - start) / 1e9);
  }

  private Map<String, Object> search(String group, int[] range) throws IOException {
    IndexSearcher open = searcher;
    if (open == null) {
      open = new IndexSearcher(DirectoryReader.open(writer));
      searcher = open;
    }
    List<Double> micros = new ArrayList<>();
    List<List<Long>> rows = new ArrayList<>();
    for (int number = range[0]; number < range[1]; number++) {
      int[] terms = queries.terms(number);
      float[] weights = queries.weights(number);
      long start = System.nanoTime();
      Query query = query(terms, weights, group);
      ScoreDoc[] hits = open.search(query, range[2]).scoreDocs;
      List<Long> found = new ArrayList<>();
      for (ScoreDoc hit : hits) {
        found.add(row(open, hit.doc));
      }
      micros.add((System.nanoTime() - start) / 1e3);
      rows.add(found);
    }
    return Map.of("micros", micros, "rows", rows);
  }

  private static long row(IndexSearcher open, int document) throws IOException {
    LeafReaderContext leaf =
        open.getLeafContexts().get(ReaderUtil.subIndex(document, open.getLeafContexts()));
    NumericDocValues rows = DocValues.getNumeric(leaf.reader(), ROW);
    if (!rows.advanceExact(document - leaf.docBase)) {
      throw new IOException("document " + document + " has no row");
    }
    return rows.longValue();
  }

  private static Query query(int[] terms, float[] weights, String group) {
    BooleanQuery.Builder query = new BooleanQuery.Builder();
    for (int i = 0; i < terms.length; i++) {
      query.add(
          FeatureField.newLinearQuery(TERMS, Integer.toString(terms[i]), weights[i]),
          BooleanClause.Occur.SHOULD);
    }
    if (!group.equals("-")) {
      query.add(new TermQuery(new Term(GROUP, group)), BooleanClause.Occur.FILTER);
      query.setMinimumNumberShouldMatch(1);
    }
    return query.build();
  }
}
