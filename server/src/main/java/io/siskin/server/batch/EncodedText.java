package io.siskin.server.batch;

import io.siskin.server.encode.TextEncoding;

/**
 * The answer to one text.
 *
 * @param encoding what the model made of it; shared with others who asked for the same text
 * @param nanos where the time went
 * @param cached whether it came from the cache
 * @param batchTexts how many texts the model encoded together with it, itself included; 0 when no
 *     model encoded it
 */
public record EncodedText(
    TextEncoding encoding, EncodeNanos nanos, boolean cached, int batchTexts) {}
