package io.siskin.loadtest.load;

import com.google.protobuf.Duration;
import io.grpc.Channel;
import io.grpc.Status;
import io.siskin.index.document.Schema;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.vector.TermIdVector;
import io.siskin.index.vector.TokenVector;
import io.siskin.loadtest.load.scenario.Operation;
import io.siskin.loadtest.load.scenario.Operation.QueryForm;
import io.siskin.proto.v1.DeleteRequest;
import io.siskin.proto.v1.DeleteResponse;
import io.siskin.proto.v1.Document;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.IdList;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchResponse;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.SearchStreamRequest;
import io.siskin.proto.v1.SearchStreamResponse;
import io.siskin.proto.v1.SparseVector;
import io.siskin.proto.v1.UpsertRequest;
import io.siskin.proto.v1.UpsertResponse;
import io.siskin.proto.v1.UpsertStreamRequest;
import io.siskin.proto.v1.UpsertStreamResponse;
import io.siskin.proto.v1.WriteResult;
import io.siskin.server.corpus.SourceQueries;
import io.siskin.server.corpus.SourceQuery;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/** Makes the sender of an operation: reads its file, and knows the messages of the API. */
final class Senders {
  private final List<Channel> channels;
  private final int deadlineMillis;
  private final long seed;

  /**
   * Keeps what all operations share.
   *
   * @param channels the connections
   * @param deadlineMillis how long a call may take
   * @param seed decides which documents are drawn
   */
  Senders(List<Channel> channels, int deadlineMillis, long seed) {
    this.channels = channels;
    this.deadlineMillis = deadlineMillis;
    this.seed = seed;
  }

  /**
   * Makes a sender.
   *
   * @param operation what it sends
   * @throws IOException when its file cannot be read
   * @throws InvalidInputException when something in the file is wrong, or nothing is in it
   */
  CallSender of(Operation operation) throws IOException {
    return switch (operation) {
      case Operation.Search search -> search(search);
      case Operation.Upsert upsert -> upsert(upsert);
      case Operation.Delete delete -> delete(delete);
    };
  }

  /**
   * Returns the searches of an operation, in the order in which they are sent, without end.
   *
   * @param search the operation
   */
  static LongFunction<SearchRequest> requests(Operation.Search search) throws IOException {
    List<SearchRequest> queries = new ArrayList<>();
    for (SourceQuery query : SourceQueries.read(search.queries())) {
      queries.add(request(search, query));
    }
    if (queries.isEmpty()) {
      throw new InvalidInputException("queries", "empty", "at least one").at("" + search.queries());
    }
    return number -> {
      SearchRequest query = queries.get((int) (number % queries.size()));
      boolean isNew = search.isUnique() && query.hasText();
      if (search.filter() == null && !isNew) {
        return query;
      }
      SearchRequest.Builder request = query.toBuilder();
      if (search.filter() != null) {
        request.setFilterExpression(filled(search.filter(), search.values(), number));
      }
      return isNew ? request.setText(query.getText() + " " + number).build() : request.build();
    };
  }

  /** Returns a filter whose placeholders have values; each value list goes round by itself. */
  static String filled(String filter, Map<String, List<String>> values, long number) {
    String text = filter;
    for (Map.Entry<String, List<String>> one : values.entrySet()) {
      int index = (int) (number % one.getValue().size());
      text = text.replace("{" + one.getKey() + "}", one.getValue().get(index));
    }
    return text;
  }

  private static SearchRequest request(Operation.Search search, SourceQuery query) {
    SearchRequest.Builder request =
        SearchRequest.newBuilder()
            .setCollection(search.collection())
            .setTenant(search.tenant())
            .setK(search.k())
            .addAllFields(search.fields());
    if (search.recallTarget() != null) {
      request.setRecallTarget(search.recallTarget().floatValue());
    }
    if (search.form() != QueryForm.TEXT && query.vector() != null) {
      return request.setVector(message(query.vector())).build();
    }
    if (search.form() != QueryForm.VECTOR && query.text() != null) {
      return request.setText(query.text()).build();
    }
    String wanted =
        switch (search.form()) {
          case ANY -> "a text or a vector";
          case TEXT -> "a text";
          case VECTOR -> "a vector";
        };
    throw new InvalidInputException("query", "'" + query.id() + "' without one", wanted)
        .at(query.place());
  }

  /** Returns a vector as a message. */
  static SparseVector message(io.siskin.index.vector.SparseVector vector) {
    SparseVector.Builder message = SparseVector.newBuilder();
    switch (vector) {
      case TermIdVector terms -> {
        for (int i = 0; i < terms.size(); i++) {
          message.addTermIds(terms.termId(i)).addWeights(terms.weight(i));
        }
      }
      case TokenVector tokens -> {
        for (int i = 0; i < tokens.size(); i++) {
          message.addTokens(tokens.token(i)).addWeights(tokens.weight(i));
        }
      }
    }
    return message.build();
  }

