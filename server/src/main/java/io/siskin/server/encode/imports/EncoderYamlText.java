package io.siskin.server.encode.imports;

import io.siskin.server.encode.model.ConfigKeys;
import io.siskin.server.encode.model.EncoderYaml;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Writes an {@code encoder.yaml} of a planned model. */
final class EncoderYamlText {
  private EncoderYamlText() {}

  /**
   * What the file says.
   *
   * @param queriesWithoutModel whether queries are encoded without the model
   * @param side how documents, or queries, are encoded
   * @param graph what is read of which graph, by its path in the new folder
   * @param maxLength the most tokens of a text
   * @param padding how many rows at the end of the output have no term
   * @param queryPrompt what is put before a query
   * @param documentPrompt what is put before a document
   */
  record Content(
      boolean queriesWithoutModel,
      SavedSide.Model side,
      OnnxChoice.Choice graph,
      int maxLength,
      int padding,
      String queryPrompt,
      String documentPrompt) {}

  /** Returns the file's bytes. */
  static byte[] of(Content content) {
    StringBuilder text = new StringBuilder();
    text.append("# Made by siskin models import. docs/models.md describes the keys.\n");
    text.append("version: ").append(EncoderYaml.VERSION).append('\n');
    text.append("family: ").append(content.queriesWithoutModel() ? "splade-doc" : "splade");
    text.append("\nmodel: ").append(quoted(content.graph().file()));
    text.append("\ntokenizer: ").append(SavedTokenizer.NAME);
    text.append("\nmax_length: ").append(content.maxLength());
    text.append("\noutput: {name: ").append(quoted(content.graph().output()));
    text.append(", kind: ").append(content.graph().pooled() ? "sparse" : "logits").append("}\n");
    if (content.graph().pooled()) {
      text.append("activation: none\n");
    } else {
      text.append("pooling: ").append(ConfigKeys.spelling(content.side().pooling()));
      text.append("\nactivation: ").append(ConfigKeys.spelling(content.side().activation()));
      text.append('\n');
    }
    if (content.padding() > 0) {
      text.append("vocabulary: {padding: ").append(content.padding()).append("}\n");
    }
    if (!content.queryPrompt().isEmpty() || !content.documentPrompt().isEmpty()) {
      // The library pools all positions, those of the prompt too.
      text.append("prompts:\n  query: ").append(quoted(content.queryPrompt()));
      text.append("\n  document: ").append(quoted(content.documentPrompt()));
      text.append("\n  pooled: true\n");
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Returns a text in double quotes, as YAML and JSON write it.
   *
   * @param text well-formed UTF-16
   */
  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
      int point = text.codePointAt(at);
      if (point == '"' || point == '\\') {
        quoted.append('\\').append((char) point);
      } else if (point >= ' ' && point < 0x7F) {
        quoted.append((char) point);
      } else {
        // YAML prints fewer characters than Unicode has; a number stands for each.
        quoted.append(String.format(Locale.ROOT, point > 0xFFFF ? "\\U%08X" : "\\u%04X", point));
      }
    }
    return quoted.append('"').toString();
  }
}
