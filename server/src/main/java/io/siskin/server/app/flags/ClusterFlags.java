package io.siskin.server.app.flags;

import io.siskin.index.build.ClusterOptions;
import picocli.CommandLine.Option;

/** The parameters of the clustered posting lists. */
final class ClusterFlags {
  @Option(
      names = "--postings-per-document",
      paramLabel = "X",
      description =
          "Clustered lists: how many postings are kept for each document on average, the "
              + "heaviest of all first; above 0. Raising it raises the recall that can be "
              + "reached, bytes and the time to build. Default: ${DEFAULT-VALUE}.")
  private double postingsPerDocument = ClusterOptions.DEFAULTS.postingsPerDocument();

  @Option(
      names = "--list-share-max",
      paramLabel = "X",
      description =
          "Clustered lists: the largest share of the documents that a list keeps (1,000 may "
              + "always stay); above 0, at most 1. Raising it keeps more of the most frequent "
              + "terms' postings, the least telling ones. Default: ${DEFAULT-VALUE}.")
  private double listShareMax = ClusterOptions.DEFAULTS.listShareMax();

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
      names = "--summary-terms-min",
      paramLabel = "N",
      description =
          "Clustered lists: terms that a summary keeps whatever its energy, 0 or more. "
              + "Raising it makes short documents' summaries better estimates and the index "
              + "larger. Default: ${DEFAULT-VALUE}.")
  private int summaryTermsMin = ClusterOptions.DEFAULTS.summaryTermsMin();

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
        postingsPerDocument,
        listShareMax,
        listLengthMin,
        plainListLengthMax,
        centroidShare,
        documentCut,
        blockSizeMin,
        summaryEnergy,
        summaryTermsMin,
        summaryRowLengthMin);
  }
}
