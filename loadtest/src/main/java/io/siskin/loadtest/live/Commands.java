package io.siskin.loadtest.live;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Reads one command per line from standard input and answers each with one line of JSON. So one
 * warm process does all commands of a measurement, in turns with other engines.
 */
final class Commands {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Commands() {}

  /** Does one command. */
  interface Engine {
    /**
     * Does a command.
     *
     * @param words the words of the line
     * @return what it answers, by name
     * @throws Exception when it cannot be done; the process ends then
     */
    Map<String, Object> run(String[] words) throws Exception;
  }

  /**
   * Does commands until standard input ends.
   *
   * @param engine what does them
   * @throws Exception when one fails
   */
  @SuppressWarnings("SystemOut") // It talks to the process that has started it.
  static void serve(Engine engine) throws Exception {
    PrintStream out = System.out;
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(JSON.writeValueAsString(engine.run(line.strip().split(" "))));
      out.flush();
    }
  }

  /**
   * Returns the error for a command that an engine does not have.
   *
   * @param words the command
   */
  static IOException unknown(String[] words) {
    return new IOException("no such command: " + String.join(" ", words));
  }
}
