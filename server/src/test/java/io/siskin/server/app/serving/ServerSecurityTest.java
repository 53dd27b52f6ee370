package io.siskin.server.app.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.app.CapturedRun;
import io.siskin.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerSecurityTest {
  @TempDir private Path data;

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "::1", "localhost"})
  void loopbackNeedsNothing(String host) {
    assertThatCode(() -> ServerSecurity.requireSafe("grpc.host", host, false, false))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, false, false, siskin keys create, security.tls.certificate",
    "::, true, false, not encrypted, security.tls.certificate",
    "192.0.2.1, false, true, need no key, siskin keys create",
    "no-such-host.invalid, false, false, --insecure, docs/security.md"
  })
  void otherAddressesNeedKeysAndTls(
      String host, boolean keys, boolean tls, String word, String otherWord) {
    assertThatThrownBy(() -> ServerSecurity.requireSafe("grpc.host", host, keys, tls))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(host)
        .hasMessageContaining(word)
        .hasMessageContaining(otherWord);
    assertThatCode(() -> ServerSecurity.requireSafe("grpc.host", host, true, true))
        .doesNotThrowAnyException();
  }

  private ServerConfig config(String... pathsAndValues) {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("data.dir", data.toString());
    for (int i = 0; i < pathsAndValues.length; i += 2) {
      texts.put(pathsAndValues[i], pathsAndValues[i + 1]);
    }
    return ServerConfig.of(texts);
  }

  @Test
  void everyListenerIsChecked() throws IOException {
    ServerSecurity.check(config());
    ServerSecurity.check(config("grpc.host", "0.0.0.0", "security.insecure", "true"));
    // It opens no port of TCP.
    ServerSecurity.check(
        config("grpc.host", "0.0.0.0", "grpc.port", "-1", "grpc.unix_socket", "s"));
    assertThatThrownBy(() -> ServerSecurity.check(config("grpc.host", "0.0.0.0")))
        .hasMessageContaining("grpc.host");
    assertThatThrownBy(
            () -> ServerSecurity.check(config("metrics.host", "0.0.0.0", "metrics.port", "0")))
        .hasMessageContaining("metrics.host");
  }

  @Test
  void halfOfACertificateIsRefused() {
    assertThatThrownBy(() -> ServerSecurity.check(config("security.tls.certificate", "c.pem")))
        .hasMessageContaining("private_key");
    assertThatThrownBy(
            () -> ServerSecurity.check(config("security.tls.client_certificates", "required")))
        .hasMessageContaining("security.tls.certificate");
  }

  @Test
  void aFileOfKeysThatIsNamedMustExist() {
    Path missing = data.resolve("missing.json");
    assertThatThrownBy(() -> ServerSecurity.open(config("security.keys_file", missing.toString())))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("siskin keys create");
  }

  @Test
  void keysInTheDataDirectoryAreFound() throws IOException {
    try (ServerSecurity without = ServerSecurity.open(config())) {
      assertThat(without.protection().keys()).isNull();
      assertThat(without.protection().audit()).isNull();
    }
    CapturedRun made =
        CapturedRun.of("keys", "create", "--data", data, "--role", "read", "--collection", "*");
    assertThat(made.status()).isZero();
    try (ServerSecurity with = ServerSecurity.open(config())) {
      assertThat(with.protection().keys()).isNotNull();
      assertThat(with.protection().audit()).isNotNull();
      assertThat(data.resolve(".audit.log")).exists();
    }
  }

  @Test
  void configCheckSaysTheSame() {
    CapturedRun open = CapturedRun.of("config", "check", "--host", "0.0.0.0");
    assertThat(open.status()).isEqualTo(2);
    assertThat(open.err()).contains("grpc.host is 0.0.0.0", "siskin keys create", "--insecure");
    assertThat(CapturedRun.of("config", "check", "--host", "0.0.0.0", "--insecure").status())
        .isZero();
  }
}
