package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
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

/**
 * Texts of several tenants under BM25, written by an alias that is switched from one collection to
 * another, against maps in memory that are obviously right.
 */
@Timeout(300)
final class LiveTenantsModelTest {
  private static final List<String> OWNERS = List.of("ann", "bea", "cid");
  private static final String ALIAS = "now";
  private static final int IDS = 150;
  private static final int WORDS = 30;
  private static final double AVERAGE_LENGTH = 8;
  private static final Bm25Spec ENCODER =
      new Bm25Spec(
          new AnalyzerSpec.Whitespace(), Bm25Spec.K1_DEFAULT, Bm25Spec.B_DEFAULT, AVERAGE_LENGTH);
  private static final CollectionSettings SETTINGS =
      new CollectionSettings(
          new Schema(
              List.of(
                  new Schema.Field("owner", FieldType.STRING),
                  new Schema.Field("year", FieldType.INT64)),
              "owner"),
          CollectionSettings.DEFAULTS.storage(),
          CollectionSettings.DEFAULTS.writes(),
          null);

  @TempDir private Path folder;

  /** A document as it was written. */
  private record Written(String owner, long year, String text) {
    Map<String, Integer> counts() {
      Map<String, Integer> counts = new TreeMap<>();
      for (String word : text.split(" ", -1)) {
        if (!word.isEmpty()) {
          counts.merge(word, 1, Integer::sum);
        }
      }
      return counts;
    }

    /** The impact of a word by the formula of ADR 0027; 0 when it is not there. */
    int impact(String word) {
      Map<String, Integer> counts = counts();
      int length = counts.values().stream().mapToInt(count -> count).sum();
      double norm = 1 - ENCODER.b() + ENCODER.b() * length / AVERAGE_LENGTH;
      int count = counts.getOrDefault(word, 0);
      return (int) Math.round(255 * (count / (count + ENCODER.k1() * norm)));
    }
  }

  /** A collection as it should be: its documents by their ids, in the order of indexing. */
  private static final class Model {
    private final LinkedHashMap<String, Written> documents = new LinkedHashMap<>();

    Model copy() {
      Model copy = new Model();
      copy.documents.putAll(documents);
      return copy;
    }

    /** Returns whether a tenant may not write a document, because it is another one's. */
    boolean isOfOther(String id, String tenant) {
      Written there = documents.get(id);
      return there != null && !there.owner().equals(tenant);
    }

    List<Map.Entry<String, Float>> search(String text, int k, Predicate<Written> admitted) {
      // Statistics are those of the whole collection, whoever asks.
      Map<String, Float> weights = new TreeMap<>();
      new Written("", 0, text)
          .counts()
          .forEach(
              (word, count) -> {
                long having =
                    documents.values().stream()
                        .filter(one -> one.counts().containsKey(word))
                        .count();
                float idf = (float) Math.log1p((documents.size() - having + .5) / (having + .5));
                weights.put(word, count * idf);
              });
      TokenVector vector = TokenVector.of(weights);
      QuantizedQuery query = QuantizedQuery.of(vector);
      List<Map.Entry<String, Float>> found = new ArrayList<>();
      documents.forEach(
          (id, document) -> {
            int sum = 0;
            for (int i = 0; i < vector.size(); i++) {
              sum += query.weight(i) * document.impact(vector.token(i));
            }
            if (admitted.test(document) && sum > 0) {
              found.add(Map.entry(id, query.score(sum, 1f / 255)));
            }
          });
      // The sort is stable, so equal scores stay in the order of indexing.
      found.sort(
          Comparator.<Map.Entry<String, Float>>comparingDouble(Map.Entry::getValue).reversed());
      return found.subList(0, Math.min(k, found.size()));
    }
  }

  private static String text(Random random, int wordsMax) {
    return String.join(
        " ",
        IntStream.range(0, random.nextInt(wordsMax))
            .mapToObj(_ -> "w" + random.nextInt(1 + random.nextInt(WORDS)))
            .toList());
  }

