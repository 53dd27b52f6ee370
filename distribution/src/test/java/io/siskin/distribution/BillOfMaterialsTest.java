package io.siskin.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the plugin's list when some of the jars are not in the archive. */
final class BillOfMaterialsTest {
  private static final String LIST =
      """
      {"bomFormat": "CycloneDX",
       "components": [
         {"bom-ref": "a", "name": "siskin-server", "version": "1", "hashes": [{"alg": "MD5"}],
          "purl": "pkg:maven/io.siskin/siskin-server@1?type=jar"},
         {"bom-ref": "b", "name": "kept", "version": "2", "purl": "pkg:maven/x/kept@2?type=jar"},
         {"bom-ref": "c", "name": "n", "version": "3",
          "purl": "pkg:maven/x/n@3?classifier=native&type=jar"}],
       "dependencies": [
         {"ref": "a", "dependsOn": ["b", "c"]}, {"ref": "b", "dependsOn": []}, {"ref": "c"}]}
      """;

  @TempDir private Path folder;

  @Test
  void jarsAreNamedAsMavenNamesThem() throws IOException {
    assertThat(read().jars()).containsExactly("kept-2.jar", "n-3-native.jar", "siskin-server.jar");
  }

  @Test
  void whatIsNotThereIsRemovedWithAllThatNamesIt() throws IOException {
    BillOfMaterials bill = read();
    bill.keepOnly(Set.of("siskin-server.jar", "kept-2.jar"));
    assertThat(bill.jars()).containsExactly("kept-2.jar", "siskin-server.jar");
    JsonNode written = write(bill);
    List<String> refs = new ArrayList<>();
    written.path("dependencies").forEach(each -> refs.add(each.path("ref").asText()));
    assertThat(refs).containsExactly("a", "b");
    assertThat(written.at("/dependencies/0/dependsOn").toString()).isEqualTo("[\"b\"]");
  }

  @Test
  void checksumsAreOfTheJarsInTheArchiveAndWhatIsMissingIsSaid() throws IOException {
    Path lib = Files.createDirectory(folder.resolve("lib"));
    for (String jar : read().jars()) {
      Files.writeString(lib.resolve(jar), "abc");
    }
    BillOfMaterials bill = read();
    bill.setChecksums(lib);
    bill.noteLeftOut("kept-2.jar", List.of("win/x.dll", "osx/x.dylib"));
    JsonNode written = write(bill);
    // The well-known digest of "abc".
    assertThat(written.at("/components/0/hashes").toString())
        .isEqualTo(
            "[{\"alg\":\"SHA-256\",\"content\":"
                + "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}]");
    assertThat(written.at("/components/1/pedigree/notes").asText())
        .contains("win/x.dll, osx/x.dylib");
    assertThat(written.at("/components/0/pedigree").isMissingNode()).isTrue();
  }

  @Test
  void anotherFileIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("bom.json"), "[]");
    assertThatThrownBy(() -> BillOfMaterials.read(file))
        .hasMessageContaining("no bill of materials");
  }

  @Test
  void oneOfAnEarlierBuildIsRefused() throws IOException {
    BillOfMaterials bill = read();
    bill.requireAll(Set.of("kept-2.jar"));
    assertThatThrownBy(() -> bill.requireAll(Set.of("kept-2.jar", "new-1.jar")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("lacks [new-1.jar]")
        .hasMessageContaining("without -o");
    assertThatThrownBy(() -> BillOfMaterials.read(folder.resolve("none.json")))
        .hasMessageContaining("is missing");
  }

  private BillOfMaterials read() throws IOException {
    return BillOfMaterials.read(Files.writeString(folder.resolve("bom.json"), LIST));
  }

  private JsonNode write(BillOfMaterials bill) throws IOException {
    Path file = folder.resolve("written.json");
    bill.write(file);
    return new ObjectMapper().readTree(file.toFile());
  }
}
