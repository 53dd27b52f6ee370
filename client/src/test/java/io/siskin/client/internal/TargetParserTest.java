package io.siskin.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetParserTest {
  @ParameterizedTest
  @CsvSource({
    "localhost, localhost:7700",
    "host:1234, host:1234",
    "my_service:80, my_service:80",
    "siskin.example, siskin.example:7700",
    "127.0.0.1, 127.0.0.1:7700",
    "[::1], [::1]:7700",
    "[::1]:9, [::1]:9",
    "::1, [::1]:7700",
    "dns:///siskin.example, dns:///siskin.example:7700",
    "dns:///siskin.example:81, dns:///siskin.example:81",
    "dns:///[::1], dns:///[::1]:7700",
    "dns:siskin.example, dns:siskin.example:7700",
    "dns://8.8.8.8/siskin.example, dns://8.8.8.8/siskin.example:7700",
    "'ipv4:10.0.0.1:80,10.0.0.2:80', 'ipv4:10.0.0.1:80,10.0.0.2:80'",
    "xds:///siskin, xds:///siskin",
  })
  void namesGetTheDefaultPort(String text, String expected) {
    assertThat(TargetParser.parse(text)).isEqualTo(new Target.Name(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "unix:///run/siskin.sock, /run/siskin.sock",
    "unix:/run/siskin.sock, /run/siskin.sock",
    "unix:siskin.sock, siskin.sock",
  })
  void socketsArePaths(String text, String expected) {
    assertThat(TargetParser.parse(text)).isEqualTo(new Target.UnixSocket(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost:7700",
        "https://localhost",
        "localhost:",
        ":7700",
        "localhost:port",
        "localhost:0",
        "localhost:65536",
        "local host",
        "localhost:7700/path",
        "[::1",
        "::1]",
        "[::1]x:1",
        "dns:///",
        "unix:",
        "unix://",
      })
  void anythingElseIsRefusedWithWhatIsAllowed(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TargetParser.parse(text))
        .withMessageContaining("'" + text + "'")
        .withMessageContaining("HOST:PORT");
  }
}
