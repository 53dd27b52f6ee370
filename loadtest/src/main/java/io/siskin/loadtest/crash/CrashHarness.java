package io.siskin.loadtest.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** First version: kills only. */
public final class CrashHarness {
  private CrashHarness() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createDirectories(Path.of(arguments[0]));
    long seed = Long.parseLong(arguments[1]);
    int kills = Integer.parseInt(arguments[2]);
    Rounds rounds = new Rounds(folder.resolve("data"), folder.resolve("errors.log"), seed);
    while (rounds.endCount() < kills) {
      rounds.write(3, List.of(), WriterProcess::kill);
      rounds.check();
      System.out.println(
          rounds.endCount()
              + " kills, "
              + rounds.operationCount()
              + " operations, "
              + rounds.documents()
              + " documents, refused "
              + rounds.refusedCount()
              + " unknown "
              + rounds.unknown().stream().distinct().limit(3).toList());
    }
    System.out.println(rounds.recoveryMicros());
  }
}
