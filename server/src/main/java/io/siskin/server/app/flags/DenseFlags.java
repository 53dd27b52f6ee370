package io.siskin.server.app.flags;

import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.spec.DenseEncoderSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how texts become vectors of dense fields. */
public final class DenseFlags {
  @Option(
      names = "--dense-encoder",
      paramLabel = "FIELD=DIR",
      description =
          "Encodes the texts of documents and queries for a dense field with a model: a folder with"
              + " encoder.yaml of the family dense (docs/models.md). May be given for each dense"
              + " field. A document that brings a vector of the field keeps it. Default: none.")
  private Map<String, Path> encoders = new LinkedHashMap<>();

  @Option(
      names = "--dense-query-encoder",
      paramLabel = "FIELD=DIR",
      description =
          "Encodes queries for a dense field with this model. Without --dense-encoder, documents"
              + " bring their vectors. Default: the model of --dense-encoder.")
  private Map<String, Path> queryEncoders = new LinkedHashMap<>();

  @Option(
      names = "--dense-document-prefix",
      paramLabel = "FIELD=TEXT",
      description =
          "What is put before the text of each document that is encoded for a dense field, at most"
              + " 1024 characters. Default: nothing but the prompt of the model.")
  private Map<String, String> documentPrefixes = new LinkedHashMap<>();

  @Option(
      names = "--dense-query-prefix",
      paramLabel = "FIELD=TEXT",
      description =
          "What is put before each query that is encoded for a dense field, for example"
              + " 'embedding=query: ', at most 1024 characters. Default: nothing but the prompt of"
              + " the model.")
  private Map<String, String> queryPrefixes = new LinkedHashMap<>();

  private final List<ModelFiles> models = new ArrayList<>();

  /**
   * Returns how texts become vectors, by the name of the dense field. Models give as many numbers
   * as the field has dimensions.
   *
   * @param schema the declared fields
   * @throws InvalidInputException when a field is not declared, or a folder holds no model
   */
  public Map<String, DenseEncoderSpec> encoders(Schema schema) throws IOException {
    models.clear();
    requireDeclared("--dense-encoder", encoders, schema);
    requireDeclared("--dense-query-encoder", queryEncoders, schema);
    Map<String, DenseEncoderSpec> specs = new LinkedHashMap<>();
    for (DenseFieldSpec field : schema.dense()) {
      String name = field.name();
      DenseEncoderSpec.Model documents = model(name, encoders.get(name), documentPrefixes);
      DenseEncoderSpec.Model queries =
          model(name, queryEncoders.getOrDefault(name, encoders.get(name)), queryPrefixes);
      if (documents == null && documentPrefixes.containsKey(name)) {
        throw needsEncoder("--dense-document-prefix", name, "--dense-encoder");
      }
      if (queries == null && queryPrefixes.containsKey(name)) {
        throw needsEncoder(
            "--dense-query-prefix", name, "--dense-encoder or --dense-query-encoder");
      }
      if (queries != null) {
        specs.put(name, new DenseEncoderSpec(documents, queries, field.type().dimensions()));
      }
    }
    requireDeclared("--dense-document-prefix", documentPrefixes, schema);
    requireDeclared("--dense-query-prefix", queryPrefixes, schema);
    return specs;
  }

  /** Returns the models that must be stored in the data directory. */
  public List<ModelFiles> models() {
    return List.copyOf(models);
  }

  private DenseEncoderSpec.@Nullable Model model(
      String field, @Nullable Path directory, Map<String, String> prefixes) throws IOException {
    if (directory == null) {
      return null;
    }
    ModelFiles files = ModelDirectory.filesOf(directory);
    if (models.stream().noneMatch(known -> known.ref().equals(files.ref()))) {
      models.add(files);
    }
    return new DenseEncoderSpec.Model(files.ref(), prefixes.getOrDefault(field, ""));
  }

  /**
   * Refuses a field that is not declared.
   *
   * @param option the option that names fields
   * @param byField its values by the name of the field
   * @param schema the declared fields
   */
  static void requireDeclared(String option, Map<String, ?> byField, Schema schema) {
    byField.keySet().forEach(field -> schema.requireDense(option, field));
  }

  private static InvalidInputException needsEncoder(String option, String field, String needed) {
    return new InvalidInputException(
        option, "'" + field + "'", "with " + needed + " " + field + "=DIR");
  }
}
