package io.siskin.server.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.build.Bm25Formula;
import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.store.Verification;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.corpus.InputFormat;
import io.siskin.server.encode.factory.EncoderResources;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.model.ModelLibrary;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.encode.spec.EncoderSpec;
import io.siskin.server.encode.spec.EncoderSpecJson;
import io.siskin.server.encode.spec.IdfSpec;
import io.siskin.server.encode.spec.LearnedSpec;
import io.siskin.server.encode.spec.LearnedSpec.DocumentSide;
import io.siskin.server.encode.spec.LearnedSpec.QuerySide;
import io.siskin.server.encode.spec.PhraseSpec;
import io.siskin.server.encode.spec.ResourceRef;
import io.siskin.server.encode.spec.TokenWeights;
import io.siskin.server.encode.spec.VectorOptions;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.retrieve.RetrievalRequest;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import io.siskin.server.search.SearchMode;
import io.siskin.server.testing.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Terms of a phrase dictionary from documents to hits, and a dictionary that grows. */
final class PhraseIndexTest {
  private static final String SMALL =
      """
      {"term": "Q60", "phrases": ["New York City", "NYC"], "weight": 1.5}
      """;
  private static final String LARGE =
      SMALL
          + """
          {"term": "Q64", "phrases": ["Berlin", "German capital"], "weight": 2}
          """;
  private static final String DOCUMENTS =
      """
      {"id": "1", "text": "a flat in new york city"}
      {"id": "2", "text": "the german capital"}
      {"id": "3", "text": "nothing of either"}
      """;
  private static final EncoderSpec WORDS =
      new IdfSpec(new AnalyzerSpec.Standard(), new TokenWeights.FromCollection());

  @TempDir private Path folder;
  private final ModelLibrary library = new ModelLibrary(OnnxOptions.cpu(1));

  @Test
  void aPhraseFindsItsOtherWordings() throws IOException {
    index("c", WORDS, LARGE, PhraseSpec.Sides.BOTH, List.of());
    assertThat(hits("c", new Query.Text("NYC"))).containsExactly("1");
    assertThat(hits("c", new Query.Text("berlin"))).containsExactly("2");
    assertThat(hits("c", new Query.Text("munich"))).isEmpty();
  }

