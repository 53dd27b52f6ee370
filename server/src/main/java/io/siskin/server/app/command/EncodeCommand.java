package io.siskin.server.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.error.Ranges;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.index.store.Verification;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.app.flags.InferenceFlags;
import io.siskin.server.app.output.EncodingJson;
import io.siskin.server.app.output.Json;
import io.siskin.server.app.process.ExitStatus;
import io.siskin.server.app.process.Logging;
import io.siskin.server.app.terminal.ProgressDisplay;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.corpus.BadRecordPolicy;
import io.siskin.server.corpus.DocumentSource;
import io.siskin.server.corpus.DocumentSources;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.corpus.SourceDocument;
import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextEncoding;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.factory.ModelSide;
import io.siskin.server.encode.factory.TermStatistics;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.spec.ModelRef;
import io.siskin.server.filter.FilterCache;
import io.siskin.server.ingest.EncodingFailures;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code siskin encode}: texts to vectors, in this process. */
@Command(
    name = "encode",
    description = {
      "Encodes texts and prints one JSON object per text: vector, heaviest term first, or dense.",
      "What is printed for lines with an id can be indexed as vectors."
    })
public final class EncodeCommand implements Callable<Integer> {
  private static final int BATCH_LENGTH = 32;

  /** Enough for the terms of many queries. */
  private static final long FREQUENCIES_BYTES = 16 << 20;

  /** What encodes. */
  static final class Source {
    @Option(
        names = "--model",
        required = true,
        paramLabel = "DIR",
        description = "A model directory.")
    private @Nullable Path model;

    @ArgGroup(exclusive = false)
    private @Nullable Collection collection;
  }

  /** A collection's encoder, with its options. */
  static final class Collection {
    @Option(
        names = {"-d", "--data"},
        required = true,
        paramLabel = "DIR",
        description = "A data directory, with --collection: the collection's own encoder.")
    private Path data = Path.of("");

    @Option(
        names = {"-c", "--collection"},
        required = true,
        paramLabel = "NAME",
        description = "The collection.")
    private String name = "";

    @Option(
        names = "--tenant",
        paramLabel = "NAME",
        defaultValue = "",
        description =
            "For whom queries are encoded. Required where the collection has statistics of its"
                + " tenants, and not allowed where it has no tenants. Default: none.")
    private String tenant = "";
  }

  private static final Pattern JSON_LINES =
      Pattern.compile("(?i).*\\.(jsonl|ndjson|json)(\\.gz|\\.zst)?");

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Source source = new Source();

  @Option(
      names = "--side",
      paramLabel = "SIDE",
      defaultValue = "query",
      description = "As what a text is encoded: query or document. Default: ${DEFAULT-VALUE}.")
  private Side side = Side.QUERY;

  @Option(
      names = {"-i", "--input"},
      paramLabel = "FILE",
      description =
          "Where texts come from when none stands on the command line: JSON Lines as of 'siskin"
              + " index' where the name says so (.jsonl, also .gz and .zst), else a text a line, or"
              + " one JSON object {\"id\", \"text\"} a line. Default: standard input.")
  private @Nullable Path input;

  @Option(
      names = "--token-vectors",
      paramLabel = "FIELD",
      description =
          "Prints the sparse vectors of the tokens of each text, too, for a dense field of this"
              + " name that stores terms. They are in the member 'tokenVectors', which 'siskin"
              + " index' and 'siskin upsert' read. The model must give numbers over a vocabulary"
              + " for each token. Default: none.")
  private @Nullable String tokenField;

  @Option(
      names = "--token-terms",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "How many terms of each token are printed, heaviest first, 1 to 4096. Default:"
              + " ${DEFAULT-VALUE}.")
  private int tokenTerms;

  @Parameters(
      arity = "0..*",
      paramLabel = "TEXT",
      description = "The text; several words are one text. Default: lines of --input.")
  private List<String> words = List.of();

  @Mixin private InferenceFlags inference = new InferenceFlags();

  @Spec private CommandSpec spec;

