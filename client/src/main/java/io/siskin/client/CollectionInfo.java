package io.siskin.client;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a collection is and holds. Immutable.
 *
 * @param name its name
 * @param documentCount documents, those with an empty vector included
 * @param termCount distinct terms, summed over segments
 * @param postingCount (document, term) pairs
 * @param lengthBytes bytes of all its files
 * @param documentEncoder name of the encoder of its documents; {@code vector} when they came as
 *     vectors
 * @param queryEncoder name of the encoder of query text; {@code vector} when only vectors can be
 *     searched
 * @param encoderParametersJson the encoders' parameters as one JSON object
 * @param vocabulary how terms are named in query vectors
 * @param defaultMode the mode of a search for 10 hits that names neither mode nor recall target
 * @param defaultRecallTarget the recall target of a search that names neither, above 0 to 1; 1 is
 *     exact
 * @param recallExpectations what some recall targets lead to; empty when it was not calibrated
 * @param storedFields the stored fields that can be asked for
 * @param segments its segments
 * @param damaged whether its files are damaged, so that every search of it fails until they are
 *     whole again; false where the server is too old to say
 * @param storage how it is kept
 */
public record CollectionInfo(
    String name,
    long documentCount,
    long termCount,
    long postingCount,
    long lengthBytes,
    String documentEncoder,
    String queryEncoder,
    String encoderParametersJson,
    Vocabulary vocabulary,
    SearchMode defaultMode,
    float defaultRecallTarget,
    List<RecallExpectation> recallExpectations,
    List<String> storedFields,
    List<Segment> segments,
    boolean damaged,
    Storage storage) {
  /** Copies the lists. */
  public CollectionInfo {
    recallExpectations = List.copyOf(recallExpectations);
    storedFields = List.copyOf(storedFields);
    segments = List.copyOf(segments);
  }

  /**
   * Describes a collection of which it is not known how it is kept.
   *
   * @param name see above
   * @param documentCount see above
   * @param termCount see above
   * @param postingCount see above
   * @param lengthBytes see above
   * @param documentEncoder see above
   * @param queryEncoder see above
   * @param encoderParametersJson see above
   * @param vocabulary see above
   * @param defaultMode see above
   * @param defaultRecallTarget see above
   * @param recallExpectations see above
   * @param storedFields see above
   * @param segments see above
   * @param damaged see above
   */
  public CollectionInfo(
      String name,
      long documentCount,
      long termCount,
      long postingCount,
      long lengthBytes,
      String documentEncoder,
      String queryEncoder,
      String encoderParametersJson,
      Vocabulary vocabulary,
      SearchMode defaultMode,
      float defaultRecallTarget,
      List<RecallExpectation> recallExpectations,
      List<String> storedFields,
      List<Segment> segments,
      boolean damaged) {
    this(
        name,
        documentCount,
        termCount,
        postingCount,
        lengthBytes,
        documentEncoder,
        queryEncoder,
        encoderParametersJson,
        vocabulary,
        defaultMode,
        defaultRecallTarget,
        recallExpectations,
        storedFields,
        segments,
        damaged,
        Storage.UNKNOWN);
  }

  /**
   * How a collection is kept.
   *
   * @param fields the declared fields with their types, in the order of the schema
   * @param tenantField the field that says whose a document is; null for none
   * @param aliases the aliases that name it, in ascending order
   * @param lastPosition the position of the last write that searches see; 0 for none
   * @param deletedDocumentCount documents that are deleted or replaced and still in its files
   * @param memory the memory that it takes
   * @param textStatistics by what its texts are weighed
   * @param denseFields the fields of dense vectors, in the order of the schema
   */
  public record Storage(
      Map<String, FieldType> fields,
      @Nullable String tenantField,
      List<String> aliases,
      long lastPosition,
      long deletedDocumentCount,
      Memory memory,
      TextStatistics textStatistics,
      List<DenseField> denseFields) {
    private static final Storage UNKNOWN =
        new Storage(
            Map.of(),
            null,
            List.of(),
            0,
            0,
            new Memory(0, 0, 0, 0, 0),
            new TextStatistics(StatisticsScope.COLLECTION, null, null));

    /**
     * Describes a collection without dense fields.
     *
     * @param fields see above
     * @param tenantField see above
     * @param aliases see above
     * @param lastPosition see above
     * @param deletedDocumentCount see above
     * @param memory see above
     * @param textStatistics see above
     */
    public Storage(
        Map<String, FieldType> fields,
        @Nullable String tenantField,
        List<String> aliases,
        long lastPosition,
        long deletedDocumentCount,
        Memory memory,
        TextStatistics textStatistics) {
      this(
          fields,
          tenantField,
          aliases,
          lastPosition,
          deletedDocumentCount,
          memory,
          textStatistics,
          List.of());
    }

    /** Copies the fields, whose order is kept, and the aliases. */
    public Storage {
      denseFields = List.copyOf(denseFields);
      fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
      aliases = List.copyOf(aliases);
    }
  }

  /**
   * By what the texts of a collection are weighed.
   *
   * @param scope among which documents it is counted how frequent the terms of a query are
   * @param pinnedAverageLength under BM25, the average length in tokens by which all documents are
   *     weighed, above 0; null for other encoders
   * @param averageLength under BM25, the average length in tokens of the documents as they are now,
   *     0 or more; null for other encoders, and where it is not known
   */
  public record TextStatistics(
      StatisticsScope scope,
      @Nullable Double pinnedAverageLength,
      @Nullable Double averageLength) {}

  /**
   * The memory of a collection, in bytes.
   *
   * @param heapBytes on the heap of the server, an estimate: writes that wait, declared fields of
   *     documents that are not in a segment yet, sets of live documents, cached filters, and
   *     scratch memory of searches
   * @param anonymousBytes outside of the heap and of files: documents that are not in a segment
   *     yet, and dictionaries of stored fields
   * @param mappedBytes the length of the files that are mapped
   * @param residentBytes what of the mapped files is in memory, in whole pieces of 256 KiB; 0 where
   *     the server's system does not tell
   * @param logBytes the log on the disk; 0 while the server does not write the collection
   */
  public record Memory(
      long heapBytes, long anonymousBytes, long mappedBytes, long residentBytes, long logBytes) {}

  /**
   * What was measured of the mode that a recall target leads to.
   *
   * @param k how many hits were wanted
   * @param recallTarget the target, above 0 to 1
   * @param mode the mode that it leads to
   * @param recall the recall that was measured, 0 to 1
   * @param medianMicros the median time that was measured, on the machine that built the collection
   * @param meanMicros the mean time that was measured there, by which the mode was chosen
   */
  public record RecallExpectation(
      int k,
      float recallTarget,
      SearchMode mode,
      float recall,
      float medianMicros,
      float meanMicros) {}

  /** How terms are named. */
  public enum Vocabulary {
    /** By token. */
    TOKEN,
    /** By number. */
    TERM_ID,
    /** The collection holds no term yet. */
    NONE,
    /** In a way that this client is too old to know. */
    UNKNOWN
  }

  /**
   * One immutable part of a collection.
   *
   * @param id 32 hexadecimal digits
   * @param formatVersion version of the format of its files
   * @param documentCount its documents
   * @param postingCount its postings
   * @param structures its index structures
   */
  public record Segment(
      String id,
      int formatVersion,
      long documentCount,
      long postingCount,
      List<Structure> structures) {
    /** Copies the list. */
    public Segment {
      structures = List.copyOf(structures);
    }
  }

  /**
   * One index structure.
   *
   * @param name its name
   * @param lengthBytes its size
   */
  public record Structure(String name, long lengthBytes) {}
}
