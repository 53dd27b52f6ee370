package io.siskin.server.corpus;

import io.siskin.index.error.Ranges;
import java.nio.file.Path;

/**
 * What a reader of input files may be told; {@link #DEFAULT} is right for almost everybody.
 *
 * @param termKeys how vector keys are understood
 * @param lineLengthMaxBytes the longest line of JSON Lines or TSV, 1 byte to 1 GiB without its line
 *     end; protects the heap, of which reading takes at most 2 × {@code parserThreads} + 2 such
 *     lines
 * @param parserThreads how many threads parse JSON Lines, 1 (the caller's own) to 1024; order and
 *     errors do not depend on it
 * @param spoolDirectory where packed {@code .csr} and CIFF files are spread out on their way in:
 *     about 4 and 12 bytes per posting, deleted at closing
 */
public record InputOptions(
    TermKeys termKeys, int lineLengthMaxBytes, int parserThreads, Path spoolDirectory) {
  /** Keys found out, lines to 64 MiB, one parser, the system's temporary directory. */
  public static final InputOptions DEFAULT =
      new InputOptions(TermKeys.AUTO, 64 << 20, 1, Path.of(System.getProperty("java.io.tmpdir")));

  private static final int LINE_LENGTH_LIMIT_BYTES = 1 << 30;
  private static final int PARSER_THREADS_LIMIT = 1024;

  /** Checks the ranges. */
  public InputOptions {
    Ranges.check("lineLengthMaxBytes", lineLengthMaxBytes, 1, LINE_LENGTH_LIMIT_BYTES);
    Ranges.check("parserThreads", parserThreads, 1, PARSER_THREADS_LIMIT);
  }

  /** Returns these options with other term keys. */
  public InputOptions withTermKeys(TermKeys newTermKeys) {
    return new InputOptions(newTermKeys, lineLengthMaxBytes, parserThreads, spoolDirectory);
  }

  /** Returns these options with another longest line, in bytes. */
  public InputOptions withLineLengthMaxBytes(int newLineLengthMaxBytes) {
    return new InputOptions(termKeys, newLineLengthMaxBytes, parserThreads, spoolDirectory);
  }

  /** Returns these options with another number of parser threads. */
  public InputOptions withParserThreads(int newParserThreads) {
    return new InputOptions(termKeys, lineLengthMaxBytes, newParserThreads, spoolDirectory);
  }

  /** Returns these options with another directory for temporary files. */
  public InputOptions withSpoolDirectory(Path newSpoolDirectory) {
    return new InputOptions(termKeys, lineLengthMaxBytes, parserThreads, newSpoolDirectory);
  }
}
