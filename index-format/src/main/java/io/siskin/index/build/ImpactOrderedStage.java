package io.siskin.index.build;

import io.siskin.index.build.ImpactListEncoder.EncodedList;
import io.siskin.index.format.FileKind;
import io.siskin.index.format.SectionKind;
import io.siskin.index.format.v1.FormatV1;
import io.siskin.index.format.v1.ImpactOrderedLayout;
import io.siskin.index.store.SectionWriter;
import io.siskin.index.store.SegmentFileWriter;
import java.io.IOException;

/**
 * Writes {@code impacts.dat} from the posting lists. {@link ImpactOrderedLayout} describes the
 * file.
 *
 * <p>Lists are encoded on all threads and written in the order of term numbers, so the bytes do not
 * depend on the threads. The heap holds only a few lists at a time.
 */
final class ImpactOrderedStage {
  private static final long POSTINGS_PER_PIECE = 1 << 17;

  /** The most postings of a list, because a list is encoded in one array. */
  private static final int LIST_LENGTH_MAX =
      Integer.MAX_VALUE / ImpactOrderedLayout.PLAIN_POSTING_LENGTH;

  private final InvertedPostings inverted;
  private final int windowCount;
  private final Sections sections;
  private int rowCount;
  private long windowedPostings;
  private long plainPostings;

  private ImpactOrderedStage(InvertedPostings inverted, SegmentFileWriter file) throws IOException {
    this.inverted = inverted;
    this.windowCount = ImpactOrderedLayout.windowCount(inverted.documentCount());
    this.sections = new Sections(file);
  }

  /**
   * Writes the sections of the file.
   *
   * @param context the input of the stage
   * @param options which postings are kept
   * @return the file, which is not yet joined or stamped
   */
  static SegmentFileWriter run(BuildContext context, ImpactOrderedOptions options)
      throws IOException {
    SegmentFileWriter file = context.files().begin(FileKind.IMPACTS);
    new ImpactOrderedStage(context.inverted(), file).write(context, options);
    return file;
  }

  /**
   * The sections under construction, in the order of the file. The data that every query reads
   * comes first.
   */
  private static final class Sections {
    final SectionWriter parameters;
    final SectionWriter terms;
    final SectionWriter totals;
    final SectionWriter windows;
    final SectionWriter postings;
    final SectionWriter plainLists;

    Sections(SegmentFileWriter file) throws IOException {
      parameters = file.section(SectionKind.IMPACT_PARAMETERS, FormatV1.ENCODING_PLAIN);
      terms = file.section(SectionKind.IMPACT_TERMS, FormatV1.ENCODING_PLAIN);
      totals = file.section(SectionKind.IMPACT_TOTALS, FormatV1.ENCODING_PLAIN);
      windows = file.section(SectionKind.IMPACT_WINDOWS, FormatV1.ENCODING_PLAIN);
      postings = file.section(SectionKind.IMPACT_POSTINGS, FormatV1.ENCODING_PLAIN);
      plainLists = file.section(SectionKind.IMPACT_PLAIN_LISTS, FormatV1.ENCODING_PLAIN);
    }
  }

  private void write(BuildContext context, ImpactOrderedOptions options) throws IOException {
    context.progress().begin("impact order", inverted.postingCount());
    StaticPruning pruning =
        StaticPruning.of(
            inverted,
            options.postingsPerDocument(),
            options.weightShareMin(),
            Math.min(options.listLengthMin(), LIST_LENGTH_MAX),
            LIST_LENGTH_MAX);
    int[] starts = inverted.pieceStarts(POSTINGS_PER_PIECE);
    context
        .parallel()
        .run(
            starts.length - 1,
            piece -> encode(pruning, starts[piece], starts[piece + 1]),
            (piece, lists) -> {
              for (EncodedList list : lists) {
                append(list);
              }
              context.progress().advance(inverted.postingsBefore(starts[piece + 1]));
            });
    context.progress().end();
    writeParameters();
  }

  private EncodedList[] encode(StaticPruning pruning, int fromTerm, int toTerm) {
    int longest = 0;
    for (int term = fromTerm; term < toTerm; term++) {
      longest = Math.max(longest, inverted.documentFrequency(term));
    }
    ImpactListEncoder encoder = new ImpactListEncoder(inverted, pruning, windowCount, longest);
    EncodedList[] lists = new EncodedList[toTerm - fromTerm];
    for (int term = fromTerm; term < toTerm; term++) {
      lists[term - fromTerm] = encoder.encode(term);
    }
    return lists;
  }

  private void append(EncodedList list) throws IOException {
    boolean windowed = list.windows().length > 0;
    sections.terms.putU64(
        windowed
            ? windowedPostings * ImpactOrderedLayout.WINDOWED_POSTING_LENGTH
            : plainPostings * ImpactOrderedLayout.PLAIN_POSTING_LENGTH);
    sections.terms.putU32(list.postingCount());
    sections.terms.putU32(windowed ? rowCount + 1 : 0);
    sections.terms.putF32(list.scale());
    sections.terms.putBytes(list.rankedImpacts(), 0, list.rankedImpacts().length);
    sections.terms.putU8(0);
    if (windowed) {
      sections.totals.putBytes(list.totals(), 0, list.totals().length);
      sections.windows.putBytes(list.windows(), 0, list.windows().length);
      sections.postings.putBytes(list.postings(), 0, list.postings().length);
      windowedPostings += list.postingCount();
      rowCount++;
    } else {
      sections.plainLists.putBytes(list.postings(), 0, list.postings().length);
      plainPostings += list.postingCount();
    }
  }

  private void writeParameters() throws IOException {
    sections.parameters.putU32(inverted.documentCount());
    sections.parameters.putU32(inverted.termCount());
    sections.parameters.putU32(windowCount);
    sections.parameters.putU32(rowCount);
    sections.parameters.putU64(windowedPostings + plainPostings);
    sections.parameters.putU64(0);
    sections.parameters.setCount(1);
    sections.terms.setCount(inverted.termCount());
    sections.totals.setCount(rowCount);
    sections.windows.setCount((long) rowCount * windowCount);
    sections.postings.setCount(windowedPostings);
    sections.plainLists.setCount(plainPostings);
  }
}
