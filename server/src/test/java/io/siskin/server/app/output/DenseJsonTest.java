package io.siskin.server.app.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.client.Document;
import io.siskin.index.document.Schema;
import io.siskin.index.testing.RandomDense;
import io.siskin.index.testing.Seeds;
import io.siskin.server.ingest.DenseMembers;
import java.io.IOException;
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
}
