package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.VectorQuantizer;
import io.siskin.index.build.Weighting;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseGraph;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.quantize.QuantizedVector;
import io.siskin.index.testing.RandomDense;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.TermIdVector;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.collection.StorageOptions;
import io.siskin.server.collection.WriteOptions;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.RetrievalResponse.Hit;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.retrieve.StoredDocument;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random sequences of everything that can be done with a collection, against a map in memory that
 * is obviously right.
 */
@Timeout(300)
final class LiveModelTest {
  private static final int IDS = 300;
  private static final int TERMS = 40;
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              new Schema.Field("year", FieldType.INT64),
              new Schema.Field("lang", FieldType.STRING)),
          null,
          RandomDense.ALL.stream().map(LiveModelTest::withGraph).toList());

  /** Every segment gets a graph of each field that can have one. */
  private static DenseFieldSpec withGraph(DenseFieldSpec field) {
    return field.type().storage().isOfValues()
        ? new DenseFieldSpec(
            field.name(), field.type(), field.vectorsMax(), new DenseGraph(2, 4, 1))
        : field;
  }

  @TempDir private Path folder;

  /** A document as it was written. */
  private record Written(
      long position,
      TermIdVector vector,
      QuantizedVector stored,
      Map<String, FieldValue> fields,
      Map<String, DenseVectors> dense) {}

  /** The collection as it should be. */
  private static final class Model {
    private final Map<String, Written> documents = new HashMap<>();
    private final VectorQuantizer quantizer;
    private long position;

    Model(boolean residuals) {
      quantizer =
          new VectorQuantizer(new Weighting.AsGiven(), new Quantization.Auto(), residuals, false);
    }

    void put(DocumentInput input) {
      TermIdVector vector = (TermIdVector) input.vector();
      Map<String, FieldValue> fields = new LinkedHashMap<>(input.fields());
      documents.put(
          input.id(),
          new Written(
              ++position,
              vector,
              quantizer.quantize(vector),
              fields,
              SCHEMA.stored(
                  SCHEMA.stored(input.dense()),
                  input.tokenVectors(),
                  input.keyedVectors(),
                  vector)));
    }

    void restore(Model other) {
      documents.clear();
      documents.putAll(other.documents);
      position = other.position;
    }

    Model copy(boolean residuals) {
      Model copy = new Model(residuals);
      copy.restore(this);
      return copy;
    }

    /** The ids of the best documents with their scores: by score, then by position. */
    List<Map.Entry<String, Float>> search(TermIdVector query, int k, Predicate<Written> admitted) {
      QuantizedQuery quantized = QuantizedQuery.of(query);
      Map<Integer, Integer> weights = new HashMap<>();
      for (int i = 0; i < query.size(); i++) {
        weights.put(query.termId(i), quantized.weight(i));
      }
      List<Map.Entry<String, Float>> found = new ArrayList<>();
      documents.forEach(
          (id, document) -> {
            if (admitted.test(document)) {
              float score = score(document.stored(), weights, quantized);
              if (score > 0) {
                found.add(Map.entry(id, score));
              }
            }
          });
      found.sort(
          Comparator.<Map.Entry<String, Float>>comparingDouble(hit -> -hit.getValue())
              .thenComparingLong(hit -> documents.get(hit.getKey()).position()));
      return found.subList(0, Math.min(k, found.size()));
    }

    private static float score(
        QuantizedVector vector, Map<Integer, Integer> weights, QuantizedQuery query) {
      long sum = 0;
      for (int i = 0; i < vector.size(); i++) {
        int weight = weights.getOrDefault(vector.termId(i), 0);
        sum += (long) weight * (256 * vector.impact(i) + vector.residual(i));
      }
      return vector.hasResiduals()
          ? QuantizedQuery.refinedScore(sum, vector.scale(), query.scoreScale())
          : query.score((int) (sum / 256), vector.scale());
    }
  }

  private static DocumentInput document(Random random) {
    int size = random.nextInt(8);
    int[] terms = random.ints(0, TERMS).distinct().limit(size).toArray();
    float[] weights = new float[size];
    boolean whole = random.nextBoolean();
    for (int i = 0; i < size; i++) {
      weights[i] = whole ? 1 + random.nextInt(200) : random.nextFloat() + 0.01f;
    }
    Map<String, FieldValue> fields = new LinkedHashMap<>();
    if (random.nextInt(4) > 0) {
      fields.put("year", new FieldValue.Whole(2000 + random.nextInt(10)));
    }
    if (random.nextInt(4) > 0) {
      fields.put("lang", new FieldValue.Text(random.nextBoolean() ? "en" : "fr"));
    }
    if (random.nextInt(3) == 0) {
      fields.put("note", new FieldValue.Text("note " + random.nextInt(1000)));
    }
    return new DocumentInput(
        "d" + random.nextInt(IDS),
        TermIdVector.of(terms, weights),
        null,
        fields,
        random.nextInt(3) == 0 ? new RandomDense(random).given() : Map.of(),
        random.nextInt(3) == 0 ? new RandomDense(random).tokensByTermId() : Map.of(),
        random.nextInt(3) == 0 ? new RandomDense(random).keyed() : Map.of());
  }

  private static TermIdVector query(Random random) {
    int[] terms = random.ints(0, TERMS + 2).distinct().limit(1 + random.nextInt(6)).toArray();
    float[] weights = new float[terms.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = random.nextFloat() + 0.1f;
    }
    return TermIdVector.of(terms, weights);
  }

  private static CollectionSettings settings(boolean residuals) {
    StorageOptions storage = StorageOptions.DEFAULTS;
    var structures = storage.structures();
    return new CollectionSettings(
        SCHEMA,
        new StorageOptions(
            storage.quantization(),
            new BuildOptions.Structures(
                true, residuals, structures.blockMax(), structures.impacts(), null, true),
            storage.reordering()),
        WriteOptions.DEFAULTS,
        null);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everythingThatCanBeDoneAgreesWithAMap(boolean residuals) throws Exception {
    long seed = Seeds.next();
    Random random = new Random(seed);
    Model model = new Model(residuals);
    Map<String, Model> kept = new TreeMap<>();
    LiveServer server = new LiveServer(folder.resolve("data"), LiveServer.SMALL);
    try {
      server.create("birds", settings(residuals), new VectorSpec());
      for (int step = 0; step < 200; step++) {
        switch (random.nextInt(24)) {
          case 0 -> server.live.flush("birds").join();
          case 1 -> server.live.compact("birds").join();
          case 2 -> server = reopened(server, random.nextBoolean());
          case 3 -> {
            String name = "s" + step;
            server.live.createSnapshot("birds", name).join();
            kept.put(name, model.copy(residuals));
          }
          case 4 -> checkSnapshot(server, kept, random);
          case 5, 6 -> deleteSome(server, model, random);
          case 7 -> deleteMatching(server, model, random);
          case 8, 9 -> update(server, model, random);
          default -> upsert(server, model, random);
        }
        check(server, "birds", model, random);
      }
      checkDocuments(server, "birds", model);
    } catch (Throwable failed) {
      throw new AssertionError(
          "seed " + seed + " (replay with -Dsiskin.seed=" + seed + ")", failed);
    } finally {
      server.close();
    }
  }

  /** Closes and opens again, with or without sealing what is in memory. */
  private static LiveServer reopened(LiveServer server, boolean seal) throws IOException {
    Path data = server.data.root();
    if (seal) {
      server.close();
    } else {
      server.live.closeUnsealed();
      server.catalog.close();
    }
    return new LiveServer(data, LiveServer.SMALL);
  }

  private static void upsert(LiveServer server, Model model, Random random) {
    DocumentInput[] batch =
        IntStream.range(0, 1 + random.nextInt(30))
            .mapToObj(_ -> document(random))
            .toArray(DocumentInput[]::new);
    List<WriteResult> results = server.upsert("birds", batch);
    for (int i = 0; i < batch.length; i++) {
      boolean there = model.documents.containsKey(batch[i].id());
      model.put(batch[i]);
      assertThat(results.get(i))
          .isEqualTo(
              new WriteResult(
                  there ? WriteOutcome.REPLACED : WriteOutcome.CREATED, model.position, null));
    }
  }

  private static void deleteSome(LiveServer server, Model model, Random random) {
    List<String> ids =
        IntStream.range(0, 1 + random.nextInt(20))
            .mapToObj(_ -> "d" + random.nextInt(IDS))
            .distinct()
            .toList();
    Deletion deletion = server.delete("birds", new Selector.Ids(ids));
    long there = ids.stream().filter(id -> model.documents.remove(id) != null).count();
    model.position += there > 0 ? 1 : 0;
    assertThat(deletion).isEqualTo(new Deletion(there, there > 0 ? model.position : 0));
  }

  private static void deleteMatching(LiveServer server, Model model, Random random) {
    long year = 2000L + random.nextInt(10);
    Deletion deletion =
        server.delete("birds", new Selector.Expression("year = " + year + " and lang = \"en\""));
    int before = model.documents.size();
    model
        .documents
        .values()
        .removeIf(
            document ->
                new FieldValue.Whole(year).equals(document.fields().get("year"))
                    && new FieldValue.Text("en").equals(document.fields().get("lang")));
    int deleted = before - model.documents.size();
    model.position += deleted > 0 ? 1 : 0;
    assertThat(deletion.deletedCount()).isEqualTo(deleted);
  }

  private static void update(LiveServer server, Model model, Random random) {
    String id = "d" + random.nextInt(IDS);
    FieldValue year = new FieldValue.Whole(2000 + random.nextInt(10));
    WriteResult result =
        server
            .update("birds", new FieldsUpdate(id, Map.of("year", year), List.of("note")))
            .getFirst();
    Written before = model.documents.get(id);
    if (before == null) {
      assertThat(result).isEqualTo(new WriteResult(WriteOutcome.NOT_FOUND, 0, null));
      return;
    }
    Map<String, FieldValue> fields = new LinkedHashMap<>(before.fields());
    fields.put("year", year);
    fields.remove("note");
    model.documents.put(
        id,
        new Written(++model.position, before.vector(), before.stored(), fields, before.dense()));
    assertThat(result).isEqualTo(new WriteResult(WriteOutcome.UPDATED, model.position, null));
  }

  private static void checkSnapshot(LiveServer server, Map<String, Model> kept, Random random) {
    if (kept.isEmpty()) {
      return;
    }
    String name = List.copyOf(kept.keySet()).get(random.nextInt(kept.size()));
    server.live.restore("birds", name, "restored").join();
    server.live.setAlias("old", "restored").join();
    check(server, "old", kept.get(name), random);
    checkDocuments(server, "restored", kept.get(name));
    server.live.deleteAlias("old").join();
    server.live.drop("restored").join();
    server.live.deleteSnapshot("birds", name).join();
    kept.remove(name);
  }

  private static void check(LiveServer server, String name, Model model, Random random) {
    TermIdVector query = query(random);
    int k = 1 + random.nextInt(20);
    long year = 2000L + random.nextInt(10);
    boolean filtered = random.nextBoolean();
    Selector selector = filtered ? new Selector.Expression("year >= " + year) : new Selector.All();
    List<Hit> hits = search(server, name, query, k, selector);
    List<Map.Entry<String, Float>> expected =
        model.search(
            query,
            k,
            document ->
                !filtered
                    || (document.fields().get("year") instanceof FieldValue.Whole(long found)
                        && found >= year));
    assertThat(hits.stream().map(hit -> Map.entry(hit.id(), hit.score())).toList())
        .isEqualTo(expected);
    assertThat(server.reader.count(name, "", new Selector.All(), Cancellation.NEVER))
        .isEqualTo(model.documents.size());
  }

  private static List<Hit> search(
      LiveServer server, String name, TermIdVector query, int k, Selector selector) {
    return server
        .retrieval
        .retrieve(
            new RetrievalRequest(
                name,
                new RetrievalRequest.Query.Vector(query),
                k,
                new Evaluation.InMode(new SearchMode.Exact()),
                List.of(),
                false,
                selector,
                ""),
            Cancellation.NEVER)
        .hits();
  }

  private static void checkDocuments(LiveServer server, String name, Model model) {
    List<StoredDocument> found = server.documents(name, new Selector.All(), 41);
    List<Map.Entry<String, Written>> expected = new ArrayList<>(model.documents.entrySet());
    expected.sort(Comparator.comparingLong(one -> one.getValue().position()));
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      StoredDocument document = found.get(i);
      assertThat(document.id()).isEqualTo(expected.get(i).getKey());
      assertThat(document.position()).isEqualTo(expected.get(i).getValue().position());
      assertThat(document.fields()).isEqualTo(expected.get(i).getValue().fields());
      assertThat(document.dense()).isEqualTo(expected.get(i).getValue().dense());
    }
  }

  /** Readers that never wait see one state each, while a writer, seals and merges are at work. */
  @Test
  void everySearchSeesOneState() throws Exception {
    long seed = Seeds.next();
    Random random = new Random(seed);
    AtomicBoolean done = new AtomicBoolean();
    try (LiveServer server = new LiveServer(folder.resolve("data"), LiveServer.SMALL);
        ExecutorService readers = Executors.newFixedThreadPool(2)) {
      server.create("birds", settings(false), new VectorSpec());
      List<CompletableFuture<Void>> reading = new ArrayList<>();
      for (int reader = 0; reader < 2; reader++) {
        reading.add(CompletableFuture.runAsync(() -> readPairs(server, done), readers));
      }
      // Each write replaces both documents of a pair with the same weight.
      for (int round = 1; round <= 300; round++) {
        int pair = random.nextInt(20);
        server.upsert("birds", half(pair, "left", round), half(pair, "right", round));
        if (round % 50 == 0) {
          server.live.compact("birds").join();
        }
      }
      done.set(true);
      CompletableFuture.allOf(reading.toArray(CompletableFuture<?>[]::new)).join();
    }
  }

  private static DocumentInput half(int pair, String side, int weight) {
    return new DocumentInput(
        pair + "-" + side,
        TermIdVector.of(new int[] {pair}, new float[] {1 + weight % 200}),
        null,
        Map.of());
  }

  private static void readPairs(LiveServer server, AtomicBoolean done) {
    Random random = new Random(1);
    while (!done.get()) {
      int pair = random.nextInt(20);
      List<Hit> hits =
          search(
              server,
              "birds",
              TermIdVector.of(new int[] {pair}, new float[] {1}),
              10,
              new Selector.All());
      if (!hits.isEmpty()) {
        assertThat(hits).hasSize(2);
        assertThat(hits.get(0).score()).isEqualTo(hits.get(1).score());
      }
    }
  }
}
