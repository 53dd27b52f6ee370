package io.siskin.server.encode.imports;

import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.onnx.graph.GraphOutputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the graph of each model of a folder, and what of the graph is read. Used by one thread.
 */
final class OnnxChoice {
  private static final String OPTION = "--onnx";
  private static final int RANK_OF_LOGITS = 3;
  private static final int RANK_OF_POOLED = 2;

  private final SavedFolder folder;

  /** The files that the caller wants, by their paths in the folder, and not yet taken. */
  private final Set<String> wanted = new LinkedHashSet<>();

  /**
   * Prepares the choice.
   *
   * @param folder the folder that is imported
   * @param files the files that the caller wants: paths, or paths in the folder
   * @throws InvalidInputException when one is no ONNX file in the folder
   */
  OnnxChoice(SavedFolder folder, List<Path> files) {
    this.folder = folder;
    for (Path file : files) {
      Path inside = folder.root().resolve(file);
      Path found = Files.exists(inside) ? inside : file;
      if (!Files.isRegularFile(found) || !file.toString().endsWith(".onnx")) {
        throw new InvalidInputException(OPTION, file, "an .onnx file in " + folder.root());
      }
      // Not followed: a link that leads out of the folder is refused where the file is read.
      Path absolute = found.toAbsolutePath().normalize();
      Path root = folder.root().toAbsolutePath().normalize();
      if (!absolute.startsWith(root)) {
        throw new InvalidInputException(OPTION, file, "a file in " + folder.root());
      }
      wanted.add(root.relativize(absolute).toString().replace('\\', '/'));
    }
  }

  /**
   * What is read of a graph.
   *
   * @param file the graph's path in the folder
   * @param output the output's name
   * @param pooled whether it has one row per text already
   * @param width how many numbers a row has; −1 where the graph does not say so
   */
  record Choice(String file, String output, boolean pooled, long width) {}

  /**
   * Chooses for one model.
   *
   * @param inside the model's folder in the one that is imported
   * @param termCount how many terms its tokenizer has
   * @throws InvalidInputException when there is no graph, or none that gives logits
   */
  Choice choose(String inside, int termCount) throws IOException {
    String file = file(inside);
    String place = folder.place(file);
    List<GraphOutputs.Output> outputs;
    try {
      outputs = GraphOutputs.of(folder.file(file));
    } catch (IOException malformed) {
      throw new InvalidInputException("model", "not an ONNX file", "an ONNX model").at(place);
    }
    Choice choice = output(file, outputs, termCount);
    if (choice == null) {
      throw new InvalidInputException(
              "outputs",
              outputs,
              "logits [batch, length, terms] in 32-bit floats, as of an export for fill-mask. "
                  + exportCommand(inside))
          .at(place);
    }
    String form =
        choice.pooled()
            ? " [batch, terms]: sparse. The graph pools, whatever other files say of pooling"
            : " [batch, length, terms]: logits";
    folder.found(file, "output " + choice.output() + form);
    return choice;
  }

  /**
   * Refuses files that the caller wants and that belong to no model.
   *
   * @param folders where the models lie
   */
  void finish(List<String> folders) {
    if (!wanted.isEmpty()) {
      throw new InvalidInputException(
          OPTION, wanted.iterator().next(), "one file of each model, in " + folders);
    }
  }

  private String file(String inside) throws IOException {
    List<String> candidates = new ArrayList<>(folder.onnxFiles(SavedFolder.join(inside, "onnx")));
    candidates.addAll(folder.onnxFiles(inside));
    for (String name : List.copyOf(wanted)) {
      if (inside.isEmpty() || name.startsWith(inside + "/")) {
        wanted.remove(name);
        folder.found(name, "is the graph, as " + OPTION + " says");
        return name;
      }
    }
    for (String usual : List.of("onnx/model.onnx", "model.onnx")) {
      String name = SavedFolder.join(inside, usual);
      if (candidates.remove(name)) {
        noteOthers(name, candidates);
        return name;
      }
    }
    if (candidates.size() == 1) {
      folder.found(candidates.getFirst(), "is the graph, since there is no other one");
      return candidates.getFirst();
    }
    String place = folder.root().resolve(inside).toString();
    if (candidates.isEmpty()) {
      throw new InvalidInputException(
              "ONNX model", "missing", "onnx/model.onnx or model.onnx. " + exportCommand(inside))
          .at(place);
    }
    throw new InvalidInputException(
            "ONNX model", "one of " + candidates, "one of them, named with " + OPTION)
        .at(place);
  }

  private void noteOthers(String taken, List<String> others) {
    String beside =
        others.isEmpty()
            ? ""
            : "; beside it " + String.join(", ", others) + ", which " + OPTION + " FILE would take";
    folder.found(taken, "is the graph" + beside);
  }

  private static @Nullable Choice output(
      String file, List<GraphOutputs.Output> outputs, int termCount) {
    List<Choice> logits = new ArrayList<>();
    List<Choice> pooled = new ArrayList<>();
    for (GraphOutputs.Output output : outputs) {
      int rank = output.shape().size();
      // A padded output is known by its name only: hidden states may be wide, too.
      boolean overTerms = output.width() == termCount;
      if (!output.isFloat()) {
        continue;
      }
      if (output.name().equals("logits") && (rank == RANK_OF_LOGITS || rank == 0)) {
        return new Choice(file, output.name(), false, output.width());
      }
      if (rank == RANK_OF_LOGITS && overTerms) {
        logits.add(new Choice(file, output.name(), false, output.width()));
      } else if (rank == RANK_OF_POOLED && overTerms) {
        pooled.add(new Choice(file, output.name(), true, output.width()));
      }
    }
    List<Choice> fitting = logits.isEmpty() ? pooled : logits;
    return fitting.size() == 1 ? fitting.getFirst() : null;
  }

  /** Returns the command that makes the missing file. */
  private String exportCommand(String inside) {
    String root = folder.root().toString();
    return "This makes it: "
        + (folder.has(SavedModules.FILE)
            ? "python3 -c \"from sentence_transformers import SparseEncoder as S; S('"
                + root
                + "', backend='onnx').save_pretrained('"
                + root
                + "')\""
            : "optimum-cli export onnx --task fill-mask --model "
                + folder.root().resolve(inside)
                + " "
                + folder.root().resolve(SavedFolder.join(inside, "onnx")));
  }
}
