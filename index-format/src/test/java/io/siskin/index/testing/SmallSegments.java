package io.siskin.index.testing;

import io.siskin.index.build.BlockMaxOptions;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.BuiltSegment;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.build.ImpactOrderedOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.build.Weighting;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseGraph;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.dense.KeyedVector;
import io.siskin.index.document.FieldValue;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Fixed segments of a few dozen documents. They serve for golden files, for tests of damage and for
 * the deep verification. Each is small enough to damage every byte of it. Where its kind allows, it
 * has empty documents, ties, terms in all documents and in only one, and ids and texts beyond
 * ASCII.
 *
 * @param name the name of the segment in messages and of its directory of golden files
 * @param options the options of its build
 * @param documents its documents, in order
 */
public record SmallSegments(String name, BuildOptions options, List<Document> documents) {
  /**
   * One document.
   *
   * @param id its external id
   * @param vector the vector to index
   * @param fields the fields to store
   * @param declared the declared fields
   * @param position its position in the writes of the collection
   * @param dense its dense vectors
   */
  public record Document(
      String id,
      SparseVector vector,
      Map<String, String> fields,
      Map<String, FieldValue> declared,
      long position,
      Map<String, DenseVectors> dense) {
    /** Makes a document without dense vectors. */
    public Document(
        String id,
        SparseVector vector,
        Map<String, String> fields,
        Map<String, FieldValue> declared,
        long position) {
      this(id, vector, fields, declared, position, Map.of());
    }
  }

  /** Returns all fixed segments. */
  public static List<SmallSegments> all() {
    return List.of(
        tokens(),
        termIds(),
        bm25WithFields(),
        blockMax(),
        blockMaxWide(),
        everything(),
        residuals(),
        reordered(),
        columns(),
        dense(),
        denseTerms(),
        graphs(),
        denseKeys(),
        empty());
  }

  /**
   * Returns a segment of tokens with learned weights and one scale per document, without stored
   * fields.
   */
  public static SmallSegments tokens() {
    return new SmallSegments(
        "tokens",
        options(new Weighting.AsGiven(), new Quantization.Auto(), false),
        tokenDocuments(30));
  }

