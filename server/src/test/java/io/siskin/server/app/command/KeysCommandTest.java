package io.siskin.server.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.siskin.server.access.KeyStore;
import io.siskin.server.access.Role;
import io.siskin.server.app.CapturedRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeysCommandTest {
  @TempDir private Path data;

  @Test
  void aKeyIsPrintedOnceAndWorksUntilItIsRevoked() throws Exception {
    CapturedRun made =
        CapturedRun.of(
            "keys",
            "create",
            "--data",
            data,
            "--role",
            "write",
            "--collection",
            "books",
            "--collection",
            "t-*",
            "--expires",
            "90d",
            "--label",
            "the shop");
    assertThat(made.status()).as(made.err()).isZero();
    assertThat(made.out()).hasLineCount(1);
    String key = made.out().strip();
    assertThat(made.err()).contains("write of books, t-*").doesNotContain(key);
    Path file = data.resolve(".keys.json");
    String id;
    try (KeyStore store = KeyStore.open(file, InstantSource.system())) {
      id = store.authenticate(key).id();
      assertThat(store.authenticate(key).allows(Role.WRITE, "t-1")).isTrue();
      assertThat(store.authenticate(key).expires())
          .isBetween(
              Instant.now().plus(Duration.ofDays(89)), Instant.now().plus(Duration.ofDays(90)));
    }

    CapturedRun list = CapturedRun.of("keys", "list", "--data", data);
    assertThat(list.out()).contains(id, "the shop", "write of books, t-*").doesNotContain(key);
    CapturedRun revoked = CapturedRun.of("keys", "revoke", "--keys-file", file, id);
    assertThat(revoked.status()).isZero();
    assertThat(Files.exists(file)).isTrue();
    assertThat(CapturedRun.of("keys", "list", "--data", data).out()).isEmpty();
  }

  @Test
  void jsonHasTheSame() throws Exception {
    CapturedRun made =
        CapturedRun.of(
            "keys", "create", "--data", data, "--role", "admin", "--collection", "*", "--json");
    JsonNode object = new ObjectMapper().readTree(made.out());
    assertThat(object.path("key").asText()).startsWith("siskin_" + object.path("id").asText());
    assertThat(object.path("grants").path(0).path("role").asText()).isEqualTo("admin");
    CapturedRun list = CapturedRun.of("keys", "list", "--data", data, "--json");
    assertThat(new ObjectMapper().readTree(list.out()).path("id")).isEqualTo(object.path("id"));
    assertThat(list.out()).doesNotContain("\"key\"", "sha256");
  }

  @ParameterizedTest
  @CsvSource({
    "owner, books, 90d, --role",
    "read, ../books, 90d, collection",
    "read, books, 90, --expires",
    "read, books, 4000d, --expires",
    "read, books, 0d, --expires"
  })
  void wrongValuesAreTold(String role, String collection, String expires, String named) {
    CapturedRun run =
        CapturedRun.of(
            "keys",
            "create",
            "--data",
            data,
            "--role",
            role,
            "--collection",
            collection,
            "--expires",
            expires);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains(named);
    assertThat(run.out()).isEmpty();
    assertThat(data.resolve(".keys.json")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0123456789", "x"})
  void whatIsNoKeyCannotBeRevoked(String id) {
    var _ = CapturedRun.of("keys", "create", "--data", data, "--role", "read", "--collection", "*");
    CapturedRun run = CapturedRun.of("keys", "revoke", "--data", data, id);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains(id);
  }
}
