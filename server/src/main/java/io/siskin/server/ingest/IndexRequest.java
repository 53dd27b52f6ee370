package io.siskin.server.ingest;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.Sha256;
import io.siskin.server.collection.StatisticsScope;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.spec.EncoderSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to index, and how.
 *
 * @param inputs the files, read one after another; at least one
 * @param format how they are written
 * @param dataDirectory the folder that holds collections; created when missing
 * @param collection the collection's name; an existing one is replaced as a whole
 * @param encoder how text becomes vectors; null decides by the first document: its vector if it has
 *     one, BM25 over its text otherwise
 * @param encoderFiles files that the encoder names: name in the spec → file to copy
 * @param models models that the encoder names, to be copied into the data directory
 * @param options what the segment carries
 * @param pruning what of the documents is left out before
 * @param skipBadCount how many bad records are reported and left out before the job ends with an
 *     error, 0 or more
 * @param calibrate whether the modes of search are measured on the new segment, so that recall
 *     targets can be kept
 * @param schema the fields of the documents that filters can use
 * @param statistics among which documents it is counted how frequent the terms of a query are
 * @param dense how the vectors of the dense fields come about
 */
public record IndexRequest(
    List<Path> inputs,
    InputFormat format,
    Path dataDirectory,
    String collection,
    @Nullable EncoderSpec encoder,
    Map<String, Path> encoderFiles,
    List<ModelFiles> models,
    BuildOptions options,
    DocumentPruning pruning,
    long skipBadCount,
    boolean calibrate,
    Schema schema,
    StatisticsScope statistics,
    DenseBuild dense) {
  /**
   * Makes a request whose documents bring their dense vectors.
   *
   * @param inputs see above
   * @param format see above
   * @param dataDirectory see above
   * @param collection see above
   * @param encoder see above
   * @param encoderFiles see above
   * @param models see above
   * @param options see above
   * @param pruning see above
   * @param skipBadCount see above
   * @param calibrate see above
   * @param schema see above
   * @param statistics see above
   */
  public IndexRequest(
      List<Path> inputs,
      InputFormat format,
      Path dataDirectory,
      String collection,
      @Nullable EncoderSpec encoder,
      Map<String, Path> encoderFiles,
      List<ModelFiles> models,
      BuildOptions options,
      DocumentPruning pruning,
      long skipBadCount,
      boolean calibrate,
      Schema schema,
      StatisticsScope statistics) {
    this(
        inputs,
        format,
        dataDirectory,
        collection,
        encoder,
        encoderFiles,
        models,
        options,
        pruning,
        skipBadCount,
        calibrate,
        schema,
        statistics,
        DenseBuild.NONE);
  }

  /**
   * Makes a request whose documents have no declared fields.
   *
   * @param inputs see above
   * @param format see above
   * @param dataDirectory see above
   * @param collection see above
   * @param encoder see above
   * @param encoderFiles see above
   * @param models see above
   * @param options see above
   * @param pruning see above
   * @param skipBadCount see above
   * @param calibrate see above
   */
  public IndexRequest(
      List<Path> inputs,
      InputFormat format,
      Path dataDirectory,
      String collection,
      @Nullable EncoderSpec encoder,
      Map<String, Path> encoderFiles,
      List<ModelFiles> models,
      BuildOptions options,
      DocumentPruning pruning,
      long skipBadCount,
      boolean calibrate) {
    this(
        inputs,
        format,
        dataDirectory,
        collection,
        encoder,
        encoderFiles,
        models,
        options,
        pruning,
        skipBadCount,
        calibrate,
        Schema.EMPTY,
        StatisticsScope.COLLECTION);
  }

  /** Checks what can be checked without reading. */
  public IndexRequest {
    inputs = List.copyOf(inputs);
    encoderFiles = Map.copyOf(encoderFiles);
    models = List.copyOf(models);
    statistics.checkFit(schema);
    if (inputs.isEmpty()) {
      throw new InvalidInputException("input", "none", "at least one file");
    }
    if (encoder != null) {
      pruning.requireFit(encoder);
    }
    dense.checkFit(schema);
    if (!dense.rows().isEmpty() && skipBadCount > 0) {
      throw new InvalidInputException(
          "skip-bad", skipBadCount, "0 with rows of a .npy file, which are counted by documents");
    }
    if (skipBadCount < 0) {
      throw new InvalidInputException("skip-bad", skipBadCount, "0 or more");
    }
  }

  /**
   * Returns what the encodings of the documents depend on beside their texts, and which documents
   * come in which order: the inputs as they are on the disk, and the model with its options.
   *
   * @param fingerprint the model's
   * @param how what is made of what the model gives
   * @return 64 hexadecimal digits
   */
  String encodingKey(String fingerprint, String how) throws IOException {
    MessageDigest digest = Sha256.newDigest();
    List<String> parts = new ArrayList<>();
    parts.add(fingerprint);
    parts.add(how);
    parts.add(format.toString());
    parts.add(pruning.toString());
    for (Path input : inputs) {
      parts.add(input.toRealPath().toString());
      parts.add(Long.toString(Files.size(input)));
      parts.add(Files.getLastModifiedTime(input).toString());
    }
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
