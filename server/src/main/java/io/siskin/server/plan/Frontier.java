package io.siskin.server.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Leaves out the operating points that another point of the same mode makes useless. */
final class Frontier {
  /**
   * A point is kept if it loses less than the one before it by this share of that loss. Points
   * closer together would fill the file and lead to the same times.
   */
  private static final double LOSS_STEP = 0.02;

  private Frontier() {}

  /**
   * Returns the points for which no other one has as much recall in less time.
   *
   * @param points points of one mode, in any order
   * @return ascending by time and by recall
   */
  static List<OperatingPoint> of(List<OperatingPoint> points) {
    List<OperatingPoint> ordered = new ArrayList<>(points);
    ordered.sort(
        Comparator.comparingDouble(OperatingPoint::meanMicros)
            .thenComparing(Comparator.comparingDouble(OperatingPoint::recall).reversed()));
    List<OperatingPoint> kept = new ArrayList<>();
    double loss = Double.MAX_VALUE;
    for (OperatingPoint point : ordered) {
      double pointLoss = 1 - point.recall();
      if (pointLoss < loss * (1 - LOSS_STEP)) {
        kept.add(point);
        loss = pointLoss;
      }
    }
    return kept;
  }
}
