package io.siskin.server.encode.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EncoderYamlTest {
  private static final String FILE = "m/encoder.yaml";
  private static final String SPLADE =
      "version: 1\nfamily: splade\noutput: {name: logits, kind: logits}\n";

  @Test
  void defaultsAreThePublishedModels() {
    assertThat(read(SPLADE))
        .isEqualTo(
            new ModelConfig(
                "splade",
                "model.onnx",
                List.of(),
                "tokenizer.json",
                512,
                "logits",
                "",
                "",
                false,
                new Reading.Terms(
                    false,
                    Reading.Pooling.MAX,
                    Activation.LOG1P_RELU,
                    0,
                    0,
                    true,
                    false,
                    new Reading.Vocabulary(null, Reading.Fold.NONE, 0))));
  }

  @Test
  void everyKeyIsRead() {
    ModelConfig config =
        read(
            """
            version: 1
            family: splade-doc
            model: m.onnx
            external_data: [m.onnx_data]
            tokenizer: t.json
            max_length: 256
            output: {name: o, kind: logits}
            pooling: max
            activation: log1p-log1p-relu
            logit_shift: 1.5
            position_top_k: 8
            pool_special_tokens: false
            keep_special_terms: true
            vocabulary: {file: v.txt, fold: case-and-space, padding: 6}
            prompts: {query: "q: ", document: "d: ", pooled: true}
            """);
    assertThat(config)
        .isEqualTo(
            new ModelConfig(
                "splade-doc",
                "m.onnx",
                List.of("m.onnx_data"),
                "t.json",
                256,
                "o",
                "q: ",
                "d: ",
                true,
                new Reading.Terms(
                    false,
                    Reading.Pooling.MAX,
                    Activation.LOG1P_LOG1P_RELU,
                    1.5f,
                    8,
                    false,
                    true,
                    new Reading.Vocabulary("v.txt", Reading.Fold.CASE_AND_SPACE, 6))));
  }

  @Test
  void otherFamiliesHaveTheirOwnKeys() {
    assertThat(read("version: 1\nfamily: unicoil\noutput: {name: w}").reading())
        .isEqualTo(
            new Reading.TokenWeights(
                Reading.Unit.PIECES, Activation.RELU, Reading.Occurrence.LARGEST));
    assertThat(
            read("version: 1\nfamily: deepimpact\noutput: {name: w}\nactivation: none\n"
                    + "occurrence: first")
                .reading())
        .isEqualTo(
            new Reading.TokenWeights(
                Reading.Unit.WORDS, Activation.NONE, Reading.Occurrence.FIRST));
    ModelConfig dense =
        read(
            "version: 1\nfamily: dense\noutput: {name: h, kind: hidden, size: 8}\npooling: cls\n"
                + "normalize: false\ndimensions: 4\nprompts: {query: 'query: '}");
    assertThat(dense.reading())
        .isEqualTo(new Reading.Dense(false, Reading.DensePooling.CLS, false, 4, 8));
    assertThat(dense.poolPrompt()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                                   | content is empty; allowed: a YAML mapping
          '- 1'                                | content is [1]; allowed: a mapping
          'a: [1'                              | :1: content is not YAML; allowed: a YAML mapping. The reader says: while parsing a flow sequence; expected ',' or ']', but got <stream end>
          'a: 1\nb: c: d'                      | :2: content is not YAML; allowed: a YAML mapping. The reader says: mapping values are not allowed here
          'a: 1\na: 2'                         | :2: content is not YAML; allowed: a YAML mapping. The reader says: Duplicate field 'a'
          'family: splade'                     | version is missing; allowed: 1
          'version: 2'                         | version is 2; allowed: 1
          'version: 1'                         | family is missing; allowed: one of splade,
          'version: 1\nfamily: bert'           | family is "bert"; allowed: one of splade,
          'S\nfamily: splade'                  | content is
          'S\nmax_lenght: 3'                   | key is max_lenght; allowed: one of version,
          'S\nnormalize: true'                 | key is normalize; allowed: one of
          'S\nmax_length: 2'                   | max_length is 2; allowed: a whole number from 3
          'S\nmax_length: 9.5'                 | max_length is 9.5; allowed: a whole number
          'S\npooling: mean'                   | pooling is "mean"; allowed: one of max, sum
          'S\nlogit_shift: 1e99'               | logit_shift is 1.0E99; allowed: a number
          'S\nlogit_shift: yes'                | logit_shift is
          'S\npool_special_tokens: 1'          | pool_special_tokens is 1; allowed: true or false
          'S\nmodel: ../x'                     | model is ../x; allowed: a file in the same folder or in one below it
          'S\nmodel: onnx/../../x'             | model is onnx/../../x; allowed: a file in the same
          'S\nmodel: onnx//x'                  | model is onnx//x; allowed: a file in the same
          'S\nmodel: onnx/'                    | model is onnx/; allowed: a file in the same
          'S\ntokenizer: .git/x'               | tokenizer is .git/x; allowed: a file in the same
          'S\ntokenizer: a\\b'                 | tokenizer is a\\b; allowed: a file in the same
          'S\noccurrence: first'               | key is occurrence; allowed: one of version,
          'S\nexternal_data: x'                | external_data is "x"; allowed: a list of file names
          'S\nexternal_data: [/x]'             | external_data is /x; allowed: a file in the same folder or in one below it
          'S\nvocabulary: {size: 3}'           | key is vocabulary.size; allowed: one of file,
          'S\nprompts: x'                      | prompts is "x"; allowed: a mapping
          'S\nposition_top_k: 3\npooling: sum' | position_top_k is 3; allowed: with pooling: max
          """)
  void whatIsWrongIsNamedWithItsFile(String content, String message) {
    String yaml = content.replace("\\n", "\n").replaceFirst("^S\n", SPLADE);
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(FILE + ":")
        .hasMessageContaining(message);
  }

  @Test
  void filesMayLieInFoldersBelow() {
    ModelConfig config =
        read("version: 1\nfamily: splade\noutput: {name: o, kind: logits}\nmodel: onnx/a b.onnx");
    assertThat(config.modelFile()).isEqualTo("onnx/a b.onnx");
  }

  @Test
  void aMarkOfByteOrderIsLeftOutAndOtherBytesAreRefused() {
    assertThat(read("\uFEFFversion: 1\nfamily: unicoil\noutput: {name: w}").output())
        .isEqualTo("w");
    byte[] latin = "version: 1\n# ö\n".getBytes(StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> EncoderYaml.read(FILE, latin))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(FILE + ":2: byte 3 of the line is 0xF6; allowed: text in UTF-8");
  }

  @Test
  void promptCannotBeLeftOutOfWhatTheModelPoolsItself() {
    assertThatThrownBy(
            () ->
                read(
                    "version: 1\nfamily: splade\noutput: {name: s, kind: sparse}\n"
                        + "prompts: {query: 'q: '}"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("prompts.pooled is false; allowed: true");
  }

  private static ModelConfig read(String yaml) {
    return EncoderYaml.read(FILE, yaml.getBytes(StandardCharsets.UTF_8));
  }
}
