package io.siskin.loadtest.model;

import io.siskin.server.encode.EncoderInput;
import io.siskin.server.encode.Side;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.TokenizedText;
import io.siskin.server.encode.model.LoadedModel;
import io.siskin.server.encode.model.ModelDirectory;
import io.siskin.server.encode.onnx.ExecutionProvider;
import io.siskin.server.encode.onnx.OnnxOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Times a masked language model in two ways: with its projection in the graph, and with the fused
 * projection. Both compute the same batch in turns, so that other work of the machine affects both.
 * More model directories may be given, for example one whose graph includes the pooling. They are
 * timed without a change.
 *
 * <pre>{@code
 * java @bin/jvm.options -cp 'loadtest/target/siskin-loadtest.jar:loadtest/target/lib/*:...' \
 *   io.siskin.loadtest.model.ProjectionComparison THREADS ROUNDS DIR [DIR...]
 * }</pre>
 *
 * <p>For each batch and way, it prints the tokens per second in the median round and in the best
 * round, and the share of the time that pooling took. With one thread, the calling thread computes
 * all, and its CPU time is measured, so other processes do not count. With more threads, the
 * wall-clock time is measured.
 */
public final class ProjectionComparison {
  private static final int[] COUNTS = {1, 8, 32};
  private static final int[] LENGTHS = {8, 32, 128, 256};
  private static final int WARM_UP_ROUNDS = 3;

  /** The number of calls before measuring. The JVM compiles the code during these calls. */
  private static final int WARM_UP_CALLS = 300;

  /** Common words. Each is one token in BERT's vocabulary. */
  private static final String[] WORDS =
      ("time year people way day man thing woman life child world school state family student group"
              + " country problem hand part place case week company system program question work"
              + " government number night point home water room mother area money story fact")
          .split(" ");

  private ProjectionComparison() {}

  /**
   * A way to compute.
   *
   * @param name the name of the way
   * @param model the model that computes
   */
  private record Way(String name, TextModel model) {}

  /**
   * Runs the comparison.
   *
   * @param arguments the threads per batch, the rounds and the model directories
   * @throws IOException if a model cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    int threads = Integer.parseInt(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    List<Way> ways = new ArrayList<>();
    for (String argument : Arrays.asList(arguments).subList(2, arguments.length)) {
      ModelDirectory directory = ModelDirectory.read(Path.of(argument));
      String name = directory.files().ref().name();
      LoadedModel fused = open(directory, threads, true);
      ways.add(new Way(name + (fused.isFused() ? " fused" : ""), fused));
      if (fused.isFused()) {
        ways.add(new Way(name + " graph", open(directory, threads, false)));
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%5s %6s  %-24s %12s %12s %8s%n",
        "batch",
        "length",
        "way",
        "tokens/s",
        "best",
        "pooling");
    warmUp(ways);
    for (int length : LENGTHS) {
      for (int count : COUNTS) {
        compare(ways, count, length, rounds, threads);
      }
    }
    ways.forEach(way -> way.model().close());
  }

  private static void warmUp(List<Way> ways) {
    Random random = new Random(2);
    for (int call = 0; call < WARM_UP_CALLS; call++) {
      List<String> texts = draw(1 + call % 3, 8 + call % 32, random);
      ways.forEach(way -> way.model().infer(tokenized(way.model(), texts)));
    }
  }

  private static List<TokenizedText> tokenized(TextModel model, List<String> texts) {
    return texts.stream()
        .map(text -> model.tokenize(new EncoderInput(text, Side.DOCUMENT)))
        .toList();
  }

  private static LoadedModel open(ModelDirectory directory, int threads, boolean fuse)
      throws IOException {
    return LoadedModel.open(
        directory,
        new OnnxOptions(
            new ExecutionProvider.Cpu(), false, threads, OnnxOptions.Optimization.ALL, fuse));
  }

  private static void compare(List<Way> ways, int count, int length, int rounds, int threads) {
    Random random = new Random(1);
    long[][] nanos = new long[ways.size()][rounds];
    long[] wallNanos = new long[ways.size()];
    long[] poolNanos = new long[ways.size()];
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      List<String> texts = draw(count, length, random);
      for (int i = 0; i < nanos.length; i++) {
        TextModel model = ways.get(i).model();
        List<TokenizedText> batch = tokenized(model, texts);
        long start = now(threads);
        TextModel.Inference inference = model.infer(batch);
        if (round >= 0) {
          nanos[i][round] = now(threads) - start;
          wallNanos[i] += inference.inferNanos() + inference.poolNanos();
          poolNanos[i] += inference.poolNanos();
        }
      }
    }
    for (int i = 0; i < nanos.length; i++) {
      Arrays.sort(nanos[i]);
      double tokens = 1e9 * count * length;
      System.out.printf(
          Locale.ROOT,
          "%5d %6d  %-24s %12.0f %12.0f %7.1f%%%n",
          count,
          length,
          ways.get(i).name(),
          tokens / nanos[i][rounds / 2],
          tokens / nanos[i][0],
          100.0 * poolNanos[i] / wallNanos[i]);
    }
  }

  private static long now(int threads) {
    return threads == 1
        ? ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime()
        : System.nanoTime();
  }

  /** Draws texts of {@code length} tokens, including two special tokens. */
  private static List<String> draw(int count, int length, Random random) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      for (int word = 0; word < length - 2; word++) {
        text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
      }
      texts.add(text.toString());
    }
    return texts;
  }
}
