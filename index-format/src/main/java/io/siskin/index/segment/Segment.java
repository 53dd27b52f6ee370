package io.siskin.index.segment;

import io.siskin.index.column.Columns;
import io.siskin.index.dense.DenseFields;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.FileLayout;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.SegmentId;
import io.siskin.index.format.v1.FileTableLayout;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.lifecycle.ReferenceCount;
import io.siskin.index.store.FileState;
import io.siskin.index.store.MappedFile;
import io.siskin.index.store.Mapping;
import io.siskin.index.store.ReadPace;
import io.siskin.index.store.Section;
import io.siskin.index.store.SectionSize;
import io.siskin.index.store.Verification;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An opened segment: all its files mapped, verified and checked against each other.
 *
 * <p>Reference-counted, because a view read after unmapping ends the process: the one who searches
 * holds a reference ({@link #tryRetain} … {@link #release}), and the mapping is closed with the
 * last one. The opener holds the first. Safe for concurrent use.
 */
public final class Segment {
  private final Path directory;
  private final Mapping mapping;
  private final SegmentId id;
  private final SegmentStatistics statistics;
  private final String buildOptions;
  private final TermDictionary terms;
  private final DocumentStore documents;
  private final @Nullable ForwardIndex forward;
  private final @Nullable BlockMaxIndex blockMax;
  private final @Nullable ClusteredIndex clusters;
  private final @Nullable ImpactOrderedIndex impacts;
  private final @Nullable ResidualIndex residuals;
  private final @Nullable DocumentPositions positions;
  private final @Nullable ColumnFile columnFile;
  private final Columns columns;
  private final @Nullable DenseFile denseFile;
  private final DenseFields dense;
  private final @Nullable NeighbourFile neighbourFile;
  private final @Nullable FrequencyIndex frequencies;
  private final int formatVersion;
  private final List<MappedFile> files;
  private final Map<FileKind, Long> lengths;
  private final Map<FileKind, List<SectionSize>> sections;
  private final ReferenceCount references;

  private Segment(Path directory, Mapping mapping, Files files, Verification verification)
      throws IOException {
    this.directory = directory;
    this.mapping = mapping;
    this.id = files.meta.segmentId();
    this.statistics = SegmentStatistics.read(files.meta);
    Section options = files.meta.section(SectionKind.BUILD_OPTIONS);
    options.requireEncoding(FormatV1.ENCODING_PLAIN);
    options.requireCount(options.lengthBytes());
    this.buildOptions = new String(options.bytes().toArray(FileLayout.U8), StandardCharsets.UTF_8);
    this.terms =
        new TermDictionary(
            files.require(FileKind.TERMS), statistics.termCount(), statistics.vocabulary());
    this.documents =
        new DocumentStore(
            files.require(FileKind.DOCUMENTS),
            statistics.documentCount(),
            DocumentStore.readFieldNames(files.meta));
    MappedFile forwardFile = files.others.get(FileKind.FORWARD);
    this.forward =
        forwardFile == null ? null : new ForwardIndex(forwardFile, statistics.documentCount());
    MappedFile blockMaxFile = files.others.get(FileKind.BLOCK_MAX);
    this.blockMax = blockMaxFile == null ? null : BlockMaxIndex.open(blockMaxFile, statistics);
    MappedFile clusterFile = files.others.get(FileKind.CLUSTERS);
    this.clusters = clusterFile == null ? null : ClusteredIndex.open(clusterFile, statistics);
    MappedFile impactFile = files.others.get(FileKind.IMPACTS);
    this.impacts = impactFile == null ? null : ImpactOrderedIndex.open(impactFile, statistics);
    this.residuals = residuals(files, forward, statistics);
    MappedFile positionFile = files.others.get(FileKind.POSITIONS);
    this.positions = positionFile == null ? null : DocumentPositions.open(positionFile, documents);
    MappedFile columns = files.others.get(FileKind.COLUMNS);
    this.columnFile = columns == null ? null : ColumnFile.open(columns, statistics.documentCount());
    this.columns = columnFile == null ? Columns.NONE : columnFile.columns();
    MappedFile denseVectors = files.others.get(FileKind.DENSE);
    this.denseFile =
        denseVectors == null ? null : DenseFile.open(denseVectors, statistics.documentCount());
    this.dense = denseFile == null ? DenseFields.NONE : denseFile.fields();
    this.neighbourFile = neighbours(files, denseFile, statistics);
    this.frequencies = frequencies(files, forward, statistics);
    this.formatVersion = files.meta.version();
    this.files = files.all();
    this.lengths = files.lengths();
    this.sections = files.sections();
    this.references = new ReferenceCount("segment " + id, this::unmap);
    if (verification == Verification.FULL) {
      checkContents();
    }
  }

  private static @Nullable ResidualIndex residuals(
      Files files, @Nullable ForwardIndex forward, SegmentStatistics statistics)
      throws CorruptSegmentException {
    MappedFile file = files.others.get(FileKind.RESIDUALS);
    if (file == null) {
      return null;
    }
    if (forward == null) {
      // Nothing else says which posting a residual belongs to.
      throw files.missing(FileKind.FORWARD);
    }
    return ResidualIndex.open(file, forward, statistics.postingCount());
  }

  private static @Nullable NeighbourFile neighbours(
      Files files, @Nullable DenseFile dense, SegmentStatistics statistics)
      throws CorruptSegmentException {
    MappedFile file = files.others.get(FileKind.NEIGHBOURS);
    if (file == null) {
      return null;
    }
    if (dense == null) {
      // Nothing else has the rows whose neighbours these are.
      throw files.missing(FileKind.DENSE);
    }
    return NeighbourFile.open(file, dense.all(), statistics.documentCount());
  }

  private static @Nullable FrequencyIndex frequencies(
      Files files, @Nullable ForwardIndex forward, SegmentStatistics statistics)
      throws CorruptSegmentException {
    MappedFile file = files.others.get(FileKind.FREQUENCIES);
    if (file == null) {
      return null;
    }
    if (forward == null) {
      // Nothing else says which posting a frequency belongs to.
      throw files.missing(FileKind.FORWARD);
    }
    return FrequencyIndex.open(file, forward, statistics.postingCount());
  }

  /**
   * Checks what a reader follows without looking: after this no offset, slot or run leads outside.
   */
  private void checkContents() throws CorruptSegmentException {
    terms.check();
    documents.check();
    if (forward != null) {
      forward.check();
    }
    if (clusters != null) {
      clusters.check();
    }
    if (impacts != null) {
      impacts.check();
    }
    if (positions != null) {
      positions.check();
    }
    if (columnFile != null) {
      columnFile.check();
    }
    if (denseFile != null) {
      denseFile.check();
    }
    if (neighbourFile != null) {
      neighbourFile.check();
    }
  }

  /**
   * Opens a segment and holds the first reference to it.
   *
   * @param directory the segment's directory
   * @param verification how much of the files is read to verify them
   * @throws CorruptSegmentException when a file is damaged, missing from the set or of another
   *     segment
   * @throws io.siskin.index.error.UnsupportedFormatException when a file is not Siskin's or of
   *     another version
   */
  public static Segment open(Path directory, Verification verification) throws IOException {
    Mapping mapping = new Mapping();
    boolean opened = false;
    try {
      Segment segment =
          new Segment(
              directory, mapping, Files.open(directory, mapping, verification), verification);
      opened = true;
      return segment;
    } catch (InternalError fault) {
      throw shortened(directory, fault);
    } finally {
      if (!opened) {
        mapping.close();
      }
    }
  }

  /** An internal error is how the JVM reports that a mapped byte could not be read. */
  private static CorruptSegmentException shortened(Path directory, InternalError fault) {
    CorruptSegmentException shortened =
        new CorruptSegmentException(
            directory.toString(), 0, "files that stay as they are", "one that was shortened");
    shortened.initCause(fault);
    return shortened;
  }

  /**
   * Takes another reference.
   *
   * @return false when the last reference has been released already: the segment is gone
   */
  public boolean tryRetain() {
    return references.tryRetain();
  }

  /** Gives a reference back; the last one unmaps the files. */
  public void release() {
    references.release();
  }

  private void unmap() {
    documents.close();
    mapping.close();
  }

  /**
   * Compares what stands under the names of the files with what was mapped. Reads no content, so it
   * takes microseconds.
   *
   * @return what holds for all files together
   * @throws CorruptSegmentException when a mapped file has another length than it had
   * @throws IOException when a name cannot be looked up
   */
  public FileState compareFiles() throws IOException {
    FileState state = FileState.SAME;
    for (MappedFile file : files) {
      state = state.and(file.compare());
    }
    return state;
  }

  /**
   * Verifies the files again while they are in use: reads all of them and compares every checksum.
   * Reads the files and not the mapping, so it is safe whatever became of them.
   *
   * @param pace told of each chunk that was read; may wait
   * @return {@link FileState#SAME} when all files are whole; otherwise other files or none stand
   *     under some names, and only the rest was verified
   * @throws CorruptSegmentException when a file is damaged or cannot be read
   * @throws IOException when a file cannot be opened
   */
  public FileState verifyFiles(ReadPace pace) throws IOException {
    FileState state = FileState.SAME;
    for (MappedFile file : files) {
      state = state.and(file.verify(pace));
    }
    return state;
  }

  /**
   * Brings all files into memory and into the page tables of this process, so that no search has to
   * wait for them, see {@link MappedFile#load}.
   *
   * @throws CorruptSegmentException when a file was shortened meanwhile
   */
  public void load() throws CorruptSegmentException {
    try {
      files.forEach(MappedFile::load);
    } catch (InternalError fault) {
      throw shortened(directory, fault);
    }
  }

  /**
   * Returns how many bytes of the files are in memory now, see {@link MappedFile#residentBytes}.
   */
  public long residentBytes() {
    return files.stream().mapToLong(MappedFile::residentBytes).sum();
  }

  /**
   * Returns how many bytes outside of the heap and of files it takes, about: the dictionary by
   * which stored fields are unpacked.
   */
  public long anonymousBytes() {
    return documents.dictionaryBytes();
  }

  /** Returns the segment's directory. */
  public Path directory() {
    return directory;
  }

  /** Returns the segment's id. */
  public SegmentId id() {
    return id;
  }

  /** Returns the format version of its files. */
  public int formatVersion() {
    return formatVersion;
  }

  /** Returns what it holds, in numbers. */
  public SegmentStatistics statistics() {
    return statistics;
  }

  /** Returns the options of its build as a JSON object. */
  public String buildOptions() {
    return buildOptions;
  }

  /** Returns the term dictionary. */
  public TermDictionary terms() {
    return terms;
  }

  /** Returns external ids and stored fields. */
  public DocumentStore documents() {
    return documents;
  }

  /** Returns the forward index, or null when the segment carries none. */
  public @Nullable ForwardIndex forward() {
    return forward;
  }

  /** Returns the block-max posting lists, or null when the segment carries none. */
  public @Nullable BlockMaxIndex blockMax() {
    return blockMax;
  }

  /** Returns the clustered posting lists, or null when the segment carries none. */
  public @Nullable ClusteredIndex clusters() {
    return clusters;
  }

  /** Returns the impact-ordered posting lists, or null when the segment carries none. */
  public @Nullable ImpactOrderedIndex impacts() {
    return impacts;
  }

  /** Returns the residuals, or null when the segment carries none. */
  public @Nullable ResidualIndex residuals() {
    return residuals;
  }

  /**
   * Returns the positions and lengths of the documents, or null when the segment is of version 1.
   */
  public @Nullable DocumentPositions positions() {
    return positions;
  }

  /** Returns the declared fields; without a column when no document has one. */
  public Columns columns() {
    return columns;
  }

  /** Returns the dense fields; without a field when no document has a dense vector. */
  public DenseFields dense() {
    return dense;
  }

  /** Returns the graphs of neighbours of dense fields, by ascending names of the fields. */
  public List<NeighbourGraph> graphs() {
    return neighbourFile == null ? List.of() : neighbourFile.graphs();
  }

  /**
   * Returns the graph of neighbours of a dense field; null if the segment has none.
   *
   * @param field the name of the field
   */
  public @Nullable NeighbourGraph graph(String field) {
    return neighbourFile == null ? null : neighbourFile.graph(field);
  }

  /** Returns what the dense fields store, for the deep verification. */
  public List<MappedDenseField> denseFacts() {
    return denseFile == null ? List.of() : denseFile.all();
  }

  /** Returns what the columns store, for the deep verification. */
  public List<ColumnFacts> columnFacts() {
    return columnFile == null ? List.of() : columnFile.facts();
  }

  /** Returns the term frequencies, or null when the segment carries none. */
  public @Nullable FrequencyIndex frequencies() {
    return frequencies;
  }

  /** Returns the length in bytes of each file that the segment has. */
  public Map<FileKind, Long> lengths() {
    return lengths;
  }

  /** Returns the sizes of the sections of each file that the segment has. */
  public Map<FileKind, List<SectionSize>> sections() {
    return sections;
  }

  /** Returns the bytes of all files together. */
  public long lengthBytes() {
    return lengths.values().stream().mapToLong(Long::longValue).sum();
  }

  /** The mapped files, checked against the table in the meta file. */
  private record Files(MappedFile meta, EnumMap<FileKind, MappedFile> others, Path directory) {
    private static final Set<Integer> VERSIONS = Set.of(FormatV1.VERSION, FormatV2.VERSION);

    static Files open(Path directory, Mapping mapping, Verification verification)
        throws IOException {
      MappedFile meta = openFile(directory, FileKind.META, VERSIONS, mapping, verification);
      EnumMap<FileKind, MappedFile> others = new EnumMap<>(FileKind.class);
      Section table = meta.section(SectionKind.FILE_TABLE);
      int count = table.countAtMost(FileKind.values().length);
      table.requireEncoding(FormatV1.ENCODING_PLAIN);
      table.requireLength((long) count * FileTableLayout.LENGTH);
      for (int i = 0; i < count; i++) {
        long at = (long) i * FileTableLayout.LENGTH;
        int code = table.bytes().get(FileLayout.U32, at + FileTableLayout.KIND_OFFSET);
        FileKind kind = FileKind.ofCode(code);
        if (kind == null || !kind.isInFileTable(meta.version()) || others.containsKey(kind)) {
          throw new CorruptSegmentException(
              table.file(),
              table.offset() + at,
              "a kind of file that version " + meta.version() + " has beside the table, each once",
              code);
        }
        MappedFile file = openFile(directory, kind, Set.of(meta.version()), mapping, verification);
        checkAgainstTable(table, at, file, meta);
        others.put(kind, file);
      }
      Files files = new Files(meta, others, directory);
      if (FileKind.POSITIONS.isInFileTable(meta.version())) {
        files.require(FileKind.POSITIONS);
      }
      return files;
    }

    private static MappedFile openFile(
        Path directory,
        FileKind kind,
        Set<Integer> versions,
        Mapping mapping,
        Verification verification)
        throws IOException {
      return MappedFile.open(
          directory.resolve(kind.fileName()), kind, versions, mapping, verification);
    }

    private static void checkAgainstTable(Section table, long at, MappedFile file, MappedFile meta)
        throws CorruptSegmentException {
      long length = table.bytes().get(FileLayout.U64, at + FileTableLayout.FILE_LENGTH_OFFSET);
      int checksum = table.bytes().get(FileLayout.U32, at + FileTableLayout.HEADER_CHECKSUM_OFFSET);
      if (!file.segmentId().equals(meta.segmentId())) {
        throw new CorruptSegmentException(
            file.name(),
            FileLayout.SEGMENT_ID_OFFSET,
            "segment " + meta.segmentId(),
            file.segmentId());
      }
      if (file.lengthBytes() != length || file.headerChecksum() != checksum) {
        throw new CorruptSegmentException(
            file.name(),
            FileLayout.HEADER_CHECKSUM_OFFSET,
            "length "
                + length
                + " and checksum "
                + Integer.toHexString(checksum)
                + " as in the file table",
            "length "
                + file.lengthBytes()
                + " and checksum "
                + Integer.toHexString(file.headerChecksum()));
      }
    }

    MappedFile require(FileKind kind) throws CorruptSegmentException {
      MappedFile file = others.get(kind);
      if (file == null) {
        throw missing(kind);
      }
      return file;
    }

    CorruptSegmentException missing(FileKind kind) {
      return new CorruptSegmentException(
          meta.name(),
          FileLayout.HEADER_LENGTH,
          "a file table that names " + kind.fileName(),
          others.keySet());
    }

    List<MappedFile> all() {
      List<MappedFile> all = new ArrayList<>(others.values());
      all.addFirst(meta);
      return List.copyOf(all);
    }

    Map<FileKind, List<SectionSize>> sections() {
      Map<FileKind, List<SectionSize>> sections = new EnumMap<>(FileKind.class);
      sections.put(FileKind.META, meta.sectionSizes());
      others.forEach((kind, file) -> sections.put(kind, file.sectionSizes()));
      return sections;
    }

    Map<FileKind, Long> lengths() {
      Map<FileKind, Long> lengths = new LinkedHashMap<>();
      lengths.put(FileKind.META, meta.lengthBytes());
      others.forEach((kind, file) -> lengths.put(kind, file.lengthBytes()));
      return lengths;
    }
  }
}
