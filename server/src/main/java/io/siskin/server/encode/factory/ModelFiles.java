package io.siskin.server.encode.factory;

import io.siskin.index.format.Sha256;
import io.siskin.server.encode.spec.ModelRef;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;

/**
 * A model as it lies on disk.
 *
 * @param ref its name and fingerprint
 * @param directory its folder
 * @param names the files that belong to the model, as paths in the folder with {@code /} between
 *     the parts, in the order in which they may be replaced; others may lie beside them
 * @param replaceable whether other files may stand for the same model: where it is served
 *     elsewhere, its address may change
 */
public record ModelFiles(ModelRef ref, Path directory, List<String> names, boolean replaceable) {
  private static final int BUFFER_BYTES = 1 << 16;

  /**
   * Makes one that stays as it is.
   *
   * @param ref its name and fingerprint
   * @param directory its folder
   * @param names the files in it that belong to the model
   */
  public ModelFiles(ModelRef ref, Path directory, List<String> names) {
    this(ref, directory, names, false);
  }

  /** Copies the list. */
  public ModelFiles {
    names = List.copyOf(names);
  }

  /**
   * Returns the fingerprint of files in a folder: the SHA-256 over their names and contents. A
   * model that computes here has the one of its own files.
   *
   * @param directory the folder
   * @param names paths in it
   * @return 64 lower-case hexadecimal digits
   * @throws IOException when a file is missing or cannot be read
   */
  public static String fingerprint(Path directory, Collection<String> names) throws IOException {
    MessageDigest all = Sha256.newDigest();
    for (String name : new TreeSet<>(names)) {
      MessageDigest one = Sha256.newDigest();
      byte[] buffer = new byte[BUFFER_BYTES];
      try (InputStream content = Files.newInputStream(directory.resolve(name))) {
        for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
          one.update(buffer, 0, read);
        }
      }
      String line = name + " " + HexFormat.of().formatHex(one.digest()) + "\n";
      all.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(all.digest());
  }
}
