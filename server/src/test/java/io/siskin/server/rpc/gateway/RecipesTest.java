package io.siskin.server.rpc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.document.FieldType;
import io.siskin.index.document.Schema;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.Repository;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.server.app.demo.Synset;
import io.siskin.server.app.demo.WordNet;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.collection.StatisticsScope;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.AnalyzerSpec;
import io.siskin.server.encode.spec.Bm25Spec;
import io.siskin.server.retrieve.RetrievalPipeline;
import io.siskin.server.retrieve.RetrievalResponse;
import io.siskin.server.rpc.mapping.ProtoMapper;
import io.siskin.server.search.Cancellation;
import io.siskin.server.testing.TestCollections;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The recipes of {@code docs/recipes} do what they say, on the WordNet data of the demo. The
 * requests are those of the pages, with other texts and vectors in them.
 */
@Timeout(300)
final class RecipesTest {
  private static final Pattern EXAMPLE = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int DIMENSIONS = 256;

  @TempDir private Path data;

  private static String request(String page) throws IOException {
    String text = Files.readString(Repository.root().resolve("docs/recipes").resolve(page));
    return EXAMPLE
        .matcher(text)
        .results()
        .map(match -> match.group(1))
        .filter(json -> json.contains("\"node\""))
        .findFirst()
        .orElseThrow();
  }

  private static List<Synset> synsets() throws IOException {
    List<Synset> all = new ArrayList<>();
    WordNet.read(all::add);
    return all;
  }

