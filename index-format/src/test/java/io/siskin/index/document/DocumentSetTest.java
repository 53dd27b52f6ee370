package io.siskin.index.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Seeds;
import java.util.BitSet;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DocumentSetTest {
  private static final int PAGE = DocumentSet.PAGE_LENGTH;

  /** Sizes around the borders of words and pages. */
  private static final int[] SIZES = {
    0, 1, 63, 64, 65, 1000, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE, 3 * PAGE + 77
  };

  private final Random random = new Random(Seeds.next());

  @Test
  void wordsAreAdded() {
    DocumentSet.Builder builder = DocumentSet.builder(DocumentSet.PAGE_LENGTH + 70);
    builder.addWord(0, 0b101).addWord(0, 0b110).addWord(1, 0);
    builder.addWord(DocumentSet.PAGE_LENGTH / 64 + 1, 0b100000);
    DocumentSet set = builder.build();
    assertThat(set.size()).isEqualTo(4);
    assertThat(set.word(0)).isEqualTo(0b111);
    assertThat(set.contains(DocumentSet.PAGE_LENGTH + 69)).isTrue();
    assertThatThrownBy(() -> builder.addWord(DocumentSet.PAGE_LENGTH / 64 + 1, 0b1000000))
        .isInstanceOf(InvalidInputException.class);
    assertThat(builder.addWord(2, -1).build().size()).isEqualTo(68);
    // The set that was made before has not changed.
    assertThat(set.size()).isEqualTo(4);
    assertThat(set.word(2)).isZero();
  }

  @Test
  void everyOperationIsThatOfBits() {
    for (int size : SIZES) {
      DocumentSet set = DocumentSet.none(size);
      BitSet bits = new BitSet();
      assertSame(set, bits, size);
      for (int step = 0; step < 40; step++) {
        DocumentSet before = set;
        BitSet bitsBefore = (BitSet) bits.clone();
        set = change(set, bits);
        assertSame(set, bits, set.documentCount());
        assertSame(before, bitsBefore, before.documentCount());
      }
    }
  }

  /** Makes the same random change to a set and to bits. */
  private DocumentSet change(DocumentSet set, BitSet bits) {
    int documents = set.documentCount();
    return switch (random.nextInt(7)) {
      case 0 -> {
        int to = random.nextInt(documents + 1);
        int from = random.nextInt(to + 1);
        bits.set(from, to);
        yield set.toBuilder().addRange(from, to).build();
      }
      case 1 -> {
        int[] some = some(documents);
        IntStream.of(some).forEach(bits::clear);
        yield set.without(some);
      }
      case 2 -> {
        DocumentSet.Builder builder = set.toBuilder();
        for (int document : some(documents)) {
          builder.add(document);
          bits.set(document);
        }
        yield builder.build();
      }
      case 3 -> {
        // In two steps, so that the builder goes on with pages that a set has.
        DocumentSet.Builder builder = set.toBuilder();
        int first = documents + random.nextInt(100);
        bits.set(documents, first);
        DocumentSet between = builder.extendTo(first).build();
        int grown = first + random.nextInt(100);
        BitSet before = (BitSet) bits.clone();
        bits.set(first, grown);
        builder.extendTo(grown);
        for (int document : some(grown)) {
          assertThat(builder.contains(document)).isEqualTo(bits.get(document));
          bits.clear(document);
          builder.remove(document);
          assertThat(builder.contains(document)).isFalse();
        }
        assertSame(between, before, first);
        yield builder.build();
      }
      case 4 -> {
        bits.flip(0, documents);
        yield set.complement();
      }
      case 5 -> {
        BitSet other = new BitSet();
        DocumentSet built = another(documents, other);
        bits.or(other);
        yield random.nextBoolean()
            ? set.toBuilder().addAll(built).build()
            : built.toBuilder().addAll(set).build();
      }
      default -> {
        BitSet other = new BitSet();
        DocumentSet built = another(documents, other);
        bits.and(other);
        yield random.nextBoolean() ? set.and(built) : built.and(set);
      }
    };
  }

  /** Returns a random set, which it also adds to bits. */
  private DocumentSet another(int documents, BitSet bits) {
    DocumentSet.Builder builder = DocumentSet.builder(documents);
    int to = random.nextInt(documents + 1);
    int from = random.nextInt(to + 1);
    builder.addRange(from, to);
    bits.set(from, to);
    for (int document : some(documents)) {
      builder.add(document);
      bits.set(document);
    }
    return builder.build();
  }

  private int[] some(int documents) {
    return documents == 0 ? new int[0] : random.ints(random.nextInt(30), 0, documents).toArray();
  }

  private void assertSame(DocumentSet set, BitSet bits, int documents) {
    assertThat(set.documentCount()).isEqualTo(documents);
    assertThat(set.size()).isEqualTo(bits.cardinality());
    assertThat(set.isEmpty()).isEqualTo(bits.isEmpty());
    assertThat(set.isAll()).isEqualTo(bits.cardinality() == documents);
    int expected = bits.nextSetBit(0);
    for (int at = set.next(0); at != DocumentSet.NONE; at = set.next(at + 1)) {
      assertThat(at).isEqualTo(expected);
      expected = bits.nextSetBit(at + 1);
    }
    assertThat(expected).isEqualTo(DocumentSet.NONE);
    long[] words = bits.toLongArray();
    for (int i = 0; i < set.wordCount(); i++) {
      assertThat(set.word(i)).isEqualTo(i < words.length ? words[i] : 0);
    }
    for (int i = 0; i < 20; i++) {
      int to = random.nextInt(documents + 300);
      int from = random.nextInt(to + 1);
      int inRange = bits.get(from, to).cardinality();
      assertThat(set.count(from, to)).isEqualTo(inRange);
      assertThat(set.intersects(from, to)).isEqualTo(inRange > 0);
      assertThat(set.next(from)).isEqualTo(bits.nextSetBit(from));
      if (documents > 0) {
        int document = random.nextInt(documents);
        assertThat(set.contains(document)).isEqualTo(bits.get(document));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 64, PAGE, 2 * PAGE + 5})
  void allHoldsEveryDocumentAndNoneNoOne(int documents) {
    BitSet bits = new BitSet();
    assertSame(DocumentSet.none(documents), bits, documents);
    bits.set(0, documents);
    assertSame(DocumentSet.all(documents), bits, documents);
  }

  @Test
  void aBuilderGoesOnWithoutWritingWhatItHasBuilt() {
    DocumentSet.Builder builder = DocumentSet.builder(2 * PAGE).add(3);
    DocumentSet first = builder.build();
    DocumentSet second = builder.add(4).remove(3).addRange(PAGE, 2 * PAGE).build();
    assertThat(first.size()).isEqualTo(1);
    assertThat(first.contains(3)).isTrue();
    assertThat(second.size()).isEqualTo(PAGE + 1);
    assertThat(second.contains(3)).isFalse();
    // The shared page of all bits is copied before it is written.
    builder.remove(PAGE).build();
    assertThat(second.contains(PAGE)).isTrue();
    assertThat(DocumentSet.all(PAGE).contains(0)).isTrue();
  }

  @Test
  void aSetCountsThePagesThatAreNotEverybodys() {
    long empty = DocumentSet.none(3 * PAGE).heapBytes();
    assertThat(DocumentSet.all(3 * PAGE).heapBytes()).isEqualTo(empty).isLessThan(100);
    assertThat(DocumentSet.builder(3 * PAGE).add(PAGE).build().heapBytes() - empty)
        .isBetween(PAGE / 8L, PAGE / 8L + 100);
    assertThat(DocumentSet.none(3 * PAGE).complement().heapBytes()).isEqualTo(empty);
  }

  @Test
  void addingASetLeavesTheSetAsItIs() {
    DocumentSet some = DocumentSet.builder(PAGE).add(1).build();
    DocumentSet.Builder builder = DocumentSet.builder(PAGE).addAll(some);
    assertThat(builder.add(2).build().size()).isEqualTo(2);
    assertThat(some.size()).isEqualTo(1);
  }

  @Test
  void numbersOutOfRangeAreNamed() {
    DocumentSet set = DocumentSet.all(10);
    assertThatThrownBy(() -> set.without(3, 10))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("document number is 10; allowed: 0 to 9");
    assertThatThrownBy(() -> set.toBuilder().add(-1)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> set.toBuilder().addRange(5, 11))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("5 to 11");
    assertThatThrownBy(() -> set.and(DocumentSet.all(11)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("11; allowed: 10");
    assertThatThrownBy(() -> set.toBuilder().addAll(DocumentSet.all(9)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("9; allowed: 10");
    assertThatThrownBy(() -> set.toBuilder().extendTo(9)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> DocumentSet.all(-1)).isInstanceOf(InvalidInputException.class);
  }
}
