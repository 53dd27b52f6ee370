package io.siskin.server.collection;

/**
 * The memory that something takes, in bytes.
 *
 * @param heapBytes on the heap. It is an estimate: the sum of the arrays, sets, texts and cached
 *     results that are counted where they are kept, without what a few objects of bounded size take
 * @param anonymousBytes outside of the heap and of files, as it was allocated
 * @param mappedBytes the length of the files that are mapped
 * @param residentBytes what of the mapped files is in memory, in whole pieces of 256 KiB; 0 where
 *     the system does not tell
 */
public record MemoryUse(long heapBytes, long anonymousBytes, long mappedBytes, long residentBytes) {
  /** Nothing. */
  public static final MemoryUse NONE = new MemoryUse(0, 0, 0, 0);

  /**
   * Returns what both take together.
   *
   * @param other the other one
   */
  public MemoryUse plus(MemoryUse other) {
    return new MemoryUse(
        heapBytes + other.heapBytes,
        anonymousBytes + other.anonymousBytes,
        mappedBytes + other.mappedBytes,
        residentBytes + other.residentBytes);
  }
}
