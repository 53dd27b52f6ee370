package io.siskin.server.rpc.gateway;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a call led to. Immutable; the body is not copied and must not be changed.
 *
 * @param status the status of HTTP, see {@link HttpStatuses}
 * @param body JSON in UTF-8: the answer, or a {@code google.rpc.Status}
 * @param retryAfter when it is worth trying again; null if the answer does not say
 */
public record RestAnswer(int status, byte[] body, @Nullable Duration retryAfter) {}
