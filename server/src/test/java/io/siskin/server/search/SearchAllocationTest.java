package io.siskin.server.search;

import static io.siskin.server.search.Evaluations.drawSet;

import io.siskin.index.build.BuildOptions;
import io.siskin.index.build.ClusterOptions;
import io.siskin.index.build.Reordering;
import io.siskin.index.build.VectorQuantizer;
import io.siskin.index.build.Weighting;
import io.siskin.index.document.DocumentSet;
import io.siskin.index.document.QuantizedDocument;
import io.siskin.index.growing.GrowingSegment;
import io.siskin.index.kernel.KernelProvider;
import io.siskin.index.quantize.Quantization;
import io.siskin.index.quantize.QuantizedQuery;
import io.siskin.index.segment.Segment;
import io.siskin.index.store.Verification;
import io.siskin.index.testing.KernelAllocation;
import io.siskin.index.testing.RandomCollection;
import io.siskin.index.testing.Seeds;
import io.siskin.index.vector.SparseVector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A warm search allocates nothing, in any mode. The searches run in a process of their own, which
 * has one kind of kernels, as a server has. In the process of the tests, the compiler has seen so
 * many kinds of everything that it may not inline a kernel any more.
 */
final class SearchAllocationTest {
  private static final int DOCUMENTS = 3_000;

  @TempDir Path directory;

  @Test
  void aWarmSearchAllocatesNothing() throws IOException, InterruptedException {
    KernelAllocation.check(
        SearchAllocationTest.class, directory.toString(), Long.toString(Seeds.next()));
  }

  /** The body, for a process of its own. It is given an empty folder and a seed. */
  public static void main(String[] arguments) throws IOException {
    // One of its own, since a second process may be asked.
    Path directory = Files.createTempDirectory(Path.of(arguments[0]), "segments");
    Random random = new Random(Long.parseLong(arguments[1]));
    RandomCollection collection =
        RandomCollection.draw(
            new RandomCollection.Shape(DOCUMENTS, 500, 30, 10, 1 << 20, true), random);
    Segment plain = open(collection, directory.resolve("plain"), false);
    Segment refined = open(collection, directory.resolve("refined"), true);
    GrowingSegment growing = grow(collection.documents());
    KernelProvider kernels = KernelProvider.current();
    SearchScope files = SearchScope.mapped(List.of(plain), kernels);
    SearchScope filesWithResiduals = SearchScope.mapped(List.of(refined), kernels);
    SearchScope memory =
        SearchScope.of(List.of(new GrowingSearchers(kernels).searchable(growing.view())));
    DocumentSet some = drawSet(DOCUMENTS, 0.3, random);
    QuantizedQuery[] queries =
        collection.queries().stream().map(QuantizedQuery::of).toArray(QuantizedQuery[]::new);
    for (SearchMode mode :
        List.of(
            new SearchMode.Exact(),
            SearchMode.ScoreAtATime.DEFAULTS,
            new SearchMode.Clustered(10, 0.6f, true))) {
      for (SearchScope scope : List.of(files, filesWithResiduals, memory)) {
        report(mode, scope, queries);
        report(mode, scope.accepting(List.of(some)), queries);
      }
    }
    growing.release();
    refined.release();
    plain.release();
  }

  /** From k = 64 on, results are sorted by the JDK, which may take half a KiB for it per search. */
  private static void report(SearchMode mode, SearchScope scope, QuantizedQuery[] queries) {
    Searcher searcher = new Searcher(scope);
    KernelAllocation.report(
        mode.toString(),
        20,
        () -> {
          for (QuantizedQuery query : queries) {
            searcher.search(query, mode, 10, Cancellation.NEVER);
          }
        });
  }

  private static Segment open(RandomCollection collection, Path directory, boolean residuals)
      throws IOException {
    BuildOptions.Structures structures = BuildOptions.Structures.DEFAULTS;
    BuildOptions options =
        new BuildOptions(
            new Weighting.AsGiven(),
            new Quantization.PerDocument(),
            new Reordering.None(),
            new BuildOptions.Structures(
                true,
                residuals,
                structures.blockMax(),
                structures.impacts(),
                ClusterOptions.DEFAULTS,
                false,
                false),
            2);
    collection.build(directory, options);
    return Segment.open(directory, Verification.FULL);
  }

  private static GrowingSegment grow(List<SparseVector> vectors) {
    VectorQuantizer quantizer =
        new VectorQuantizer(new Weighting.AsGiven(), new Quantization.Auto(), true, false);
    GrowingSegment growing = new GrowingSegment(vectors.size());
    for (SparseVector vector : vectors) {
      int number = growing.documentCount();
      growing.add(
          new QuantizedDocument(
              "d" + number, number + 1L, quantizer.quantize(vector), Map.of(), Map.of()));
    }
    return growing;
  }
}
