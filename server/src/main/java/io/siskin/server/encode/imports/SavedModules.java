package io.siskin.server.encode.imports;

import com.fasterxml.jackson.databind.JsonNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.model.Activation;
import io.siskin.server.encode.model.ConfigKeys;
import io.siskin.server.encode.model.ModelPaths;
import io.siskin.server.encode.model.Reading;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Reads of which modules a saved encoder consists, down to its two sides. Used once. */
final class SavedModules {
  static final String FILE = "modules.json";

  private static final String ROUTER_FILE = "router_config.json";
  private static final String LIBRARY = "sentence_transformers.";
  private static final String QUERY = "query";
  private static final String DOCUMENT = "document";
  private static final String SUPPORTED =
      "for each side Transformer (or MLMTransformer) and SpladePooling; for queries also"
          + " SparseStaticEmbedding; both sides in a Router, or the same for both";

  private final SavedFolder folder;

  SavedModules(SavedFolder folder) {
    this.folder = folder;
  }

  /**
   * Both sides of an encoder.
   *
   * @param document of documents, which a model encodes
   * @param query of queries
   */
  record Sides(SavedSide.Model document, SavedSide query) {}

  /**
   * A module.
   *
   * @param type the name of its class
   * @param folder where its files lie; empty for the folder that is imported
   */
  private record Module(String type, String folder) {}

  /** The modules of both sides of a router. */
  private record Routes(List<Module> document, List<Module> query) {}

  /**
   * Reads the modules.
   *
   * @throws InvalidInputException when they are malformed, or such that Siskin cannot do the same
   */
  Sides read() throws IOException {
    if (!folder.has(FILE)) {
      return plain();
    }
    List<Module> modules = modules();
    if (modules.isEmpty() || !isRouter(modules.getFirst())) {
      folder.found(FILE, "documents and queries: " + names(modules));
      SavedSide both = side(FILE, modules);
      return sides(FILE, both, both);
    }
    String file = SavedFolder.join(modules.getFirst().folder(), ROUTER_FILE);
    Routes routes = routes(modules.getFirst().folder());
    // What stands behind the router is for both sides.
    List<Module> shared = modules.subList(1, modules.size());
    return sides(
        file,
        route(file, DOCUMENT, routes.document(), shared),
        route(file, QUERY, routes.query(), shared));
  }

  private SavedSide route(String file, String route, List<Module> own, List<Module> shared)
      throws IOException {
    List<Module> all = new ArrayList<>(own);
    all.addAll(shared);
    folder.found(file, route + ": " + names(all));
    return side(file, all);
  }

  private Sides sides(String file, SavedSide document, SavedSide query) {
    if (!(document instanceof SavedSide.Model model)) {
      throw unsupported(file, DOCUMENT, "SparseStaticEmbedding");
    }
    return new Sides(model, query);
  }

  /** A folder of transformers, or one that text-embeddings-inference serves. */
  private Sides plain() throws IOException {
    String file = "config.json";
    if (!folder.has(file)) {
      throw new InvalidInputException(
          "folder to import",
          folder.root(),
          "a folder with " + FILE + " (sentence-transformers) or " + file + " (transformers)");
    }
    JsonNode architectures = folder.settings(file).value("architectures");
    String name = architectures == null ? "" : architectures.path(0).asText();
    if (!name.endsWith("ForMaskedLM")) {
      throw new InvalidInputException(
              "architectures",
              architectures == null ? "missing" : architectures,
              "one that ends in ForMaskedLM, where there is no " + FILE)
          .at(folder.place(file));
    }
    SavedSide.Model model = new SavedSide.Model("", Reading.Pooling.MAX, Activation.LOG1P_RELU);
    folder.found(file, "architectures " + name + ", and no " + FILE + ": a masked language model");
    folder.found(
        FILE,
        "is missing, so that nothing says how logits become weights. Assumed is what"
            + " sentence-transformers and text-embeddings-inference assume: pooling max, activation"
            + " log1p-relu. An ℓ0 model needs activation: log1p-log1p-relu in encoder.yaml");
    if (!folder.has(StaticWeights.TABLE)) {
      return new Sides(model, model);
    }
    folder.found(
        StaticWeights.TABLE,
        "lies beside the model: queries are encoded without the model, by these weights. Take the"
            + " file away to encode them with the model");
    return new Sides(model, new SavedSide.Weights(""));
  }

  private List<Module> modules() throws IOException {
    JsonNode list = folder.json(FILE, SavedFolder.SETTINGS_BYTES_MAX);
    if (!list.isArray()) {
      throw new InvalidInputException("content", list, "a list of modules").at(folder.place(FILE));
    }
    List<Module> modules = new ArrayList<>();
    for (JsonNode node : list) {
      String prefix = "[" + modules.size() + "].";
      ConfigKeys keys = new ConfigKeys(folder.place(FILE), prefix, node);
      keys.ignore("idx", "name", "kwargs");
      String path = keys.text("path", "");
      modules.add(
          new Module(
              type(FILE, prefix + "type", keys.text("type", null)),
              path.isEmpty() ? "" : inside(FILE, prefix + "path", path)));
      keys.finish();
    }
    return modules;
  }

