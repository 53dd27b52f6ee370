package io.siskin.index.build;

import io.siskin.index.parallel.OrderedExecutor;
import io.siskin.index.segment.ForwardIndex;
import java.nio.file.Path;

/**
 * The input of the late stages of a build.
 *
 * @param files the files of the segment under construction. Each stage begins its own file there
 * @param directory the directory of the segment under construction, for scratch memory
 * @param forward the forward index, already written and mapped
 * @param inverted all posting lists
 * @param parallel runs the work of a stage on all threads of the build and gives the results in
 *     order
 * @param progress receives a call for each finished piece of work
 */
record BuildContext(
    SegmentFiles files,
    Path directory,
    ForwardIndex forward,
    InvertedPostings inverted,
    OrderedExecutor parallel,
    BuildProgress progress) {}
