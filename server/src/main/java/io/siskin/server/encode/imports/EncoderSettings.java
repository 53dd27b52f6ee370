package io.siskin.server.encode.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.siskin.server.encode.WellFormedText;
import io.siskin.server.encode.model.ConfigKeys;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a saved encoder says of itself as a whole.
 *
 * @param queryPrompt what is put before a query
 * @param documentPrompt what is put before a document
 * @param termsMax how many terms of a vector are kept, the heaviest; 0 for all
 */
record EncoderSettings(String queryPrompt, String documentPrompt, int termsMax) {
  static final String FILE = "config_sentence_transformers.json";

  private static final String PROMPTS = "prompts";
  private static final String QUERY = "query";
  private static final String DOCUMENT = "document";

  /** Other names of the prompt for documents, which the library takes in older versions only. */
  private static final List<String> FORMER_DOCUMENT = List.of("passage", "corpus");

  /**
   * Reads the settings.
   *
   * @param folder the folder that is imported
   * @throws io.siskin.index.error.InvalidInputException when it is no encoder of sparse vectors, or
   *     its vectors are compared in another way than by the product
   */
  static EncoderSettings read(SavedFolder folder) throws IOException {
    if (!folder.has(FILE)) {
      return new EncoderSettings("", "", 0);
    }
    ConfigKeys keys = folder.settings(FILE);
    String type = keys.text("model_type", "SparseEncoder");
    if (!type.equals("SparseEncoder")) {
      throw keys.wrong("model_type", type, "SparseEncoder");
    }
    String similarity = keys.text("similarity_fn_name", "dot");
    if (!similarity.equals("dot")) {
      throw keys.wrong("similarity_fn_name", similarity, "dot or null: Siskin adds products");
    }
    int termsMax = keys.integer("max_active_dims", 0, 1, Integer.MAX_VALUE);
    if (termsMax > 0) {
      folder.found(FILE, "max_active_dims " + termsMax + ": an option of index, see below");
    }
    JsonNode prompts = keys.value(PROMPTS);
    if (prompts == null) {
      prompts = JsonNodeFactory.instance.objectNode();
    }
    ConfigKeys texts = new ConfigKeys(folder.place(FILE), PROMPTS + ".", prompts);
    EncoderSettings settings =
        new EncoderSettings(
            prompt(folder, texts, QUERY), prompt(folder, texts, DOCUMENT), termsMax);
    noteOthers(folder, prompts);
    noteUnknown(folder, keys.value("default_prompt_name"));
    return settings;
  }

  private static String prompt(SavedFolder folder, ConfigKeys texts, String name) {
    String prompt = texts.text(name, "");
    String side = name.equals(QUERY) ? "queries" : "documents";
    if (!WellFormedText.of(prompt).equals(prompt)) {
      throw texts.wrong(PROMPTS + "." + name, prompt, "text without unpaired surrogates");
    }
    if (!prompt.isEmpty()) {
      folder.found(FILE, "prompts." + name + " '" + prompt + "' is put before " + side);
    }
    return prompt;
  }

  private static void noteOthers(SavedFolder folder, JsonNode prompts) {
    for (Map.Entry<String, JsonNode> prompt : prompts.properties()) {
      String name = prompt.getKey();
      if (!name.equals(QUERY) && !name.equals(DOCUMENT)) {
        String reason =
            FORMER_DOCUMENT.contains(name)
                ? "the library puts prompts.document before documents, an empty one if it is"
                    + " missing"
                : "it is neither for queries nor for documents";
        folder.found(FILE, "prompts." + name + " is not used: " + reason);
      }
    }
  }

  private static void noteUnknown(SavedFolder folder, @Nullable JsonNode name) {
    if (name != null) {
      folder.found(
          FILE,
          "default_prompt_name "
              + name
              + " is not used: queries and documents have prompts of their own");
    }
  }
}
