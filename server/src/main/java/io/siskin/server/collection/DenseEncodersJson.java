package io.siskin.server.collection;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.format.v2.FormatV2;
import io.siskin.server.encode.spec.DenseEncoderSpec;
import io.siskin.server.encode.spec.DenseEncoderSpec.Model;
import io.siskin.server.encode.spec.ModelRef;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The encoders of dense fields as a member of a manifest; left out where there are none. */
final class DenseEncodersJson {
  /** The member. */
  static final String MEMBER = "denseEncoders";

  private static final Set<String> MEMBERS =
      Set.of("field", "documents", "queries", "modelDimensions");

  private DenseEncodersJson() {}

  /** Adds the encoders to a manifest. */
  static void write(Map<String, DenseEncoderSpec> encoders, ObjectNode manifest) {
    if (encoders.isEmpty()) {
      // Left out, so that an older version reads such a collection and refuses another one.
      return;
    }
    ArrayNode array = manifest.putArray(MEMBER);
    encoders.forEach(
        (field, encoder) -> {
          ObjectNode json = array.addObject().put("field", field);
          write(json, "documents", encoder.documents());
          write(json, "queries", encoder.queries());
          json.put("modelDimensions", encoder.modelDimensions());
        });
  }

  private static void write(ObjectNode json, String member, @Nullable Model model) {
    if (model == null) {
      json.putNull(member);
      return;
    }
    json.putObject(member)
        .put("name", model.ref().name())
        .put("fingerprint", model.ref().fingerprint())
        .put("prefix", model.prefix());
  }

  /** Reads the encoders of a manifest, by the name of the field. */
  static Map<String, DenseEncoderSpec> read(ManifestMembers manifest)
      throws CorruptSegmentException {
    Map<String, DenseEncoderSpec> encoders = new TreeMap<>();
    if (manifest.node(MEMBER).isMissingNode()) {
      return encoders;
    }
    for (ManifestMembers json : manifest.objects(MEMBER, MEMBERS)) {
      String field = json.text("field");
      Model documents = model(json, "documents");
      Model queries = model(json, "queries");
      int dimensions = (int) json.number("modelDimensions", 1, FormatV2.DENSE_DIMENSIONS_MAX);
      DenseEncoderSpec encoder =
          json.made(() -> new DenseEncoderSpec(documents, queries, dimensions));
      json.require(encoders.put(field, encoder) == null, "field", "each field once");
    }
    return encoders;
  }

  private static @Nullable Model model(ManifestMembers encoder, String member)
      throws CorruptSegmentException {
    ManifestMembers json = encoder.optionalObject(member, Set.of("name", "fingerprint", "prefix"));
    if (json == null) {
      return null;
    }
    String name = json.text("name");
    String fingerprint = json.text("fingerprint");
    String prefix = json.text("prefix");
    return json.made(() -> new Model(new ModelRef(name, fingerprint), prefix));
  }
}