  private CallSender search(Operation.Search search) throws IOException {
    LongFunction<SearchRequest> requests = requests(search);
    if (!search.isStream()) {
      return new UnarySender<>(
          SearchServiceGrpc.getSearchMethod(),
          requests::apply,
          new UnarySender.Answers<SearchResponse>() {
            @Override
            public long nanosInServer(SearchResponse answer) {
              return answer.getTimings().getTotalNanos();
            }
          },
          channels,
          deadlineNanos());
    }
    return new StreamSender<>(
        SearchServiceGrpc.getSearchStreamMethod(),
        number ->
            SearchStreamRequest.newBuilder()
                .setRequestId(number)
                .setSearch(requests.apply(number))
                .setTimeout(timeout())
                .build(),
        new StreamSender.Answers<SearchStreamResponse>() {
          @Override
          public long number(SearchStreamResponse answer) {
            return answer.getRequestId();
          }

          @Override
          public Status.Code code(SearchStreamResponse answer) {
            return answer.hasStatus() ? code(answer.getStatus().getCode()) : Status.Code.OK;
          }

          private Status.Code code(int number) {
            return Status.fromCodeValue(number).getCode();
          }

          @Override
          public long nanosInServer(SearchStreamResponse answer) {
            return answer.getResponse().getTimings().getTotalNanos();
          }
        },
        channels);
  }

  private Duration timeout() {
    return Duration.newBuilder()
        .setSeconds(deadlineMillis / 1_000)
        .setNanos(deadlineMillis % 1_000 * 1_000_000)
        .build();
  }

  private long deadlineNanos() {
    return TimeUnit.MILLISECONDS.toNanos(deadlineMillis);
  }

  private CallSender upsert(Operation.Upsert upsert) throws IOException {
    List<Document> documents =
        documents(upsert.collection(), upsert.documents(), upsert.idPrefix());
    SplittableRandom random = new SplittableRandom(seed);
    LongFunction<UpsertRequest> requests =
        number -> {
          UpsertRequest.Builder request =
              UpsertRequest.newBuilder()
                  .setCollection(upsert.collection())
                  .setTenant(upsert.tenant());
          for (int i = 0; i < upsert.batch(); i++) {
            request.addDocuments(documents.get(random.nextInt(documents.size())));
          }
          return request.build();
        };
    if (!upsert.isStream()) {
      return new UnarySender<>(
          DocumentServiceGrpc.getUpsertMethod(),
          requests::apply,
          new UnarySender.Answers<UpsertResponse>() {
            @Override
            public Status.Code code(UpsertResponse answer) {
              return worst(answer);
            }
          },
          channels,
          deadlineNanos());
    }
    return new StreamSender<>(
        DocumentServiceGrpc.getUpsertStreamMethod(),
        number ->
            UpsertStreamRequest.newBuilder()
                .setRequestId(number)
                .setUpsert(requests.apply(number))
                .setTimeout(timeout())
                .build(),
        new StreamSender.Answers<UpsertStreamResponse>() {
          @Override
          public long number(UpsertStreamResponse answer) {
            return answer.getRequestId();
          }

          @Override
          public Status.Code code(UpsertStreamResponse answer) {
            return answer.hasStatus()
                ? Status.fromCodeValue(answer.getStatus().getCode()).getCode()
                : worst(answer.getResponse());
          }
        },
        channels);
  }

  /** A document that was refused fails its call. */
  private static Status.Code worst(UpsertResponse answer) {
    for (WriteResult result : answer.getResultsList()) {
      if (result.hasError()) {
        return Status.fromCodeValue(result.getError().getCode()).getCode();
      }
    }
    return Status.Code.OK;
  }

  private CallSender delete(Operation.Delete delete) throws IOException {
    List<String> ids =
        documents(delete.collection(), delete.documents(), delete.idPrefix()).stream()
            .map(Document::getId)
            .toList();
    SplittableRandom random = new SplittableRandom(seed);
    return new UnarySender<>(
        DocumentServiceGrpc.getDeleteMethod(),
        number -> {
          IdList.Builder list = IdList.newBuilder();
          for (int i = 0; i < delete.batch(); i++) {
            list.addIds(ids.get(random.nextInt(ids.size())));
          }
          return DeleteRequest.newBuilder()
              .setCollection(delete.collection())
              .setTenant(delete.tenant())
              .setIds(list)
              .build();
        },
        new UnarySender.Answers<DeleteResponse>() {},
        channels,
        deadlineNanos());
  }

  private List<Document> documents(String collection, Path file, String idPrefix)
      throws IOException {
    Schema schema = DocumentFile.schema(channels.getFirst(), collection);
    return DocumentFile.read(file, idPrefix, schema);
  }
}
