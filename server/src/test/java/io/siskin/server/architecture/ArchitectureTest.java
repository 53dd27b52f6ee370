package io.siskin.server.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.siskin.index.testing.HouseRules;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may know whom in the server; {@code ARCHITECTURE.md} says why. */
final class ArchitectureTest {
  private static final String ROOT = "io.siskin.server";
  private static final JavaClasses CLASSES = HouseRules.mainClasses(ROOT);
  private static final String APP = "app";

  /** By package, relative to the root: what it may depend on. {@code app} wires all of them. */
  private static final Map<String, Set<String>> ALLOWED =
      Map.ofEntries(
          Map.entry("search", Set.of()),
          Map.entry("log", Set.of()),
          Map.entry("trace", Set.of()),
          Map.entry("observe", Set.of()),
          Map.entry("filter", Set.of()),
          Map.entry("suggest", Set.of("search")),
          Map.entry("corpus", Set.of("corpus.ciff")),
          Map.entry("corpus.ciff", Set.of()),
          Map.entry("encode", Set.of()),
          Map.entry("encode.spec", Set.of("encode", "encode.file")),
          Map.entry(
              "encode.factory",
              Set.of(
                  "encode",
                  "encode.analysis",
                  "encode.file",
                  "encode.phrase",
                  "encode.spec",
                  "encode.vocabulary",
                  "encode.wordpiece")),
          Map.entry("encode.file", Set.of()),
          Map.entry(
              "encode.imports",
              Set.of(
                  "encode",
                  "encode.file",
                  "encode.model",
                  "encode.onnx.graph",
                  "encode.vocabulary")),
          Map.entry("encode.vocabulary", Set.of("encode.file")),
          Map.entry("encode.phrase", Set.of("encode.file")),
          Map.entry("encode.analysis", Set.of("encode")),
          Map.entry("encode.kernel", Set.of()),
          Map.entry("encode.onnx", Set.of("encode")),
          Map.entry(
              "encode.model",
              Set.of(
                  "encode",
                  "encode.factory",
                  "encode.file",
                  "encode.kernel",
                  "encode.onnx",
                  "encode.onnx.graph",
                  "encode.remote",
                  "encode.spec",
                  "encode.vocabulary",
                  "encode.wordpiece")),
          Map.entry("encode.onnx.graph", Set.of()),
          Map.entry("encode.remote", Set.of("encode", "encode.file", "encode.vocabulary", "trace")),
          Map.entry(
              "encode.wordpiece",
              Set.of("encode", "encode.analysis", "encode.file", "encode.vocabulary")),
          Map.entry("plan", Set.of("measure", "search")),
          Map.entry("rank.list", Set.of("search")),
          Map.entry("rank.formula", Set.of("rank.list")),
          Map.entry("rank.tree", Set.of("rank.formula", "rank.list", "search")),
          Map.entry("rank.scope", Set.of("plan", "rank.formula", "rank.tree", "search")),
          Map.entry(
              "rank.stage",
              Set.of("plan", "rank.formula", "rank.list", "rank.scope", "rank.tree", "search")),
          Map.entry(
              "rank.passage",
              Set.of("rank.list", "rank.scope", "rank.stage", "rank.tree", "search")),
          Map.entry(
              "rank.check",
              Set.of(
                  "rank",
                  "rank.formula",
                  "rank.list",
                  "rank.scope",
                  "rank.stage",
                  "rank.tree",
                  "search")),
          Map.entry(
              "rank",
              Set.of(
                  "counters",
                  "plan",
                  "rank.list",
                  "rank.passage",
                  "rank.scope",
                  "rank.stage",
                  "rank.tree",
                  "search")),
          Map.entry(
              "rank.model",
              Set.of(
                  "batch",
                  "encode",
                  "encode.factory",
                  "encode.model",
                  "encode.onnx",
                  "encode.spec",
                  "encode.wordpiece",
                  "rank.formula",
                  "rank.scope",
                  "rank.tree",
                  "search")),
          Map.entry("tune", Set.of("rank.formula", "rank.list", "rank.tree")),
          Map.entry("counters", Set.of("search")),
          Map.entry(
              "batch",
              Set.of("counters", "encode", "encode.factory", "encode.spec", "search", "trace")),
          Map.entry("batch.persistent", Set.of("batch")),
          Map.entry(
              "collection",
              Set.of(
                  "counters",
                  "encode.factory",
                  "encode.spec",
                  "filter",
                  "plan",
                  "search",
                  "suggest")),
          Map.entry(
              "write",
              Set.of(
                  "batch",
                  "collection",
                  "counters",
                  "encode",
                  "encode.factory",
                  "encode.spec",
                  "filter",
                  "ingest",
                  "log",
                  "plan",
                  "retrieve",
                  "search",
                  "suggest",
                  "trace")),
          Map.entry(
              "ingest",
              Set.of(
                  "batch",
                  "collection",
                  "corpus",
                  "encode",
                  "encode.factory",
                  "encode.onnx",
                  "encode.spec",
                  "plan",
                  "search")),
          Map.entry(
              "retrieve",
              Set.of(
                  "batch",
                  "collection",
                  "counters",
                  "encode",
                  "encode.factory",
                  "encode.spec",
                  "filter",
                  "plan",
                  "rank",
                  "rank.check",
                  "rank.formula",
                  "rank.list",
                  "rank.passage",
                  "rank.scope",
                  "rank.stage",
                  "rank.tree",
                  "search",
                  "suggest")),
          Map.entry("config", Set.of()),
          Map.entry("access", Set.of()),
          Map.entry("tls", Set.of()),
          Map.entry("metrics", Set.of("batch", "counters", "filter", "retrieve", "search")),
          Map.entry("measure", Set.of("corpus", "search")),
          Map.entry(
              "rpc",
              Set.of(
                  "access",
                  "counters",
                  "retrieve",
                  "rpc.access",
                  "rpc.admission",
                  "rpc.gateway",
                  "rpc.mapping",
                  "rpc.observe",
                  "rpc.service",
                  "rpc.transport",
                  "tls",
                  "write")),
          Map.entry("rpc.access", Set.of("access", "counters", "observe", "rpc.transport")),
          Map.entry("rpc.gateway", Set.of("rank.tree", "retrieve", "rpc.mapping", "search")),
          Map.entry("http", Set.of("counters", "rpc.gateway", "tls")),
          Map.entry("rpc.admission", Set.of("counters")),
          Map.entry(
              "rpc.transport",
              Set.of("counters", "rpc.admission", "rpc.mapping", "search", "trace")),
          Map.entry(
              "rpc.observe",
              Set.of("counters", "observe", "rpc.mapping", "rpc.transport", "search", "trace")),
          Map.entry(
              "rpc.mapping",
              Set.of(
                  "access",
                  "batch",
                  "collection",
                  "encode",
                  "encode.spec",
                  "filter",
                  "log",
                  "plan",
                  "rank.check",
                  "rank.formula",
                  "rank.list",
                  "rank.passage",
                  "rank.scope",
                  "rank.stage",
                  "rank.tree",
                  "retrieve",
                  "rpc.admission",
                  "search",
                  "suggest",
                  "write")),
          Map.entry(
              "rpc.service",
              Set.of(
                  "access",
                  "batch",
                  "collection",
                  "counters",
                  "encode",
                  "encode.factory",
                  "encode.spec",
                  "rank.formula",
                  "rank.list",
                  "rank.tree",
                  "retrieve",
                  "rpc.access",
                  "rpc.admission",
                  "rpc.mapping",
                  "rpc.observe",
                  "rpc.transport",
                  "search",
                  "suggest",
                  "trace",
                  "write")));

