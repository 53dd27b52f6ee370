package io.siskin.server.encode.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.siskin.index.error.InvalidInputException;
import io.siskin.server.encode.RemoteEncoderException;
import io.siskin.server.encode.RemoteEncoderException.Reason;
import io.siskin.server.encode.file.JsonFile;
import io.siskin.server.trace.RequestTrace;
import io.siskin.server.trace.TraceContext;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Speaks the REST interface of text-embeddings-inference. */
final class EmbeddingsInferenceTransport implements RemoteTransport {
  private static final long ANSWER_BYTES_MAX = 256L << 20;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final String SPARSE_POOLING = "splade";
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int SERVER_ERRORS = 500;
  private static final int MESSAGE_LENGTH_MAX = 200;

  private final RemoteTarget.EmbeddingsInference target;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  EmbeddingsInferenceTransport(RemoteTarget.EmbeddingsInference target) {
    this.target = target;
  }

  @Override
  public List<Answer> encode(List<String> texts, Duration timeout) {
    ObjectNode body = JSON.createObjectNode().put("truncate", true);
    ArrayNode inputs = body.putArray("inputs");
    texts.forEach(inputs::add);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address(target.dense() ? "/embed" : "/embed_sparse")))
            .header("Content-Type", "application/json")
            .timeout(timeout)
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    RequestTrace trace = RequestTrace.current();
    if (trace != null) {
      request.header(TraceContext.HEADER, trace.context().toHeader());
      if (!trace.context().state().isEmpty()) {
        request.header(TraceContext.STATE_HEADER, trace.context().state());
      }
    }
    HttpResponse<byte[]> response = send(request.build(), timeout);
    if (response.statusCode() != OK) {
      String said = new String(response.body(), StandardCharsets.UTF_8);
      Reason reason =
          response.statusCode() == TOO_MANY_REQUESTS || response.statusCode() >= SERVER_ERRORS
              ? Reason.UNAVAILABLE
              : Reason.REFUSED;
      throw error(
          reason,
          "status "
              + response.statusCode()
              + ": "
              + said.substring(0, Math.min(said.length(), MESSAGE_LENGTH_MAX)));
    }
    return answers(response.body(), texts.size());
  }

  @Override
  public boolean isReady(Duration timeout) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address("/health"))).timeout(timeout).GET().build();
    try {
      return send(request, timeout).statusCode() == OK;
    } catch (RemoteEncoderException unreachable) {
      return false;
    }
  }

  @Override
  public RemoteDescription describe(Duration timeout, Expected expected) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address("/info"))).timeout(timeout).GET().build();
    HttpResponse<byte[]> response = send(request, timeout);
    if (response.statusCode() == NOT_FOUND) {
      return RemoteDescription.NONE;
    }
    if (response.statusCode() != OK) {
      throw error(Reason.REFUSED, "status " + response.statusCode() + " for /info");
    }
    JsonNode info = json(response.body());
    String model = info.path("model_id").asText("");
    if (!target.model().isEmpty() && !target.model().equals(model)) {
      throw new InvalidInputException("model", target.model(), "what is served: " + model);
    }
    String commit = info.path("model_sha").asText("");
    if (!commit.startsWith(target.version())) {
      throw new InvalidInputException(
          "model_version", target.version(), "what is served, as it begins: " + commit);
    }
    String pooling = info.at("/model_type/embedding/pooling").asText("");
    if (!target.dense() && !pooling.isEmpty() && !pooling.equals(SPARSE_POOLING)) {
      throw new InvalidInputException(
          "pooling of the server", pooling, SPARSE_POOLING + ", for sparse vectors");
    }
    int textsMax = info.path("max_client_batch_size").asInt(Integer.MAX_VALUE);
    if (expected.textCountMax() > textsMax) {
      throw new InvalidInputException(
          "batch_texts", expected.textCountMax(), "at most " + textsMax + ", as the server takes");
    }
    return new RemoteDescription(
        model,
        commit.isEmpty() ? List.of() : List.of(commit),
        List.of(
            "pooling " + pooling,
            "at most " + info.path("max_input_length").asText("?") + " tokens a text",
            "at most " + info.path("max_client_batch_size").asText("?") + " texts per request"));
  }

  private String address(String path) {
    return target.base().toString().replaceFirst("/$", "") + path;
  }

  /** The request's own time-out ends with the head of the answer; this one with its body. */
  private HttpResponse<byte[]> send(HttpRequest request, Duration timeout) {
    CompletableFuture<HttpResponse<byte[]>> pending =
        client.sendAsync(
            request,
            HttpResponse.BodyHandlers.limiting(
                HttpResponse.BodyHandlers.ofByteArray(), ANSWER_BYTES_MAX));
    try {
      return pending.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException slow) {
      throw error(Reason.DEADLINE_EXCEEDED, "no answer in " + timeout.toMillis() + " ms");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw error(Reason.UNAVAILABLE, "interrupted");
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause();
      if (cause instanceof HttpTimeoutException) {
        throw error(Reason.DEADLINE_EXCEEDED, "no answer in " + timeout.toMillis() + " ms");
      }
      if (cause instanceof IOException) {
        throw new RemoteEncoderException(
            Reason.UNAVAILABLE, target.label(), String.valueOf(cause), failed);
      }
      throw new RemoteEncoderException(
          Reason.MALFORMED, target.label(), String.valueOf(cause), failed);
    } finally {
      pending.cancel(true);
    }
  }

  private JsonNode json(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException malformed) {
      throw error(Reason.MALFORMED, JsonFile.describe(malformed));
    } catch (IOException notUnicode) {
      throw error(Reason.MALFORMED, "not JSON: its bytes are in no Unicode encoding");
    }
  }

  private List<Answer> answers(byte[] body, int count) {
    JsonNode root = json(body);
    if (!root.isArray() || root.size() != count) {
      throw error(Reason.MALFORMED, "no array of " + count + " vectors");
    }
    List<Answer> answers = new ArrayList<>(count);
    for (JsonNode vector : root) {
      if (!vector.isArray()) {
        throw error(Reason.MALFORMED, "a vector is no array");
      }
      answers.add(target.dense() ? dense(vector) : sparse(vector));
    }
    return answers;
  }

  private Answer dense(JsonNode vector) {
    float[] numbers = new float[vector.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = number(vector.get(i));
    }
    return new Answer.Dense(numbers);
  }

  private Answer sparse(JsonNode vector) {
    int[] terms = new int[vector.size()];
    float[] weights = new float[terms.length];
    for (int i = 0; i < terms.length; i++) {
      JsonNode index = vector.get(i).path("index");
      terms[i] = index.isInt() ? index.intValue() : -1;
      weights[i] = number(vector.get(i).path("value"));
    }
    return new Answer.Sparse(terms, weights);
  }

  private float number(JsonNode node) {
    if (!node.isNumber()) {
      throw error(Reason.MALFORMED, "'" + node + "' is no number");
    }
    return node.floatValue();
  }

  private RemoteEncoderException error(Reason reason, String what) {
    return new RemoteEncoderException(reason, target.label(), what);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
