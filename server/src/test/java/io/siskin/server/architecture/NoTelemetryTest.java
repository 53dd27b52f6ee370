package io.siskin.server.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.observe.AccessLogOptions;
import io.siskin.server.observe.SlowQueryOptions;
import io.siskin.server.rpc.observe.Observation;
import io.siskin.server.trace.TraceOptions;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Nothing tells anybody about a server or its users unless an operator asks for it: there is no
 * library for it on the class path, and the one that sends traces is not even loaded.
 */
final class NoTelemetryTest {
  private static final Pattern TELLING =
      Pattern.compile(
          "analytic|telemetry|sentry|datadog|newrelic|micrometer|statsd|segment-|mixpanel"
              + "|posthog|amplitude|crashlytic|bugsnag|rollbar|honeycomb|dynatrace|jaeger|zipkin"
              + "|opencensus|instrumentation");

  /** What is known: OpenTelemetry for traces, and the JVM's numbers for the page of metrics. */
  private static final Pattern KNOWN =
      Pattern.compile(
          "opentelemetry-(api|common|context|sdk|sdk-.+|exporter-common|exporter-otlp"
              + "|exporter-otlp-common|exporter-sender-jdk)-[0-9.]+\\.jar"
              + "|prometheus-metrics-instrumentation-jvm-[0-9.]+\\.jar");

  private static List<String> jars() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).getFileName().toString())
        .filter(name -> name.endsWith(".jar"))
        .toList();
  }

  @Test
  void noLibraryTellsOfUsage() {
    List<String> telling =
        jars().stream()
            .filter(jar -> TELLING.matcher(jar.toLowerCase(Locale.ROOT)).find())
            .filter(jar -> !KNOWN.matcher(jar).matches())
            .toList();
    assertThat(telling).isEmpty();
    assertThat(jars()).as("the pattern finds what is there").anyMatch(KNOWN.asMatchPredicate());
  }

  /** The files by which OpenTelemetry finds what sends, and where. */
  @Test
  void oneLibrarySendsTraces() throws IOException {
    assertThat(
            providers(
                "io.opentelemetry.sdk.autoconfigure.spi.traces.ConfigurableSpanExporterProvider"))
        .containsExactly("io.opentelemetry.exporter.otlp.internal.OtlpSpanExporterProvider");
    assertThat(
            providers("io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider"))
        .isEmpty();
    assertThat(providers("io.opentelemetry.sdk.common.export.HttpSenderProvider"))
        .containsExactly("io.opentelemetry.exporter.sender.jdk.internal.JdkHttpSenderProvider");
    assertThat(providers("io.opentelemetry.sdk.common.export.GrpcSenderProvider")).isEmpty();
  }

  private static Set<String> providers(String service) throws IOException {
    Set<String> providers = new TreeSet<>();
    for (URL file :
        Collections.list(
            NoTelemetryTest.class.getClassLoader().getResources("META-INF/services/" + service))) {
      try (InputStream bytes = file.openStream()) {
        for (String line : new String(bytes.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
          String name = line.replaceFirst("#.*", "").strip();
          if (!name.isEmpty()) {
            providers.add(name);
          }
        }
      }
    }
    return providers;
  }

  /** Loads all classes anew, and notes those of OpenTelemetry. */
  private static final class Noting extends URLClassLoader {
    private final List<String> asked = new CopyOnWriteArrayList<>();

    Noting(URL[] urls) {
      super(urls, ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.startsWith("io.opentelemetry")) {
        asked.add(name);
      }
      return super.findClass(name);
    }
  }

  @Test
  void withoutTracesNoClassOfOpenTelemetryIsLoaded() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    try (Noting loader = new Noting(urls.toArray(URL[]::new))) {
      start(loader, "Unused");
      assertThat(loader.asked).isEmpty();
      start(loader, "Used");
      assertThat(loader.asked).as("the loader notes them").isNotEmpty();
    }
  }

  private static void start(ClassLoader loader, String which) throws Exception {
    Class<?> starting = loader.loadClass(NoTelemetryTest.class.getName() + "$" + which);
    ((Runnable) starting.getDeclaredConstructor().newInstance()).run();
  }

  /** Starts what a server starts by default. */
  public static final class Unused implements Runnable {
    public Unused() {}

    @Override
    public void run() {
      observe(TraceOptions.DEFAULTS);
    }
  }

  /** Starts traces too. */
  public static final class Used implements Runnable {
    public Used() {}

    @Override
    public void run() {
      observe(new TraceOptions(true, "http://127.0.0.1:1/v1/traces", 0, ""));
    }
  }

  private static void observe(TraceOptions traces) {
    try (Observation observation =
        Observation.start(
            AccessLogOptions.DEFAULTS,
            SlowQueryOptions.DEFAULTS,
            traces,
            () -> {
              throw new AssertionError("nobody asked for it");
            })) {
      if (observation.begin(null) != null) {
        throw new AssertionError("a trace");
      }
    }
  }
}
