package io.siskin.server.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The header {@code Date}, which is made once a second. Safe for concurrent use. */
final class DateHeader {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private static volatile Made made = new Made(0, "");

  private record Made(long second, String text) {}

  private DateHeader() {}

  /** Returns the text of this second. */
  static String now() {
    Instant now = Instant.now();
    Made last = made;
    if (last.second != now.getEpochSecond()) {
      last = new Made(now.getEpochSecond(), FORMAT.format(now));
      made = last;
    }
    return last.text;
  }
}
