package io.siskin.server.corpus;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.SparseVector;
import io.siskin.index.vector.TermIdVector;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Documents of a JSON Lines file. Batches of lines go through an {@link OrderedPipeline}, so that
 * lines are parsed on several threads and come out in the file's order, errors included.
 *
 * <p>With {@link TermKeys#AUTO} the first vector that has a term decides for the file. The parsers
 * may be batches ahead of that decision, so each line is first judged by itself; the few that came
 * out otherwise than decided are parsed again.
 */
final class JsonLinesSource implements DocumentSource {
  private final PackedFile file;
  private final BadRecordPolicy policy;
  private final OrderedPipeline<LineBatch, ParsedBatch> pipeline;
  private volatile JsonDocumentParser parser;
  private TermKeys termKeys;
  private @Nullable ParsedBatch batch;
  private int at;

  /** What became of the lines of a batch: a document, an error, or neither for a blank line. */
  private record ParsedBatch(
      LineBatch lines,
      JsonDocumentParser parser,
      @Nullable SourceDocument[] documents,
      @Nullable InvalidInputException[] errors) {}

  private JsonLinesSource(PackedFile file, BadRecordPolicy policy, InputOptions options) {
    this.file = file;
    this.policy = policy;
    this.termKeys = options.termKeys();
    this.parser = new JsonDocumentParser(options.termKeys());
    LineReader lines = new LineReader(file.unpacked(), file.name(), options.lineLengthMaxBytes());
    this.pipeline =
        new OrderedPipeline<>("siskin-parse", lines::next, this::parse, options.parserThreads());
  }

  static JsonLinesSource open(Path path, BadRecordPolicy policy, InputOptions options)
      throws IOException {
    return new JsonLinesSource(PackedFile.open(path), policy, options);
  }

  @Override
  public @Nullable SourceDocument next() throws IOException {
    while (true) {
      if (batch == null || at == batch.lines.count()) {
        batch = pipeline.next();
        at = 0;
        if (batch == null) {
          return null;
        }
      }
      ParsedBatch current = batch;
      int line = at++;
      try {
        SourceDocument document = settled(current, line);
        if (document != null) {
          return document;
        }
      } catch (InvalidInputException e) {
        policy.onBadRecord(e);
      }
    }
  }

  @Override
  public long consumedBytes() {
    return file.consumedBytes();
  }

  @Override
  public long lengthBytes() {
    return file.lengthBytes();
  }

  @Override
  public void close() throws IOException {
    pipeline.close();
    file.close();
  }

  /** Runs on the parser threads. */
  private ParsedBatch parse(LineBatch lines) {
    int count = lines.count();
    ParsedBatch parsed =
        new ParsedBatch(lines, parser, new SourceDocument[count], new InvalidInputException[count]);
    for (int i = 0; i < count; i++) {
      if (!lines.isBlank(i)) {
        try {
          parsed.documents[i] = parseLine(lines, i, parsed.parser);
        } catch (InvalidInputException e) {
          parsed.errors[i] = e;
        }
      }
    }
    return parsed;
  }

  private static SourceDocument parseLine(LineBatch lines, int line, JsonDocumentParser parser) {
    String place = lines.place(line);
    lines.check(line, place);
    return parser.parse(lines.bytes(), lines.start(line), lines.end(line), place);
  }

  /**
   * The outcome of a line under the decision about keys that holds for the file, which this line
   * may make.
   */
  private @Nullable SourceDocument settled(ParsedBatch parsed, int line) {
    InvalidInputException error = parsed.errors[line];
    SourceDocument document = parsed.documents[line];
    boolean beforeDecision = parsed.parser != parser;
    if (error != null) {
      if (beforeDecision) {
        return parseLine(parsed.lines, line, parser); // for the words of the error
      }
      throw error;
    }
    SparseVector vector = document == null ? null : document.vector();
    if (vector == null) {
      return document;
    }
    TermKeys found = vector instanceof TermIdVector ? TermKeys.TERM_IDS : TermKeys.TOKENS;
    if (termKeys == TermKeys.AUTO && vector.size() > 0) {
      termKeys = found;
      parser = new JsonDocumentParser(found);
    } else if (termKeys != found && beforeDecision) {
      return parseLine(parsed.lines, line, parser);
    }
    return document;
  }
}
