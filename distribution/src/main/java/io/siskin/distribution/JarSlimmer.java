package io.siskin.distribution;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Copies jars without the native libraries of other platforms. All other entries stay as they are,
 * in their order. A jar that has nothing to leave out is copied byte for byte.
 */
final class JarSlimmer {
  /** Of every entry of a jar that is written anew, so that the same input gives the same bytes. */
  private final LocalDateTime entryTime;

  private final Target target;

  JarSlimmer(Target target, long epochSeconds) {
    this.target = target;
    this.entryTime = LocalDateTime.ofEpochSecond(epochSeconds, 0, ZoneOffset.UTC);
  }

  /**
   * What became of a jar.
   *
   * @param kept the native libraries that are in the copy
   * @param leftOut those that are not
   * @param isEmpty whether nothing of use is left, so that there is no copy: the jar held native
   *     libraries only, and all of them were left out
   */
  record Result(List<NativeLibrary> kept, List<NativeLibrary> leftOut, boolean isEmpty) {}

  /**
   * Copies a jar.
   *
   * @param jar what is copied
   * @param copy where to; replaced if it exists
   * @throws IOException when one cannot be read or the other cannot be written
   * @throws IllegalArgumentException when the platform of a native library is unknown
   */
  Result copy(Path jar, Path copy) throws IOException {
    try (ZipFile from = new ZipFile(jar.toFile())) {
      List<ZipEntry> entries = new ArrayList<>(Collections.list(from.entries()));
      List<NativeLibrary> kept = new ArrayList<>();
      List<NativeLibrary> leftOut = new ArrayList<>();
      List<ZipEntry> copied = new ArrayList<>();
      boolean hasContent = false;
      for (ZipEntry entry : entries) {
        Optional<NativeLibrary> library = library(from, entry);
        if (library.isPresent() && !target.takes(library.get())) {
          leftOut.add(library.get());
          continue;
        }
        library.ifPresent(kept::add);
        copied.add(entry);
        hasContent |= library.isPresent() || entry.getName().endsWith(".class");
      }
      if (leftOut.isEmpty()) {
        Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
        return new Result(kept, leftOut, false);
      }
      if (hasContent) {
        write(from, withoutEmptyFolders(copied), copy);
      }
      return new Result(kept, leftOut, !hasContent);
    }
  }

  private static Optional<NativeLibrary> library(ZipFile jar, ZipEntry entry) throws IOException {
    if (entry.isDirectory()) {
      return Optional.empty();
    }
    try (var in = jar.getInputStream(entry)) {
      byte[] head = in.readNBytes(NativeLibrary.HEAD_LENGTH_BYTES);
      return NativeLibrary.of(entry.getName(), head);
    }
  }

  /** Leaves out the entries of folders that have nothing in them any more. */
  private static List<ZipEntry> withoutEmptyFolders(List<ZipEntry> entries) {
    return entries.stream()
        .filter(
            entry ->
                !entry.isDirectory()
                    || entries.stream()
                        .anyMatch(
                            other ->
                                !other.isDirectory()
                                    && other.getName().startsWith(entry.getName())))
        .toList();
  }

  private void write(ZipFile from, List<ZipEntry> entries, Path copy) throws IOException {
    try (OutputStream file = Files.newOutputStream(copy);
        ZipOutputStream out = new ZipOutputStream(file)) {
      for (ZipEntry entry : entries) {
        byte[] content;
        try (var in = from.getInputStream(entry)) {
          content = in.readAllBytes();
        }
        ZipEntry written = new ZipEntry(entry.getName());
        written.setTimeLocal(entryTime);
        written.setMethod(entry.getMethod());
        if (entry.getMethod() == ZipEntry.STORED) {
          CRC32 checksum = new CRC32();
          checksum.update(content);
          written.setSize(content.length);
          written.setCrc(checksum.getValue());
        }
        out.putNextEntry(written);
        out.write(content);
        out.closeEntry();
      }
    }
  }

  /** Returns the native libraries of a jar, for tests and messages. */
  static List<NativeLibrary> librariesOf(Path jar) throws IOException {
    try (ZipFile from = new ZipFile(jar.toFile())) {
      List<NativeLibrary> all = new ArrayList<>();
      for (ZipEntry entry : Collections.list(from.entries())) {
        library(from, entry).ifPresent(all::add);
      }
      return all;
    }
  }
}
