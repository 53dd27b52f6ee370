package io.siskin.loadtest.load.report;

/** The letters that have a meaning in HTML. */
final class Html {
  private Html() {}

  /**
   * Returns a text that stands for itself in HTML, also inside of quotes.
   *
   * @param text any text
   */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