  /**
   * Returns a segment of term ids over all 32 bits. Its weights are whole numbers, which one scale
   * keeps exactly.
   */
  public static SmallSegments termIds() {
    List<Document> documents = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      int size = i % 6;
      int[] ids = new int[size];
      float[] weights = new float[size];
      for (int j = 0; j < size; j++) {
        ids[j] = j == 0 ? -1 : (i * j) % 11 * 0x1234_5678 + j;
        weights[j] = 1 + (i * 53 + j * 97) % 255;
      }
      documents.add(new Document("p/" + i, TermIdVector.of(ids, weights), Map.of(), Map.of(), i));
    }
    return new SmallSegments(
        "term-ids", options(new Weighting.AsGiven(), new Quantization.Auto(), false), documents);
  }

  /** Returns a segment of term frequencies that are weighted by BM25, with stored fields. */
  public static SmallSegments bm25WithFields() {
    String[] texts = {
      "a small finch of northern woods, yellow and streaked",
      "the siskin feeds on birch seeds and on alder seeds",
      "seeds of the alder, seeds of the birch, seeds",
      "",
      "größere Vögel: Grünfink, Stieglitz",
      "\ud83d\udc26 sings in the birch",
    };
    List<Document> documents = new ArrayList<>();
    for (int i = 0; i < 18; i++) {
      String text = texts[i % texts.length];
      Map<String, Float> counts = new LinkedHashMap<>();
      for (String word : text.split("[ ,:]+", -1)) {
        if (!word.isEmpty()) {
          counts.merge(word, 1f, Float::sum);
        }
      }
      Map<String, String> fields = new LinkedHashMap<>();
      if (i % 4 != 3) {
        fields.put("title", "Nr " + i);
        fields.put("text", text);
      }
      documents.add(
          new Document(
              "ü" + i, TokenVector.of(counts), Collections.unmodifiableMap(fields), Map.of(), i));
    }
    return new SmallSegments(
        "bm25-fields",
        options(new Weighting.Bm25OfInput(0.9, 0.4), new Quantization.Auto(), true),
        documents);
  }

  /**
   * Returns a segment with dense and sparse block-max lists over three superblocks, with 4-bit
   * maxima.
   */
  public static SmallSegments blockMax() {
    return new SmallSegments("block-max", withBlockMax(4), tokenDocuments(150));
  }

  /** Returns the segment of {@link #blockMax} with 8-bit maxima. */
  public static SmallSegments blockMaxWide() {
    return new SmallSegments("block-max-8", withBlockMax(8), tokenDocuments(150));
  }

  /**
   * Returns a segment with every structure. Its clustered lists have dense and sparse summaries.
   */
  public static SmallSegments everything() {
    return new SmallSegments(
        "everything",
        new BuildOptions(
            new Weighting.AsGiven(),
            new Quantization.Auto(),
            new Reordering.None(),
            new BuildOptions.Structures(
                true,
                false,
                new BlockMaxOptions(4, 4),
                new ImpactOrderedOptions(4, 0.5, 2),
                new ClusterOptions(3, 1, 2, 3, 0.3, 15, 2, 0.8, 4, 1),
                true),
            2),
        tokenDocuments(150));
  }

  /**
   * Returns a segment of learned weights with residuals, which the forward index alone does not
   * keep.
   */
  public static SmallSegments residuals() {
    return new SmallSegments(
        "residuals",
        options(new Weighting.AsGiven(), new Quantization.Auto(), false).withResiduals(true),
        tokenDocuments(40));
  }

  /**
   * Returns a segment with every kind of list, whose documents were reordered by graph bisection.
   */
  public static SmallSegments reordered() {
    BuildOptions options =
        new BuildOptions(
            new Weighting.AsGiven(),
            new Quantization.Auto(),
            new Reordering.GraphBisection(20, 1, 2),
            new BuildOptions.Structures(
                true,
                false,
                new BlockMaxOptions(4, 4),
                new ImpactOrderedOptions(4, 0.5, 2),
                null,
                true),
            2);
    return new SmallSegments("reordered", options, tokenDocuments(60));
  }

  /**
   * Returns a segment with declared fields of every type, term frequencies, residuals and positions
   * with gaps, whose documents were reordered.
   */
  public static SmallSegments columns() {
    BuildOptions options =
        new BuildOptions(
            new Weighting.Bm25(0.9, 0.4, 5),
            new Quantization.Auto(),
            new Reordering.GraphBisection(20, 1, 2),
            new BuildOptions.Structures(true, true, null, null, null, true, true),
            2);
    List<Document> documents = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      Map<String, Float> counts = new LinkedHashMap<>();
      for (int j = 0; j < i % 5; j++) {
        counts.put("t" + (i * (j + 3)) % 17, j == 3 ? 1000f + i : 1f + (i + j) % 4);
      }
      documents.add(
          new Document(
              "c" + i,
              TokenVector.of(counts),
              i % 9 == 0 ? Map.of("title", "Nr " + i) : Map.of(),
              declared(i),
              100L + i + (i / 7) * 1_000_000_000_000L));
    }
    return new SmallSegments("columns", options, documents);
  }

  private static Map<String, FieldValue> declared(int i) {
    String[] towns = {"Ulm", "Aalen", "\uffee", "\ud83d\udc26", "", "Köln"};
    Map<String, FieldValue> declared = new LinkedHashMap<>();
    if (i % 7 != 3) {
      declared.put("town", new FieldValue.Text(towns[i % towns.length]));
      declared.put("price", new FieldValue.Real((i - 20) * 1.25));
      declared.put("at", FieldValue.Moment.of(Instant.ofEpochSecond(1_700_000_000L + i * 86_400L)));
    }
    if (i % 3 != 0) {
      List<String> tags = new ArrayList<>();
      for (int j = 0; j < i % 4; j++) {
        tags.add("tag" + (i * (j + 1)) % 11);
      }
      declared.put("tags", new FieldValue.TextList(tags));
      declared.put("new", new FieldValue.Flag(i % 2 == 0));
    }
    if (i % 10 == 4) {
      declared.put("all-bits", new FieldValue.Whole(i == 4 ? Long.MIN_VALUE : Long.MAX_VALUE - i));
    }
    declared.put("year", new FieldValue.Whole(2020 + i % 6));
    return declared;
  }

  /**
   * Returns a segment with a dense field of each storage, whose documents were reordered. Some
   * documents lack a vector, and some have several.
   */
  public static SmallSegments dense() {
    BuildOptions options =
        options(new Weighting.AsGiven(), new Quantization.Auto(), false)
            .withReordering(new Reordering.GraphBisection(20, 1, 2));
    DenseFieldSpec bytes = denseField("bytes", 5, DenseStorage.INT8, DenseSimilarity.DOT);
    DenseFieldSpec halves = denseField("halves", 3, DenseStorage.F16, DenseSimilarity.COSINE);
    DenseFieldSpec singles = denseField("singles", 33, DenseStorage.F32, DenseSimilarity.DOT);
    List<Document> documents = new ArrayList<>();
    for (Document document : tokenDocuments(24)) {
      int i = documents.size();
      Map<String, DenseVectors> dense = new LinkedHashMap<>();
      if (i % 3 != 1) {
        dense.put("singles", singles.vectors(denseVectors(i, 1, 33)));
        dense.put("bytes", bytes.vectors(denseVectors(i, 1 + i % 3, 5)));
      }
      if (i % 5 == 2) {
        dense.put("halves", halves.vectors(denseVectors(i, 2, 3)));
      }
      documents.add(
          new Document(
              document.id(), document.vector(), Map.of(), Map.of(), document.position(), dense));
    }
    return new SmallSegments("dense", options, documents);
  }

  /**
   * Returns a segment with dense fields of bits, of token vectors and of slices. Some documents
   * have no bits or no token vectors, and some token vectors are empty.
   */
  public static SmallSegments denseTerms() {
    BuildOptions options =
        options(new Weighting.AsGiven(), new Quantization.PerDocument(), false)
            .withReordering(new Reordering.GraphBisection(20, 1, 2));
    DenseFieldSpec bits = denseField("bits", 13, DenseStorage.BINARY, DenseSimilarity.DOT);
    DenseFieldSpec slices = denseField("slices", 64, DenseStorage.SLICES, DenseSimilarity.DOT);
    DenseFieldSpec words = denseField("words", 4, DenseStorage.TERMS, DenseSimilarity.DOT);
    List<Document> documents = new ArrayList<>();
    for (Document document : tokenDocuments(24)) {
      int i = documents.size();
      Map<String, DenseVectors> dense = new LinkedHashMap<>();
      if (i % 3 > 0) {
        dense.put("bits", bits.vectors(denseVectors(i, i % 3, 13)));
      }
      if (i % 4 > 0) {
        List<SparseVector> tokens = new ArrayList<>();
        for (int token = 0; token < i % 4; token++) {
          int[] ids = new int[(i + token) % 6];
          float[] weights = new float[ids.length];
          for (int term = 0; term < ids.length; term++) {
            ids[term] = term == 3 ? -1 - i : 1 + 7 * term + token % 2;
            weights[term] = (1 + (i * 11 + term * 17 + token) % 40) / 8f;
          }
          tokens.add(TermIdVector.of(ids, weights));
        }
        dense.put("words", words.tokenVectors(tokens));
      }
      dense.put("slices", slices.densified(document.vector()));
      documents.add(
          new Document(
              document.id(), document.vector(), Map.of(), Map.of(), document.position(), dense));
    }
    return new SmallSegments("dense-terms", options, documents);
  }

  /**
   * Returns a segment with graphs of neighbours: of a field with one vector per document, of one
   * with some vectors, and of one whose vectors are few different ones. Documents were reordered.
   */
  public static SmallSegments graphs() {
    BuildOptions options =
        options(new Weighting.AsGiven(), new Quantization.PerDocument(), false)
            .withReordering(new Reordering.GraphBisection(20, 1, 2))
            .withGraphs(
                Map.of(
                    "equal", new DenseGraph(2, 3, 1),
                    "one", new DenseGraph(3, 8, 1),
                    "some", new DenseGraph(2, 10, 1),
                    "none", new DenseGraph(2, 10, 50)));
    DenseFieldSpec equal = denseField("equal", 2, DenseStorage.BINARY, DenseSimilarity.DOT);
    DenseFieldSpec none = denseField("none", 2, DenseStorage.F32, DenseSimilarity.DOT);
    DenseFieldSpec one = denseField("one", 4, DenseStorage.F32, DenseSimilarity.COSINE);
    DenseFieldSpec some = denseField("some", 5, DenseStorage.INT8, DenseSimilarity.DOT);
    List<Document> documents = new ArrayList<>();
    for (Document document : tokenDocuments(48)) {
      int i = documents.size();
      Map<String, DenseVectors> dense = new LinkedHashMap<>();
      dense.put("equal", equal.vectors(denseVectors(i % 3, 1, 2)));
      dense.put("none", none.vectors(denseVectors(i, 1, 2)));
      dense.put("one", one.vectors(denseVectors(i, 1, 4)));
      if (i % 4 > 0) {
        dense.put("some", some.vectors(denseVectors(i, i % 4, 5)));
      }
      documents.add(
          new Document(
              document.id(), document.vector(), Map.of(), Map.of(), document.position(), dense));
    }
    return new SmallSegments("graphs", options, documents);
  }

  /**
   * Returns a segment with dense fields of hashed terms and of vectors with keys, in both storages.
   * Some documents have no vector of a field. Keys are used over all 32 bits.
   */
  public static SmallSegments denseKeys() {
    BuildOptions options =
        options(new Weighting.AsGiven(), new Quantization.PerDocument(), false)
            .withReordering(new Reordering.GraphBisection(20, 1, 2));
    DenseFieldSpec halves = denseField("halves", 3, DenseStorage.KEYED_F16, DenseSimilarity.COSINE);
    DenseFieldSpec hashes = denseField("hashes", 70, DenseStorage.HASHED, DenseSimilarity.DOT);
    DenseFieldSpec singles = denseField("singles", 5, DenseStorage.KEYED_F32, DenseSimilarity.DOT);
    List<Document> documents = new ArrayList<>();
    for (Document document : tokenDocuments(24)) {
      int i = documents.size();
      Map<String, DenseVectors> dense = new LinkedHashMap<>();
      if (i % 3 > 0) {
        dense.put("halves", halves.keyedVectors(keyed(i, denseVectors(i, i % 3, 3))));
      }
      if (i % 4 > 0) {
        dense.put("singles", singles.keyedVectors(keyed(i, denseVectors(i, i % 4, 5))));
      }
      dense.put("hashes", hashes.densified(document.vector()));
      documents.add(
          new Document(
              document.id(), document.vector(), Map.of(), Map.of(), document.position(), dense));
    }
    return new SmallSegments("dense-keys", options, documents);
  }

  private static List<KeyedVector> keyed(int document, float[][] vectors) {
    List<KeyedVector> keyed = new ArrayList<>();
    for (int i = 0; i < vectors.length; i++) {
      keyed.add(new KeyedVector((document * 7 + i * 5) % 9 - 1, vectors[i]));
    }
    return keyed;
  }

  private static DenseFieldSpec denseField(
      String name, int dimensions, DenseStorage storage, DenseSimilarity similarity) {
    return new DenseFieldSpec(name, new DenseType(dimensions, storage, similarity), 3);
  }

  private static float[][] denseVectors(int document, int count, int dimensions) {
    float[][] vectors = new float[count][dimensions];
    for (int vector = 0; vector < count; vector++) {
      for (int i = 0; i < dimensions; i++) {
        vectors[vector][i] = ((document * 37 + vector * 11 + i * 17) % 41 - 20) / 8f + 0.0625f;
      }
    }
    return vectors;
  }

  /** Nothing. */
  public static SmallSegments empty() {
    return new SmallSegments(
        "empty", options(new Weighting.AsGiven(), new Quantization.Auto(), true), List.of());
  }

  /** Builds the segment in a directory, which the method makes. */
  public BuiltSegment build(Path directory) throws IOException {
    return build(directory, BuildProgress.NONE);
  }

  /** Builds the segment in a directory, which the method makes, and reports the progress. */
  public BuiltSegment build(Path directory, BuildProgress progress) throws IOException {
    Files.createDirectories(directory);
    try (SegmentBuilder builder = new SegmentBuilder(directory, options, progress)) {
      for (Document document : documents) {
        builder.add(
            document.id(),
            document.vector(),
            document.fields(),
            document.declared(),
            document.position(),
            document.dense());
      }
      return builder.finish();
    }
  }

  /** Returns the same segment, to be built by another number of threads. */
  public SmallSegments withThreads(int threads) {
    return new SmallSegments(name, options.withThreads(threads), documents);
  }

  @Override
  public String toString() {
    return name;
  }

  private static List<Document> tokenDocuments(int count) {
    List<Document> documents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Map<String, Float> weights = new LinkedHashMap<>();
      if (i % 7 != 5) {
        weights.put("the", 0.25f + i / 64f);
        for (int j = 0; j < 1 + i % 5; j++) {
          weights.put("t" + (i * (j + 3)) % 17, 0.5f + ((i * 31 + j * 17) % 23) / 8f);
        }
      }
      if (i == 11) {
        // The order of this term in UTF-16 differs from its order in UTF-8.
        weights.put("\uffee", 1f);
        weights.put("\ud83d\udc26", 1f);
      }
      documents.add(new Document("d" + i, TokenVector.of(weights), Map.of(), Map.of(), i));
    }
    return documents;
  }

  private static BuildOptions withBlockMax(int maximumBits) {
    return new BuildOptions(
        new Weighting.AsGiven(),
        new Quantization.Auto(),
        new Reordering.None(),
        new BuildOptions.Structures(
            true, false, new BlockMaxOptions(4, maximumBits), null, null, false),
        2);
  }

  private static BuildOptions options(
      Weighting weighting, Quantization quantization, boolean storeFields) {
    return new BuildOptions(
        weighting,
        quantization,
        new Reordering.None(),
        new BuildOptions.Structures(true, false, null, null, null, storeFields),
        2);
  }
}
