package io.siskin.index.architecture;

import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.siskin.index.testing.HouseRules;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks which packages of the library may depend on which others. {@code ARCHITECTURE.md} gives
 * the reasons.
 */
final class ArchitectureTest {
  private static final String ROOT = "io.siskin.index";
  private static final JavaClasses CLASSES = HouseRules.mainClasses(ROOT);

  /** The packages that each package may depend on. Names are relative to the root package. */
  private static final Map<String, Set<String>> ALLOWED =
      Map.ofEntries(
          Map.entry("error", Set.of()),
          Map.entry("format", Set.of()),
          Map.entry("format.v1", Set.of("format")),
          Map.entry("format.v2", Set.of("format", "format.v1")),
          Map.entry("column", Set.of("document")),
          Map.entry(
              "dense", Set.of("error", "format", "format.v1", "format.v2", "kernel", "vector")),
          Map.entry(
              "document", Set.of("dense", "error", "format.v1", "format.v2", "quantize", "vector")),
          Map.entry("vector", Set.of("error")),
          Map.entry("quantize", Set.of("error", "format.v1", "vector")),
          Map.entry("file", Set.of("error")),
          Map.entry("lifecycle", Set.of()),
          Map.entry("store", Set.of("error", "file", "format")),
          Map.entry("kernel", Set.of("error", "format", "format.v1")),
          Map.entry(
              "segment",
              Set.of(
                  "column",
                  "dense",
                  "document",
                  "error",
                  "file",
                  "format",
                  "format.v1",
                  "format.v2",
                  "kernel",
                  "lifecycle",
                  "store",
                  "vector")),
          Map.entry(
              "growing",
              Set.of(
                  "dense",
                  "document",
                  "error",
                  "format",
                  "format.v1",
                  "lifecycle",
                  "quantize",
                  "store",
                  "vector")),
          Map.entry("neighbours", Set.of("dense", "segment")),
          Map.entry("parallel", Set.of()),
          Map.entry(
              "build",
              Set.of(
                  "column",
                  "dense",
                  "document",
                  "error",
                  "format",
                  "format.v1",
                  "format.v2",
                  "neighbours",
                  "parallel",
                  "quantize",
                  "segment",
                  "store",
                  "vector")),
          Map.entry(
              "inspect",
              Set.of(
                  "column",
                  "dense",
                  "document",
                  "format",
                  "format.v1",
                  "format.v2",
                  "segment",
                  "store")));

  /**
   * A rule and a class that breaks it.
   *
   * @param name the name of the rule
   * @param rule the rule
   * @param violation a class that breaks the rule
   */
  record Rule(String name, ArchRule rule, Class<?> violation) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Rule> rules() {
    return Stream.of(
        new Rule(
            "the Vector API lives in kernel",
            HouseRules.onlyIn(new String[] {"..index.kernel"}, "jdk.incubator.."),
            Violations.Vector.class),
        new Rule(
            "and there in classes named Panama",
            classes()
                .that()
                .haveSimpleNameNotStartingWith("Panama")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackage("jdk.incubator.."),
            Violations.Vector.class),
        new Rule(
            "memory is owned in store",
            noClasses()
                .that()
                .resideOutsideOfPackage("..index.store")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Arena.class),
            Violations.OwnsMemory.class),
        new Rule(
            "files are mapped in store",
            noClasses()
                .that()
                .resideOutsideOfPackage("..index.store")
                .should(
                    callMethodWhere(
                        DescribedPredicate.describe(
                            "it is FileChannel.map", ArchitectureTest::isMap))),
            Violations.MapsFiles.class),
        new Rule(
            "Lucene is known in neighbours",
            HouseRules.onlyIn(new String[] {"..index.neighbours"}, "org.apache.lucene.."),
            Violations.Lucene.class),
        new Rule("the library is silent", HouseRules.consoleOnlyIn(), Violations.Console.class),
        new Rule(
            "published files have the permissions of the umask",
            HouseRules.permissionsByUmask("..index.store", "..index.input"),
            Violations.Permissions.class),
        new Rule("chance is seeded", HouseRules.seededChance(), Violations.Chance.class),
        new Rule(
            "character sets are named",
            HouseRules.explicitCharset(),
            Violations.CharacterSet.class),
        new Rule("languages are named", HouseRules.explicitLocale(), Violations.Language.class));
  }

  private static boolean isMap(JavaMethodCall call) {
    return call.getTarget().getOwner().isAssignableTo(FileChannel.class)
        && call.getTarget().getName().equals("map");
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
              assertThat(ALLOWED).as("a line in this test for each package").containsKey(from);
              assertThat(ALLOWED.get(from)).as("what %s may know", from).containsAll(to);
            });
  }

  @Test
  void dependenciesAreSeen() {
    JavaClasses builds = new ClassFileImporter().importClasses(Violations.Builds.class);
    assertThat(HouseRules.packageDependencies(builds, ROOT))
        .containsExactly(Map.entry("architecture", new TreeSet<>(Set.of("build"))));
  }

  @Test
  void packagesFormNoCircles() {
    slices().matching("io.siskin.index.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void classesWereImported() {
    assertThat(CLASSES).hasSizeGreaterThan(100);
    assertThat(HouseRules.packageDependencies(CLASSES, ROOT)).hasSameSizeAs(ALLOWED);
  }
}
