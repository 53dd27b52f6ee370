package io.siskin.server.rpc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.InvalidInputException;
import io.siskin.proto.v1.SearchRequest;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies are in UTF-8, and what looks like another encoding is refused as such. */
class OtherEncodingsTest {
  private static final String BODY = "{\"text\": \"m\u00f6th\"}";

  private static void assertRefused(byte[] body) {
    assertThatThrownBy(() -> MessageReader.read(body, SearchRequest.newBuilder()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("the body is not");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE"})
  void otherEncodingsOfUnicode(String name) {
    assertRefused(BODY.getBytes(Charset.forName(name)));
  }

  /** These were answered with an internal error: a reader of UTF-32 met numbers out of range. */
  @ParameterizedTest
  @ValueSource(strings = {"0000feff72223a20", "0000007b02", "7b000000802222", "fffe0000ffffffff"})
  void whatOnlyBeginsLikeThem(String hex) {
    assertRefused(HexFormat.of().parseHex(hex));
  }

  @ParameterizedTest
  @ValueSource(strings = {"7b227465787422003a2278227d", "7b2274657874223a22ff227d", "7b00"})
  void bytesThatAreNoUtf8(String hex) {
    assertRefused(HexFormat.of().parseHex(hex));
  }

  @Test
  void utf8WithAndWithoutAMarkIsRead() {
    for (String mark : new String[] {"", "\uFEFF"}) {
      SearchRequest.Builder message = SearchRequest.newBuilder();
      MessageReader.read((mark + BODY).getBytes(StandardCharsets.UTF_8), message);
      assertThat(message.getText()).isEqualTo("m\u00f6th");
    }
  }
}
