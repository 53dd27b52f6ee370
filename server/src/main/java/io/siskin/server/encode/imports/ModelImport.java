package io.siskin.server.encode.imports;

import com.fasterxml.jackson.databind.JsonNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.model.EncoderYaml;
import io.siskin.server.encode.model.ModelPaths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Plans the import of a folder that sentence-transformers or transformers saved, with its ONNX
 * export, as one or two model directories. It reads settings, tokenizers and tables; of a graph it
 * reads what it gives and where its weights lie. Used once, by one thread.
 */
public final class ModelImport {
  /** Added to the name of the model that encodes documents, where another one encodes queries. */
  private static final String DOCUMENT_SUFFIX = "-document";

  private static final String QUERY_SUFFIX = "-query";

  /** The most rows behind the tokenizer's: what {@code vocabulary.padding} takes. */
  private static final int PADDING_MAX = EncoderYaml.SIZE_MAX;

  private final SavedFolder folder;
  private final OnnxChoice graphs;

  private ModelImport(SavedFolder folder, OnnxChoice graphs) {
    this.folder = folder;
    this.graphs = graphs;
  }

  /**
   * Plans an import; nothing is written.
   *
   * @param directory the folder
   * @param graphs the ONNX files to take where the usual ones are not wanted, at most one for each
   *     model: paths, or paths in the folder
   * @throws InvalidInputException when a file is missing, with the command that makes it; when it
   *     is malformed or leads out of the folder; or when it asks for what Siskin does not support,
   *     with the key, its value and what is supported
   * @throws IOException when reading fails
   */
  public static ImportPlan plan(Path directory, List<Path> graphs) throws IOException {
    SavedFolder folder = SavedFolder.open(directory);
    return new ModelImport(folder, new OnnxChoice(folder, graphs)).plan();
  }

  private ImportPlan plan() throws IOException {
    EncoderSettings settings = EncoderSettings.read(folder);
    SavedModules.Sides sides = new SavedModules(folder).read();
    String queryPrompt = settings.queryPrompt();
    String documentPrompt = settings.documentPrompt();
    SavedSide.Model document = sides.document();
    List<PlannedModel> models = new ArrayList<>();
    List<String> folders = new ArrayList<>(List.of(document.folder()));
    boolean queryTokens = false;
    switch (sides.query()) {
      case SavedSide.Weights(String inside) -> {
        checkNoPrompt(queryPrompt);
        models.add(model("", document, inside, "", documentPrompt));
        queryTokens = true;
      }
      case SavedSide.Model query when query.equals(document) ->
          models.add(model("", document, null, queryPrompt, documentPrompt));
      case SavedSide.Model query -> {
        models.add(model(DOCUMENT_SUFFIX, document, null, "", documentPrompt));
        models.add(model(QUERY_SUFFIX, query, null, queryPrompt, ""));
        folders.add(query.folder());
      }
    }
    graphs.finish(folders);
    return new ImportPlan(folder.findings(), models, queryTokens, settings.termsMax());
  }

  /** The tokens of a prompt would be terms of every query. */
  private void checkNoPrompt(String queryPrompt) {
    if (!queryPrompt.isEmpty()) {
      throw new InvalidInputException(
              "prompts.query",
              queryPrompt,
              "empty, where queries are encoded by the weights of their tokens")
          .at(folder.place(EncoderSettings.FILE));
    }
  }

  private PlannedModel model(
      String suffix,
      SavedSide.Model side,
      @Nullable String weights,
      String queryPrompt,
      String documentPrompt)
      throws IOException {
    String inside = side.folder();
    TransformerSettings settings = TransformerSettings.read(folder, inside);
    SavedTokenizer tokenizer = SavedTokenizer.read(folder, inside);
    folder.found(
        tokenizer.file(),
        tokenizer.vocabulary().size()
            + " tokens; the special ones are no terms of a vector (keep_special_terms)");
    OnnxChoice.Choice graph = graphs.choose(inside, tokenizer.vocabulary().size());
    TreeMap<String, Path> copies = new TreeMap<>();
    TreeMap<String, byte[]> contents = new TreeMap<>();
    String graphName = within(inside, graph.file());
    copies.put(graphName, folder.file(graph.file()));
    for (String data : ModelPaths.externalData(folder.root(), graph.file())) {
      copies.put(within(inside, data), folder.file(data));
      folder.found(data, "weights of the graph");
    }
    if (settings.lowerCase() && !tokenizer.lowersCase()) {
      contents.put(SavedTokenizer.NAME, tokenizer.withLowerCase());
      folder.found(tokenizer.file(), "is copied with lower case put before all else");
    } else {
      copies.put(SavedTokenizer.NAME, folder.file(tokenizer.file()));
    }
    if (weights != null) {
      contents.put(StaticWeights.TABLE, weights(weights, tokenizer));
    }
    byte[] yaml =
        EncoderYamlText.of(
            new EncoderYamlText.Content(
                weights != null,
                side,
                new OnnxChoice.Choice(graphName, graph.output(), graph.pooled(), graph.width()),
                settings.maxLength(),
                padding(tokenizer, graph, inside),
                queryPrompt,
                documentPrompt));
    contents.put(EncoderYaml.FILE_NAME, yaml);
    // What was written must be what it was meant to be.
    EncoderYaml.read(EncoderYaml.FILE_NAME, yaml);
    return new PlannedModel(suffix, copies, contents);
  }

  /** Queries are cut by the document model's tokenizer. */
  private byte[] weights(String inside, SavedTokenizer ofDocuments) throws IOException {
    String file = SavedFolder.join(inside, SavedTokenizer.NAME);
    if (!inside.isEmpty() && folder.has(file)) {
      SavedTokenizer ofQueries = SavedTokenizer.read(folder, inside);
      if (!ofQueries.cutsLike(ofDocuments)) {
        throw new InvalidInputException(
                "tokenizer", "another one than " + ofDocuments.file(), "the same for both sides")
            .at(folder.place(file));
      }
    }
    return new StaticWeights(folder, inside, ofDocuments.vocabulary()).read();
  }

  /** Models are often padded to a multiple of 64 rows. */
  private int padding(SavedTokenizer tokenizer, OnnxChoice.Choice graph, String inside)
      throws IOException {
    int terms = tokenizer.vocabulary().size();
    String file = graph.file();
    long width = graph.width();
    String config = SavedFolder.join(inside, "config.json");
    if (width < 0 && folder.has(config)) {
      file = config;
      JsonNode stated = folder.settings(config).value("vocab_size");
      width = stated != null && stated.isInt() ? stated.intValue() : -1;
    }
    if (width >= 0 && width < terms) {
      throw new InvalidInputException(
              "numbers of a position",
              width,
              "one for each of the " + terms + " terms of " + folder.place(tokenizer.file()))
          .at(folder.place(file));
    }
    if (width <= terms) {
      return 0;
    }
    if (width - terms > PADDING_MAX) {
      throw new InvalidInputException(
              "numbers of a position",
              width,
              "at most " + PADDING_MAX + " more than the " + terms + " terms of the tokenizer")
          .at(folder.place(file));
    }
    int padding = (int) (width - terms);
    folder.found(file, padding + " rows behind the tokenizer's: vocabulary.padding");
    return padding;
  }

  /** Returns a path inside a module's folder as a path in the new folder. */
  private static String within(String inside, String name) {
    return inside.isEmpty() ? name : name.substring(inside.length() + 1);
  }
}
