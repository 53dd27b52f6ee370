package io.siskin.server.corpus;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Opens corpus files of every format that is read; {@code docs/input-formats.md} says what each may
 * hold and what happens to what it may not.
 *
 * <p>Gzip and zstd are unpacked on the way, recognised by their first bytes whatever the file is
 * called.
 */
public final class DocumentSources {
  private DocumentSources() {}

  /**
   * Opens a corpus file with {@link InputOptions#DEFAULT}.
   *
   * @param file a regular file
   * @param format its format, or {@link InputFormat#AUTO}
   * @param policy decides what a bad record does
   * @throws io.siskin.index.error.InvalidInputException when there is no such file, its format is
   *     not recognised, or its header is wrong
   */
  public static DocumentSource open(Path file, InputFormat format, BadRecordPolicy policy)
      throws IOException {
    return open(file, format, policy, InputOptions.DEFAULT);
  }

  /**
   * Opens a corpus file.
   *
   * @param file a regular file
   * @param format its format, or {@link InputFormat#AUTO}
   * @param policy decides what a bad record does
   * @param options limits, threads and how vector keys are understood
   * @throws io.siskin.index.error.InvalidInputException when there is no such file, its format is
   *     not recognised, or its header is wrong
   */
  public static DocumentSource open(
      Path file, InputFormat format, BadRecordPolicy policy, InputOptions options)
      throws IOException {
    return switch (format) {
      case AUTO -> open(file, FormatDetector.detect(file), policy, options);
      case JSONL -> JsonLinesSource.open(file, policy, options);
      case CSR -> CsrSource.open(file, policy, options);
      case CIFF -> CiffSource.open(file, policy, options);
    };
  }
}