  @Test
  void everythingThatTenantsDoAgreesWithAMap() throws IOException {
    long seed = Seeds.next();
    Random random = new Random(seed);
    Map<String, Model> models = new TreeMap<>(Map.of("first", new Model(), "second", new Model()));
    String aliased = "first";
    LiveServer server = new LiveServer(folder, LiveServer.SMALL);
    try {
      server.create("first", SETTINGS, ENCODER);
      server.create("second", SETTINGS, ENCODER);
      server.live.setAlias(ALIAS, aliased).join();
      for (int step = 0; step < 150; step++) {
        Model model = models.get(aliased);
        String tenant = OWNERS.get(random.nextInt(OWNERS.size()));
        switch (random.nextInt(20)) {
          case 0 -> server.live.flush(ALIAS).join();
          case 1 -> server.live.compact(ALIAS).join();
          case 2 -> {
            server.close();
            server = new LiveServer(folder, LiveServer.SMALL);
          }
          case 3 -> {
            server.live.closeUnsealed();
            server.catalog.close();
            server = new LiveServer(folder, LiveServer.SMALL);
          }
          case 4 -> {
            String before = aliased;
            aliased = before.equals("first") ? "second" : "first";
            assertThat(server.live.setAlias(ALIAS, aliased).join()).contains(before);
          }
          case 5 -> {
            // The other collection becomes a copy of this one.
            String other = aliased.equals("first") ? "second" : "first";
            server.live.createSnapshot(ALIAS, "kept").join();
            server.live.drop(other).join();
            server.live.restore(ALIAS, "kept", other).join();
            server.live.deleteSnapshot(ALIAS, "kept").join();
            models.put(other, model.copy());
          }
          case 6, 7 -> deleteIds(server, model, tenant, random);
          case 8 -> deleteYears(server, model, tenant, random);
          case 9, 10 -> update(server, model, tenant, random);
          default -> upsert(server, model, tenant, random);
        }
        check(server, ALIAS, models.get(aliased), random);
      }
      for (Map.Entry<String, Model> one : models.entrySet()) {
        checkDocuments(server, one.getKey(), one.getValue());
      }
    } catch (Throwable failed) {
      throw new AssertionError(
          "seed " + seed + " (replay with -Dsiskin.seed=" + seed + ")", failed);
    } finally {
      server.close();
    }
  }

  private static void upsert(LiveServer server, Model model, String tenant, Random random) {
    List<DocumentInput> batch = new ArrayList<>();
    List<WriteOutcome> expected = new ArrayList<>();
    for (int i = 1 + random.nextInt(25); i > 0; i--) {
      String id = "d" + random.nextInt(IDS);
      String text = text(random, 16);
      long year = 2000L + random.nextInt(10);
      batch.add(new DocumentInput(id, null, text, Map.of("year", new FieldValue.Whole(year))));
      if (model.isOfOther(id, tenant)) {
        expected.add(WriteOutcome.REFUSED);
      } else {
        expected.add(
            model.documents.remove(id) == null ? WriteOutcome.CREATED : WriteOutcome.REPLACED);
        model.documents.put(id, new Written(tenant, year, text));
      }
    }
    List<WriteResult> results =
        server
            .live
            .upsert(ALIAS, tenant, batch, WaitFor.SEARCHABLE, Cancellation.NEVER, new WriteOrder())
            .join();
    assertThat(results).extracting(WriteResult::outcome).isEqualTo(expected);
  }

  private static void deleteIds(LiveServer server, Model model, String tenant, Random random) {
    List<String> ids =
        IntStream.range(0, 1 + random.nextInt(20))
            .mapToObj(_ -> "d" + random.nextInt(IDS))
            .distinct()
            .toList();
    long deleted =
        ids.stream()
            .filter(id -> !model.isOfOther(id, tenant) && model.documents.remove(id) != null)
            .count();
    assertThat(delete(server, tenant, new Selector.Ids(ids))).isEqualTo(deleted);
  }

  private static void deleteYears(LiveServer server, Model model, String tenant, Random random) {
    long year = 2000L + random.nextInt(10);
    int before = model.documents.size();
    model.documents.values().removeIf(one -> one.owner().equals(tenant) && one.year() == year);
    assertThat(delete(server, tenant, new Selector.Expression("year = " + year)))
        .isEqualTo(before - model.documents.size());
  }

  private static long delete(LiveServer server, String tenant, Selector selector) {
    return server
        .live
        .delete(ALIAS, tenant, selector, WaitFor.SEARCHABLE, Cancellation.NEVER)
        .join()
        .deletedCount();
  }

  private static void update(LiveServer server, Model model, String tenant, Random random) {
    String id = "d" + random.nextInt(IDS);
    long year = 2000L + random.nextInt(10);
    WriteOutcome expected = WriteOutcome.NOT_FOUND;
    if (model.documents.containsKey(id) && !model.isOfOther(id, tenant)) {
      Written before = model.documents.remove(id);
      model.documents.put(id, new Written(tenant, year, before.text()));
      expected = WriteOutcome.UPDATED;
    }
    assertThat(
            server
                .live
                .updateFields(
                    ALIAS,
                    tenant,
                    List.of(
                        new FieldsUpdate(
                            id, Map.of("year", new FieldValue.Whole(year)), List.of())),
                    WaitFor.SEARCHABLE,
                    Cancellation.NEVER)
                .join())
        .extracting(WriteResult::outcome)
        .containsExactly(expected);
  }

