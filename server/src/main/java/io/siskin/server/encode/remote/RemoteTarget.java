package io.siskin.server.encode.remote;

import io.siskin.index.error.InvalidInputException;
import java.net.URI;
import java.util.Locale;

/**
 * Where an encoder is served, and how it is asked. Where it is is no part of what it is: the same
 * encoder may move, and gives the same vectors.
 */
public sealed interface RemoteTarget {
  /** Returns what stands for the target in messages. */
  String label();

  /** Returns what stands for the model in the fingerprint: all but where it is. */
  String identity();

  /**
   * Returns the same model elsewhere.
   *
   * @param address as in a configuration: {@code HOST:PORT} for {@link Kserve}, else an address of
   *     http or https
   * @throws InvalidInputException when it is no such address
   */
  RemoteTarget at(String address);

  /**
   * Reads the address of a gRPC server.
   *
   * @param address {@code HOST:PORT}
   * @throws InvalidInputException when it is none
   */
  static URI grpcAddress(String address) {
    URI uri = parse("grpc://" + address, address, "HOST:PORT");
    if (uri.getHost() == null || uri.getPort() < 1 || !uri.getPath().isEmpty()) {
      throw new InvalidInputException("address", address, "HOST:PORT");
    }
    return uri;
  }

  /**
   * Reads the address of an HTTP server.
   *
   * @param address {@code http://HOST:PORT} or {@code https://HOST:PORT}
   * @throws InvalidInputException when it is none
   */
  static URI httpAddress(String address) {
    return parse(address, address, "http://HOST:PORT or https://HOST:PORT");
  }

  private static URI parse(String text, String address, String allowed) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException malformed) {
      throw new InvalidInputException("address", address, allowed);
    }
  }

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
    public String identity() {
      return String.join("\0", "kserve", model, version, input, output.toString());
    }

    @Override
    public Kserve at(String address) {
      URI uri = RemoteTarget.grpcAddress(address);
      return new Kserve(uri.getHost(), uri.getPort(), encrypted, model, version, input, output);
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
   * @param model the model that must be served there, by its id; empty for any
   * @param version its commit, or how that begins; empty for any
   */
  record EmbeddingsInference(URI base, boolean dense, String model, String version)
      implements RemoteTarget {
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
    public String identity() {
      return String.join("\0", "embeddings-inference", model, version, Boolean.toString(dense));
    }

    @Override
    public EmbeddingsInference at(String address) {
      return new EmbeddingsInference(RemoteTarget.httpAddress(address), dense, model, version);
    }

    @Override
    public boolean isDense() {
      return dense;
    }
  }
}