  /** A text, what it is called and where it stands. */
  private record Line(@Nullable String id, String text, String place) {}

  /** Encodes a batch. */
  @FunctionalInterface
  private interface Encoder {
    List<TextEncoding> encode(List<String> texts);
  }

  /** Encodes the tokens of a text. */
  @FunctionalInterface
  private interface TokenEncoder {
    List<SparseVector> encode(String text);
  }

  private @Nullable TokenEncoder tokenEncoder;

  @Override
  public Integer call() throws IOException {
    Ranges.check("--token-terms", tokenTerms, 1, FormatV2.DENSE_DIMENSIONS_MAX);
    Logging.quietLibraries();
    if (source.model != null) {
      ModelRef ref = ModelDirectory.filesOf(source.model).ref();
      try (TextModel model = inference.forQueries().open(source.model, ref)) {
        tokenEncoder = text -> model.tokenVectors(model.tokenize(new EncoderInput(text, side)));
        run(texts -> encode(model, texts));
      }
    } else if (source.collection != null) {
      run(source.collection);
    }
    return ExitStatus.OK;
  }

  private void run(Collection collection) throws IOException {
    DataDirectory data = new DataDirectory(collection.data);
    Path directory = data.existing(collection.name);
    CollectionSnapshot snapshot =
        CollectionSnapshot.open(
            directory,
            CollectionManifest.read(directory),
            Verification.STRUCTURE,
            inference.forQueries());
    try {
      tokenEncoder = text -> tokenVectors(snapshot, text);
      TermStatistics statistics =
          snapshot.statistics(collection.tenant, new FilterCache(FREQUENCIES_BYTES), () -> {});
      run(texts -> snapshot.encoding(statistics, () -> encode(snapshot, texts)));
    } finally {
      snapshot.release();
    }
  }

  private List<SparseVector> tokenVectors(CollectionSnapshot snapshot, String text) {
    ModelSide by =
        switch (side) {
          case QUERY -> snapshot.encoders().queryModel();
          case DOCUMENT -> snapshot.encoders().documentModel();
        };
    if (by == null) {
      throw new InvalidInputException(
          "--token-vectors",
          tokenField,
          "none, since no model encodes this side of the collection");
    }
    return by.tokenVectors(text);
  }

  private List<TextEncoding> encode(TextModel model, List<String> texts) {
    List<TokenizedText> batch = new ArrayList<>();
    for (String text : texts) {
      batch.add(model.tokenize(new EncoderInput(text, side)));
    }
    return model.infer(batch).encodings();
  }

  private List<TextEncoding> encode(CollectionSnapshot snapshot, List<String> texts) {
    List<SparseVector> vectors =
        switch (side) {
          case QUERY -> snapshot.encoders().queries().encode(texts);
          case DOCUMENT -> snapshot.encoders().documents().encode(texts);
        };
    return vectors.stream()
        .<TextEncoding>map(vector -> new TextEncoding.Sparse(vector, List.of()))
        .toList();
  }

  private void run(Encoder encoder) throws IOException {
    if (!words.isEmpty()) {
      print(List.of(new Line(null, String.join(" ", words), "command line")), encoder);
      return;
    }
    if (input == null) {
      encodeLines("standard input", System.in, encoder, read -> {});
      return;
    }
    if (JSON_LINES.matcher(input.toString()).matches()) {
      encodeDocuments(input, encoder);
      return;
    }
    long total;
    try (var lines = Files.lines(input)) {
      total = lines.count();
    }
    try (InputStream content = Files.newInputStream(input);
        ProgressDisplay display = ProgressDisplay.on(spec.commandLine().getErr())) {
      display.begin(ProgressDisplay.ENCODING, total);
      encodeLines(input.toString(), content, encoder, display::advance);
      display.end();
    }
  }

