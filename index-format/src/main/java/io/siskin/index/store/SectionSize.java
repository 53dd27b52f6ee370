package io.siskin.index.store;

/**
 * The size of a section of a file.
 *
 * @param name the name of the section kind, or its code if this program does not know the kind
 * @param encoding the variant of its encoding
 * @param count its number of elements
 * @param bytes its length in bytes
 */
public record SectionSize(String name, int encoding, long count, long bytes) {}
