package io.siskin.server.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A document that tells its reader what to save and what to run, as a list of steps.
 *
 * <ul>
 *   <li>A block that is fenced as {@code sh} is a list of commands. It is run to its end, unless a
 *       comment on the line before it says otherwise: {@code <!-- runs until stopped -->}, {@code
 *       <!-- run by the tests where there is: TOOL TOOL -->} or {@code <!-- not run by the tests:
 *       REASON -->}.
 *   <li>Another block under a line that ends in a file name in backticks and a colon is that file.
 *   <li>All other blocks are only shown.
 * </ul>
 *
 * @param name the document's path in the repository
 * @param steps what its reader does, in order
 */
record GuideDocument(String name, List<Step> steps) {
  private static final String FENCE = "```";
  private static final Set<String> OTHER_SHELLS = Set.of("", "bash", "console", "shell", "zsh");
  private static final Pattern COMMENT = Pattern.compile("<!-- (.+) -->");
  private static final Pattern FILE_NAME = Pattern.compile(".*`([\\w./-]+)`:");
  private static final Pattern LEFT_OUT = Pattern.compile("not run by the tests: (.+)");
  private static final Pattern TOOLS = Pattern.compile("run by the tests where there is: (.+)");

  /** What the reader does once. */
  sealed interface Step {
    /** Returns the line of the block's first fence, counted from 1. */
    int line();
  }

  /**
   * A file to save.
   *
   * @param line the line of the block's first fence
   * @param path where, relative to the working folder
   * @param content what
   */
  record SavedFile(int line, String path, String content) implements Step {}

  /**
   * Commands to run in a shell.
   *
   * @param line the line of the block's first fence
   * @param content the commands, one or more lines
   * @param treatment how the tests run them
   */
  record Commands(int line, String content, Treatment treatment) implements Step {}

  /** How the tests run a block of commands. */
  sealed interface Treatment {}

  /**
   * Run to the end, which must be a success.
   *
   * @param tools the programs and Python modules without which the block is left out
   */
  record ToTheEnd(List<String> tools) implements Treatment {}

  /** A server: it runs beside all steps that follow. */
  record UntilStopped() implements Treatment {}

  /**
   * Never run.
   *
   * @param reason why not, as the document says it
   */
  record LeftOut(String reason) implements Treatment {}

  /**
   * Reads a document.
   *
   * @param name its path in the repository, for messages
   * @param text its Markdown
   * @throws AssertionError that names the line, where a block or its comment is not as described
   */
  static GuideDocument parse(String name, String text) {
    List<Step> steps = new ArrayList<>();
    List<String> lines = text.lines().toList();
    int next = 0;
    while (next < lines.size()) {
      if (!lines.get(next).startsWith(FENCE)) {
        next++;
        continue;
      }
      int start = next;
      int end = start + 1;
      while (end < lines.size() && !lines.get(end).equals(FENCE)) {
        end++;
      }
      String place = name + ":" + (start + 1) + ": ";
      if (end == lines.size()) {
        throw new AssertionError(place + "the block has no end");
      }
      String content = String.join("\n", lines.subList(start + 1, end)) + "\n";
      addStep(steps, place, lines.subList(0, start + 1), content);
      next = end + 1;
    }
    return new GuideDocument(name, List.copyOf(steps));
  }

  private static void addStep(
      List<Step> steps, String place, List<String> linesToFence, String content) {
    int line = linesToFence.size();
    String language = linesToFence.getLast().substring(FENCE.length());
    if (language.equals("sh")) {
      String before = line > 1 ? linesToFence.get(line - 2) : "";
      steps.add(new Commands(line, content, treatment(place, before)));
      return;
    }
    if (OTHER_SHELLS.contains(language)) {
      throw new AssertionError(place + "the language is '" + language + "'; commands are sh");
    }
    Matcher file = FILE_NAME.matcher(lastText(linesToFence));
    if (file.matches()) {
      steps.add(new SavedFile(line, file.group(1), content));
    }
  }

  private static String lastText(List<String> linesToFence) {
    return linesToFence.subList(0, linesToFence.size() - 1).reversed().stream()
        .filter(line -> !line.isBlank())
        .findFirst()
        .orElse("");
  }

  private static Treatment treatment(String place, String lineBefore) {
    Matcher comment = COMMENT.matcher(lineBefore);
    if (!comment.matches()) {
      return new ToTheEnd(List.of());
    }
    String text = comment.group(1);
    if (text.equals("runs until stopped")) {
      return new UntilStopped();
    }
    Matcher leftOut = LEFT_OUT.matcher(text);
    if (leftOut.matches()) {
      return new LeftOut(leftOut.group(1));
    }
    Matcher tools = TOOLS.matcher(text);
    if (tools.matches()) {
      return new ToTheEnd(List.of(tools.group(1).split(" ")));
    }
    throw new AssertionError(place + "the comment '" + text + "' is not one of the three");
  }
}
