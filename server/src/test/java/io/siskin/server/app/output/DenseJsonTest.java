package io.siskin.server.app.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.client.Document;
import io.siskin.client.SparseVector;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.RandomDense;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.ingest.DenseMembers;
import io.siskin.server.ingest.TokenMembers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Dense vectors that are printed are read back as they were. */
final class DenseJsonTest {
  private static final Schema SCHEMA = new Schema(List.of(), null, RandomDense.FIELDS);

  @Test
  void whatIsPrintedIsReadBack() throws IOException {
    RandomDense dense = new RandomDense(new Random(Seeds.next()));
    for (int round = 0; round < 50; round++) {
      Map<String, List<float[]>> given = dense.given();
      Document document = Document.of("a");
      for (Map.Entry<String, List<float[]>> field : given.entrySet()) {
        document = document.withDense(field.getKey(), field.getValue().toArray(float[][]::new));
      }
      JsonNode line = new ObjectMapper().readTree(DocumentJson.line(document));
      assertThat(line.has(DenseMembers.MEMBER)).isEqualTo(!given.isEmpty());
      Map<String, String> fields = new HashMap<>();
      if (line.has(DenseMembers.MEMBER)) {
        fields.put(DenseMembers.MEMBER, line.get(DenseMembers.MEMBER).toString());
      }
      Map<String, List<float[]>> read = DenseMembers.take(SCHEMA, fields);
      assertThat(SCHEMA.stored(read)).isEqualTo(SCHEMA.stored(given));
      assertThat(fields).isEmpty();
    }
  }

  /** Terms are printed by their numbers, which are read in any collection. */
  @Test
  void tokenVectorsAreReadBack() throws IOException {
    Schema schema = new Schema(List.of(), null, RandomDense.ALL);
    RandomDense dense = new RandomDense(new Random(Seeds.next()));
    for (int round = 0; round < 50; round++) {
      Map<String, DenseVectors> written =
          schema.stored(Map.of(), dense.tokens(), Map.of(), TokenVector.EMPTY);
      DenseVectors stored = written.get(RandomDense.TOKENS.name());
      if (stored == null) {
        continue;
      }
      List<SparseVector> numbered = new ArrayList<>();
      for (int i = 0; i < stored.count(); i++) {
        TermIdVector terms = stored.toTerms(i);
        int[] ids = new int[terms.size()];
        float[] weights = new float[ids.length];
        for (int term = 0; term < ids.length; term++) {
          ids[term] = terms.termId(term);
          weights[term] = terms.weight(term);
        }
        numbered.add(SparseVector.ofTermIds(ids, weights));
      }
      Document document = Document.of("a").withTokenVectors("tokens", numbered);
      JsonNode line = new ObjectMapper().readTree(DocumentJson.line(document));
      Map<String, String> fields = new HashMap<>();
      fields.put(TokenMembers.MEMBER, line.get(TokenMembers.MEMBER).toString());
      assertThat(
              schema.stored(
                  Map.of(), TokenMembers.take(schema, false, fields), Map.of(), TokenVector.EMPTY))
          .isEqualTo(written);
      assertThat(fields).isEmpty();
    }
  }

  @Test
  void tokenVectorsAreNamedAsTheCollectionNamesTerms() {
    Schema schema = new Schema(List.of(), null, RandomDense.ALL);
    String json = "{\"tokens\": [{\"7\": 0.5, \"9\": 2}, {}]}";
    assertThat(TokenMembers.take(schema, false, member(json)))
        .isEqualTo(
            Map.of(
                "tokens",
                List.of(
                    TokenVector.of(new String[] {"7", "9"}, new float[] {0.5f, 2}),
                    TokenVector.EMPTY)));
    assertThat(TokenMembers.take(schema, true, member(json)).get("tokens").getFirst())
        .isEqualTo(TermIdVector.of(new int[] {7, 9}, new float[] {0.5f, 2}));
    Map<String, String> kept = member(json);
    assertThat(TokenMembers.take(SCHEMA, false, kept)).isEmpty();
    assertThat(kept).isNotEmpty();
    for (String wrong :
        List.of(
            "[]",
            "{",
            "{\"tokens\": {}}",
            "{\"tokens\": [3]}",
            "{\"tokens\": [{\"a\": \"b\"}]}",
            "{\"tokens\": [{\"indices\": [1], \"values\": []}]}",
            "{\"tokens\": [{\"indices\": [-1], \"values\": [1]}]}")) {
      assertThatThrownBy(() -> TokenMembers.take(schema, false, member(wrong)))
          .as(wrong)
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("tokenVectors");
    }
  }

  private static Map<String, String> member(String json) {
    return new HashMap<>(Map.of(TokenMembers.MEMBER, json));
  }
}
