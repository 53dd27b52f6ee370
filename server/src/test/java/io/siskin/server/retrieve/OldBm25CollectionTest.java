package io.siskin.server.retrieve;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.store.Verification;
import io.siskin.index.testing.Repository;
import io.siskin.index.vector.TokenVector;
import io.siskin.server.collection.CollectionCatalog;
import io.siskin.server.collection.CollectionManifest;
import io.siskin.server.collection.CollectionSnapshot;
import io.siskin.server.collection.DataDirectory;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.retrieve.RetrievalRequest.Query;
import io.siskin.server.retrieve.RetrievalResponse.Hit;
import io.siskin.server.search.Cancellation;
import io.siskin.server.search.Evaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A collection from before average lengths were pinned. The idf is in its impacts, so a query must
 * not bring it once more. Its segment is a golden file, and its manifest is what was written then.
 */
final class OldBm25CollectionTest {
  private static final String ID = "9828582abdc42e0ed7166c1c3d141bc9";
  private static final String MANIFEST =
      """
      {
        "version" : 1,
        "name" : "old",
        "generation" : 1,
        "encoder" : {
          "version" : 1,
          "kind" : "bm25",
          "analyzer" : {
            "kind" : "whitespace"
          },
          "k1" : 0.9,
          "b" : 0.4
        },
        "segments" : [ {
          "id" : "9828582abdc42e0ed7166c1c3d141bc9",
          "documentCount" : 18,
          "lengthBytes" : 4096
        } ]
      }
      """;

  @TempDir Path data;

  @BeforeEach
  void copy() throws IOException {
    Path folder = DataDirectory.segmentDirectory(data.resolve("old"), ID);
    Files.createDirectories(folder);
    Path golden =
        Repository.module("index-format").resolve("src/test/resources/golden/v1-idf/bm25-fields");
    try (Stream<Path> files = Files.list(golden)) {
      for (Path file : files.filter(each -> !each.endsWith("content.txt")).toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    Files.writeString(data.resolve("old").resolve(CollectionManifest.FILE_NAME), MANIFEST);
  }

  /** The impacts and scales of the documents are in the golden content.txt. */
  @Test
  void itsScoresAreWhatTheyWere() throws IOException {
    try (CollectionCatalog catalog =
        new CollectionCatalog(
            new DataDirectory(data), Verification.FULL, snapshot -> {}, TextModels.NONE)) {
      catalog.openAll();
      RetrievalPipeline pipeline = new RetrievalPipeline(catalog);
      List<Hit> hits =
          pipeline
              .retrieve(
                  new RetrievalRequest(
                      "old",
                      new Query.Text("seeds birch seeds absent"),
                      4,
                      Evaluation.BY_DEFAULT,
                      List.of(),
                      true),
                  Cancellation.NEVER)
              .hits();
      assertThat(hits).extracting(Hit::id).containsExactly("ü2", "ü8", "ü14", "ü1");
      float first = (108 + 2 * 255) * 0x1.96daecp-9f;
      float fourth = (77 + 2 * 162) * 0x1.165c04p-8f;
      assertThat(hits).extracting(Hit::score).containsExactly(first, first, first, fourth);
      CollectionSnapshot snapshot = Objects.requireNonNull(catalog.acquire("old"));
      try {
        assertThat(snapshot.encoders().queries().encode("seeds birch seeds absent"))
            .isEqualTo(TokenVector.of(Map.of("seeds", 2f, "birch", 1f, "absent", 1f)));
      } finally {
        snapshot.release();
      }
    }
  }
}
