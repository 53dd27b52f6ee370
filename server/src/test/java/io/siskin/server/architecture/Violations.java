package io.siskin.server.architecture;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.opentelemetry.api.trace.Span;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.siskin.proto.v1.SearchRequest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import jdk.incubator.vector.IntVector;
import net.openhft.chronicle.map.ChronicleMap;
import org.apache.lucene.analysis.Analyzer;

/** One class for each rule that breaks it: a rule that cannot fail protects nothing. */
@SuppressWarnings({"DefaultCharset", "StringCaseLocaleUsage", "unused"})
final class Violations {
  private Violations() {}

  static final class Grpc {
    Status status() {
      return Status.OK;
    }
  }

  static final class Netty {
    ByteBuf nothing() {
      return Unpooled.EMPTY_BUFFER;
    }
  }

  static final class Messages {
    SearchRequest request() {
      return SearchRequest.getDefaultInstance();
    }
  }

  static final class Protobuf {
    ByteString bytes() {
      return ByteString.EMPTY;
    }
  }

  static final class Djl {
    void close(HuggingFaceTokenizer tokenizer) {
      tokenizer.close();
    }
  }

  static final class Onnx {
    void close(OnnxTensor tensor) {
      tensor.close();
    }
  }

  static final class Lucene {
    void close(Analyzer analyzer) {
      analyzer.close();
    }
  }

  static final class Chronicle {
    void close(ChronicleMap<String, String> map) {
      map.close();
    }
  }

  static final class Metrics {
    void clear(PrometheusRegistry registry) {
      registry.clear();
    }
  }

  static final class JdkHttp {
    void stop(HttpServer server) {
      server.stop(0);
    }
  }

  static final class OpenTelemetry {
    void end(Span span) {
      span.end();
    }
  }

  static final class Vector {
    int lanes() {
      return IntVector.SPECIES_PREFERRED.length();
    }
  }

  static final class OwnsMemory {
    void allocate() {
      Arena.ofAuto().allocate(1);
    }
  }

  static final class Console {
    void print() {
      System.err.println();
    }
  }

  static final class Permissions {
    Path make(Path folder) throws IOException {
      return Files.createTempDirectory(folder, "x");
    }
  }

  static final class Chance {
    int draw() {
      return new Random().nextInt();
    }
  }

  static final class CharacterSet {
    byte[] bytes(String text) {
      return text.getBytes();
    }
  }

  static final class Language {
    String write(double number) {
      return String.format("%f", number);
    }
  }

  static final class OpensSegments {
    Object verification() {
      return io.siskin.index.store.Verification.FULL;
    }
  }

  static final class KnowsRpc {
    Object options() {
      return io.siskin.server.rpc.GrpcServerOptions.class;
    }
  }
}
