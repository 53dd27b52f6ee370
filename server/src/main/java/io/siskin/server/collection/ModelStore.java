package io.siskin.server.collection;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.file.AtomicFile;
import io.siskin.index.store.Publication;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.factory.ModelSource;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.spec.ModelRef;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The models of a data directory, in {@code .models/NAME-DIGITS/}, shared by its collections. They
 * are added and never changed, but for where a model is that is served elsewhere; a collection
 * names its own by fingerprint, which is verified when they are opened.
 *
 * @param directory the folder that holds them
 */
public record ModelStore(Path directory) {
  private static final String FOLDER = ".models";
  private static final String ADDING = ".adding-";

  /**
   * Returns the store of the data directory that a collection is in.
   *
   * @param collectionDirectory the collection's folder
   */
  static ModelStore beside(Path collectionDirectory) {
    return new ModelStore(collectionDirectory.resolveSibling(FOLDER));
  }

  /**
   * Returns the store of a data directory.
   *
   * @param data the data directory
   */
  public static ModelStore of(DataDirectory data) {
    return new ModelStore(data.root().resolve(FOLDER));
  }

  /**
   * Returns where a model lies, whether it is there or not.
   *
   * @param ref the model
   */
  public Path path(ModelRef ref) {
    return directory.resolve(ref.folderName());
  }

  /**
   * Checks that a model which is in the store already is whole. Does nothing when it is not there.
   *
   * @param model the model
   * @throws CorruptSegmentException when its files are not those that its fingerprint stands for
   */
  public void verify(ModelFiles model) throws IOException {
    Path target = path(model.ref());
    if (Files.exists(target) && !model.replaceable()) {
      checkContent(target, model);
    }
  }

  private static void checkContent(Path folder, ModelFiles model) throws IOException {
    String found;
    try {
      found = ModelFiles.fingerprint(folder, model.names());
    } catch (NoSuchFileException missing) {
      found = "no file " + missing.getFile();
    }
    if (!found.equals(model.ref().fingerprint())) {
      throw new CorruptSegmentException(
          folder.toString(), 0, "a model of fingerprint " + model.ref().fingerprint(), found);
    }
  }

  /**
   * Copies a model into the store, durably and all or nothing. When it is there, does nothing, or,
   * for a model that is served elsewhere, takes over the new files one by one.
   *
   * @param model the model
   * @throws CorruptSegmentException when its files have changed since they were read
   */
  public void add(ModelFiles model) throws IOException {
    Path target = path(model.ref());
    if (Files.exists(target)) {
      if (model.replaceable()) {
        replace(model, target);
      }
      return;
    }
    Files.createDirectories(directory);
    Path adding = Publication.createDirectory(directory, ADDING);
    try {
      for (String name : model.names()) {
        Path copy = adding.resolve(name);
        Files.createDirectories(copy.resolveSibling("."));
        AtomicFile.copy(model.directory().resolve(name), copy);
      }
      try (Stream<Path> all = Files.walk(adding)) {
        for (Path folder : all.filter(Files::isDirectory).toList()) {
          AtomicFile.forceDirectory(folder);
        }
      }
      if (!model.replaceable()) {
        checkContent(adding, model);
      }
      Publication.publishDirectory(adding, target);
    } catch (DirectoryNotEmptyException | FileAlreadyExistsException addedMeanwhile) {
      // By another process: the name stands for the content.
    } finally {
      Publication.deleteDirectory(adding);
    }
  }

  private void replace(ModelFiles model, Path target) throws IOException {
    for (String name : model.names()) {
      Path from = model.directory().resolve(name);
      Path to = target.resolve(name);
      if (Files.exists(to) && Files.mismatch(from, to) < 0) {
        continue;
      }
      Files.createDirectories(to.resolveSibling("."));
      AtomicFile.copy(from, to);
    }
  }

  /**
   * Returns the store's models, to be opened.
   *
   * @param models opens them
   */
  public ModelSource opened(TextModels models) {
    return ref -> models.open(path(ref), ref);
  }
}
