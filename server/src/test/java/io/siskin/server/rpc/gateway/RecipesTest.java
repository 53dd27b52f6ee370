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
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
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

  /** How often the senses of words were counted in texts, in WordNet's own file. */
  private static final String COUNTS = "/net/sf/extjwnl/data/wordnet/wn31/cntlist.rev";

  private static final String SENTENCE =
      "He sat on the bank of the river and watched the kingfisher";
  private static final String NAME = "(\\\"bank\\\")";
  private static final String PRIOR = "1.5 * ln(1 + field('uses', 0))";

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

  private record Mention(String name, String context, String entity, int uses) {}

  /** Entities as lines of JSON, and mentions of them that are not among their examples. */
  private record Entities(String lines, List<Mention> mentions) {}

  /** Reads how often each sense of each noun was counted in texts, by names of synsets. */
  private static Map<String, Integer> uses() throws IOException {
    Map<String, Integer> uses = new HashMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(WordNet.class.getResourceAsStream(COUNTS)),
                StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.split(" ");
        int end = fields[0].indexOf("%1:");
        if (end > 0) {
          uses.put(
              String.format(
                  Locale.ROOT,
                  "%s.n.%02d",
                  fields[0].substring(0, end),
                  Integer.parseInt(fields[1])),
              Integer.parseInt(fields[2]));
        }
      }
    }
    return uses;
  }

  /** Whether a whole word of a sentence is a name. */
  private static boolean mentions(String sentence, String name) {
    return (" " + sentence.toLowerCase(Locale.ROOT).replaceAll("[^a-z -]", " ") + " ")
        .contains(" " + name.toLowerCase(Locale.ROOT) + " ");
  }

  private static Entities entities() throws IOException {
    List<Synset> nouns =
        synsets().stream().filter(synset -> synset.partOfSpeech().equals("noun")).toList();
    Map<String, Integer> senses = new HashMap<>();
    nouns.forEach(synset -> synset.words().forEach(word -> senses.merge(word, 1, Integer::sum)));
    Map<String, Integer> uses = uses();
    StringBuilder lines = new StringBuilder();
    List<Mention> mentions = new ArrayList<>();
    for (Synset synset : nouns) {
      Map<String, Object> entity = new LinkedHashMap<>();
      entity.put("id", synset.key());
      entity.put("entity", synset.key());
      entity.put(
          "names", synset.words().stream().map(word -> word.toLowerCase(Locale.ROOT)).toList());
      entity.put("uses", uses.getOrDefault(synset.key(), 0));
      entity.put("text", String.join(", ", synset.words()) + ": " + synset.definition());
      entity.put("kind", "description");
      lines.append(line(entity));
      entity.put("kind", "example");
      String name = synset.words().getFirst();
      List<String> examples = synset.examples();
      for (int i = 0; i < examples.size(); i++) {
        String example = examples.get(i);
        boolean isLast = i > 0 && i == examples.size() - 1;
        if (isLast && senses.get(name) > 1 && mentions(example, name)) {
          // The last example is asked for, and the ones before it are the few shots.
          mentions.add(
              new Mention(
                  name.toLowerCase(Locale.ROOT),
                  example,
                  synset.key(),
                  uses.getOrDefault(synset.key(), 0)));
        } else {
          entity.put("id", synset.key() + "#" + i);
          entity.put("text", example);
          lines.append(line(entity));
        }
      }
    }
    return new Entities(lines.toString(), mentions);
  }

  @Test
  void mentionsAreLinkedToEntities() throws IOException {
    Schema schema =
        new Schema(
            List.of(
                new Schema.Field("entity", FieldType.STRING),
                new Schema.Field("names", FieldType.STRING_LIST),
                new Schema.Field("kind", FieldType.STRING),
                new Schema.Field("uses", FieldType.INT64)),
            null);
    String recipe = request("entity-linking.md");
    Entities entities = entities();
    // Of the other half the weight of the prior was chosen, see the recipe.
    List<Mention> mentions = new ArrayList<>();
    for (int i = 1; i < entities.mentions.size(); i += 2) {
      mentions.add(entities.mentions.get(i));
    }
    try (CollectionCatalog catalog = catalog()) {
      RetrievalPipeline pipeline = open(catalog, entities.lines, schema);
      double[] linked = linked(pipeline, mentions, recipe);
      double[] withoutPrior =
          linked(pipeline, mentions, recipe.replace(PRIOR, "0 * field('uses', 0)"));
      double[] withoutSentence =
          linked(pipeline, mentions, recipe.replace("score() +", "0 * score() +"));
      double[] withoutExamples =
          linked(
              pipeline, mentions, recipe.replace(NAME, NAME + " and kind = \\\"description\\\""));
      System.out.printf(
          Locale.ROOT,
          "entity linking, %d mentions, right by mentions and by uses: %.3f %.3f; without examples"
              + " %.3f %.3f; without the sentence %.3f %.3f; without the prior %.3f %.3f%n",
          mentions.size(),
          linked[0],
          linked[1],
          withoutExamples[0],
          withoutExamples[1],
          withoutSentence[0],
          withoutSentence[1],
          withoutPrior[0],
          withoutPrior[1]);
      assertThat(mentions).hasSizeGreaterThan(200);
      assertThat(linked[0]).isGreaterThan(withoutExamples[0]).isGreaterThan(withoutSentence[0]);
      assertThat(linked[1]).isGreaterThan(withoutPrior[1]).isGreaterThan(withoutSentence[1]);
    }
  }

  /**
   * Returns the share of mentions that are linked with the right entity; and the same with each
   * mention counted as often as its entity is meant in texts.
   */
  private static double[] linked(
      RetrievalPipeline pipeline, List<Mention> mentions, String recipe) {
    int right = 0;
    long rightUses = 0;
    long uses = 0;
    for (Mention mention : mentions) {
      List<RetrievalResponse.Hit> hits =
          search(
                  pipeline,
                  recipe
                      .replace(SENTENCE + " bank", quoted(mention.context + " " + mention.name))
                      .replace(NAME, "(\\\"" + quoted(mention.name) + "\\\")"))
              .hits();
      boolean isRight =
          !hits.isEmpty()
              && mention.entity.equals(hits.getFirst().fields().getOrDefault("entity", ""));
      right += isRight ? 1 : 0;
      rightUses += isRight ? mention.uses : 0;
      uses += mention.uses;
    }
    return new double[] {(double) right / mentions.size(), (double) rightUses / uses};
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
