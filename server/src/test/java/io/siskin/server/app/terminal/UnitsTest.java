package io.siskin.server.app.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.00 kB",
    "18240000, 18.2 MB",
    "999600, 1.00 MB",
    "5000000000, 5.00 GB",
    "9223372036854775807, 9223 PB"
  })
  void bytesHaveThreeFigures(long count, String expected) {
    assertThat(Units.bytes(count)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 ns",
    "999, 999 ns",
    "27400, 27.4 µs",
    "3370000, 3.37 ms",
    "12345678901, 12.3 s"
  })
  void durationsHaveThreeFigures(long nanos, String expected) {
    assertThat(Units.nanos(nanos)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"0, 0 documents", "1, 1 document", "117791, '117,791 documents'"})
  void nounsAgree(long count, String expected) {
    assertThat(Units.count(count, "document")).isEqualTo(expected);
  }
}
