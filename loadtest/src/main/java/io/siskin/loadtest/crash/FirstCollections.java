package io.siskin.loadtest.crash;

import io.siskin.index.document.FieldValue;
import io.siskin.index.file.AtomicFile;
import io.siskin.index.vector.SparseVector;
import io.siskin.server.app.Siskin;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.write.DocumentInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Makes what is there before the first writer: one collection of each kind, some of them built in
 * bulk.
 *
 * <p>Used by one thread.
 */
final class FirstCollections {
  private static final int BUILT_DOCUMENTS = 300;
  private static final String CONTENT = "content.txt";

  private final Path folder;
  private final Path oldSegment;
  private final long seed;
  private final ModelState state = new ModelState();

  /**
   * Begins.
   *
   * @param folder the data directory, which is made
   * @param oldSegment a segment of version 1 of the format, with vectors by token and without
   *     fields, beside a {@code content.txt} that says what is in it
   * @param seed the seed of what is built
   */
  FirstCollections(Path folder, Path oldSegment, long seed) {
    this.folder = folder;
    this.oldSegment = oldSegment;
    this.seed = seed;
  }

  /** Makes them, and the alias. Returns what is there then. */
  ModelState make() throws IOException {
    Files.createDirectories(folder);
    build();
    copyOld();
    try (ServedDirectory server = new ServedDirectory(folder)) {
      for (CollectionKind kind : CollectionKind.values()) {
        if (!state.collections.containsKey(kind.collection())) {
          server.create(kind);
          state.collections.put(kind.collection(), new ModelState.Collection(Map.of()));
        }
      }
      var _ = server.live.setAlias(Operation.ALIAS, Operation.MAIN).join();
    }
    state.apply(new Operation.Switch(Operation.MAIN));
    return state;
  }

  /** Runs {@code siskin index} on documents as the writers make them. */
  private void build() throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, ModelDocument> documents = new LinkedHashMap<>();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < BUILT_DOCUMENTS; i++) {
      DocumentInput input = Operation.document(random, CollectionKind.BUILT, "d" + i);
      lines.append(line(input));
      documents.put(input.id(), ModelDocument.of(CollectionKind.BUILT, "", input));
    }
    Path input = folder.resolveSibling("documents.jsonl");
    Files.writeString(input, lines);
    List<String> command = WriterProcess.java(Siskin.class);
    command.add("index");
    command.add("--input=" + input);
    command.add("--output=" + folder);
    command.add("--collection=" + CollectionKind.BUILT.collection());
    command.add("--field=year:int64");
    command.add("--field=tags:strings");
    VolatileDisk.run(command.toArray(String[]::new));
    Files.delete(input);
    state.collections.put(CollectionKind.BUILT.collection(), new ModelState.Collection(documents));
  }

  private static String line(DocumentInput input) {
    StringBuilder line = new StringBuilder("{\"id\": \"" + input.id() + "\", \"vector\": {");
    SparseVector vector = input.vector();
    for (int i = 0; vector != null && i < vector.size(); i++) {
      line.append(i == 0 ? "\"" : ", \"")
          .append(ModelVector.term(vector, i))
          .append("\": ")
          .append(vector.weight(i));
    }
    line.append('}');
    input
        .fields()
        .forEach((name, value) -> line.append(", \"" + name + "\": ").append(json(value)));
    return line.append("}\n").toString();
  }

  private static String json(FieldValue value) {
    return switch (value) {
      case FieldValue.Whole(long whole) -> Long.toString(whole);
      case FieldValue.Text(String text) -> "\"" + text + "\"";
      case FieldValue.TextList(List<String> texts) -> "[\"" + String.join("\", \"", texts) + "\"]";
      default -> throw new IllegalArgumentException("the harness has no field like " + value);
    };
  }

  private void copyOld() throws IOException {
    List<String> content = Files.readAllLines(oldSegment.resolve(CONTENT));
    String id = content.get(1).replace("id ", "");
    String name = CollectionKind.OLD.collection();
    Path collection = folder.resolve(name);
    Path segment = DataDirectory.segmentDirectory(collection, id);
    Files.createDirectories(segment);
    for (Path changed : List.of(segment.resolveSibling("."), collection, folder)) {
      AtomicFile.forceDirectory(changed);
    }
    long lengthBytes = 0;
    try (Stream<Path> files = Files.list(oldSegment)) {
      for (Path file : files.filter(each -> !each.endsWith(CONTENT)).toList()) {
        AtomicFile.copy(file, segment.resolve(file.getFileName()));
        lengthBytes += Files.size(file);
      }
    }
    Map<String, ModelDocument> documents = oldDocuments(content);
    String manifest =
        """
        {
          "version" : 1,
          "name" : "%s",
          "generation" : 1,
          "encoder" : {
            "version" : 1,
            "kind" : "vector"
          },
          "segments" : [ {
            "id" : "%s",
            "documentCount" : %d,
            "lengthBytes" : %d
          } ]
        }
        """
            .formatted(name, id, documents.size(), lengthBytes);
    AtomicFile.write(
        collection.resolve(CollectionManifest.FILE_NAME),
        manifest.getBytes(StandardCharsets.UTF_8));
    state.collections.put(name, new ModelState.Collection(documents));
  }

  /** Reads the table of terms and the table of documents. */
  private static Map<String, ModelDocument> oldDocuments(List<String> content) {
    Map<String, String> terms = new HashMap<>();
    Map<String, ModelDocument> documents = new LinkedHashMap<>();
    boolean inDocuments = false;
    boolean inTerms = false;
    for (String line : content) {
      List<String> words = new ArrayList<>(List.of(line.split(" +")));
      if (line.startsWith("term ") || line.startsWith("document ")) {
        inTerms = line.startsWith("term ");
        inDocuments = !inTerms;
      } else if (!line.isEmpty() && inTerms) {
        terms.put(words.get(0), words.get(2));
      } else if (!line.isEmpty() && inDocuments) {
        Map<String, Integer> impacts = new LinkedHashMap<>();
        for (String posting : words.subList(3, words.size() - 1)) {
          String[] parts = posting.split(":", -1);
          impacts.put(terms.getOrDefault(parts[0], "?"), Integer.parseInt(parts[1]));
        }
        String id = words.get(1);
        documents.put(
            id,
            new ModelDocument(
                id, new ModelVector(impacts, Float.parseFloat(words.get(2))), Map.of()));
      }
    }
    return documents;
  }
}
