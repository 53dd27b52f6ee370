package io.siskin.server.write;

import io.siskin.index.error.InvalidInputException;
import org.jspecify.annotations.Nullable;

/**
 * What became of one document of a write.
 *
 * @param outcome what was done
 * @param position the position of the write, from 1; 0 when nothing was written
 * @param refusal why the document was refused; null when it was not
 */
public record WriteResult(
    WriteOutcome outcome, long position, @Nullable InvalidInputException refusal) {}
