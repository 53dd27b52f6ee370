package io.siskin.index.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.index.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may read what is published, and that copies are whole. */
final class PublicationTest {
  @TempDir private Path folder;

  @Test
  void aPublishedFolderIsOpenAsFarAsAnyOther() throws IOException {
    Path made = Publication.createDirectory(folder, ".building-");
    Path other = Publication.createDirectory(folder, ".building-");
    assertThat(made).isEmptyDirectory().isNotEqualTo(other);
    assertThat(made.getFileName().toString()).startsWith(".building-");
    Publication.publishDirectory(made, folder.resolve("target"));
    assertThat(Files.getPosixFilePermissions(folder.resolve("target")))
        .isEqualTo(Files.getPosixFilePermissions(Files.createDirectory(folder.resolve("beside"))));
  }

  @Test
  void aCopyHasTheContentAndNotThePermissions() throws IOException {
    Path source = Files.writeString(folder.resolve("source"), "é".repeat(100_000));
    Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rw-------"));
    Path target = Publication.temporaryPath(folder, ".copy-");
    AtomicFile.copy(source, target);
    assertThat(target).hasSameBinaryContentAs(source);
    assertThat(Files.getPosixFilePermissions(target))
        .isEqualTo(Files.getPosixFilePermissions(Files.createFile(folder.resolve("beside"))));
  }
}