  /**
   * A rule and a class that breaks it.
   *
   * @param name the rule's name
   * @param rule the rule
   * @param violation breaks it
   */
  record Rule(String name, ArchRule rule, Class<?> violation) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Rule> rules() {
    // The second is a client of another service, which speaks gRPC.
    String[] rpc = {"..server.rpc..", "..server.encode.remote"};
    return Stream.of(
        only("gRPC is known in rpc and in encode.remote", rpc, Violations.Grpc.class, "io.grpc.."),
        only(
            "messages are known in rpc and in encode.remote",
            rpc,
            Violations.Messages.class,
            "io.siskin.proto.."),
        only(
            "protobuf is known there, and where ONNX and CIFF files are read",
            new String[] {
              "..server.rpc..",
              "..server.encode.remote",
              "..server.encode.onnx.graph",
              "..server.corpus.ciff"
            },
            Violations.Protobuf.class,
            "com.google.protobuf.."),
        only(
            "DJL is known in encode.wordpiece",
            new String[] {"..server.encode.wordpiece"},
            Violations.Djl.class,
            "ai.djl.."),
        only(
            "ONNX Runtime is known in encode.onnx",
            new String[] {"..server.encode.onnx"},
            Violations.Onnx.class,
            "ai.onnxruntime.."),
        only(
            "Lucene is known in encode.analysis",
            new String[] {"..server.encode.analysis"},
            Violations.Lucene.class,
            "org.apache.lucene.."),
        only(
            "Chronicle Map is known in batch.persistent",
            new String[] {"..server.batch.persistent"},
            Violations.Chronicle.class,
            "net.openhft.."),
        only(
            "the formats of metrics are known in metrics",
            new String[] {"..server.metrics"},
            Violations.Metrics.class,
            "io.prometheus.."),
        new Rule(
            "there is one HTTP server, and it is not the JDK's",
            HouseRules.nowhere("com.sun.net.httpserver.."),
            Violations.JdkHttp.class),
        only(
            "OpenTelemetry is known in trace",
            new String[] {"..server.trace"},
            Violations.OpenTelemetry.class,
            "io.opentelemetry.."),
        only(
            "Netty is known in http",
            new String[] {"..server.http"},
            Violations.Netty.class,
            "io.netty.."),
        only(
            "the Vector API is for kernels",
            new String[] {"..server.encode.kernel"},
            Violations.Vector.class,
            "jdk.incubator.."),
        new Rule(
            "and there for classes named Panama",
            classes()
                .that()
                .haveSimpleNameNotStartingWith("Panama")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackage("jdk.incubator.."),
            Violations.Vector.class),
        new Rule(
            "memory is owned by the library",
            noClasses().should().dependOnClassesThat().areAssignableTo(Arena.class),
            Violations.OwnsMemory.class),
        new Rule(
            "evaluators take segments as they are given",
            noClasses()
                .that()
                // The readers of input files use its temporary file.
                .resideOutsideOfPackages(
                    "..server.collection",
                    "..server.write",
                    "..server.ingest",
                    "..server.corpus",
                    "..server.app..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..index.store"),
            Violations.OpensSegments.class),
        new Rule(
            "only app starts a server",
            noClasses()
                .that()
                // It may know the gateway, and nothing else: see the lines above.
                .resideOutsideOfPackages("..server.rpc..", "..server.app..", "..server.http")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..server.rpc.."),
            Violations.KnowsRpc.class),
        new Rule(
            "the console is for app",
            HouseRules.consoleOnlyIn("..server.app.."),
            Violations.Console.class),
        new Rule(
            "published files have the permissions of the umask",
            HouseRules.permissionsByUmask(),
            Violations.Permissions.class),
        new Rule("chance is seeded", HouseRules.seededChance(), Violations.Chance.class),
        new Rule(
            "character sets are named",
            HouseRules.explicitCharset(),
            Violations.CharacterSet.class),
        new Rule("languages are named", HouseRules.explicitLocale(), Violations.Language.class));
  }

