package io.siskin.server.encode.imports;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.encode.model.Activation;
import io.siskin.server.encode.model.EncoderYaml;
import io.siskin.server.encode.model.ModelConfig;
import io.siskin.server.encode.model.Reading;
import io.siskin.server.testing.Seeded;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is written is read back as it was meant. */
final class EncoderYamlTextTest {
  @Test
  void everyTextIsReadBack() {
    Seeded.run(
        random -> {
          for (int round = 0; round < 500; round++) {
            String query = text(random);
            String document = text(random);
            ModelConfig read = read(true, 0, query, document, random.nextInt(3, 1 << 17));
            assertThat(read.queryPrompt()).isEqualTo(query);
            assertThat(read.documentPrompt()).isEqualTo(document);
            assertThat(read.poolPrompt()).isEqualTo(!query.isEmpty() || !document.isEmpty());
          }
        });
  }

  @Test
  void everyKeyIsReadBack() {
    ModelConfig logits = read(false, 6, "", "", 77);
    assertThat(logits.family()).isEqualTo("splade");
    assertThat(logits.modelFile()).isEqualTo("onnx/model.onnx");
    assertThat(logits.output()).isEqualTo("the \"logits\"");
    assertThat(logits.maxLength()).isEqualTo(77);
    Reading.Terms terms = (Reading.Terms) logits.reading();
    assertThat(terms.pooled()).isFalse();
    assertThat(terms.pooling()).isEqualTo(Reading.Pooling.SUM);
    assertThat(terms.activation()).isEqualTo(Activation.LOG1P_LOG1P_RELU);
    assertThat(terms.vocabulary().padding()).isEqualTo(6);
    assertThat(terms.poolSpecialTokens()).isTrue();
    assertThat(read(true, 0, "", "", 3).family()).isEqualTo("splade-doc");
  }

  @Test
  void aPooledOutputIsTakenAsItIs() {
    byte[] yaml =
        EncoderYamlText.of(
            new EncoderYamlText.Content(
                false,
                new SavedSide.Model("", Reading.Pooling.SUM, Activation.LOG1P_RELU),
                new OnnxChoice.Choice("model.onnx", "vector", true, 9),
                8,
                0,
                "q",
                ""));
    ModelConfig read = EncoderYaml.read("encoder.yaml", yaml);
    Reading.Terms terms = (Reading.Terms) read.reading();
    assertThat(terms.pooled()).isTrue();
    assertThat(terms.activation()).isEqualTo(Activation.NONE);
    assertThat(read.queryPrompt()).isEqualTo("q");
  }

  private static ModelConfig read(
      boolean tokens, int padding, String query, String document, int maxLength) {
    byte[] yaml =
        EncoderYamlText.of(
            new EncoderYamlText.Content(
                tokens,
                new SavedSide.Model("", Reading.Pooling.SUM, Activation.LOG1P_LOG1P_RELU),
                new OnnxChoice.Choice("onnx/model.onnx", "the \"logits\"", false, -1),
                maxLength,
                padding,
                query,
                document));
    return EncoderYaml.read("encoder.yaml", yaml);
  }

  private static final String MARKS = "\"\\'#:{}[],&*!|>%@`\n\r\t ";

  /** Letters, marks of YAML, controls, and characters of all planes. */
  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(12);
    for (int i = 0; i < length; i++) {
      int point =
          switch (random.nextInt(4)) {
            case 0 -> MARKS.codePointAt(random.nextInt(MARKS.length()));
            case 1 -> random.nextInt(0x100);
            case 2 -> random.nextInt(0xD800);
            default -> 0xE000 + random.nextInt(0x110000 - 0xE000);
          };
      text.appendCodePoint(point);
    }
    return text.toString();
  }
}
