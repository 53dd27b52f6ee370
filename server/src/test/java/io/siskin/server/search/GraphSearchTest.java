package io.siskin.server.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.BuildProgress;
import io.siskin.index.build.SegmentBuilder;
import io.siskin.index.dense.DenseFieldSpec;
import io.siskin.index.dense.DenseGraph;
import io.siskin.index.dense.DenseQuery;
import io.siskin.index.dense.DenseSimilarity;
import io.siskin.index.dense.DenseStorage;
import io.siskin.index.dense.DenseType;
import io.siskin.index.dense.DenseVectors;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.inspect.SegmentVerifier;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.segment.MappedDenseField;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.TermIdVector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A search of a graph gives the scores of a scan. With as many candidates as there are vectors it
 * finds every document, and with fewer most of the nearest ones.
 */
final class GraphSearchTest {
  private static final int DIMENSIONS = 12;

  @TempDir Path temporary;

  @RepeatedTest(5)
  void withAllCandidatesItFindsWhatAScanFinds() throws IOException {
    Random random = new Random(Seeds.next());
    int documents = 1 + random.nextInt(400);
    Map<String, DenseGraph> graphs = new LinkedHashMap<>();
    for (DenseFieldSpec spec : fields(4)) {
      graphs.put(spec.name(), new DenseGraph(2 + random.nextInt(6), 2 + random.nextInt(30), 1));
    }
    MappedSegment mapped = build(random, documents, graphs, fields(4));
    try {
      for (DenseFieldSpec spec : fields(4)) {
        GraphSearch search = mapped.graph(spec.name());
        if (search == null) {
          // No document has a vector of it, by chance.
          assertThat(mapped.segment().dense().find(spec.name())).isNull();
          continue;
        }
        for (int round = 0; round < 4; round++) {
          DocumentSet accepted = round == 0 ? null : accepted(random, documents, round);
          DenseQuery query = DenseQuery.of(spec, vector(random, 0.1f));
          GraphSearch.Found found =
              search.search(query, accepted, documents, 1 + random.nextInt(3000), () -> false);
          boolean gaveUp = found.ending() == GraphSearch.Ending.GAVE_UP;
          assertThat(gaveUp && accepted == null).isFalse();
          if (!gaveUp) {
            assertThat(scores(found))
                .as("%s of %s", spec.name(), accepted)
                .isEqualTo(scanned(search.graph().field(), query, accepted, documents));
          }
        }
      }
    } finally {
      mapped.segment().release();
    }
  }

  @Test
  void fewCandidatesFindMostOfTheNearest() throws IOException {
    Random random = new Random(Seeds.next());
    int documents = 12_000;
    DenseFieldSpec spec = fields(1).getFirst();
    MappedSegment mapped =
        build(random, documents, Map.of(spec.name(), new DenseGraph(8, 50, 1)), List.of(spec));
    try {
      GraphSearch search = Objects.requireNonNull(mapped.graph(spec.name()));
      int same = 0;
      int sameFiltered = 0;
      long scored = 0;
      DocumentSet half = accepted(random, documents, 2);
      for (int round = 0; round < 50; round++) {
        DenseQuery query = DenseQuery.of(spec, vector(random, 0.1f));
        GraphSearch.Found all = search.search(query, null, 10, 100, () -> false);
        GraphSearch.Found filtered = search.search(query, half, 10, 40, () -> false);
        assertThat(Arrays.stream(filtered.documents()).allMatch(half::contains)).isTrue();
        MappedDenseField field = search.graph().field();
        same += same(best(scores(all)), best(scanned(field, query, null, documents)));
        sameFiltered += same(best(scores(filtered)), best(scanned(field, query, half, documents)));
        scored += all.scored();
      }
      assertThat(same).isGreaterThan(400);
      assertThat(sameFiltered).isGreaterThan(400);
      assertThat(scored / 50).isLessThan(documents / 2);
    } finally {
      mapped.segment().release();
    }
  }

  @Test
  void aSpentBudgetGivesWhatWasFoundSoFar() throws IOException {
    Random random = new Random(Seeds.next());
    DenseFieldSpec spec = fields(1).getFirst();
    MappedSegment mapped =
        build(random, 2000, Map.of(spec.name(), new DenseGraph(4, 20, 1)), List.of(spec));
    try {
      GraphSearch search = Objects.requireNonNull(mapped.graph(spec.name()));
      DenseQuery query = DenseQuery.of(spec, vector(random, 0.1f));
      GraphSearch.Found found = search.search(query, null, 2000, 2000, () -> true);
      assertThat(found.ending()).isEqualTo(GraphSearch.Ending.SPENT);
      assertThat(found.documents()).isNotEmpty();
      assertThat(found.scored()).isLessThan(1000);
      Map<Integer, Float> all = scanned(search.graph().field(), query, null, 2000);
      scores(found).forEach((document, score) -> assertThat(score).isEqualTo(all.get(document)));
      // The scratch memory is as good as new afterwards.
      assertThat(scores(search.search(query, null, 2000, 2000, () -> false))).isEqualTo(all);
    } finally {
      mapped.segment().release();
    }
  }

