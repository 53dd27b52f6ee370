package io.siskin.index.store;

/**
 * How large a section of a file is.
 *
 * @param name the section kind's name, or its code when this build does not know it
 * @param encoding the variant of its encoding
 * @param count its number of elements
 * @param bytes its length
 */
public record SectionSize(String name, int encoding, long count, long bytes) {}
