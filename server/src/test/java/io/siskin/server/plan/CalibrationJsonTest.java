package io.siskin.server.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.UnsupportedFormatException;
import io.siskin.server.plan.Calibration.Band;
import io.siskin.server.plan.Calibration.QuerySource;
import io.siskin.server.search.SearchMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CalibrationJsonTest {
  private static final Calibration EXAMPLE =
      new Calibration(
          "00112233445566778899aabbccddeeff",
          QuerySource.GIVEN,
          7,
          List.of(
              new Band(
                  10,
                  List.of(
                      new OperatingPoint(new SearchMode.Exact(), 1, 0, 123.5, 150, 4, 5),
                      new OperatingPoint(
                          new SearchMode.ScoreAtATime(0.25f, 0.78f, 9, 50), 0.9, 0.1, 1, 1.5, 2, 3),
                      new OperatingPoint(
                          new SearchMode.Clustered(10, 0.65f, false), 0.5, 0, 1e-3, 2e-3, 0, 0))),
              new Band(
                  100, List.of(new OperatingPoint(new SearchMode.Exact(), 1, 0, 0, 0, 0, 0)))));

  @Test
  void whatIsWrittenIsRead() throws IOException {
    assertThat(CalibrationJson.read(CalibrationJson.write(EXAMPLE), "f")).isEqualTo(EXAMPLE);
    assertThat(text()).contains("\"version\" : 3", "\"score_at_a_time\"").endsWith("}\n");
  }

  /** Older versions compared modes by a clock that was read once: they are not believed. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void anotherVersionIsNamedWithWhatHelps(int version) {
    String other = text().replace("\"version\" : 3", "\"version\" : " + version);
    assertThatThrownBy(() -> read(other))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("here.json")
        .hasMessageContaining("version 3, as 'siskin calibrate' writes it")
        .hasMessageContaining("version " + version);
    assertThatThrownBy(() -> read("{}")).isInstanceOf(UnsupportedFormatException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nonsense", "[1", "{\"version\":3}", "{\"version\":3,\"bands\":[3]}"})
  void whatIsNoCalibrationIsCorrupt(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOfAny(CorruptSegmentException.class, UnsupportedFormatException.class)
        .hasMessageContaining("here.json");
  }

  @ParameterizedTest
  @CsvSource({
    "'\"recall\" : 0.9', '\"recall\" : 1.1'",
    "'\"recall\" : 0.9', '\"recall\" : \"x\"'",
    "'\"recall_error\" : 0.1', '\"recall_error\" : -1'",
    "'\"median_micros\" : 123.5', '\"median_micros\" : 1e999'",
    "'\"name\" : \"exact\"', '\"name\" : \"other\"'",
    "'\"posting_floor\" : 0.25', '\"posting_floor\" : 2'",
    "'\"k\" : 100', '\"k\" : 10'",
    "'\"k\" : 10,', '\"k\" : 0.5,'",
    "'\"queries\" : \"given\"', '\"queries\" : \"found\"'",
    "'\"query_count\" : 7', '\"query_count\" : 0'"
  })
  void whatIsOutsideItsRangeIsCorrupt(String before, String after) {
    assertThat(text()).contains(before);
    assertThatThrownBy(() -> read(text().replace(before, after)))
        .isInstanceOf(CorruptSegmentException.class);
  }

  private static String text() {
    return new String(CalibrationJson.write(EXAMPLE), StandardCharsets.UTF_8);
  }

  private static Calibration read(String text) throws IOException {
    return CalibrationJson.read(text.getBytes(StandardCharsets.UTF_8), "here.json");
  }
}
