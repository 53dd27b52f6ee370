package io.siskin.server.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.build.BlockMaxOptions;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.build.ImpactOrderedOptions;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.FieldValue;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.segment.DeletesFile;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionManifest.SegmentEntry;
import io.siskin.server.collection.CollectionSettings;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.StatisticsScope;
import io.siskin.server.collection.StorageOptions;
import io.siskin.server.collection.WriteOptions;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import io.siskin.server.retrieve.RetrievalResponse.Hit;
import io.siskin.server.retrieve.Selector;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.testing.Seeded;
import io.siskin.server.testing.TestCollections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * With statistics of each tenant, a tenant of a collection gets the hits, scores and explanations
 * of a collection that has this tenant's documents only, equal bit for bit.
 */
@Timeout(120)
final class TenantStatisticsTest {
  private static final int VOCABULARY = 60;
  private static final int QUERIES = 20;
  private static final int K = 1_000;
  private static final List<String> TENANTS = List.of("ann", "bob", "cleo");
  private static final Schema SCHEMA =
      new Schema(List.of(new Schema.Field("owner", FieldType.STRING)), "owner");
  private static final Bm25Spec BM25 = new Bm25Spec(new AnalyzerSpec.Whitespace(), 1.2, 0.75, 6);
  private static final Evaluation EXACT = new Evaluation.InMode(new SearchMode.Exact());

  @TempDir private Path folder;

  /** A document of a tenant. */
  private record Owned(String id, String owner, String text, boolean deleted) {
    /** Tenants have different words, and shares of very different size. */
    static Owned draw(int number, Random random) {
      int tenant = (int) (TENANTS.size() * Math.pow(random.nextDouble(), 2));
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i > 0; i--) {
        text.append(term(tenant, random)).append(' ');
      }
      return new Owned("d" + number, TENANTS.get(tenant), text.toString(), random.nextInt(5) == 0);
    }

    String json() {
      return "{\"id\": \"%s\", \"owner\": \"%s\", \"text\": \"%s\"}\n".formatted(id, owner, text);
    }

