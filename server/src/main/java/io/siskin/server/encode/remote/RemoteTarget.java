package io.siskin.server.encode.remote;

import io.siskin.index.error.InvalidInputException;
import java.net.URI;
import java.util.Locale;

/** Where an encoder is served, and how it is asked. */
public sealed interface RemoteTarget {
  /** Returns what stands for the target in messages and in the fingerprint. */
  String label();

  /** Returns whether its vectors are dense. */
  boolean isDense();

  /**
   * A model behind the Open Inference Protocol that takes texts ({@code BYTES [batch]}).
   *
   * @param host its host
   * @param port its port, 1 to 65,535
   * @param encrypted whether TLS is spoken
   * @param model the model's name
   * @param version its version; empty for the server's choice
   * @param input the name of the tensor that takes the texts
   * @param output what is read of the answer
   */
  record Kserve(
      String host,
      int port,
      boolean encrypted,
      String model,
      String version,
      String input,
      Output output)
      implements RemoteTarget {
    private static final int PORT_MAX = 65_535;

    /** Checks the port. */
    public Kserve {
      if (port < 1 || port > PORT_MAX) {
        throw new InvalidInputException("port", port, "1 to " + PORT_MAX);
      }
    }

    @Override
    public String label() {
      return "kserve " + host + ":" + port + " " + model + (version.isEmpty() ? "" : ":" + version);
    }

    @Override
    public boolean isDense() {
      return output instanceof Output.Embedding;
    }
  }

  /** What is read of a model's answer. */
  sealed interface Output {
    /**
     * Two tensors {@code [batch, n]}: numbers of terms and their weights. An entry without a weight
     * above 0 is padding.
     *
     * @param terms the name of the first, integers of 32 or 64 bits
     * @param weights the name of the second, floats of 32 bits
     */
    record Sparse(String terms, String weights) implements Output {}

    /**
     * One tensor {@code [batch, vocabulary]} of weights, floats of 32 bits.
     *
     * @param name its name
     */
    record Weights(String name) implements Output {}

    /**
     * One tensor {@code [batch, size]}: dense vectors, floats of 32 bits.
     *
     * @param name its name
     */
    record Embedding(String name) implements Output {}
  }

  /**
   * A server of text-embeddings-inference: {@code POST /embed_sparse} or {@code POST /embed}.
   *
   * @param base its address, http or https, without a path
   * @param dense whether {@code /embed} is asked
   */
  record EmbeddingsInference(URI base, boolean dense) implements RemoteTarget {
    /** Checks the address. */
    public EmbeddingsInference {
      String scheme = base.getScheme() == null ? "" : base.getScheme().toLowerCase(Locale.ROOT);
      if (base.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
        throw new InvalidInputException("address", base, "http://HOST:PORT or https://HOST:PORT");
      }
    }

    @Override
    public String label() {
      return base + (dense ? "/embed" : "/embed_sparse");
    }

    @Override
    public boolean isDense() {
      return dense;
    }
  }
}
