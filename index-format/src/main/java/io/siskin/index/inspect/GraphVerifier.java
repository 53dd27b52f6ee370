package io.siskin.index.inspect;

import io.siskin.index.format.FileKind;
import io.siskin.index.format.v2.NeighboursLayout;
import io.siskin.index.segment.NeighbourGraph;
import io.siskin.index.segment.Segment;
import java.util.BitSet;

/**
 * The part of the deep verification that reads {@code neighbours.dat}. It checks that neighbours
 * ascend, are of the level and are not too many, that no row is its own neighbour, that a level is
 * a part of the one below and has the entry row, that the entry row leads to every row, and that
 * the documents of rows are those that {@code dense.dat} gives. It does not check that neighbours
 * are near.
 */
final class GraphVerifier {
  private static final FileKind FILE = FileKind.NEIGHBOURS;

  private final NeighbourGraph graph;
  private final Findings findings;
  private final int documentCount;

  private GraphVerifier(NeighbourGraph graph, int documentCount, Findings findings) {
    this.graph = graph;
    this.documentCount = documentCount;
    this.findings = findings;
  }

  static void verify(Segment segment, Findings findings) {
    for (NeighbourGraph graph : segment.graphs()) {
      try {
        new GraphVerifier(graph, segment.statistics().documentCount(), findings).verify();
      } catch (IndexOutOfBoundsException broken) {
        findings.broken(FILE, "graph of " + graph.field().name(), broken);
      }
    }
  }

  private void verify() {
    for (int level = 0; level < graph.levelCount(); level++) {
      verifyLevel(level);
    }
    documents();
    int reached = reached();
    findings.expect(
        reached == graph.rowCount(0),
        FILE,
        () -> "graph of " + graph.field().name() + ", rows to which the entry row leads",
        graph.rowCount(0),
        reached);
  }

  private void verifyLevel(int level) {
    findings.expect(
        graph.place(level, graph.entryRow()) >= 0,
        FILE,
        () -> about(level, graph.entryRow()),
        "the entry row in the level",
        "a level without it");
    int[] neighbours = new int[graph.width(level)];
    for (int place = 0; place < graph.rowCount(level); place++) {
      int row = level == 0 ? place : graph.row(level, place);
      findings.expect(
          level == 0 || graph.place(level - 1, row) >= 0,
          FILE,
          () -> about(level, row),
          "a row of the level below",
          "another");
      graph.neighbours(level, place, neighbours);
      verifyNeighbours(level, row, neighbours);
    }
  }

  private void verifyNeighbours(int level, int row, int[] neighbours) {
    int count = 0;
    int before = -1;
    boolean ended = false;
    for (int neighbour : neighbours) {
      if (neighbour == NeighboursLayout.NO_NEIGHBOUR) {
        ended = true;
        continue;
      }
      count++;
      int last = before;
      boolean follows = !ended;
      findings.expect(
          follows
              && neighbour > last
              && neighbour != row
              && neighbour < graph.rowCount(0)
              && graph.place(level, neighbour) >= 0,
          FILE,
          () -> about(level, row),
          "other rows of the level that ascend, and then no more",
          (follows ? "" : "after the last one ") + neighbour + " after " + last);
      before = neighbour;
    }
    int found = count;
    int most = NeighboursLayout.neighboursMax(graph.neighbours(), level);
    findings.expect(
        found <= most, FILE, () -> about(level, row), "at most " + most + " neighbours", found);
  }

  private String about(int level, int row) {
    return "graph of " + graph.field().name() + ", level " + level + ", row " + row;
  }

  private void documents() {
    for (int document = 0; document < documentCount; document++) {
      int expected = document;
      int end = graph.field().start(document + 1);
      for (int each = graph.field().start(document); each < end; each++) {
        int row = each;
        findings.expectEqual(
            FILE,
            () -> "graph of " + graph.field().name() + ", document of row " + row,
            expected,
            graph.document(row));
      }
    }
  }

  private int reached() {
    int rowCount = graph.rowCount(0);
    BitSet reached = new BitSet(rowCount);
    int[] queue = new int[rowCount];
    int[] neighbours = new int[graph.width(0)];
    reached.set(graph.entryRow());
    queue[0] = graph.entryRow();
    int end = 1;
    for (int next = 0; next < end; next++) {
      graph.neighbours(0, queue[next], neighbours);
      for (int neighbour : neighbours) {
        if (neighbour >= 0 && neighbour < rowCount && !reached.get(neighbour)) {
          reached.set(neighbour);
          queue[end++] = neighbour;
        }
      }
    }
    return end;
  }
}
