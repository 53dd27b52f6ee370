package io.siskin.index.build;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.StatisticsLayout;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.store.SectionWriter;
import io.siskin.index.store.SegmentFileWriter;
import io.siskin.index.store.SegmentFileWriter.WrittenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes statistics, options, field names and the table of the other files to {@code segment.meta}.
 * This is the last file of a build.
 */
final class MetaStage {
  private final SegmentFiles files;
  private final Path directory;
  private final List<String> fieldNames;
  private final byte[] statistics;
  private final byte[] optionsJson;
  private @Nullable SegmentFileWriter file;

  MetaStage(
      SegmentFiles files,
      Path directory,
      DocumentSpool spool,
      BuildOptions options,
      PinnedRules rules) {
    this.files = files;
    this.directory = directory;
    this.fieldNames = spool.fieldNames().names();
    this.statistics = statistics(spool, rules.sharedScale() > 0);
    this.optionsJson = optionsJson(options, rules);
  }

  /** Begins the file and writes all sections except the file table. */
  SegmentFileWriter begin() throws IOException {
    SegmentFileWriter meta = files.begin(FileKind.META);
    file = meta;
    SectionWriter statisticsSection = meta.section(SectionKind.STATISTICS, FormatV1.ENCODING_PLAIN);
    statisticsSection.setCount(1);
    statisticsSection.putBytes(statistics, 0, statistics.length);
    SectionWriter options = meta.section(SectionKind.BUILD_OPTIONS, FormatV1.ENCODING_PLAIN);
    options.setCount(optionsJson.length);
    options.putBytes(optionsJson, 0, optionsJson.length);
    StringListWriter.write(
        meta,
        SectionKind.FIELD_NAME_OFFSETS,
        SectionKind.FIELD_NAME_BYTES,
        new StringListWriter.SlotTarget(null, directory),
        fieldNames.size(),
        0,
        number -> fieldNames.get(number).getBytes(StandardCharsets.UTF_8));
    return meta;
  }

  /** Adds to the digest of the segment id the facts that only this file has. */
  void addTo(MessageDigest digest) {
    digest.update(statistics);
    addTo(digest, optionsJson);
    for (String name : fieldNames) {
      addTo(digest, name.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void addTo(MessageDigest digest, byte[] bytes) {
    digest.update(
        ByteBuffer.allocate(Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0, bytes.length)
            .array());
    digest.update(bytes);
  }

  /** Adds the table of the finished files. */
  void writeFileTable(List<WrittenFile> files) throws IOException {
    SegmentFileWriter meta = file;
    if (meta == null) {
      throw new IllegalStateException("begin must be called before writeFileTable");
    }
    SectionWriter table = meta.section(SectionKind.FILE_TABLE, FormatV1.ENCODING_PLAIN);
    table.setCount(files.size());
    for (WrittenFile written : files) {
      table.putU32(written.kind().code());
      table.putU32(written.headerChecksum());
      table.putU64(written.lengthBytes());
    }
  }

  private static byte[] statistics(DocumentSpool spool, boolean oneScale) {
    ByteBuffer bytes = ByteBuffer.allocate(StatisticsLayout.LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    TermCollector terms = spool.terms();
    bytes.putLong(StatisticsLayout.DOCUMENT_COUNT_OFFSET, spool.documentCount());
    bytes.putLong(StatisticsLayout.TERM_COUNT_OFFSET, terms.size());
    bytes.putLong(StatisticsLayout.POSTING_COUNT_OFFSET, spool.postingCount());
    bytes.putLong(StatisticsLayout.EMPTY_DOCUMENT_COUNT_OFFSET, spool.emptyDocumentCount());
    bytes.putDouble(StatisticsLayout.TOTAL_LENGTH_OFFSET, spool.totalLength());
    bytes.putInt(StatisticsLayout.VOCABULARY_OFFSET, vocabulary(terms));
    bytes.putInt(
        StatisticsLayout.QUANTIZATION_OFFSET,
        oneScale
            ? StatisticsLayout.QUANTIZATION_GLOBAL
            : StatisticsLayout.QUANTIZATION_PER_DOCUMENT);
    return bytes.array();
  }

  private static int vocabulary(TermCollector terms) {
    if (terms.byToken()) {
      return StatisticsLayout.VOCABULARY_TOKEN;
    }
    return terms.byTermId()
        ? StatisticsLayout.VOCABULARY_TERM_ID
        : StatisticsLayout.VOCABULARY_NONE;
  }

  /**
   * Returns the options that decide the bytes. These are all options except the number of threads.
   */
  private static byte[] optionsJson(BuildOptions options, PinnedRules rules) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("weighting", rules.weighting().toString());
    json.put("quantization", quantization(options.quantization()));
    json.put("reordering", options.reordering().toString());
    json.put("forward", options.structures().forward());
    json.put("blockMax", String.valueOf(options.structures().blockMax()));
    json.put("impacts", String.valueOf(options.structures().impacts()));
    json.put("clusters", String.valueOf(options.structures().clusters()));
    json.put("storeFields", options.structures().storeFields());
    if (options.structures().residuals()) {
      // Not named otherwise, so that segments without them keep the bytes that they always had.
      json.put("residuals", true);
    }
    if (options.structures().frequencies()) {
      json.put("frequencies", true);
    }
    if (!options.structures().graphs().isEmpty()) {
      json.put("graphs", options.structures().graphs().toString());
    }
    try {
      return new ObjectMapper().writeValueAsBytes(json);
    } catch (JsonProcessingException impossible) {
      throw new AssertionError("strings and booleans can be written", impossible);
    }
  }

  /** The name of a rule without parameters is the one that segments always had. */
  private static String quantization(Quantization quantization) {
    return switch (quantization) {
      case Quantization.Auto() -> "AUTO";
      case Quantization.PerDocument() -> "PER_DOCUMENT";
      case Quantization.GlobalOfInput() -> "GLOBAL";
      case Quantization.Global global -> global.toString();
    };
  }
}