  private Routes routes(String routerFolder) throws IOException {
    String file = SavedFolder.join(routerFolder, ROUTER_FILE);
    ConfigKeys keys = folder.settings(file);
    ConfigKeys types = keys.section("types");
    ConfigKeys structure = keys.section("structure");
    ConfigKeys parameters = keys.section("parameters");
    // Each call of Siskin says for which side it is.
    parameters.ignore("default_route", "allow_empty_key");
    JsonNode mappings = parameters.value("route_mappings");
    if (mappings != null && !mappings.isEmpty()) {
      throw parameters.wrong(
          "parameters.route_mappings", mappings, "empty: the routes query and document");
    }
    parameters.finish();
    List<Module> query = route(routerFolder, structure, types, QUERY);
    List<Module> document = route(routerFolder, structure, types, DOCUMENT);
    structure.finish();
    keys.finish();
    return new Routes(document, query);
  }

  private List<Module> route(
      String routerFolder, ConfigKeys structure, ConfigKeys types, String route) {
    JsonNode ids = structure.value(route);
    if (ids == null || !ids.isArray()) {
      throw structure.wrong(
          "structure." + route, ids == null ? "missing" : ids, "a list of modules");
    }
    String file = SavedFolder.join(routerFolder, ROUTER_FILE);
    List<Module> modules = new ArrayList<>();
    for (JsonNode id : ids) {
      String name = inside(file, "structure." + route, id.asText());
      String type = type(file, "types." + name, types.text(name, null));
      modules.add(new Module(type, SavedFolder.join(routerFolder, name)));
    }
    return modules;
  }

  private SavedSide side(String file, List<Module> modules) throws IOException {
    List<String> types = modules.stream().map(Module::type).toList();
    if (types.equals(List.of("SparseStaticEmbedding"))) {
      return new SavedSide.Weights(modules.getFirst().folder());
    }
    boolean model =
        types.size() == 2
            && (types.getFirst().equals("Transformer") || types.getFirst().equals("MLMTransformer"))
            && types.getLast().equals("SpladePooling");
    if (!model) {
      throw unsupported(file, "modules", names(modules));
    }
    checkTask(modules.getFirst());
    return pooling(modules.getFirst().folder(), modules.getLast().folder());
  }

  /** The name of a class says whether it is one of a masked language model; else a file does. */
  private void checkTask(Module transformer) throws IOException {
    String fallback = transformer.type().equals("MLMTransformer") ? "fill-mask" : "";
    TransformerSettings.checkTask(folder, transformer.folder(), fallback);
  }

  private SavedSide.Model pooling(String transformer, String pooling) throws IOException {
    String file = SavedFolder.join(pooling, "config.json");
    ConfigKeys keys = folder.settings(file);
    // The size of the vocabulary, and how much is computed at a time.
    keys.ignore("embedding_dimension", "word_embedding_dimension", "chunk_size");
    Reading.Pooling strategy =
        keys.choice("pooling_strategy", Reading.Pooling.values(), Reading.Pooling.MAX);
    String function = keys.text("activation_function", "relu");
    Activation activation =
        switch (function) {
          case "relu" -> Activation.LOG1P_RELU;
          case "log1p_relu" -> Activation.LOG1P_LOG1P_RELU;
          default -> throw keys.wrong("activation_function", function, "relu or log1p_relu");
        };
    keys.finish();
    String pooled = ConfigKeys.spelling(strategy);
    folder.found(file, "pooling_strategy " + pooled + ": pooling " + pooled);
    folder.found(
        file,
        "activation_function " + function + ": activation " + ConfigKeys.spelling(activation));
    return new SavedSide.Model(transformer, strategy, activation);
  }

  private String type(String file, String key, String type) {
    if (!type.startsWith(LIBRARY)) {
      throw unsupported(file, key, type);
    }
    return type.substring(type.lastIndexOf('.') + 1);
  }

  private String inside(String file, String key, String name) {
    if (!ModelPaths.isInside(name)) {
      throw new InvalidInputException(
              key, name, "a folder inside; not absolute, no part of it beginning with '.'")
          .at(folder.place(file));
    }
    return name;
  }

  private InvalidInputException unsupported(String file, String key, String found) {
    return new InvalidInputException(key, found, SUPPORTED).at(folder.place(file));
  }

  private static boolean isRouter(Module module) {
    return module.type().equals("Router") || module.type().equals("Asym");
  }

  private static String names(List<Module> modules) {
    return modules.stream().map(Module::type).collect(Collectors.joining(", "));
  }
}
