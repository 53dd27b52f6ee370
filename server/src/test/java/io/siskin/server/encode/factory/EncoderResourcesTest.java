package io.siskin.server.encode.factory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.format.Sha256;
import io.siskin.server.encode.spec.ResourceRef;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EncoderResourcesTest {
  @TempDir Path scratch;

  private Path source;
  private EncoderResources resources;

  @BeforeEach
  void writeSource() throws IOException {
    source = Files.writeString(scratch.resolve("some table"), "abc");
    resources = EncoderResources.in(scratch.resolve("collection").resolve("encoder"));
  }

  @Test
  void addedFileIsReadBackAndPinned() throws IOException {
    ResourceRef ref = resources.add("idf.json", source);

    assertThat(ref)
        .isEqualTo(
            new ResourceRef(
                "idf.json",
                // FIPS 180-2, appendix B.1
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    assertThat(resources.read(ref)).asString().isEqualTo("abc");
    assertThat(resources.path(ref).getParent()).isDirectoryNotContaining("glob:**.partial");
  }

  @Test
  void changedContentIsRefusedWithBothDigests() throws IOException {
    ResourceRef ref = resources.add("idf.json", source);
    Files.writeString(resources.path(ref), "abd");

    assertThatThrownBy(() -> resources.read(ref))
        .isInstanceOf(CorruptSegmentException.class)
        .hasMessageContaining(resources.path(ref).toString())
        .hasMessageContaining(ref.sha256())
        .hasMessageContaining("a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9");
  }

  @Test
  void missingFileIsNamed() throws IOException {
    ResourceRef ref = resources.add("idf.json", source);
    Files.delete(resources.path(ref));

    assertThatThrownBy(() -> resources.read(ref))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("idf.json");
  }

  @Test
  void sameContentCanBeAddedAgainAndOtherContentCannot() throws IOException {
    ResourceRef ref = resources.add("idf.json", source);
    assertThat(resources.add("idf.json", source)).isEqualTo(ref);

    Path other = Files.writeString(scratch.resolve("other"), "abd");
    assertThatThrownBy(() -> resources.add("idf.json", other))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(resources.read(ref)).asString().isEqualTo("abc");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", ".hidden", "a/b", "../a", "a\\b", "a b", "a\0", "é"})
  void nameThatCouldLeaveTheFolderIsRefused(String name) {
    assertThatThrownBy(() -> resources.add(name, source)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> new ResourceRef(name, "0".repeat(64)))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void nameOf64CharactersIsTheLongest() {
    assertThat(new ResourceRef("n".repeat(64), "0".repeat(64)).name()).hasSize(64);
    assertThatThrownBy(() -> new ResourceRef("n".repeat(65), "0".repeat(64)))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void overlongFileIsRefusedBeforeItIsRead() throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(source.toFile(), "rw")) {
      sparse.setLength(EncoderResources.LENGTH_BYTES_MAX + 1);
    }
    assertThatThrownBy(() -> resources.add("idf.json", source))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("67108865");
  }

  @Test
  void aFileThatChangedSinceItWasReadIsNotStored() throws IOException {
    Files.writeString(source, "{\"a\": 1}");
    ResourceRef ref = new ResourceRef("idf.json", Sha256.hex(Files.readAllBytes(source)));
    EncoderResources stored = EncoderResources.in(scratch.resolve("changed"));
    EncoderResources owned = stored.readFrom(Map.of("idf.json", source));
    assertThat(owned.path(ref)).isEqualTo(source);
    assertThat(owned.read(ref)).isEqualTo(Files.readAllBytes(source));
    Files.writeString(source, "{\"a\": 2}");
    assertThatThrownBy(() -> stored.add(ref, source))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("some table");
    assertThat(scratch.resolve("changed")).doesNotExist();
    Files.writeString(source, "{\"a\": 1}");
    stored.add(ref, source);
    assertThat(stored.read(ref)).isEqualTo(Files.readAllBytes(source));
  }
}
