package io.siskin.server.encode.model;

import io.siskin.index.error.CorruptSegmentException;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.RemoteEncoderException;
import io.siskin.server.encode.TextModel;
import io.siskin.server.encode.factory.ModelFiles;
import io.siskin.server.encode.factory.TextModels;
import io.siskin.server.encode.onnx.OnnxOptions;
import io.siskin.server.encode.remote.RemoteDescription;
import io.siskin.server.encode.remote.RemoteModel;
import io.siskin.server.encode.spec.ModelRef;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens models from their folders, in this process or where they are served. Opening a model twice
 * loads it twice: {@code batch.BatchedModels} is what shares the models of a process.
 *
 * <p>Safe for concurrent use; opening one model keeps the opening of another waiting.
 */
public final class ModelLibrary implements TextModels {
  private static final Logger LOG = LoggerFactory.getLogger(ModelLibrary.class);

  private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(2);

  private final OnnxOptions options;
  private final Map<String, String> addresses;
  private final Set<String> usedAddresses = new HashSet<>();

  /**
   * Makes an empty library.
   *
   * @param options how its models run
   */
  public ModelLibrary(OnnxOptions options) {
    this(options, Map.of());
  }

  /**
   * Makes an empty library that finds some models elsewhere than their folders say.
   *
   * @param options how its models run
   * @param addresses by the name of a model that is served elsewhere, alone or with 12 digits of
   *     its fingerprint, where it is
   */
  public ModelLibrary(OnnxOptions options, Map<String, String> addresses) {
    this.options = options;
    this.addresses = Map.copyOf(addresses);
  }

  /** Returns the names that were given an address and that no model had that was opened so far. */
  public synchronized Set<String> unusedAddresses() {
    Set<String> unused = new TreeSet<>(addresses.keySet());
    unused.removeAll(usedAddresses);
    return unused;
  }

  private @Nullable String address(ModelRef ref) {
    for (String name : List.of(ref.folderName(), ref.name())) {
      if (addresses.containsKey(name)) {
        usedAddresses.add(name);
        return addresses.get(name);
      }
    }
    return null;
  }

  @Override
  public synchronized TextModel open(Path directory, ModelRef ref) throws IOException {
    long start = System.nanoTime();
    TextModel model =
        RemoteDirectory.is(directory) ? openRemote(directory, ref) : load(directory, ref);
    LOG.info(
        "model {}: open after {} ms", ref.folderName(), (System.nanoTime() - start) / 1_000_000);
    return model;
  }

  private TextModel load(Path directory, ModelRef ref) throws IOException {
    ModelDirectory found = ModelDirectory.read(directory);
    check(directory, found.files(), ref);
    String address = address(ref);
    if (address != null) {
      throw new InvalidInputException(
          "address of model " + ref.name(), address, "none: the model runs here");
    }
    LoadedModel model = LoadedModel.open(found, options);
    LOG.info(
        "model {}: {} on {}",
        ref.folderName(),
        found.config().family(),
        model.session().provider().label());
    return model;
  }

  private TextModel openRemote(Path directory, ModelRef ref) throws IOException {
    RemoteDirectory read = RemoteDirectory.read(directory);
    check(directory, read.files(), ref);
    String address = address(ref);
    RemoteDirectory found = address == null ? read : read.at(address);
    RemoteModel model = found.open();
    boolean checked = false;
    try {
      if (model.isReady(HEALTH_TIMEOUT)) {
        RemoteDescription served = model.describe(HEALTH_TIMEOUT);
        LOG.info("model {}: {} {}", ref.folderName(), found.target().label(), served.details());
      } else {
        // Not an error: it may come up later, and vectors can be searched for without it.
        LOG.warn("model {}: {} is not ready", ref.folderName(), found.target().label());
      }
      checked = true;
    } catch (RemoteEncoderException silent) {
      LOG.warn("model {} does not say what it is: {}", ref.folderName(), silent.getMessage());
      checked = true;
    } catch (InvalidInputException other) {
      throw other.at(found.configFile());
    } finally {
      if (!checked) {
        model.close();
      }
    }
    return model;
  }

  private static void check(Path directory, ModelFiles files, ModelRef ref) throws IOException {
    String fingerprint = files.ref().fingerprint();
    if (!fingerprint.equals(ref.fingerprint())) {
      throw new CorruptSegmentException(
          directory.toString(), 0, "a model of fingerprint " + ref.fingerprint(), fingerprint);
    }
  }
}
