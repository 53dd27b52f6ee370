package io.siskin.server.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.siskin.server.access.ApiKey;
import io.siskin.server.access.KeyFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys of a data directory, which {@code siskin keys} makes in processes of its own. Used by one
 * thread.
 *
 * @param folder where the processes put what they print
 * @param data the data directory
 */
record TestKeys(Path folder, Path data) {
  /** Makes a key for some collections. */
  String create(String role, String... collections) throws Exception {
    List<Object> command =
        new ArrayList<>(List.of("keys", "create", "--data", data, "--role", role));
    for (String collection : collections) {
      command.addAll(List.of("--collection", collection));
    }
    command.addAll(List.of("--expires", "1d"));
    SiskinProcess made = SiskinProcess.run(folder, command.toArray());
    assertThat(made.awaitStatus()).as(made.err()).isZero();
    return made.out().strip();
  }

  /** Lets the time of a key end. The command makes no key whose time has ended. */
  void expire(String key) throws IOException {
    KeyFile.change(
        data.resolve(KeyFile.NAME),
        keys -> {
          keys.computeIfPresent(
              id(key),
              (id, old) ->
                  new ApiKey(
                      id,
                      old.secretSha256(),
                      old.label(),
                      old.grants(),
                      old.created(),
                      Instant.parse("2020-01-02T03:04:05Z")));
          return keys;
        });
  }

  /** Revokes a key. */
  void revoke(String key) throws Exception {
    SiskinProcess revoked = SiskinProcess.run(folder, "keys", "revoke", "--data", data, id(key));
    assertThat(revoked.awaitStatus()).as(revoked.err()).isZero();
  }

  private static String id(String key) {
    return key.split("_")[1];
  }
}
