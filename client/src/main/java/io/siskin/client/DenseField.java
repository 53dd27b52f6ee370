package io.siskin.client;

import org.jspecify.annotations.Nullable;

/**
 * A field of dense vectors, which are used to rank documents. Ranges are checked by the server.
 *
 * @param name its name, by the rule of other declared fields
 * @param dimensions the number of values of a vector, 1 to 4,096
 * @param storage how values are stored
 * @param similarity what the score of a query and a vector is
 * @param vectorsMax how many vectors a document has at most, 1 to 1,024
 * @param encoder how texts become vectors; null where documents and queries bring theirs
 * @param graph how segments get a graph of neighbours, by which a search looks at few vectors; null
 *     for none
 */
public record DenseField(
    String name,
    int dimensions,
    Storage storage,
    Similarity similarity,
    int vectorsMax,
    @Nullable Encoder encoder,
    @Nullable Graph graph) {
  /**
   * Makes a field without a graph of neighbours.
   *
   * @param name see above
   * @param dimensions see above
   * @param storage see above
   * @param similarity see above
   * @param vectorsMax see above
   * @param encoder see above
   */
  public DenseField(
      String name,
      int dimensions,
      Storage storage,
      Similarity similarity,
      int vectorsMax,
      @Nullable Encoder encoder) {
    this(name, dimensions, storage, similarity, vectorsMax, encoder, null);
  }

  /**
   * How segments get a graph of neighbours of the vectors.
   *
   * @param neighbours how many neighbours a vector gets, 2 to 64
   * @param buildWidth how many candidates are kept while they are looked for, 2 to 1,000
   * @param vectorsMin a segment with fewer vectors gets no graph, 1 or more
   */
  public record Graph(int neighbours, int buildWidth, int vectorsMin) {
    /** What the server takes where nothing is said. */
    public static final Graph DEFAULTS = new Graph(16, 100, 10_000);
  }

  /**
   * How texts become vectors. At least one of the models is there.
   *
   * @param documents encodes the texts of documents that bring no vector; null where all do
   * @param queries encodes the texts of queries; null where they come as vectors
   * @param modelDimensions how many numbers the models give, of which the first ones are kept; the
   *     dimensions of the field, to 4,096
   */
  public record Encoder(@Nullable Model documents, @Nullable Model queries, int modelDimensions) {}

  /**
   * A model of the server's data directory.
   *
   * @param name its name
   * @param fingerprint 64 lower-case hexadecimal digits
   * @param prefix what is put before each text, at most 1,024 characters; empty for nothing
   */
  public record Model(String name, String fingerprint, String prefix) {}

  /** How the values of vectors are stored. */
  public enum Storage {
    /** 4 bytes, as they are given. */
    F32,
    /** 2 bytes: about three digits. */
    F16,
    /** 1 byte: 255 steps from the smallest to the largest value of a vector, around 0. */
    INT8,
    /** 1 bit: whether a value is above 0. */
    BINARY,
    /**
     * Token vectors, see {@link Document#tokenVectors}; the dimensions are the terms kept of each.
     */
    TERMS,
    /** The densified sparse vector of the document; the dimensions are the slices. */
    SLICES,
    /** As F32, and each vector has a key, see {@link Document#keyedVectors}. */
    KEYED_F32,
    /** As F16, and each vector has a key, see {@link Document#keyedVectors}. */
    KEYED_F16,
    /** The hashed terms of the document's sparse vector; the dimensions are the bits. */
    HASHED,
    /** In a way that this client is too old to know. */
    UNKNOWN
  }

  /** What the score of a query and a vector is. */
  public enum Similarity {
    /** The inner product. */
    DOT,
    /** The cosine of the angle between them. */
    COSINE,
    /** One that this client is too old to know. */
    UNKNOWN
  }

  /**
   * Makes a field of one vector of singles per document, compared by the inner product.
   *
   * @param name its name
   * @param dimensions the number of values of a vector, 1 to 4,096
   */
  public static DenseField of(String name, int dimensions) {
    return new DenseField(name, dimensions, Storage.F32, Similarity.DOT, 1, null);
  }

  /**
   * Returns the same field, stored in another way.
   *
   * @param newStorage how
   */
  public DenseField withStorage(Storage newStorage) {
    return new DenseField(name, dimensions, newStorage, similarity, vectorsMax, encoder, graph);
  }

  /**
   * Returns the same field, compared in another way.
   *
   * @param newSimilarity how
   */
  public DenseField withSimilarity(Similarity newSimilarity) {
    return new DenseField(name, dimensions, storage, newSimilarity, vectorsMax, encoder, graph);
  }

  /**
   * Returns the same field with several vectors per document, for example of passages or tokens.
   *
   * @param newVectorsMax how many at most, 1 to 1,024
   */
  public DenseField withVectorsMax(int newVectorsMax) {
    return new DenseField(name, dimensions, storage, similarity, newVectorsMax, encoder, graph);
  }

  /**
   * Returns the same field with models that encode texts.
   *
   * @param newEncoder the models
   */
  public DenseField withEncoder(Encoder newEncoder) {
    return new DenseField(name, dimensions, storage, similarity, vectorsMax, newEncoder, graph);
  }

  /**
   * Returns the same field with graphs of neighbours.
   *
   * @param newGraph how segments get them
   */
  public DenseField withGraph(Graph newGraph) {
    return new DenseField(name, dimensions, storage, similarity, vectorsMax, encoder, newGraph);
  }
}
