package io.siskin.loadtest.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.vector.TermIdVector;
import io.siskin.server.write.DocumentInput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class LedgerTest {
  private static final long SEED = 1;
  private static final String COLLECTION = CollectionKind.OLD.collection();

  /** Such an update changes nothing but the order, so the states before and after it are equal. */
  @Test
  void aSnapshotMayHoldAnUpdateThatChangesTheOrderOnly() {
    long snapshot = number(one -> one instanceof Operation.CreateSnapshot);
    long update = number(one -> one instanceof Operation.Update);
    ModelState state = new ModelState();
    state.collections.put(COLLECTION, new ModelState.Collection(documents()));
    Ledger ledger = new Ledger(SEED, state);

    ledger.take("B " + snapshot);
    ledger.take("B " + update);
    ledger.take("A " + update + " 0");
    ledger.take("A " + snapshot + " " + Operation.OTHER_IDS);

    ModelState.Collection after =
        Objects.requireNonNull(ledger.states().getFirst().collection(COLLECTION));
    String name = ((Operation.CreateSnapshot) Operation.of(SEED, snapshot)).name();
    List<List<String>> orders = new ArrayList<>();
    for (Map<String, ModelDocument> one :
        Objects.requireNonNull(after.snapshots.get(name)).possible()) {
      orders.add(List.copyOf(one.keySet()));
    }
    assertThat(orders)
        .containsExactly(List.copyOf(documents().keySet()), List.copyOf(after.documents.keySet()))
        .doesNotHaveDuplicates();
  }

  private static long number(Predicate<Operation> wanted) {
    return LongStream.range(0, 100_000)
        .filter(
            each -> {
              Operation operation = Operation.of(SEED, each);
              return operation.collection().equals(COLLECTION) && wanted.test(operation);
            })
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, ModelDocument> documents() {
    Map<String, ModelDocument> documents = new LinkedHashMap<>();
    for (int i = 0; i < Operation.OTHER_IDS; i++) {
      DocumentInput input =
          new DocumentInput(
              "d" + i, TermIdVector.of(new int[] {1}, new float[] {1}), null, Map.of());
      documents.put(input.id(), ModelDocument.of(CollectionKind.OLD, "", input));
    }
    return documents;
  }
}
