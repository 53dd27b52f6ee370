package io.siskin.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.index.testing.Repository;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is in the archive, and how. */
final class ArchiveContentIT {
  private static final String TIME = "2026-01-01T00:00:00Z";

  /**
   * Those that Siskin would miss: TLS and epoll, zstd, models and their tokenizers, the terminal.
   */
  private static final List<String> NEEDED =
      List.of(
          "netty_tcnative",
          "native_epoll",
          "libzstd",
          "libonnxruntime.so",
          "libonnxruntime4j_jni",
          "libtokenizers",
          "libjlinenative",
          "libjffi");

  @TempDir private static Path folder;
  private static Path unpacked;

  @BeforeAll
  static void unpack() throws Exception {
    unpacked = Archive.unpack(folder.resolve("archive"));
  }

  @Test
  void entriesHaveFixedTimesAndOwnersAndAnOrder() throws IOException {
    List<Archive.Entry> entries = Archive.entries();
    assertThat(entries).hasSizeGreaterThan(100);
    long time = Instant.parse(TIME).getEpochSecond();
    assertThat(entries)
        .allSatisfy(
            entry -> {
              assertThat(entry.epochSeconds()).as(entry.name()).isEqualTo(time);
              assertThat(entry.owner()).as(entry.name()).isZero();
              assertThat(entry.group()).as(entry.name()).isZero();
              boolean runs = entry.name().matches(".*(/|bin/siskin|bin/start-up-cache)");
              assertThat(entry.mode() & 0777).as(entry.name()).isEqualTo(runs ? 0755 : 0644);
              assertThat(entry.name()).startsWith(unpacked.getFileName() + "/");
            });
    // Within each of the two groups that are packed after one another, as the names sort.
    List<String> jars =
        entries.stream()
            .map(Archive.Entry::name)
            .filter(name -> name.contains("/lib/") && name.endsWith(".jar"))
            .toList();
    assertThat(jars).isSorted().hasSizeGreaterThan(50);
    try (InputStream in = Files.newInputStream(Archive.file())) {
      assertThat(in.readNBytes(8)).as("gzip without a time").endsWith(0, 0, 0, 0);
    }
  }

  @ParameterizedTest
  @EnumSource(Target.class)
  void onlyLibrariesOfTheTargetAreThereAndNoneIsMissing(Target target) throws IOException {
    Path made = folder.resolve("made-" + target.word());
    make(made, target);
    Map<String, List<String>> natives = new TreeMap<>();
    for (Path jar : jars(made.resolve("lib"))) {
      for (NativeLibrary library : JarSlimmer.librariesOf(jar)) {
        assertThat(target.takes(library)).as(jar + ": " + library).isTrue();
        natives
            .computeIfAbsent(jar.getFileName().toString(), name -> new ArrayList<>())
            .add(library.path());
      }
    }
    // Nothing that the packaged server has for this platform was lost.
    for (Path jar : jars(Repository.module("server").resolve("target/lib"))) {
      List<String> wanted =
          JarSlimmer.librariesOf(jar).stream()
              .filter(target::takes)
              .map(NativeLibrary::path)
              .toList();
      assertThat(natives.getOrDefault(jar.getFileName().toString(), List.of()))
          .as(jar.toString())
          .containsExactlyInAnyOrderElementsOf(wanted);
    }
    assertThat(NEEDED)
        .allSatisfy(
            name ->
                assertThat(natives.values().stream().flatMap(List::stream))
                    .anyMatch(path -> path.contains(name)));
    if (target == Archive.target()) {
      System.out.println("native libraries of the archive for " + target.word() + ": " + natives);
    }
  }

  @Test
  void theSameInputGivesTheSameFiles() throws IOException {
    Path made = folder.resolve("again");
    make(made, Archive.target());
    Set<String> names = names(unpacked);
    assertThat(names(made)).isEqualTo(names);
    for (String name : names) {
      assertThat(made.resolve(name)).hasSameBinaryContentAs(unpacked.resolve(name));
    }
  }