    DocumentInput input() {
      return new DocumentInput(id, null, text, Map.of("owner", new FieldValue.Text(owner)));
    }
  }

  private static String term(int tenant, Random random) {
    int word = (int) (VOCABULARY * Math.pow(random.nextDouble(), 3));
    return "w" + (word + tenant * VOCABULARY / 4);
  }

  private static List<Query> queries(Random random) {
    List<Query> queries = new ArrayList<>();
    for (int i = 0; i < QUERIES; i++) {
      StringBuilder text = new StringBuilder();
      for (int term = random.nextInt(5); term >= 0; term--) {
        text.append(term(random.nextInt(TENANTS.size()), random)).append(' ');
      }
      queries.add(new Query.Text(text.toString()));
    }
    return queries;
  }

  private static List<Hit> search(
      LiveServer server, String collection, Query query, String tenant, Evaluation evaluation) {
    return server
        .retrieval
        .retrieve(
            new RetrievalRequest(
                collection, query, K, evaluation, List.of(), true, new Selector.All(), tenant),
            Cancellation.NEVER)
        .hits();
  }

  private static CollectionSettings settings(StatisticsScope statistics) {
    return new CollectionSettings(
        SCHEMA, StorageOptions.DEFAULTS, WriteOptions.DEFAULTS, null, statistics);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 17})
  void aTenantHasTheScoresOfACollectionOfItsOwn(int segmentCount) {
    Seeded.run(
        random -> {
          List<Owned> documents = new ArrayList<>();
          for (int i = 0; i < 600; i++) {
            documents.add(Owned.draw(i, random));
          }
          build("shared", segmentCount, documents, StatisticsScope.TENANT, random);
          build("plain", segmentCount, documents, StatisticsScope.COLLECTION, random);
          for (String tenant : TENANTS) {
            StringBuilder own = new StringBuilder();
            documents.stream()
                .filter(document -> document.owner.equals(tenant) && !document.deleted)
                .forEach(document -> own.append(document.json()));
            TestCollections.index(folder, tenant, own.toString(), options(), BM25);
          }
          try (LiveServer server = new LiveServer(folder, LiveServer.SMALL)) {
            int different = 0;
            for (Query query : queries(random)) {
              for (String tenant : TENANTS) {
                different += compare(server, query, tenant);
              }
            }
            assertThat(different).as("statistics of the collection differ").isPositive();
          }
        });
  }

  /** Compares one search in all modes; returns 1 if the statistics of all tenants differ. */
  private static int compare(LiveServer server, Query query, String tenant) {
    List<Hit> expected = search(server, tenant, query, "", EXACT);
    // Twice: what is counted at first is known then.
    for (int i = 0; i < 2; i++) {
      assertThat(search(server, "shared", query, tenant, EXACT))
          .as("%s of %s", query, tenant)
          .containsExactlyElementsOf(expected);
    }
    Map<String, Hit> byId = new HashMap<>();
    expected.forEach(hit -> byId.put(hit.id(), hit));
    for (SearchMode mode :
        List.of(SearchMode.ScoreAtATime.DEFAULTS, SearchMode.Clustered.DEFAULTS)) {
      for (Hit hit : search(server, "shared", query, tenant, new Evaluation.InMode(mode))) {
        assertThat(hit).as("%s of %s by %s", query, tenant, mode).isEqualTo(byId.get(hit.id()));
      }
    }
    return search(server, "plain", query, tenant, EXACT).equals(expected) ? 0 : 1;
  }

  /** Every mode is searched, so segments have every structure. */
  private static BuildOptions options() {
    BuildOptions.Structures structures =
        new BuildOptions.Structures(
            true,
            false,
            BlockMaxOptions.DEFAULTS,
            ImpactOrderedOptions.DEFAULTS,
            ClusterOptions.DEFAULTS,
            true);
    return new BuildOptions(
        BuildOptions.DEFAULTS.weighting(),
        BuildOptions.DEFAULTS.quantization(),
        BuildOptions.DEFAULTS.reordering(),
        structures,
        1);
  }

  /** Builds a collection in several segments with random borders, some documents deleted. */
  private void build(
      String name, int count, List<Owned> documents, StatisticsScope statistics, Random random)
      throws IOException {
    TreeSet<Integer> ends = new TreeSet<>(List.of(documents.size()));
    while (ends.size() < count) {
      ends.add(1 + random.nextInt(documents.size() - 1));
    }
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int end : ends) {
      StringBuilder lines = new StringBuilder();
      documents.subList(from, end).forEach(document -> lines.append(document.json()));
      parts.add(name + "-part" + parts.size());
      TestCollections.index(
          folder, parts.getLast(), lines.toString(), options(), BM25, SCHEMA, statistics);
      from = end;
    }
    TestCollections.join(folder, name, parts);
    delete(folder.resolve(name), documents);
  }

  /** Deletes documents of a collection, as a commit would have. */
  private static void delete(Path directory, List<Owned> documents) throws IOException {
    CollectionManifest manifest = CollectionManifest.read(directory);
    Map<String, Owned> byId = new HashMap<>();
    documents.forEach(document -> byId.put(document.id, document));
    List<SegmentEntry> entries = new ArrayList<>();
    for (SegmentEntry entry : manifest.segments()) {
      Segment segment =
          Segment.open(
              DataDirectory.segmentDirectory(directory, entry.id()), Verification.STRUCTURE);
      int length = segment.statistics().documentCount();
      DocumentSet.Builder live = DocumentSet.all(length).toBuilder();
      for (int i = 0; i < length; i++) {
        if (byId.get(segment.documents().externalId(i)).deleted) {
          live.remove(i);
        }
      }
      DocumentSet left = live.build();
      Files.createDirectories(DataDirectory.deletesDirectory(directory));
      DeletesFile.write(DataDirectory.deletesFile(directory, entry.id(), 1), segment.id(), left);
      segment.release();
      entries.add(
          new SegmentEntry(
              entry.id(), entry.documentCount(), entry.lengthBytes(), 1, length - left.size()));
    }
    manifest.next(manifest.log(), entries).write(directory);
  }

  /** Documents come, are replaced and go; the segments that they are in change all the time. */
  @Test
  void aTenantHasTheScoresOfACollectionOfItsOwnWhileBothGrow() {
    Seeded.run(
        random -> {
          try (LiveServer server = new LiveServer(folder, LiveServer.SMALL)) {
            server.create("shared", settings(StatisticsScope.TENANT), BM25);
            for (String tenant : TENANTS) {
              server.create(tenant, CollectionSettings.DEFAULTS, BM25);
            }
            Map<String, String> owners = new HashMap<>();
            int hits = 0;
            for (int round = 0; round < 16; round++) {
              write(server, owners, random);
              if (round % 8 == 7) {
                server.live.flush("shared").join();
              }
              for (Query query : queries(random).subList(0, 4)) {
                for (String tenant : TENANTS) {
                  List<Hit> expected = search(server, tenant, query, "", EXACT);
                  hits += expected.size();
                  assertThat(search(server, "shared", query, tenant, EXACT))
                      .as("round %d, %s of %s", round, query, tenant)
                      .containsExactlyElementsOf(expected);
                }
              }
            }
            assertThat(hits).as("hits to compare").isGreaterThan(QUERIES);
          }
        });
  }

  private static void write(LiveServer server, Map<String, String> owners, Random random) {
    for (int i = random.nextInt(40); i >= 0; i--) {
      Owned drawn = Owned.draw(random.nextInt(400), random);
      String owner = owners.getOrDefault(drawn.id, drawn.owner);
      Owned document = new Owned(drawn.id, owner, drawn.text, drawn.deleted);
      if (document.deleted) {
        Selector one = new Selector.Ids(List.of(document.id));
        server.live.delete("shared", owner, one, WaitFor.SEARCHABLE, Cancellation.NEVER).join();
        server.delete(owner, one);
        owners.remove(document.id);
      } else {
        List<WriteResult> results =
            server
                .live
                .upsert(
                    "shared",
                    owner,
                    List.of(document.input()),
                    WaitFor.SEARCHABLE,
                    Cancellation.NEVER,
                    new WriteOrder())
                .join();
        assertThat(results.getFirst().refusal()).isNull();
        server.upsert(owner, document.input());
        owners.put(document.id, owner);
      }
    }
  }

  @Test
  void aSettingWithoutEffectIsRefused() throws IOException {
    try (LiveServer server = new LiveServer(folder, LiveServer.SMALL)) {
      assertThatThrownBy(
              () -> server.create("vectors", settings(StatisticsScope.TENANT), new VectorSpec()))
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContainingAll("statistics", "TENANT", "COLLECTION", "the encoder vector");
      assertThat(server.catalog.names()).isEmpty();
    }
    assertThatThrownBy(
            () ->
                new CollectionSettings(
                    Schema.EMPTY,
                    StorageOptions.DEFAULTS,
                    WriteOptions.DEFAULTS,
                    null,
                    StatisticsScope.TENANT))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("statistics", "no tenant field");
  }

  @Test
  void theChoiceSurvivesARestart() throws IOException {
    try (LiveServer server = new LiveServer(folder, LiveServer.SMALL)) {
      server.create("shared", settings(StatisticsScope.TENANT), BM25);
      server.create("plain", settings(StatisticsScope.COLLECTION), BM25);
    }
    try (LiveServer server = new LiveServer(folder, LiveServer.SMALL)) {
      assertThat(server.retrieval.collection("shared").storage().settings().statistics())
          .isEqualTo(StatisticsScope.TENANT);
      assertThat(server.retrieval.collection("plain").storage().settings().statistics())
          .isEqualTo(StatisticsScope.COLLECTION);
    }
  }
}
