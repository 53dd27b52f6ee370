package io.siskin.server.app.flags;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.rank.model.Rankers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** The option that names the ranking models of a command that searches in its own process. */
public final class RankerFlags {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "A folder with a ranker.yaml: a ranking model that stages of --pipeline name by the"
              + " folder's name. May be repeated. A server has models of its own, see 'siskin serve"
              + " --model'. Default: none.")
  private List<Path> directories = List.of();

  /**
   * Refuses the option where a server has the models.
   *
   * @throws InvalidInputException when it was given
   */
  public void refuse() {
    if (!directories.isEmpty()) {
      throw new InvalidInputException(
          "--model", directories.getFirst() + " beside --target", "models of the server only");
    }
  }

  /**
   * Opens the models.
   *
   * @param inference how they run
   * @return the models, which the caller closes
   * @throws IOException when one cannot be read
   */
  public Rankers open(InferenceFlags inference) throws IOException {
    Rankers rankers = inference.rankers();
    boolean opened = false;
    try {
      for (Path directory : directories) {
        rankers.open(directory);
      }
      opened = true;
      return rankers;
    } finally {
      if (!opened) {
        rankers.close();
      }
    }
  }
}
