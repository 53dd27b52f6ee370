package io.siskin.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

/** Which connections are refused, and for which of the two limits they are counted. */
final class ConnectionLimitTest {
  private static InetAddress address(int last) throws Exception {
    return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
  }

  @Test
  void eachRefusalIsCountedForItsReason() throws Exception {
    ConnectionLimit limit = new ConnectionLimit(3, 2);
    assertThat(limit.open(address(1))).isTrue();
    assertThat(limit.open(address(1))).isTrue();
    assertThat(limit.open(address(1))).isFalse();
    assertThat(limit.refusedOverAddress()).isEqualTo(1);
    assertThat(limit.refusedOverTotal()).isZero();
    assertThat(limit.open(address(2))).isTrue();
    assertThat(limit.open(address(3))).isFalse();
    assertThat(limit.open(address(1))).isFalse();
    assertThat(limit.refusedOverAddress()).isEqualTo(1);
    assertThat(limit.refusedOverTotal()).isEqualTo(2);
    assertThat(limit.openCount()).isEqualTo(3);
    limit.close(address(1));
    assertThat(limit.open(address(1))).isTrue();
    assertThat(limit.openCount()).isEqualTo(3);
  }
}
