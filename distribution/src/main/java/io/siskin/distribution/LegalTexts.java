package io.siskin.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Takes the licences and notices out of jars, so that people can read them. */
final class LegalTexts {
  private static final Pattern NAME =
      Pattern.compile(
          "(META-INF/)?([\\w.-]*(LICEN[CS]E|NOTICE|COPYING|COPYRIGHT)[\\w.-]*|license/[\\w./-]+)",
          Pattern.CASE_INSENSITIVE);

  private LegalTexts() {}

  /**
   * Copies the texts of a jar into a folder of its name. A jar without texts gets no folder.
   *
   * @param jar the jar
   * @param parent where the folder is made
   * @return how many texts there are
   * @throws IOException when the jar cannot be read or the folder cannot be written
   */
  static int copy(Path jar, Path parent) throws IOException {
    Path folder = parent.resolve(String.valueOf(jar.getFileName()).replaceFirst("\\.jar$", ""));
    int count = 0;
    try (ZipFile from = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : Collections.list(from.entries())) {
        if (!entry.isDirectory() && isLegalText(entry.getName())) {
          Files.createDirectories(folder);
          String flat = entry.getName().replaceFirst("^META-INF/", "").replace('/', '-');
          try (var in = from.getInputStream(entry)) {
            Files.write(folder.resolve(flat), in.readAllBytes());
          }
          count++;
        }
      }
    }
    return count;
  }

  /** Returns whether an entry of a jar is a licence or a notice. Classes of that name are none. */
  static boolean isLegalText(String path) {
    return NAME.matcher(path).matches() && !path.endsWith(".class");
  }
}
