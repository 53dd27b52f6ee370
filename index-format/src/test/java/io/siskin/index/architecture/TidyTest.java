package io.siskin.index.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.testing.Repository;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Checks rules of the project that no compiler knows, over all files of the repository. */
final class TidyTest {
  private static final Set<String> OURS =
      Set.of(
          ".ci",
          ".mvn",
          "bin",
          "build",
          "client",
          "clients",
          "deploy",
          "distribution",
          "docs",
          "index-format",
          "loadtest",
          "proto",
          "server");
  private static final Map<Path, String> TEXTS = texts();

  /** Text in backticks, or the target of a link, that begins like a path of this repository. */
  private static final Pattern NAMED_PATH =
      Pattern.compile(
          "[`(]((?:bin|build|clients?|deploy|distribution|docs|index-format|loadtest|proto|server|\\.ci|\\.mvn)/"
              + "[\\w./-]*\\w/?)[`)#]");

  private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME)\\b");
  private static final Pattern MACHINE =
      Pattern.compile("(?<![\\w.$}])/(home|root|work|Users)/\\w");
  private static final Pattern REGISTRY =
      Pattern.compile(
          "repo\\d*\\.maven|npmjs\\.|pypi\\.|crates\\.i|proxy\\.golang|sona[t]ype|jitpack\\.|hub\\.docker");

  @Test
  void everyPackageSaysWhatItIsFor() {
    Set<Path> packages = new TreeSet<>();
    for (Path file : TEXTS.keySet()) {
      if (file.toString().contains("/src/main/java/") && file.toString().endsWith(".java")) {
        packages.add(file.getParent());
      }
    }
    assertThat(packages).hasSizeGreaterThan(20);
    assertThat(packages)
        .allSatisfy(p -> assertThat(TEXTS).containsKey(p.resolve("package-info.java")));
  }

  @Test
  void everyPathThatADocumentNamesExists() {
    List<String> missing = new ArrayList<>();
    int named = 0;
    for (Map.Entry<Path, String> file : TEXTS.entrySet()) {
      if (file.getKey().toString().endsWith(".md")) {
        for (MatchResult match : NAMED_PATH.matcher(file.getValue()).results().toList()) {
          named++;
          // Files that a build makes may be missing before the build.
          if (!(match.group(1) + "/").contains("/target/")
              && !Files.exists(Repository.root().resolve(match.group(1)))) {
            missing.add(file.getKey() + ": " + match.group(1));
          }
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(named).isGreaterThan(20);
  }

  @Test
  void everySimdKernelHasATest() {
    List<String> kernels =
        TEXTS.keySet().stream()
            .filter(file -> file.toString().contains("/src/main/"))
            .map(file -> file.getFileName().toString())
            .filter(name -> name.matches("Panama\\w+Kernels?\\.java"))
            .map(name -> name.replace(".java", ""))
            .toList();
    assertThat(kernels).hasSizeGreaterThanOrEqualTo(3);
    assertThat(kernels)
        .allSatisfy(
            kernel ->
                assertThat(TEXTS)
                    .anySatisfy(
                        (file, text) -> {
                          assertThat(file.toString()).contains("/src/test/").endsWith("Test.java");
                          assertThat(text).contains(kernel);
                        }));
  }

  @Test
  void nothingIsLeftForLater() {
    assertThat(places(UNFINISHED)).isEmpty();
  }

  @Test
  void noFileNamesAMachineOrARegistry() {
    assertThat(places(MACHINE)).isEmpty();
    assertThat(places(REGISTRY)).isEmpty();
  }

  /** A pattern that matches nothing would make a rule useless. */
  @Test
  void thePatternsFindWhatTheyAreFor() {
    assertThat(UNFINISHED.matcher("// TO" + "DO: later").find()).isTrue();
    assertThat(MACHINE.matcher("see /" + "home/me/x").find()).isTrue();
    assertThat(MACHINE.matcher("$root/" + "work/x").find()).isFalse();
    assertThat(REGISTRY.matcher("https://repo1" + ".maven.example").find()).isTrue();
    assertThat(NAMED_PATH.matcher("see `docs/format.md`").results().map(m -> m.group(1)))
        .containsExactly("docs/format.md");
    assertThat(TEXTS).containsKey(Path.of("pom.xml"));
  }

  @Test
  void testsAreLeftOutForReasonsThatTheBuildCounts() {
    Pattern assumption = Pattern.compile("org\\.junit\\.jupiter\\.api\\." + "Assumptions");
    Pattern condition = Pattern.compile("@(Dis|En)abled(?!\\w*\\([^;]*?eason = \"needs )\\w*");
    assertThat(places(assumption)).hasSize(1).first().asString().contains("/Needs.java");
    assertThat(places(condition)).isEmpty();
    assertThat(condition.matcher("@Dis" + "abled(\"slow\")").find()).isTrue();
    assertThat(condition.matcher("@Dis" + "abledOnOs(disabledReason = \"needs x\")").find())
        .isFalse();
  }

  private static List<String> places(Pattern pattern) {
    List<String> places = new ArrayList<>();
    TEXTS.forEach(
        (file, text) ->
            pattern
                .matcher(text)
                .results()
                .forEach(match -> places.add(file + ": " + match.group())));
    return places;
  }

  /** Returns all text files by their path relative to the root. */
  private static Map<Path, String> texts() {
    Path root = Repository.root();
    Map<Path, String> texts = new TreeMap<>();
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes ignored) {
              boolean ours =
                  directory.equals(root)
                      || (!directory.endsWith("target")
                          && OURS.contains(root.relativize(directory).getName(0).toString()));
              return ours ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              if (attributes.isRegularFile()
                  && attributes.size() < 1 << 20
                  && !file.endsWith(".git")) {
                try {
                  texts.put(root.relativize(file), Files.readString(file));
                } catch (MalformedInputException binary) {
                  return FileVisitResult.CONTINUE;
                }
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
    return texts;
  }
}