  private static Rule only(String name, String[] homes, Class<?> violation, String... packages) {
    return new Rule(name, HouseRules.onlyIn(homes, packages), violation);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void ruleHolds(Rule rule) {
    rule.rule.check(CLASSES);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void ruleCanFail(Rule rule) {
    JavaClasses violation = new ClassFileImporter().importClasses(rule.violation);
    assertThat(rule.rule.evaluate(violation).hasViolation())
        .as("%s is broken by %s", rule, rule.violation.getSimpleName())
        .isTrue();
  }

  @Test
  void packagesKnowWhatTheyMay() {
    HouseRules.packageDependencies(CLASSES, ROOT)
        .forEach(
            (from, to) -> {
              if (!from.equals(APP) && !from.startsWith(APP + ".")) {
                assertThat(ALLOWED).as("a line in this test for each package").containsKey(from);
                assertThat(ALLOWED.get(from)).as("what %s may know", from).containsAll(to);
              }
            });
  }

  @Test
  void packagesFormNoCircles() {
    slices().matching("io.siskin.server.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void classesWereImported() {
    assertThat(CLASSES).hasSizeGreaterThan(100);
    assertThat(HouseRules.packageDependencies(CLASSES, ROOT).keySet())
        .containsAll(ALLOWED.keySet());
  }
}