  /** Encodes what would be indexed: titles and texts put together, ids whatever they are called. */
  private void encodeDocuments(Path file, Encoder encoder) throws IOException {
    try (DocumentSource source =
            DocumentSources.open(file, InputFormat.JSONL, BadRecordPolicy.REFUSE);
        ProgressDisplay display = ProgressDisplay.on(spec.commandLine().getErr())) {
      display.begin(ProgressDisplay.ENCODING, countDocuments(file));
      List<Line> batch = new ArrayList<>();
      long done = 0;
      for (SourceDocument document = source.next(); document != null; document = source.next()) {
        String text = document.text();
        batch.add(new Line(document.id(), text == null ? "" : text, document.place()));
        done++;
        if (batch.size() == BATCH_LENGTH) {
          print(batch, encoder);
          batch.clear();
          display.advance(done);
        }
      }
      if (!batch.isEmpty()) {
        print(batch, encoder);
        display.advance(done);
      }
      display.end();
    }
  }

  /** Reading takes little time beside encoding; a bad record ends the second reading. */
  private static long countDocuments(Path file) throws IOException {
    try (DocumentSource source = DocumentSources.open(file, InputFormat.JSONL, bad -> {})) {
      long count = 0;
      while (source.next() != null) {
        count++;
      }
      return count;
    }
  }

  private void encodeLines(
      String source, InputStream content, Encoder encoder, LongConsumer progress)
      throws IOException {
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(content, StandardCharsets.UTF_8));
    List<Line> batch = new ArrayList<>();
    long number = 0;
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      number++;
      batch.add(parse(line, source + ":" + number));
      if (batch.size() == BATCH_LENGTH) {
        print(batch, encoder);
        batch.clear();
        progress.accept(number);
      }
    }
    if (!batch.isEmpty()) {
      print(batch, encoder);
      progress.accept(number);
    }
  }

  private static Line parse(String line, String place) {
    if (!line.startsWith("{")) {
      return new Line(null, line, place);
    }
    String allowed = "a text, or one JSON object {\"id\", \"text\"}";
    JsonNode tree;
    try {
      tree = Json.parse("line", line, allowed);
    } catch (InvalidInputException malformed) {
      throw malformed.at(place);
    }
    if (!tree.path("text").isTextual()) {
      throw new InvalidInputException("line", line, allowed).at(place);
    }
    String id = tree.has("id") ? tree.get("id").asText() : null;
    return new Line(id, tree.get("text").asText(), place);
  }

  /** Encodes lines, in halves where they fail together, until the one that fails is alone. */
  @SuppressWarnings("IllegalCatch") // What is not the text's fault is thrown on.
  private static List<TextEncoding> encode(List<Line> lines, Encoder encoder) {
    try {
      return encoder.encode(lines.stream().map(Line::text).toList());
    } catch (RuntimeException failed) {
      if (!EncodingFailures.isOfText(failed)) {
        throw failed;
      }
      Line first = lines.getFirst();
      if (lines.size() == 1) {
        String what = first.id() == null ? "text" : "text of '" + first.id() + "'";
        throw EncodingFailures.named(failed, what, first.place());
      }
      int half = lines.size() / 2;
      List<TextEncoding> encodings = new ArrayList<>(encode(lines.subList(0, half), encoder));
      encodings.addAll(encode(lines.subList(half, lines.size()), encoder));
      return encodings;
    }
  }

  private void print(List<Line> lines, Encoder encoder) {
    List<TextEncoding> encodings = encode(lines, encoder);
    PrintWriter out = spec.commandLine().getOut();
    for (int i = 0; i < encodings.size(); i++) {
      Map<String, Object> members = new LinkedHashMap<>();
      String id = lines.get(i).id();
      if (id != null) {
        members.put("id", id);
      }
      members.putAll(EncodingJson.members(encodings.get(i)));
      if (tokenField != null && tokenEncoder != null) {
        List<SparseVector> vectors = tokenEncoder.encode(lines.get(i).text());
        members.put(
            "tokenVectors",
            Map.of(
                tokenField,
                vectors.stream().map(one -> EncodingJson.heaviest(one, tokenTerms)).toList()));
      }
      out.println(Json.line(members));
    }
    out.flush();
  }
}
