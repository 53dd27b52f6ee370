package io.siskin.server.retrieve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.Weighting;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.store.Verification;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.VectorSpec;
import io.siskin.server.ingest.IndexReport;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import io.siskin.server.retrieve.RetrievalResponse.Contribution;
import io.siskin.server.retrieve.RetrievalResponse.Hit;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.testing.Seeded;
import io.siskin.server.testing.TestCollections;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A score depends on the query, the document and the collection. It does not depend on how the
 * documents are laid out in segments (ADR 0027). The same documents in one segment, in 3 and in 17
 * give the same hits in the same order, with scores and explanations that are equal bit for bit.
 */
final class LayoutIndependenceTest {
  private static final int DOCUMENTS = 220;
  private static final int VOCABULARY = 60;
  private static final int QUERIES = 25;
  private static final int[] SEGMENT_COUNTS = {3, 17};

  @TempDir Path data;

  /** What the documents are made of. */
  enum Content {
    /** Texts under BM25. */
    TEXT,
    /** Vectors of whole numbers up to 255. */
    WHOLE,
    /** Vectors of fractions. */
    FRACTIONS,
    /** Vectors of both kinds, so that some segments have whole numbers only. */
    MIXED
  }

  /** How weights become impacts. */
  enum Rule {
    AUTO,
    PER_DOCUMENT,
    GLOBAL,
    /** Pinned before; some documents have weights beyond it. */
    GLOBAL_TOO_SMALL;

    Quantization quantization() {
      return switch (this) {
        case AUTO -> new Quantization.Auto();
        case PER_DOCUMENT -> new Quantization.PerDocument();
        case GLOBAL -> new Quantization.GlobalOfInput();
        case GLOBAL_TOO_SMALL -> new Quantization.Global(0.01f);
      };
    }
  }

  @ParameterizedTest
  @CsvSource({
    "TEXT, AUTO, false",
    "TEXT, AUTO, true",
    "TEXT, PER_DOCUMENT, false",
    "TEXT, GLOBAL, true",
    "WHOLE, AUTO, false",
    "WHOLE, PER_DOCUMENT, true",
    "WHOLE, GLOBAL, false",
    "FRACTIONS, AUTO, false",
    "FRACTIONS, AUTO, true",
    "FRACTIONS, GLOBAL, false",
    "FRACTIONS, GLOBAL, true",
    "FRACTIONS, GLOBAL_TOO_SMALL, false",
    "MIXED, AUTO, false",
    "MIXED, AUTO, true",
    "MIXED, PER_DOCUMENT, false",
    "MIXED, GLOBAL, true",
  })
  void scoresAreThoseOfOneSegment(Content content, Rule rule, boolean residuals) {
    Seeded.run(
        random -> {
          List<String> documents = new ArrayList<>();
          for (int i = 0; i < DOCUMENTS; i++) {
            documents.add(document(i, content, random));
          }
          EncoderSpec spec =
              content == Content.TEXT
                  ? new Bm25Spec(new AnalyzerSpec.Whitespace(), 1.2, 0.75)
                  : new VectorSpec();
          BuildOptions options =
              options(TestCollections.exactOnly(), rule.quantization()).withResiduals(residuals);
          IndexReport whole =
              TestCollections.index(data, "in1", String.join("", documents), options, spec);
          for (int count : SEGMENT_COUNTS) {
            build(count, documents, pinned(options, whole), random);
          }
          List<Query> queries = new ArrayList<>();
          for (int i = 0; i < QUERIES; i++) {
            queries.add(query(content, random));
          }
          compare(queries);
        });
  }

  /** Builds the same collection in several segments. Their borders are random. */
  private void build(int count, List<String> documents, BuildOptions options, Random random)
      throws IOException {
    Path folder = data.resolve("in1");
    EncoderSpec spec = CollectionManifest.read(folder).encoderSpec(folder);
    TreeSet<Integer> ends = new TreeSet<>(List.of(documents.size()));
    while (ends.size() < count) {
      ends.add(1 + random.nextInt(documents.size() - 1));
    }
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int end : ends) {
      String part = "part" + parts.size() + "of" + count;
      String lines = String.join("", documents.subList(from, end));
      TestCollections.index(data, part, lines, options, spec);
      parts.add(part);
      from = end;
    }
    TestCollections.join(data, "in" + count, parts);
  }

  private void compare(List<Query> queries) throws IOException {
    try (CollectionCatalog catalog =
        new CollectionCatalog(
            new DataDirectory(data), Verification.FULL, snapshot -> {}, TextModels.NONE)) {
      catalog.openAll();
      RetrievalPipeline pipeline = new RetrievalPipeline(catalog);
      int hitCount = 0;
      for (Query query : queries) {
        List<Hit> expected = search(pipeline, "in1", query);
        hitCount += expected.size();
        expected.forEach(LayoutIndependenceTest::checkExplanation);
        for (int count : SEGMENT_COUNTS) {
          assertThat(search(pipeline, "in" + count, query))
              .as("%s in %d segments", query, count)
              .containsExactlyElementsOf(expected);
        }
      }
      assertThat(hitCount).as("hits to compare").isGreaterThan(QUERIES);
    }
  }

  private static List<Hit> search(RetrievalPipeline pipeline, String collection, Query query) {
    return pipeline
        .retrieve(
            new RetrievalRequest(
                collection,
                query,
                DOCUMENTS,
                new Evaluation.InMode(new SearchMode.Exact()),
                List.of(),
                true),
            Cancellation.NEVER)
        .hits();
  }

  private static void checkExplanation(Hit hit) {
    double sum = hit.contributions().stream().mapToDouble(Contribution::contribution).sum();
    assertThat(sum).isCloseTo(hit.score(), within(1e-5 * hit.score()));
  }

  /** What was decided when the whole input was known is what every segment is built with. */
  private static BuildOptions pinned(BuildOptions options, IndexReport whole) {
    assertThat(whole.segment().weighting()).isInstanceOf(Weighting.Pinned.class);
    return options(options, whole.segment().quantization());
  }

  private static BuildOptions options(BuildOptions base, Quantization quantization) {
    return new BuildOptions(
        base.weighting(), quantization, base.reordering(), base.structures(), base.threads());
  }

  private static String document(int number, Content content, Random random) {
    StringBuilder line = new StringBuilder("{\"id\": \"d" + number + "\", ");
    int size = random.nextInt(12);
    if (content == Content.TEXT) {
      line.append("\"text\": \"");
      for (int i = 0; i < size; i++) {
        line.append(term(random)).append(' ');
      }
      return line.append("\"}\n").toString();
    }
    boolean whole = content == Content.WHOLE || (content == Content.MIXED && random.nextInt(4) > 0);
    Map<String, Float> weights = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      weights.put(
          '"' + term(random) + '"',
          whole ? 1 + random.nextInt(255) : (float) Math.exp(random.nextGaussian()));
    }
    String vector = weights.toString().replace('=', ':');
    return line.append("\"vector\": ").append(vector).append("}\n").toString();
  }

  private static Query query(Content content, Random random) {
    int size = 1 + random.nextInt(5);
    if (content == Content.TEXT) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < size; i++) {
        text.append(term(random)).append(' ');
      }
      return new Query.Text(text.toString());
    }
    Map<String, Float> weights = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      weights.put(term(random), random.nextBoolean() ? 1f : random.nextFloat() + 0.01f);
    }
    return new Query.Vector(TokenVector.of(weights));
  }

  /** Few terms are frequent, and many are in few segments only. */
  private static String term(Random random) {
    return "w" + (int) (VOCABULARY * Math.pow(random.nextDouble(), 3));
  }
}
