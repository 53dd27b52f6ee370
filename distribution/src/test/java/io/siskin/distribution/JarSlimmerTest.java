package io.siskin.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left of a jar without the native libraries of other platforms. */
final class JarSlimmerTest {
  private static final long TIME = 1_767_225_600;

  @TempDir private Path folder;
  private final JarSlimmer slimmer = new JarSlimmer(Target.LINUX_X86_64, TIME);

  @Test
  void onlyOtherPlatformsAreLeftOutAndTheOrderStays() throws IOException {
    Path jar =
        jar(
            "a.jar",
            "META-INF/MANIFEST.MF",
            "z/A.class",
            "win/amd64/",
            "win/amd64/x.dll",
            "linux/amd64/",
            "linux/amd64/x.so",
            "linux/aarch64/x.so",
            "a/B.class");
    Path copy = folder.resolve("copy.jar");
    JarSlimmer.Result result = slimmer.copy(jar, copy);
    assertThat(entries(copy))
        .containsExactly(
            "META-INF/MANIFEST.MF", "z/A.class", "linux/amd64/", "linux/amd64/x.so", "a/B.class");
    assertThat(result.leftOut())
        .extracting(NativeLibrary::path)
        .containsExactly("win/amd64/x.dll", "linux/aarch64/x.so");
    assertThat(result.kept()).extracting(NativeLibrary::path).containsExactly("linux/amd64/x.so");
    assertThat(result.isEmpty()).isFalse();
    try (ZipFile zip = new ZipFile(copy.toFile())) {
      assertThat(zip.getInputStream(zip.getEntry("a/B.class"))).hasContent("content of a/B.class");
      assertThat(zip.getEntry("z/A.class").getMethod()).isEqualTo(ZipEntry.STORED);
    }
  }

  @Test
  void theSameJarGivesTheSameBytes() throws IOException {
    Path jar = jar("a.jar", "A.class", "win/amd64/x.dll");
    Path first = folder.resolve("1.jar");
    Path second = folder.resolve("2.jar");
    slimmer.copy(jar, first);
    slimmer.copy(jar, second);
    assertThat(second).hasSameBinaryContentAs(first);
    try (ZipFile zip = new ZipFile(first.toFile())) {
      assertThat(zip.getEntry("A.class").getTimeLocal()).hasToString("2026-01-01T00:00");
    }
  }

  @Test
  void aJarWithNothingToLeaveOutIsCopiedByteForByte() throws IOException {
    Path jar = jar("a.jar", "A.class", "linux/amd64/x.so");
    Path copy = folder.resolve("copy.jar");
    slimmer.copy(jar, copy);
    assertThat(copy).hasSameBinaryContentAs(jar);
    Path all = jar("b.jar", "A.class", "win/amd64/x.dll");
    new JarSlimmer(Target.ALL, TIME).copy(all, copy);
    assertThat(copy).hasSameBinaryContentAs(all);
  }

  @Test
  void aJarOfNothingButLibrariesOfAnotherPlatformIsLeftOut() throws IOException {
    Path jar = jar("natives-osx.jar", "META-INF/MANIFEST.MF", "META-INF/native/x_osx_aarch_64.so");
    Path copy = folder.resolve("copy.jar");
    assertThat(slimmer.copy(jar, copy).isEmpty()).isTrue();
    assertThat(copy).doesNotExist();
  }

  /** Makes a jar; classes are stored, everything else is deflated. */
  private Path jar(String name, String... paths) throws IOException {
    Path jar = folder.resolve(name);
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream out = new ZipOutputStream(file)) {
      for (String path : paths) {
        byte[] content = ("content of " + path).getBytes(StandardCharsets.UTF_8);
        ZipEntry entry = new ZipEntry(path);
        if (path.endsWith(".class")) {
          CRC32 checksum = new CRC32();
          checksum.update(content);
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(content.length);
          entry.setCrc(checksum.getValue());
        }
        out.putNextEntry(entry);
        if (!path.endsWith("/")) {
          out.write(content);
        }
        out.closeEntry();
      }
    }
    return jar;
  }

  private static List<String> entries(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      List<String> names = new ArrayList<>();
      Collections.list(zip.entries()).forEach(entry -> names.add(entry.getName()));
      return names;
    }
  }
}
