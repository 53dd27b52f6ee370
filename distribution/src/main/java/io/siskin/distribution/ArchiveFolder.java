package io.siskin.distribution;

import io.siskin.server.config.ConfigText;
import io.siskin.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes the folder that the archive is packed from.
 *
 * <p>Used by one thread.
 */
public final class ArchiveFolder {
  /** Scripts of a checkout that an archive has too, with the same content. */
  private static final List<String> SCRIPTS =
      List.of("siskin", "jdk.sh", "start-up.sh", "start-up-cache");

  private static final String CHECKSUMS = "SHA256SUMS";

  private final Path root;
  private final Path generated;
  private final Path folder;
  private final Target target;
  private final long epochSeconds;

  private ArchiveFolder(Path root, Path generated, Path folder, Target target, long epochSeconds) {
    this.root = root;
    this.generated = generated;
    this.folder = folder;
    this.target = target;
    this.epochSeconds = epochSeconds;
  }

  /**
   * Makes the folder.
   *
   * @param args the root of the repository; the folder with {@code bom.json} and {@code
   *     THIRD-PARTY.txt}; the folder to make, which is deleted first; the target; the time of the
   *     entries of jars, in ISO 8601
   * @throws IOException when something cannot be read or written
   */
  public static void main(String[] args) throws IOException {
    Target target = Target.of(args[3]);
    new ArchiveFolder(
            Path.of(args[0]),
            Path.of(args[1]),
            Path.of(args[2]),
            target,
            Instant.parse(args[4]).getEpochSecond())
        .make();
  }

  private void make() throws IOException {
    String thirdParties = Files.readString(generated.resolve("THIRD-PARTY.txt"));
    LicencePolicy.check(LicencePolicy.read(thirdParties));
    delete(folder);
    Path lib = Files.createDirectories(folder.resolve("lib"));
    BillOfMaterials bill = BillOfMaterials.read(generated.resolve("bom.json"));
    Map<String, List<String>> leftOut = copyJars(lib);
    bill.requireAll(names(lib));
    bill.keepOnly(names(lib));
    bill.setChecksums(lib);
    leftOut.forEach(bill::noteLeftOut);
    bill.write(folder.resolve("sbom.json"));
    copyLegalTexts(lib, thirdParties);
    copyScripts();
    copyTree(root.resolve("distribution/src/archive"), folder, "");
    copyTree(root.resolve("deploy/systemd"), folder.resolve("systemd"), "");
    copyTree(root.resolve("deploy/helm"), folder.resolve("helm"), "");
    Files.writeString(
        folder.resolve("conf/every-setting.yaml"), ConfigText.sample(ServerConfig.TREE));
    copyTree(root.resolve("docs"), folder.resolve("docs"), ".md");
    Files.writeString(folder.resolve("TARGET"), target.word() + "\n");
    writeChecksums();
  }

  /** Copies all jars without what is for other platforms; returns what was left out, by jar. */
  private Map<String, List<String>> copyJars(Path lib) throws IOException {
    Path packaged = root.resolve("server/target");
    JarSlimmer slimmer = new JarSlimmer(target, epochSeconds);
    Map<String, List<String>> leftOut = new TreeMap<>();
    List<Path> jars = new ArrayList<>(List.of(packaged.resolve("siskin-server.jar")));
    try (Stream<Path> files = Files.list(packaged.resolve("lib"))) {
      files.filter(file -> file.toString().endsWith(".jar")).sorted().forEach(jars::add);
    }
    for (Path jar : jars) {
      String name = String.valueOf(jar.getFileName());
      JarSlimmer.Result result = slimmer.copy(jar, lib.resolve(name));
      if (!result.leftOut().isEmpty()) {
        leftOut.put(name, result.leftOut().stream().map(NativeLibrary::path).sorted().toList());
      }
    }
    return leftOut;
  }

  private void copyLegalTexts(Path lib, String thirdParties) throws IOException {
    Files.writeString(folder.resolve("THIRD-PARTY.txt"), thirdParties);
    Path licences = Files.createDirectories(folder.resolve("licences"));
    for (String jar : names(lib)) {
      LegalTexts.copy(lib.resolve(jar), licences);
    }
    copyTree(root.resolve("distribution/src/licence/texts"), licences, "");
    Files.copy(root.resolve("LICENSE"), folder.resolve("LICENSE"));
  }

  private void copyScripts() throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    for (String script : SCRIPTS) {
      Files.copy(root.resolve("bin").resolve(script), bin.resolve(script));
    }
    Files.copy(root.resolve("bin/jvm.options"), bin.resolve("jvm.options"));
    for (String script : List.of("siskin", "start-up-cache")) {
      Files.setPosixFilePermissions(
          bin.resolve(script), PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  /** The list that {@code sha256sum --check} reads: every file but the list itself. */
  private void writeChecksums() throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        lines.add(BillOfMaterials.sha256(file) + "  " + folder.relativize(file));
      }
    }
    Files.writeString(
        folder.resolve(CHECKSUMS), lines.stream().collect(Collectors.joining("\n", "", "\n")));
  }

  private static Set<String> names(Path lib) throws IOException {
    try (Stream<Path> files = Files.list(lib)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** Copies the files of a folder whose names end in a certain way, with their folders. */
  private static void copyTree(Path from, Path to, String ending) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        if (file.toString().endsWith(ending)) {
          Path copy = to.resolve(from.relativize(file).toString());
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
