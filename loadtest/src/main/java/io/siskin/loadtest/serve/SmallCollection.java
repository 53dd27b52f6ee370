package io.siskin.loadtest.serve;

import io.grpc.Channel;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.CreateCollectionRequest;
import io.siskin.proto.v1.Document;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.FieldType;
import io.siskin.proto.v1.FieldValue;
import io.siskin.proto.v1.Schema;
import io.siskin.proto.v1.SchemaField;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SparseVector;
import io.siskin.proto.v1.UpsertRequest;
import java.util.Random;
import java.util.TreeSet;

/**
 * A collection of random vectors: 30 to 120 terms of 20,000 a document, of which low numbers are
 * much more frequent, a text field {@code body} that is stored, and a number {@code year}. The same
 * seed gives the same documents.
 *
 * <p>Immutable; safe for concurrent use.
 *
 * @param name the collection's name
 * @param seed the seed of its documents
 * @param bodyLength the length of the stored text, in characters
 */
public record SmallCollection(String name, long seed, int bodyLength) {
  private static final int TERMS = 20_000;
  private static final int BATCH = 500;

  /**
   * Makes it on a server, with its first documents.
   *
   * @param channel a connection
   * @param documents how many documents
   */
  public void create(Channel channel, int documents) {
    var _ =
        CollectionServiceGrpc.newBlockingStub(channel)
            .createCollection(
                CreateCollectionRequest.newBuilder()
                    .setName(name)
                    .setSchema(
                        Schema.newBuilder()
                            .addFields(
                                SchemaField.newBuilder()
                                    .setName("year")
                                    .setType(FieldType.FIELD_TYPE_INT64)))
                    .build());
    for (int first = 0; first < documents; first += BATCH) {
      var _ =
          DocumentServiceGrpc.newBlockingStub(channel)
              .upsert(upsert(first, Math.min(BATCH, documents - first)));
    }
  }

  /**
   * Returns a write of some documents.
   *
   * @param first the number of the first one
   * @param count how many
   */
  public UpsertRequest upsert(long first, int count) {
    UpsertRequest.Builder request = UpsertRequest.newBuilder().setCollection(name);
    for (long number = first; number < first + count; number++) {
      Random random = new Random(seed * 31 + number);
      request.addDocuments(
          Document.newBuilder()
              .setId("d" + number)
              .setVector(vector(random, 30 + random.nextInt(90)))
              .putFields(
                  "year", FieldValue.newBuilder().setInt64Value(1_900 + number % 130).build())
              .putFields(
                  "body", FieldValue.newBuilder().setStringValue("b".repeat(bodyLength)).build()));
    }
    return request.build();
  }

  /**
   * Returns a search.
   *
   * @param random chooses the terms
   * @param k how many hits
   */
  public SearchRequest.Builder search(Random random, int k) {
    return SearchRequest.newBuilder()
        .setCollection(name)
        .setVector(vector(random, 5 + random.nextInt(20)))
        .setK(k);
  }

  private static SparseVector vector(Random random, int terms) {
    TreeSet<Integer> ids = new TreeSet<>();
    while (ids.size() < terms) {
      // Squared, so that low numbers are frequent.
      double uniform = random.nextDouble();
      ids.add((int) (uniform * uniform * TERMS));
    }
    SparseVector.Builder vector = SparseVector.newBuilder();
    for (int id : ids) {
      vector.addTermIds(id).addWeights(0.1f + 3 * random.nextFloat());
    }
    return vector.build();
  }
}