  @Test
  void aSearchGivesUpWhereItTakesLongerThanAScan() throws IOException {
    Random random = new Random(Seeds.next());
    DenseFieldSpec spec = fields(1).getFirst();
    MappedSegment mapped =
        build(random, 2000, Map.of(spec.name(), new DenseGraph(4, 20, 1)), List.of(spec));
    try {
      GraphSearch search = Objects.requireNonNull(mapped.graph(spec.name()));
      DocumentSet few = DocumentSet.builder(2000).add(7).add(1234).build();
      DenseQuery query = DenseQuery.of(spec, vector(random, 0.1f));
      assertThat(search.search(query, few, 2, 10, () -> false).ending())
          .isEqualTo(GraphSearch.Ending.GAVE_UP);
      assertThat(search.isWorthwhile(few, 10)).isFalse();
      assertThat(search.isWorthwhile(null, 10)).isTrue();
      assertThat(search.isWorthwhile(null, 2000)).isFalse();
    } finally {
      mapped.segment().release();
    }
  }

  private static List<DenseFieldSpec> fields(int vectorsMax) {
    List<DenseFieldSpec> fields = new ArrayList<>();
    for (DenseStorage storage : DenseStorage.values()) {
      if (storage.isOfValues()) {
        DenseType type = new DenseType(DIMENSIONS, storage, DenseSimilarity.DOT);
        fields.add(new DenseFieldSpec("one-" + storage.word(), type, 1));
        if (vectorsMax > 1) {
          fields.add(new DenseFieldSpec("many-" + storage.word(), type, vectorsMax));
        }
      }
    }
    return fields;
  }

  private MappedSegment build(
      Random random, int documents, Map<String, DenseGraph> graphs, List<DenseFieldSpec> fields)
      throws IOException {
    try (SegmentBuilder builder =
        new SegmentBuilder(
            temporary,
            BuildOptions.DEFAULTS.withThreads(1).withGraphs(graphs),
            BuildProgress.NONE)) {
      for (int document = 0; document < documents; document++) {
        Map<String, DenseVectors> dense = new LinkedHashMap<>();
        for (DenseFieldSpec spec : fields) {
          int count = spec.vectorsMax() == 1 ? 1 : random.nextInt(spec.vectorsMax() + 1);
          float[][] vectors = new float[count][];
          for (int i = 0; i < count; i++) {
            // Some vectors are equal to others.
            vectors[i] = vector(random, random.nextInt(4) == 0 ? 4 : 0.1f);
          }
          if (count > 0) {
            dense.put(spec.name(), spec.vectors(vectors));
          }
        }
        builder.add(
            "d" + document,
            TermIdVector.of(new int[] {1}, new float[] {1}),
            Map.of(),
            Map.of(),
            document,
            dense);
      }
      builder.finish();
    }
    Segment segment = Segment.open(temporary, Verification.FULL);
    assertThat(SegmentVerifier.verify(segment).findings()).isEmpty();
    return new MappedSegment(segment, KernelProvider.current());
  }

  private static float[] vector(Random random, float step) {
    float[] vector = new float[DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      vector[i] = step * Math.round(random.nextGaussian() / step);
    }
    return vector;
  }

  private static DocumentSet accepted(Random random, int documents, int oneIn) {
    DocumentSet.Builder accepted = DocumentSet.builder(documents);
    for (int document = 0; document < documents; document++) {
      if (random.nextInt(oneIn) == 0) {
        accepted.add(document);
      }
    }
    return accepted.build();
  }

  private static Map<Integer, Float> scores(GraphSearch.Found found) {
    Map<Integer, Float> scores = new LinkedHashMap<>();
    for (int i = 0; i < found.documents().length; i++) {
      assertThat(scores.put(found.documents()[i], found.scores()[i])).isNull();
    }
    return scores;
  }

  private static Map<Integer, Float> scanned(
      MappedDenseField field, DenseQuery query, @Nullable DocumentSet accepted, int documents) {
    Map<Integer, Float> scores = new LinkedHashMap<>();
    for (int document = 0; document < documents; document++) {
      if (field.vectorCount(document) > 0 && (accepted == null || accepted.contains(document))) {
        scores.put(document, field.score(query, document) + 0f);
      }
    }
    return scores;
  }

  private static Set<Integer> best(Map<Integer, Float> scores) {
    return new HashSet<>(
        scores.entrySet().stream()
            .sorted(Comparator.comparingDouble(entry -> -entry.getValue()))
            .limit(10)
            .map(Map.Entry::getKey)
            .toList());
  }

  private static int same(Set<Integer> found, Set<Integer> right) {
    found.retainAll(right);
    return found.size();
  }
}
