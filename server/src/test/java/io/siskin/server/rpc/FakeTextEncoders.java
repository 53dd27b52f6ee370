package io.siskin.server.rpc;

import io.siskin.server.batch.DynamicBatcher;
import io.siskin.server.batch.EncodeNanos;
import io.siskin.server.batch.EncodedText;
import io.siskin.server.retrieve.EncodingRequest;
import io.siskin.server.retrieve.ModelNotFoundException;
import io.siskin.server.retrieve.TextEncoders;
import io.siskin.server.search.Cancellation;
import io.siskin.server.testing.FakeTextModel;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Encoders by a fake model: the model {@code fake} by a front end, any collection at once. */
public final class FakeTextEncoders implements TextEncoders {
  /** Has no front end. */
  public static final FakeTextEncoders NONE = new FakeTextEncoders(new FakeTextModel(64), null);

  private final FakeTextModel model;
  private final DynamicBatcher encoder;

  FakeTextEncoders(FakeTextModel model, DynamicBatcher encoder) {
    this.model = model;
    this.encoder = encoder;
  }

  @Override
  public boolean encodesHere(EncodingRequest request) {
    return request.encoder() instanceof EncodingRequest.Encoder.OfCollection;
  }

  @Override
  public CompletableFuture<List<EncodedText>> encode(
      EncodingRequest request, Cancellation cancellation) {
    return switch (request.encoder()) {
      case EncodingRequest.Encoder.OfCollection _ ->
          CompletableFuture.completedFuture(
              request.inputs().stream()
                  .map(
                      input ->
                          new EncodedText(
                              model.encode(input.text()), new EncodeNanos(0, 7, 0, 0), false, 1))
                  .toList());
      case EncodingRequest.Encoder.OfModel(String name) -> {
        if (encoder == null || !name.equals("fake")) {
          throw new ModelNotFoundException(name, List.of("fake"));
        }
        List<CompletableFuture<EncodedText>> futures =
            encoder.submit(request.inputs(), request.priority(), cancellation);
        yield CompletableFuture.allOf(futures.toArray(CompletableFuture<?>[]::new))
            .thenApply(_ -> futures.stream().map(CompletableFuture::join).toList());
      }
    };
  }
}