  private static void check(LiveServer server, String name, Model model, Random random) {
    for (String tenant : OWNERS) {
      String query = text(random, 6);
      int k = 1 + random.nextInt(20);
      long year = 2000L + random.nextInt(10);
      boolean filtered = random.nextBoolean();
      Selector selector =
          filtered ? new Selector.Expression("year >= " + year) : new Selector.All();
      Predicate<Written> admitted =
          one -> one.owner().equals(tenant) && (!filtered || one.year() >= year);
      assertThat(
              search(server, name, tenant, query, k, selector).stream()
                  .map(hit -> Map.entry(hit.id(), hit.score()))
                  .toList())
          .isEqualTo(model.search(query, k, admitted));
      assertThat(server.reader.count(name, tenant, selector, Cancellation.NEVER))
          .isEqualTo(model.documents.values().stream().filter(admitted).count());
      String id = "d" + random.nextInt(IDS);
      Written there = model.documents.get(id);
      assertThat(
              server.reader.get(
                  name, tenant, List.of(id), LiveServer.ALL, Long.MAX_VALUE, Cancellation.NEVER))
          .hasSize(there != null && there.owner().equals(tenant) ? 1 : 0);
    }
  }

  private static List<Hit> search(
      LiveServer server, String name, String tenant, String text, int k, Selector selector) {
    return server
        .retrieval
        .retrieve(
            new RetrievalRequest(
                name,
                new RetrievalRequest.Query.Text(text),
                k,
                new Evaluation.InMode(new SearchMode.Exact()),
                List.of("*"),
                false,
                selector,
                tenant),
            Cancellation.NEVER)
        .hits();
  }

  private static void checkDocuments(LiveServer server, String name, Model model) {
    List<StoredDocument> found = new ArrayList<>();
    for (String tenant : OWNERS) {
      found.addAll(
          server
              .reader
              .scroll(
                  name,
                  tenant,
                  new Selector.All(),
                  0,
                  IDS,
                  LiveServer.ALL,
                  Long.MAX_VALUE,
                  Cancellation.NEVER)
              .documents());
    }
    found.sort(Comparator.comparingLong(StoredDocument::position));
    assertThat(found.stream().map(StoredDocument::id).toList())
        .isEqualTo(List.copyOf(model.documents.keySet()));
    for (StoredDocument document : found) {
      Written written = model.documents.get(document.id());
      assertThat(document.fields())
          .isEqualTo(
              Map.of(
                  "owner", new FieldValue.Text(written.owner()),
                  "year", new FieldValue.Whole(written.year()),
                  "text", new FieldValue.Text(written.text())));
    }
  }

  /** Each tenant reads its own writes, and nobody else's, while all of them write. */
  @Test
  void tenantsDoNotDisturbEachOther() throws IOException {
    long seed = Seeds.next();
    AtomicBoolean done = new AtomicBoolean();
    try (LiveServer server = new LiveServer(folder, LiveServer.SMALL);
        ExecutorService threads = Executors.newFixedThreadPool(OWNERS.size() + 1)) {
      server.create("first", SETTINGS, ENCODER);
      List<CompletableFuture<Void>> writing = new ArrayList<>();
      for (String tenant : OWNERS) {
        Random random = new Random(seed + tenant.hashCode());
        writing.add(CompletableFuture.runAsync(() -> writeOwn(server, tenant, random), threads));
      }
      CompletableFuture<Void> reading =
          CompletableFuture.runAsync(() -> readOthers(server, new Random(seed), done), threads);
      CompletableFuture.allOf(writing.toArray(CompletableFuture<?>[]::new)).join();
      done.set(true);
      reading.join();
    }
  }

  private static void writeOwn(LiveServer server, String tenant, Random random) {
    Map<String, Long> own = new TreeMap<>();
    for (int round = 0; round < 60; round++) {
      String id = tenant + random.nextInt(30);
      long year = 2000L + random.nextInt(10);
      DocumentInput document =
          new DocumentInput(
              id, null, "bird " + text(random, 10), Map.of("year", new FieldValue.Whole(year)));
      assertThat(
              server
                  .live
                  .upsert(
                      "first",
                      tenant,
                      List.of(document),
                      WaitFor.SEARCHABLE,
                      Cancellation.NEVER,
                      new WriteOrder())
                  .join())
          .extracting(WriteResult::outcome)
          .containsExactly(
              own.put(id, year) == null ? WriteOutcome.CREATED : WriteOutcome.REPLACED);
      Selector later = new Selector.Expression("year >= " + year);
      assertThat(search(server, "first", tenant, "bird", IDS, later).stream().map(Hit::id).toList())
          .containsExactlyInAnyOrderElementsOf(
              own.entrySet().stream()
                  .filter(one -> one.getValue() >= year)
                  .map(Map.Entry::getKey)
                  .toList());
    }
  }

  private static void readOthers(LiveServer server, Random random, AtomicBoolean done) {
    while (!done.get()) {
      String tenant = OWNERS.get(random.nextInt(OWNERS.size()));
      for (Hit hit : search(server, "first", tenant, "bird", IDS, new Selector.All())) {
        assertThat(hit.id()).startsWith(tenant);
      }
    }
  }
}
