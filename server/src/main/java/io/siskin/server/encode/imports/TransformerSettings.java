package io.siskin.server.encode.imports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.siskin.server.encode.model.ConfigKeys;
import io.siskin.server.encode.model.EncoderYaml;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * How a saved transformer cuts texts.
 *
 * @param maxLength the most tokens of a text that are read, special ones and the prompt's counted
 * @param lowerCase whether texts are put into lower case before they are cut
 */
record TransformerSettings(int maxLength, boolean lowerCase) {
  private static final String TASK = "transformer_task";
  private static final String FILL_MASK = "fill-mask";
  private static final String TOKENIZER_SETTINGS = "tokenizer_config.json";
  private static final String MODEL_SETTINGS = "config.json";

  /** The names that the library has given to its file over time, the present one first. */
  private static final List<String> FILES =
      List.of(
          "sentence_bert_config.json",
          "sentence_roberta_config.json",
          "sentence_distilbert_config.json",
          "sentence_camembert_config.json",
          "sentence_albert_config.json",
          "sentence_xlm-roberta_config.json",
          "sentence_xlnet_config.json");

  /** Their positions begin behind the number of the token that fills texts up. */
  private static final Set<String> SHIFTED_POSITIONS =
      Set.of(
          "roberta",
          "xlm-roberta",
          "xlm-roberta-xl",
          "roberta-prelayernorm",
          "camembert",
          "data2vec-text",
          "mpnet",
          "longformer",
          "ibert");

  private static final int POSITIONS_MAX = 1 << 30;

  /**
   * Demands that a transformer is a masked language model.
   *
   * @param folder the folder that is imported
   * @param inside the transformer's folder in it
   * @param fallback what it is where no file says so; empty for something else
   */
  static void checkTask(SavedFolder folder, String inside, String fallback) throws IOException {
    String file = file(folder, inside);
    ConfigKeys keys = keys(folder, file);
    String otherwise = fallback.isEmpty() ? "feature-extraction" : fallback;
    String task = keys.text(TASK, otherwise);
    if (!task.equals(FILL_MASK)) {
      throw keys.wrong(TASK, task, FILL_MASK + ": a masked language model");
    }
  }

  /**
   * Reads the settings.
   *
   * @param folder the folder that is imported
   * @param inside the transformer's folder in it
   * @throws io.siskin.index.error.InvalidInputException when they ask for what Siskin cannot do
   */
  static TransformerSettings read(SavedFolder folder, String inside) throws IOException {
    String file = file(folder, inside);
    ConfigKeys keys = keys(folder, file);
    // How the library computes, or settings of other kinds of encoders.
    keys.ignore(TASK, "module_output_name", "unpad_inputs", "model_args", "model_kwargs");
    keys.ignore("config_args", "config_kwargs");
    for (String key :
        List.of(
            "processing_kwargs",
            "processor_kwargs",
            "tokenizer_args",
            "query_length",
            "document_length",
            "query_expansion")) {
      JsonNode value = keys.value(key);
      if (value != null && !(value.isObject() && value.isEmpty())) {
        throw keys.wrong(key, value, "nothing: it changes how texts are cut");
      }
    }
    checkModalities(keys);
    int stated = keys.integer("max_seq_length", 0, 1, Integer.MAX_VALUE);
    boolean lowerCase = keys.flag("do_lower_case", false);
    keys.finish();
    if (lowerCase) {
      folder.found(file, "do_lower_case true: texts are put into lower case");
    }
    return new TransformerSettings(
        stated > 0 ? maxLength(folder, inside, file, stated) : maxLength(folder, inside),
        lowerCase);
  }

  private static void checkModalities(ConfigKeys keys) {
    JsonNode modalities = keys.value("modality_config");
    if (modalities == null) {
      return;
    }
    String output = modalities.path("text").path("method_output_name").asText();
    if (!modalities.path("message").isMissingNode() || !output.equals("logits")) {
      throw keys.wrong("modality_config", modalities, "texts that become logits, no messages");
    }
  }

  /** Where sentence-transformers does not say it, the tokenizer does. */
  private static int maxLength(SavedFolder folder, String inside) throws IOException {
    String file = SavedFolder.join(inside, TOKENIZER_SETTINGS);
    ConfigKeys keys = keys(folder, file);
    String side = keys.text("truncation_side", "right");
    if (!side.equals("right")) {
      throw keys.wrong("truncation_side", side, "right: Siskin cuts the end of a text off");
    }
    JsonNode length = keys.value("model_max_length");
    // "No limit" is written as a number beyond all integers.
    if (length == null || !length.isIntegralNumber() || !length.canConvertToInt()) {
      return maxLength(folder, inside, file, 0);
    }
    if (length.intValue() < EncoderYaml.MAX_LENGTH_MIN) {
      throw keys.wrong("model_max_length", length, EncoderYaml.MAX_LENGTH_MIN + " or more");
    }
    return maxLength(folder, inside, file, length.intValue());
  }

  /** A text is never longer than the model has positions. */
  private static int maxLength(SavedFolder folder, String inside, String file, int stated)
      throws IOException {
    String modelFile = SavedFolder.join(inside, MODEL_SETTINGS);
    int positions = positions(folder, modelFile);
    int length = stated == 0 ? positions : Math.min(stated, positions);
    if (stated == 0 && positions == POSITIONS_MAX) {
      folder.found(file, "says no length, nor does " + modelFile + ": max_length has its default");
      return EncoderYaml.MAX_LENGTH_DEFAULT;
    }
    int allowed = Math.clamp(length, EncoderYaml.MAX_LENGTH_MIN, EncoderYaml.MAX_LENGTH_MAX);
    String source = length == stated ? file : modelFile;
    String cut = stated > 0 && length < stated ? ", of which the model has no more positions" : "";
    folder.found(source, "max_length " + allowed + " tokens" + cut);
    return allowed;
  }

  private static int positions(SavedFolder folder, String file) throws IOException {
    ConfigKeys keys = keys(folder, file);
    int positions = keys.integer("max_position_embeddings", POSITIONS_MAX, -1, POSITIONS_MAX);
    if (positions < 1) {
      return POSITIONS_MAX;
    }
    boolean shifted = SHIFTED_POSITIONS.contains(keys.text("model_type", ""));
    return shifted && positions < POSITIONS_MAX
        ? positions - keys.integer("pad_token_id", 1, 0, positions) - 1
        : positions;
  }

  private static String file(SavedFolder folder, String inside) {
    for (String name : FILES) {
      if (folder.has(SavedFolder.join(inside, name))) {
        return SavedFolder.join(inside, name);
      }
    }
    return SavedFolder.join(inside, FILES.getFirst());
  }

  /** A file that is missing says nothing. */
  private static ConfigKeys keys(SavedFolder folder, String file) throws IOException {
    return folder.has(file)
        ? folder.settings(file)
        : new ConfigKeys(folder.place(file), "", JsonNodeFactory.instance.objectNode());
  }
}
