package io.siskin.server.app;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/**
 * A command that ran in this process.
 *
 * @param status its exit status
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
public record CapturedRun(int status, String out, String err) {
  public static CapturedRun of(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line =
        Siskin.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] words = new String[args.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = args[i].toString();
    }
    return new CapturedRun(line.execute(words), out.toString(), err.toString());
  }

  /** Returns the last line of standard output. */
  public String lastLine() {
    return out.strip().lines().reduce("", (_, line) -> line);
  }
}