  @Test
  void theChecksumsAreOfAllFiles() throws IOException {
    Set<String> listed = new TreeSet<>(Set.of("SHA256SUMS"));
    for (String line : Files.readAllLines(unpacked.resolve("SHA256SUMS"))) {
      String[] columns = line.split("  ", 2);
      assertThat(BillOfMaterials.sha256(unpacked.resolve(columns[1])))
          .as(columns[1])
          .isEqualTo(columns[0]);
      listed.add(columns[1]);
    }
    assertThat(listed).isEqualTo(names(unpacked));
  }

  @Test
  void theBillOfMaterialsListsEveryJarWithItsChecksum() throws IOException {
    Path file = unpacked.resolve("sbom.json");
    JsonNode bill = new ObjectMapper().readTree(file.toFile());
    assertThat(bill.path("bomFormat").asText()).isEqualTo("CycloneDX");
    assertThat(bill.path("specVersion").asText()).matches("1\\.[4-9]");
    assertThat(BillOfMaterials.read(file).jars())
        .isEqualTo(
            jars(unpacked.resolve("lib")).stream()
                .map(jar -> jar.getFileName().toString())
                .collect(Collectors.toCollection(TreeSet::new)));
    Set<String> sums = new HashSet<>();
    for (Path jar : jars(unpacked.resolve("lib"))) {
      sums.add(BillOfMaterials.sha256(jar));
    }
    Set<String> refs = new HashSet<>();
    for (JsonNode component : bill.path("components")) {
      assertThat(sums).contains(component.path("hashes").path(0).path("content").asText());
      assertThat(component.path("licenses")).as(component.path("name").asText()).isNotEmpty();
      refs.add(component.path("bom-ref").asText());
    }
    refs.add(bill.path("metadata").path("component").path("bom-ref").asText());
    for (JsonNode dependency : bill.path("dependencies")) {
      assertThat(refs).contains(dependency.path("ref").asText());
      dependency.path("dependsOn").forEach(on -> assertThat(refs).contains(on.asText()));
    }
  }

  @Test
  void everyJarOfOthersHasALicenceThatIsAllowed() throws IOException {
    List<LicencePolicy.Library> libraries =
        LicencePolicy.read(Files.readString(unpacked.resolve("THIRD-PARTY.txt")));
    LicencePolicy.check(libraries);
    for (Path jar : jars(unpacked.resolve("lib"))) {
      String name = jar.getFileName().toString();
      if (!name.startsWith("siskin-")) {
        assertThat(libraries).as(name).anyMatch(library -> name.startsWith(library.jarPrefix()));
      }
    }
    assertThat(unpacked.resolve("licences/grpc-netty-shaded-" + version("grpc-netty-shaded")))
        .isNotEmptyDirectory();
    assertThat(unpacked.resolve("LICENSE"))
        .hasSameTextualContentAs(Repository.root().resolve("LICENSE"));
  }

  @Test
  void theScriptsAreThoseOfTheCheckout() {
    for (String script :
        List.of("siskin", "start-up-cache", "start-up.sh", "jdk.sh", "jvm.options")) {
      assertThat(unpacked.resolve("bin").resolve(script))
          .hasSameBinaryContentAs(Repository.root().resolve("bin").resolve(script));
    }
    assertThat(unpacked.resolve("bin/siskin")).isExecutable();
  }

  private static String version(String artifact) throws IOException {
    return jars(unpacked.resolve("lib")).stream()
        .map(jar -> jar.getFileName().toString())
        .filter(name -> name.startsWith(artifact + "-"))
        .map(name -> name.substring(artifact.length() + 1).replace(".jar", ""))
        .findAny()
        .orElseThrow();
  }

  private static void make(Path made, Target target) throws IOException {
    Path generated = Repository.module("distribution").resolve("target");
    ArchiveFolder.main(
        new String[] {
          Repository.root().toString(), generated.toString(), made.toString(), target.word(), TIME
        });
  }

  private static List<Path> jars(Path lib) throws IOException {
    try (Stream<Path> files = Files.list(lib)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  private static Set<String> names(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
