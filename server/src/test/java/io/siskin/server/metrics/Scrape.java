package io.siskin.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An answer in the text format of Prometheus, read strictly: a family has one help, one type and
 * its samples together; no sample is there twice; histograms only grow and end with their count.
 *
 * @param families by name, in the order of the answer
 * @param samples by name with labels as they stand, in the order of the answer
 */
public record Scrape(Map<String, Family> families, Map<String, Double> samples) {
  private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE) ([a-z_]+) (.+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\\n]|\\\\[\\\\\"n])*)\"(,|$)");
  private static final Pattern SAMPLE =
      Pattern.compile("([a-z_]+)(?:\\{(.+)})? (-?[0-9.E-]+|[+-]Inf|NaN)");

  /**
   * A family.
   *
   * @param type counter, gauge, histogram or summary
   * @param help what it says
   * @param labels the names of its labels, but for those of the type itself
   */
  public record Family(String type, String help, Set<String> labels) {}

  /** Reads an answer. */
  public static Scrape parse(String text) {
    assertThat(text).endsWith("\n");
    Map<String, Family> families = new LinkedHashMap<>();
    Map<String, Double> samples = new LinkedHashMap<>();
    String help = null;
    String name = null;
    for (String line : text.split("\n")) {
      Matcher comment = COMMENT.matcher(line);
      if (comment.matches() && comment.group(1).equals("HELP")) {
        name = comment.group(2);
        help = comment.group(3);
      } else if (comment.matches()) {
        assertThat(comment.group(2)).as("type after help").isEqualTo(name);
        assertThat(families.put(name, new Family(comment.group(3), help, new LinkedHashSet<>())))
            .as("family %s again", name)
            .isNull();
      } else {
        sample(line, name, families.get(name), samples);
      }
    }
    Scrape scrape = new Scrape(families, samples);
    scrape.checkHistograms();
    return scrape;
  }

  private static void sample(
      String line, @Nullable String name, @Nullable Family family, Map<String, Double> samples) {
    Matcher sample = SAMPLE.matcher(line);
    assertThat(sample.matches()).as(line).isTrue();
    assertThat(family).as("a family before %s", line).isNotNull();
    String suffix =
        switch (family.type) {
          case "histogram" -> "(_bucket|_sum|_count)";
          case "summary" -> "(|_sum|_count)";
          default -> "";
        };
    assertThat(sample.group(1)).matches(Pattern.quote(name) + suffix);
    String labels = sample.group(2);
    if (labels != null) {
      Matcher label = LABEL.matcher(labels);
      int end = 0;
      while (label.find()) {
        assertThat(label.start()).as(line).isEqualTo(end);
        end = label.end();
        if (!label.group(1).equals("le")) {
          family.labels.add(label.group(1));
        }
      }
      assertThat(end).as(line).isEqualTo(labels.length());
    }
    String series = line.substring(0, line.lastIndexOf(' '));
    double value =
        sample.group(3).endsWith("Inf")
            ? Double.POSITIVE_INFINITY
            : Double.parseDouble(sample.group(3));
    assertThat(samples.put(series, value)).as("%s again", series).isNull();
    if (family.type.equals("counter")) {
      assertThat(value).as(series).isNotNegative();
    }
  }

  private void checkHistograms() {
    double before = 0;
    for (Map.Entry<String, Double> sample : samples.entrySet()) {
      if (sample.getKey().contains("_bucket{")) {
        assertThat(sample.getValue()).as(sample.getKey()).isGreaterThanOrEqualTo(before);
        before = sample.getValue();
        if (sample.getKey().contains("le=\"+Inf\"")) {
          String count =
              sample
                  .getKey()
                  .replace("_bucket", "_count")
                  .replaceAll(",?le=\"\\+Inf\"", "")
                  .replace("{}", "");
          assertThat(samples.get(count)).as(count).isEqualTo(before);
          before = 0;
        }
      }
    }
  }

  /** Returns what grew or shrank since another answer, by how much. */
  public Map<String, Double> since(Scrape earlier) {
    Map<String, Double> changes = new TreeMap<>();
    samples.forEach(
        (series, value) -> {
          double change = value - earlier.samples.getOrDefault(series, 0.0);
          if (change != 0) {
            changes.put(series, change);
          }
        });
    return changes;
  }
}