  private static String line(Map<String, Object> members) {
    try {
      return JSON.writeValueAsString(members) + "\n";
    } catch (JsonProcessingException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private RetrievalPipeline open(CollectionCatalog catalog, String lines, Schema schema)
      throws IOException {
    TestCollections.index(
        data,
        "recipe",
        lines,
        TestCollections.exactOnly(),
        new Bm25Spec(new AnalyzerSpec.English()),
        schema,
        StatisticsScope.COLLECTION);
    catalog.openAll();
    return new RetrievalPipeline(catalog);
  }

  private CollectionCatalog catalog() {
    return new CollectionCatalog(
        new DataDirectory(data), Verification.FULL, _ -> {}, TextModels.NONE);
  }

  private static RetrievalResponse search(RetrievalPipeline pipeline, String json) {
    SearchRequest.Builder request = SearchRequest.newBuilder();
    MessageReader.read(json.getBytes(StandardCharsets.UTF_8), request);
    request.setCollection("recipe");
    return pipeline.retrieve(
        ProtoMapper.toDomain(
            request.build(), name -> pipeline.collection(name).defaultMode(), _ -> new TreeMap<>()),
        Cancellation.NEVER);
  }

  /** A text within JSON, without its quotation marks. */
  private static String quoted(String text) {
    String json = line(Map.of("t", text));
    return json.substring("{\"t\":\"".length(), json.length() - "\"}\n".length());
  }

  private record Mention(String name, String context, String entity) {}

  /** Whether a whole word of a sentence is a name. */
  private static boolean mentions(String sentence, String name) {
    return (" " + sentence.toLowerCase(Locale.ROOT).replaceAll("[^a-z -]", " ") + " ")
        .contains(" " + name.toLowerCase(Locale.ROOT) + " ");
  }

  @Test
  void mentionsAreLinkedToEntities() throws IOException {
    List<Synset> entities =
        synsets().stream().filter(synset -> synset.partOfSpeech().equals("noun")).toList();
    Map<String, Integer> senses = new HashMap<>();
    entities.forEach(synset -> synset.words().forEach(word -> senses.merge(word, 1, Integer::sum)));
    StringBuilder lines = new StringBuilder();
    List<Mention> mentions = new ArrayList<>();
    for (Synset synset : entities) {
      Map<String, Object> entity = new LinkedHashMap<>();
      entity.put("id", synset.key());
      entity.put("entity", synset.key());
      entity.put(
          "names", synset.words().stream().map(word -> word.toLowerCase(Locale.ROOT)).toList());
      // WordNet's own numbers of senses: the first one is the most frequent.
      entity.put("rank", Integer.parseInt(synset.key().substring(synset.key().length() - 2)));
      entity.put("text", String.join(", ", synset.words()) + ": " + synset.definition());
      lines.append(line(entity));
      List<String> examples = synset.examples();
      for (int i = 0; i < examples.size(); i++) {
        String example = examples.get(i);
        String name =
            synset.words().stream()
                .filter(word -> senses.get(word) > 1 && mentions(example, word))
                .findFirst()
                .orElse("");
        if (i > 0 && i == examples.size() - 1 && !name.isEmpty()) {
          // The last example is asked for, and the ones before it are the few shots.
          mentions.add(new Mention(name.toLowerCase(Locale.ROOT), example, synset.key()));
        } else {
          entity.put("id", synset.key() + "#" + i);
          entity.put("text", example);
          lines.append(line(entity));
        }
      }
    }
    Schema schema =
        new Schema(
            List.of(
                new Schema.Field("entity", FieldType.STRING),
                new Schema.Field("names", FieldType.STRING_LIST),
                new Schema.Field("rank", FieldType.INT64)),
            null);
    String recipe = request("entity-linking.md");
    try (CollectionCatalog catalog = catalog()) {
      RetrievalPipeline pipeline = open(catalog, lines.toString(), schema);
      double linked = linked(pipeline, mentions, recipe);
      double withoutPrior =
          linked(
              pipeline,
              mentions,
              recipe.replace(" + 1 / field('rank', 10)", " + 0 * field('rank', 10)"));
      double withoutContext =
          linked(pipeline, mentions, recipe.replace("0.15 * score()", "0 * score()"));
      System.out.printf(
          Locale.ROOT,
          "entity linking: %d mentions, right %.3f, without prior %.3f, without context %.3f%n",
          mentions.size(),
          linked,
          withoutPrior,
          withoutContext);
      assertThat(mentions).hasSizeGreaterThan(200);
      assertThat(linked).isGreaterThan(withoutPrior).isGreaterThan(withoutContext);
    }
  }

  private static double linked(RetrievalPipeline pipeline, List<Mention> mentions, String recipe) {
    int right = 0;
    for (Mention mention : mentions) {
      List<RetrievalResponse.Hit> hits =
          search(
                  pipeline,
                  recipe
                      .replace(
                          "He sat on the bank of the river and watched the kingfisher bank",
                          quoted(mention.context + " " + mention.name))
                      .replace("(\\\"bank\\\")", "(\\\"" + quoted(mention.name) + "\\\")"))
              .hits();
      right +=
          !hits.isEmpty() && hits.getFirst().fields().get("entity").equals(mention.entity) ? 1 : 0;
    }
    return (double) right / mentions.size();
  }

  /**
   * Counts the letters in threes, in so many buckets: what a model of another modality would make.
   */
  private static float[] spelling(String word) {
    float[] vector = new float[DIMENSIONS];
    String padded = "^" + word.toLowerCase(Locale.ROOT) + "$";
    for (int i = 0; i + 3 <= padded.length(); i++) {
      vector[Math.floorMod(padded.substring(i, i + 3).hashCode(), DIMENSIONS)]++;
    }
    if (padded.length() < 3) {
      vector[0] = 1;
    }
    return vector;
  }

  private record Question(String typed, String meaning, String id, float[] vector) {}

  @Test
  void severalModalitiesFindMoreThanEachAlone() throws IOException {
    Random random = new Random(7);
    StringBuilder lines = new StringBuilder();
    List<Question> questions = new ArrayList<>();
    for (Synset synset : synsets()) {
      String word = synset.words().getFirst();
      if (synset.partOfSpeech().equals("noun") && random.nextInt(8) == 0) {
        Map<String, Object> item = new LinkedHashMap<>();
        item.put("id", synset.key());
        item.put("name", word);
        item.put("rank", Integer.parseInt(synset.key().substring(synset.key().length() - 2)));
        item.put("text", synset.definition());
        item.put("dense", Map.of("spelling", spelling(word)));
        lines.append(line(item));
        if (questions.size() < 300 && word.length() > 5 && !word.contains(" ")) {
          // Two letters are swapped, and half of the meaning is forgotten.
          int at = 1 + random.nextInt(word.length() - 3);
          String typed =
              word.substring(0, at)
                  + word.charAt(at + 1)
                  + word.charAt(at)
                  + word.substring(at + 2);
          String[] words = synset.definition().split(" ");
          String meaning = String.join(" ", List.of(words).subList(0, (words.length + 1) / 2));
          questions.add(new Question(typed, meaning, synset.key(), spelling(typed)));
        }
      }
    }
    Schema schema =
        new Schema(
            List.of(new Schema.Field("rank", FieldType.INT64)),
            null,
            List.of(
                new DenseFieldSpec(
                    "spelling",
                    new DenseType(DIMENSIONS, DenseStorage.F32, DenseSimilarity.COSINE),
                    1)));
    String recipe = request("multi-modal-search.md");
    try (CollectionCatalog catalog = catalog()) {
      RetrievalPipeline pipeline = open(catalog, lines.toString(), schema);
      double both = reciprocalRank(pipeline, questions, recipe, Function.identity());
      double text =
          reciprocalRank(
              pipeline,
              questions,
              recipe,
              json -> json.replace("\"weight\": 0.5", "\"weight\": 0"));
      double dense =
          reciprocalRank(
              pipeline, questions, recipe, json -> json.replace("\"weight\": 1", "\"weight\": 0"));
      System.out.printf(
          Locale.ROOT,
          "multi-modal search: %d questions, MRR@10 %.3f, text alone %.3f, vectors alone %.3f%n",
          questions.size(),
          both,
          text,
          dense);
      assertThat(questions).hasSize(300);
      assertThat(both).isGreaterThan(text).isGreaterThan(dense);
    }
  }

  private static double reciprocalRank(
      RetrievalPipeline pipeline,
      List<Question> questions,
      String recipe,
      Function<String, String> change) {
    double sum = 0;
    for (Question question : questions) {
      StringBuilder vector = new StringBuilder();
      for (float value : question.vector) {
        vector.append(vector.isEmpty() ? "" : ", ").append(value);
      }
      String json =
          change
              .apply(recipe)
              .replace("a bird that eats insects", quoted(question.meaning))
              .replace("0.1, 0.7, 0.2", vector);
      List<RetrievalResponse.Hit> hits = search(pipeline, json).hits();
      for (int rank = 0; rank < hits.size(); rank++) {
        if (hits.get(rank).id().equals(question.id)) {
          sum += 1.0 / (rank + 1);
        }
      }
    }
    return sum / questions.size();
  }
}
