package io.siskin.loadtest.load.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A plot of lines as SVG, to stand inside of a page: its colours are classes of the page's style,
 * and it needs no script. The same figures give the same text.
 */
final class SvgPlot {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 260;
  private static final int LEFT = 64;
  private static final int RIGHT = 16;
  private static final int TOP = 16;
  private static final int BOTTOM = 40;
  private static final int TICKS = 6;

  /** How many points are marked, with their values as a tip, in one line at most. */
  private static final int MARKS_MAX = 150;

  private final String title;
  private final String unitX;
  private final String unitY;
  private final boolean isLogarithmic;
  private final List<Line> lines = new ArrayList<>();
  private final List<Tick> ticksX = new ArrayList<>();

  /** A point of a line; a value that is not finite is a gap. */
  record Point(double x, double y) {}

  private record Line(String name, List<Point> points) {}

  private record Tick(double x, String text) {}

  /**
   * Begins a plot.
   *
   * @param title what it shows
   * @param unitX what the horizontal axis counts
   * @param unitY what the vertical axis counts
   * @param isLogarithmic whether equal steps upwards are equal factors; values of 0 are gaps then
   */
  SvgPlot(String title, String unitX, String unitY, boolean isLogarithmic) {
    this.title = title;
    this.unitX = unitX;
    this.unitY = unitY;
    this.isLogarithmic = isLogarithmic;
  }

  /**
   * Adds a line.
   *
   * @param name for the legend
   * @param points from left to right
   */
  void line(String name, List<Point> points) {
    List<Point> shown = new ArrayList<>();
    for (Point point : points) {
      boolean isGap = !Double.isFinite(point.y()) || (isLogarithmic && point.y() <= 0);
      if (Double.isFinite(point.x())) {
        shown.add(isGap ? new Point(point.x(), Double.NaN) : point);
      }
    }
    lines.add(new Line(name, shown));
  }

  /**
   * Adds a tick of the horizontal axis. Without any, the plot chooses round numbers.
   *
   * @param x where
   * @param text what stands there
   */
  void tick(double x, String text) {
    ticksX.add(new Tick(x, text));
  }

  /** Returns the element, with its title and legend. */
  String svg() {
    Range x = range(true);
    Range y = range(false);
    StringBuilder svg = new StringBuilder();
    svg.append("<figure><figcaption>").append(Html.escape(title)).append("</figcaption>\n");
    svg.append(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n"
            .formatted(WIDTH, HEIGHT, Html.escape(title)));
    axes(svg, x, y);
    for (int i = 0; i < lines.size(); i++) {
      draw(svg, lines.get(i), i, x, y);
    }
    svg.append("</svg>\n<p class=\"legend\">");
    for (int i = 0; i < lines.size(); i++) {
      svg.append("<span class=\"k%d\">&#9632;</span> ".formatted(i % 6))
          .append(Html.escape(lines.get(i).name()))
          .append(" &ensp;");
    }
    return svg.append("</p></figure>\n").toString();
  }

  /** What an axis shows. */
  private record Range(double low, double high) {}

  private Range range(boolean isHorizontal) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (Line line : lines) {
      for (Point point : line.points()) {
        double value = isHorizontal ? point.x() : point.y();
        if (Double.isFinite(value)) {
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
      }
    }
    if (low > high) {
      return new Range(isHorizontal || !isLogarithmic ? 0 : 1, isHorizontal ? 1 : 10);
    }
    if (isHorizontal) {
      return new Range(low, high > low ? high : low + 1);
    }
    if (isLogarithmic) {
      double floor = Math.pow(10, Math.floor(Math.log10(low)));
      double ceiling = Math.pow(10, Math.ceil(Math.log10(high)));
      return new Range(floor, ceiling > floor ? ceiling : floor * 10);
    }
    return new Range(Math.min(0, low), high > 0 ? high * 1.05 : 1);
  }

  private double right(double value, Range range) {
    double share = (value - range.low()) / (range.high() - range.low());
    return LEFT + share * (WIDTH - LEFT - RIGHT);
  }

  private double down(double value, Range range) {
    double share =
        isLogarithmic
            ? Math.log(value / range.low()) / Math.log(range.high() / range.low())
            : (value - range.low()) / (range.high() - range.low());
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  }

  private void axes(StringBuilder svg, Range x, Range y) {
    for (double value : isLogarithmic ? decades(y) : round(y)) {
      double at = down(value, y);
      svg.append(
          "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%s\" y2=\"%s\"/>"
              .formatted(LEFT, WIDTH - RIGHT, figure(at), figure(at)));
      svg.append(text(LEFT - 6, at + 4, "end", figure(value)));
    }
    List<Tick> ticks = new ArrayList<>(ticksX);
    if (ticks.isEmpty()) {
      round(x).forEach(value -> ticks.add(new Tick(value, figure(value))));
    }
    for (Tick tick : ticks) {
      double at = right(tick.x(), x);
      if (at >= LEFT - 1 && at <= WIDTH - RIGHT + 1) {
        svg.append(
            "<line class=\"grid\" x1=\"%s\" x2=\"%s\" y1=\"%d\" y2=\"%d\"/>"
                .formatted(figure(at), figure(at), TOP, HEIGHT - BOTTOM));
        svg.append(text(at, HEIGHT - BOTTOM + 16, "middle", tick.text()));
      }
    }
    svg.append(text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 6, "middle", unitX));
    svg.append(text(LEFT, TOP - 5, "start", unitY)).append('\n');
  }

  private static List<Double> decades(Range range) {
    List<Double> all = new ArrayList<>();
    for (double value = range.low(); value <= range.high() * 1.001; value *= 10) {
      all.add(value);
    }
    return all;
  }

  private static List<Double> round(Range range) {
    double raw = (range.high() - range.low()) / TICKS;
    double decade = Math.pow(10, Math.floor(Math.log10(raw)));
    double step =
        decade * (raw / decade < 1.5 ? 1 : raw / decade < 3.5 ? 2 : raw / decade < 7.5 ? 5 : 10);
    List<Double> all = new ArrayList<>();
    for (long i = (long) Math.ceil(range.low() / step); i * step <= range.high(); i++) {
      all.add(i * step);
    }
    return all;
  }

  private void draw(StringBuilder svg, Line line, int number, Range x, Range y) {
    StringBuilder path = new StringBuilder();
    boolean isOpen = false;
    int marks = 0;
    StringBuilder dots = new StringBuilder();
    for (Point point : line.points()) {
      if (!Double.isFinite(point.y())) {
        isOpen = false;
        continue;
      }
      String at = figure(right(point.x(), x)) + " " + figure(down(point.y(), y));
      path.append(isOpen ? "L" : "M").append(at);
      isOpen = true;
      if (marks++ < MARKS_MAX) {
        dots.append(
            "<circle class=\"d%d\" cx=\"%s\" cy=\"%s\" r=\"2\"><title>%s: %s %s at %s %s</title></circle>"
                .formatted(
                    number % 6,
                    figure(right(point.x(), x)),
                    figure(down(point.y(), y)),
                    Html.escape(line.name()),
                    figure(point.y()),
                    Html.escape(unitY),
                    figure(point.x()),
                    Html.escape(unitX)));
      }
    }
    svg.append("<path class=\"l%d\" d=\"%s\"/>".formatted(number % 6, path)).append(dots);
    svg.append('\n');
  }

  private static String text(double x, double y, String anchor, String words) {
    return "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>"
        .formatted(figure(x), figure(y), anchor, Html.escape(words));
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, "%s", Latencies.rounded(value, 3).toPlainString());
  }
}