  /**
   * A document's phrases count as often as they stand there, and are rare or frequent like words.
   */
  @Test
  void underBm25APhraseIsAWord() throws IOException {
    index("c", new Bm25Spec(new AnalyzerSpec.English()), LARGE, PhraseSpec.Sides.BOTH, List.of());
    assertThat(hits("c", new Query.Text("NYC"))).containsExactly("1");
    assertThat(hits("c", new Query.Text("Berlin"))).containsExactly("2");
    assertThat(hits("c", new Query.Text("munich"))).isEmpty();
    assertThatThrownBy(
            () ->
                index(
                    "d",
                    new Bm25Spec(new AnalyzerSpec.English()),
                    "{\"term\": \"berlin\", \"phrases\": [\"x\"], \"weight\": 1}",
                    PhraseSpec.Sides.BOTH,
                    List.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'berlin'");
  }

  /** The dictionary says how much a phrase counts in a query; its rarity is a factor beside it. */
  @Test
  void underBm25AQuerysPhraseWeighsItsIdfToo() throws IOException {
    index("c", new Bm25Spec(new AnalyzerSpec.English()), LARGE, PhraseSpec.Sides.BOTH, List.of());
    CollectionManifest manifest = CollectionManifest.read(folder.resolve("data/c"));
    CollectionSnapshot snapshot =
        CollectionSnapshot.open(
            folder.resolve("data/c"), manifest, Verification.FULL, TextModels.NONE);
    try {
      float idf = (float) Bm25Formula.idf(3, 1);
      assertThat(snapshot.encoders().queries().encode("flat in NYC"))
          .isEqualTo(
              TokenVector.of(
                  Map.of("flat", idf, "nyc", (float) Bm25Formula.idf(3, 0), "Q60", 1.5f * idf)));
    } finally {
      snapshot.release();
    }
    assertThat(manifest.encoderSpec(folder).base())
        .isInstanceOfSatisfying(
            Bm25Spec.class, bm25 -> assertThat(bm25.pinsAverageLength()).isTrue());
  }

  /** One collection, a segment from before its dictionary grew, and one from after it. */
  @Test
  void aSegmentBuiltUnderASmallerDictionaryStaysValid() throws IOException {
    index("old", WORDS, SMALL, PhraseSpec.Sides.BOTH, List.of());
    index("new", WORDS, LARGE, PhraseSpec.Sides.BOTH, List.of());
    Path oldFolder = folder.resolve("data/old");
    Path newFolder = folder.resolve("data/new");
    CollectionManifest before = CollectionManifest.read(oldFolder);
    CollectionManifest after = CollectionManifest.read(newFolder);
    String segment = before.segments().getFirst().id();
    Files.move(
        DataDirectory.segmentDirectory(oldFolder, segment),
        DataDirectory.segmentDirectory(newFolder, segment));
    List<CollectionManifest.SegmentEntry> both = new ArrayList<>(before.segments());
    both.addAll(after.segments());
    CollectionManifest.of(
            "new", after.generation() + 1, after.encoderSpec(newFolder), List.copyOf(both))
        .write(newFolder);

    assertThat(hits("new", new Query.Text("NYC"))).containsExactly("1", "1");
    // The old segment lacks the term: its own vocabulary is what it was.
    assertThat(hits("new", new Query.Text("Berlin"))).containsExactly("2");
    assertThat(hits("new", new Query.Text("capital"))).containsExactly("2", "2");
  }

  @Test
  void oneSideMayBeLeftOut() throws IOException {
    index("documents", WORDS, SMALL, PhraseSpec.Sides.DOCUMENTS, List.of());
    assertThat(hits("documents", new Query.Text("nyc"))).isEmpty();
    assertThat(hits("documents", new Query.Vector(TokenVector.of(Map.of("Q60", 1f)))))
        .containsExactly("1");
    index("queries", WORDS, SMALL, PhraseSpec.Sides.QUERIES, List.of());
    assertThat(hits("queries", new Query.Text("nyc"))).isEmpty();
  }

  @Test
  void aModelsVectorsGetPhrasesToo() throws IOException {
    ModelFiles model = ModelDirectory.read(TinyModels.logits(folder.resolve("tiny"), "")).files();
    LearnedSpec learned =
        new LearnedSpec(
            new DocumentSide.Model(model.ref(), VectorOptions.NONE),
            new QuerySide.Model(model.ref(), VectorOptions.NONE));
    index("c", learned, LARGE, PhraseSpec.Sides.BOTH, List.of(model));
    assertThat(hits("c", new Query.Text("Berlin")).getFirst()).isEqualTo("2");
    assertThatThrownBy(
            () ->
                index(
                    "d",
                    learned,
                    "{\"term\": \"moth\", \"phrases\": [\"x\"], \"weight\": 1}",
                    PhraseSpec.Sides.BOTH,
                    List.of(model)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'moth'");
  }

  @Test
  void aTermThatTheAnalyzerGivesIsRefused() {
    assertThatThrownBy(
            () ->
                index(
                    "c",
                    WORDS,
                    "{\"term\": \"berlin\", \"phrases\": [\"x\"], \"weight\": 1}",
                    PhraseSpec.Sides.BOTH,
                    List.of()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("'berlin'");
  }

  @Test
  void theStoredFormIsFixed() throws IOException {
    ResourceRef ref = new ResourceRef("phrases.json", "0123456789abcdef".repeat(4));
    PhraseSpec spec = new PhraseSpec(WORDS, ref, PhraseSpec.Sides.QUERIES);
    String json = EncoderSpecJson.write(spec);
    assertThat(json)
        .isEqualTo(
            "{\"version\":1,\"kind\":\"phrases\",\"encoder\":{\"kind\":\"idf\",\"analyzer\":"
                + "{\"kind\":\"standard\",\"longTokens\":\"WHOLE\"},\"weights\":{\"kind\":\"collection\"},\"k1\":0.9},"
                + "\"dictionary\":{\"name\":\"phrases.json\",\"sha256\":\""
                + ref.sha256()
                + "\"},\"weights\":{\"kind\":\"dictionary\"},\"side\":\"QUERIES\"}");
    assertThat(EncoderSpecJson.read(json, "f")).isEqualTo(spec);
    assertThat(spec.resources()).containsExactly(ref);
    assertThatThrownBy(() -> new PhraseSpec(spec, ref, PhraseSpec.Sides.BOTH))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("bm25");
  }

  private void index(
      String collection,
      EncoderSpec encoder,
      String phrases,
      PhraseSpec.Sides side,
      List<ModelFiles> models)
      throws IOException {
    Path input = Files.writeString(folder.resolve("documents.jsonl"), DOCUMENTS);
    Path dictionary = Files.writeString(folder.resolve("phrases.jsonl"), phrases);
    ResourceRef ref =
        EncoderResources.in(folder.resolve("resources-" + collection))
            .add("phrases.json", dictionary);
    new IndexJob(
            new IndexRequest(
                List.of(input),
                InputFormat.JSONL,
                folder.resolve("data"),
                collection,
                new PhraseSpec(encoder, ref, side),
                Map.of("phrases.json", dictionary),
                models,
                BuildOptions.DEFAULTS,
                DocumentPruning.NONE,
                0,
                false),
            BuildProgress.NONE,
            error -> {},
            library)
        .run();
  }

  private List<String> hits(String collection, Query query) throws IOException {
    try (CollectionCatalog catalog =
        new CollectionCatalog(
            new DataDirectory(folder.resolve("data")),
            Verification.FULL,
            snapshot -> {},
            library)) {
      catalog.open(collection);
      RetrievalRequest request =
          new RetrievalRequest(
              collection,
              query,
              10,
              new Evaluation.InMode(new SearchMode.Exact()),
              List.of(),
              false);
      return new RetrievalPipeline(catalog)
          .retrieve(request, Cancellation.NEVER).hits().stream()
              .map(RetrievalResponse.Hit::id)
              .toList();
    }
  }
}
