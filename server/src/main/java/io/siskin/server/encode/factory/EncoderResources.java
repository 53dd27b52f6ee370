package io.siskin.server.encode.factory;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.file.AtomicFile;
import io.siskin.index.file.BoundedFile;
import io.siskin.index.format.Sha256;
import io.siskin.server.encode.spec.ResourceRef;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The files that a collection's encoders need, stored in a folder of the collection: a tokenizer, a
 * table of weights.
 *
 * <p>Safe for concurrent reading; one thread adds.
 */
public final class EncoderResources {
  /** The longest file accepted, in bytes: resources are read whole. */
  public static final int LENGTH_BYTES_MAX = 64 << 20;

  private final Path directory;
  private final Map<String, Path> sources;

  private EncoderResources(Path directory, Map<String, Path> sources) {
    this.directory = directory;
    this.sources = Map.copyOf(sources);
  }

  /**
   * Stands on a folder, which {@link #add} creates when it is missing.
   *
   * @param directory holds the resources and nothing else
   */
  public static EncoderResources in(Path directory) {
    return new EncoderResources(directory, Map.of());
  }

  /**
   * Returns the same resources, of which some are read where their owner keeps them: before they
   * are stored, and so that messages name the owner's files.
   *
   * @param files by the name in the folder, the file to read in its place
   */
  public EncoderResources readFrom(Map<String, Path> files) {
    return new EncoderResources(directory, files);
  }

  /**
   * Copies a file into the folder, durably and all or nothing.
   *
   * @param name the name to store it under, see {@link ResourceRef}
   * @param source the file to copy, at most {@link #LENGTH_BYTES_MAX} bytes
   * @return the reference to put into the spec
   * @throws FileAlreadyExistsException when another content is stored under the name already
   * @throws InvalidInputException when the name is malformed or the file is too long
   * @throws IOException when reading or writing fails
   */
  public ResourceRef add(String name, Path source) throws IOException {
    ResourceRef.checkName(name);
    byte[] content = BoundedFile.readInput(source, LENGTH_BYTES_MAX);
    ResourceRef ref = new ResourceRef(name, Sha256.hex(content));
    write(ref, content);
    return ref;
  }

  /**
   * Copies a file into the folder as {@link #add(String, Path)} does, if it still is what a
   * reference pins.
   *
   * @param ref the reference that the spec has
   * @param source the file to copy
   * @throws InvalidInputException when the file has another content by now
   * @throws IOException when reading or writing fails
   */
  public void add(ResourceRef ref, Path source) throws IOException {
    byte[] content = BoundedFile.readInput(source, LENGTH_BYTES_MAX);
    if (!Sha256.hex(content).equals(ref.sha256())) {
      throw new InvalidInputException(
          "content of " + source, "another one than before", "the one that was read at the start");
    }
    write(ref, content);
  }

  private void write(ResourceRef ref, byte[] content) throws IOException {
    String name = ref.name();
    Path target = directory.resolve(name);
    if (Files.exists(target)) {
      if (Sha256.hex(BoundedFile.readStored(target, LENGTH_BYTES_MAX)).equals(ref.sha256())) {
        return;
      }
      throw new FileAlreadyExistsException(target.toString(), null, "another content is stored");
    }
    Files.createDirectories(directory);
    AtomicFile.write(target, content);
  }

  /**
   * Reads a stored file and verifies that it is the one that the reference pins.
   *
   * @param ref what to read
   * @throws CorruptSegmentException when the content is not the pinned one, or the file is no
   *     regular one or too long
   * @throws IOException when the file is missing or cannot be read
   */
  public byte[] read(ResourceRef ref) throws IOException {
    Path file = path(ref);
    byte[] content = BoundedFile.readStored(file, LENGTH_BYTES_MAX);
    String found = Sha256.hex(content);
    if (!found.equals(ref.sha256())) {
      throw new CorruptSegmentException(
          file.toString(), 0, "content with SHA-256 " + ref.sha256(), "SHA-256 " + found);
    }
    return content;
  }

  /**
   * Returns where a resource is read, for messages.
   *
   * @param ref the resource
   */
  public Path path(ResourceRef ref) {
    Path source = sources.get(ref.name());
    return source == null ? directory.resolve(ref.name()) : source;
  }
}
