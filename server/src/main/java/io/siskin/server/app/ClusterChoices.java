package io.siskin.server.app;

import io.siskin.index.build.ClusterOptions;
import picocli.CommandLine.Option;

/** The parameters of the clustered posting lists. */
final class ClusterChoices {
  @Option(
      names = "--posting-share",
      paramLabel = "X",
      description =
          "Clustered lists: how much of all postings is kept, the heaviest first; above "
              + "0, at most 1. Raising it raises recall at a large query cut, bytes and the "
              + "time to build. Default: ${DEFAULT-VALUE}.")
  private double postingShare = ClusterOptions.DEFAULTS.postingShare();

  @Option(
      names = "--list-length-factor",
      paramLabel = "X",
      description =
          "Clustered lists: a list keeps at most this many times the length of the list "
              + "that an average posting stands in; above 0. Raising it keeps more of the most "
              + "frequent terms' postings, the least telling ones. Default: ${DEFAULT-VALUE}.")
  private double listLengthFactor = ClusterOptions.DEFAULTS.listLengthFactor();

  @Option(
      names = "--list-length-min",
      paramLabel = "N",
      description =
          "Clustered lists: postings that a list keeps at least, 1 or more. Raising it "
              + "lets rare terms keep documents in which they weigh little. Default: ${DEFAULT-"
              + "VALUE}.")
  private int listLengthMin = ClusterOptions.DEFAULTS.listLengthMin();

  @Option(
      names = "--plain-list-length-max",
      paramLabel = "N",
      description =
          "Clustered lists: a list with at most this many postings gets no summaries, 0 "
              + "or more. Raising it saves bytes and scores more documents. Default: ${DEFAULT-"
              + "VALUE}.")
  private int plainListLengthMax = ClusterOptions.DEFAULTS.plainListLengthMax();

  @Option(
      names = "--centroid-share",
      paramLabel = "X",
      description =
          "Clustered lists: posting blocks begun per posting of a list; above 0, at most "
              + "1. Raising it makes blocks smaller, their summaries sharper and the index "
              + "larger. Default: ${DEFAULT-VALUE}.")
  private double centroidShare = ClusterOptions.DEFAULTS.centroidShare();

  @Option(
      names = "--document-cut",
      paramLabel = "N",
      description =
          "Clustered lists: with how many of its heaviest terms a document looks for its "
              + "block, 1 to 64. Raising it makes blocks a little more cohesive and the build "
              + "slower. Default: ${DEFAULT-VALUE}.")
  private int documentCut = ClusterOptions.DEFAULTS.documentCut();

  @Option(
      names = "--posting-block-min",
      paramLabel = "N",
      description =
          "Clustered lists: posting blocks with fewer postings are dissolved into others,"
              + " 1 or more. Raising it makes the index smaller and summaries less sharp. "
              + "Default: ${DEFAULT-VALUE}.")
  private int blockSizeMin = ClusterOptions.DEFAULTS.blockSizeMin();

  @Option(
      names = "--summary-energy",
      paramLabel = "X",
      description =
          "Clustered lists: how much of a summary's sum of weights is kept, heaviest "
              + "first; above 0, at most 1. Raising it makes summaries better estimates and the"
              + " index larger. Default: ${DEFAULT-VALUE}.")
  private double summaryEnergy = ClusterOptions.DEFAULTS.summaryEnergy();

  @Option(
      names = "--summary-row-min",
      paramLabel = "N",
      description =
          "Clustered lists: a term that fewer of a list's summaries have is left out of "
              + "them, 1 or more. Raising it saves bytes and scores more documents. Default: "
              + "${DEFAULT-VALUE}.")
  private int summaryRowLengthMin = ClusterOptions.DEFAULTS.summaryRowLengthMin();

  /** Returns the options, checked. */
  ClusterOptions build() {
    return new ClusterOptions(
        postingShare,
        listLengthFactor,
        listLengthMin,
        plainListLengthMax,
        centroidShare,
        documentCut,
        blockSizeMin,
        summaryEnergy,
        summaryRowLengthMin);
  }
}
