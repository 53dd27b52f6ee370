package io.siskin.server.rpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.stub.ClientCalls;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.DeleteRequest;
import io.siskin.proto.v1.Document;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.EncodeInput;
import io.siskin.proto.v1.EncodeRequest;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.EncodeSide;
import io.siskin.proto.v1.FieldsUpdate;
import io.siskin.proto.v1.GetRequest;
import io.siskin.proto.v1.IdList;
import io.siskin.proto.v1.PipelineServiceGrpc;
import io.siskin.proto.v1.PutPipelineRequest;
import io.siskin.proto.v1.RankingNode;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.ServerServiceGrpc;
import io.siskin.proto.v1.SparseStage;
import io.siskin.proto.v1.UpdateFieldsRequest;
import io.siskin.proto.v1.UpsertRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** All methods with one request and one answer, and a right request for each. */
final class RightRequests {
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          SearchServiceGrpc.getServiceDescriptor(),
          DocumentServiceGrpc.getServiceDescriptor(),
          CollectionServiceGrpc.getServiceDescriptor(),
          PipelineServiceGrpc.getServiceDescriptor(),
          EncodeServiceGrpc.getServiceDescriptor(),
          ServerServiceGrpc.getServiceDescriptor());
  private static final Set<String> NAMES =
      Set.of("collection", "name", "alias", "snapshot", "new_collection", "pipeline");

  // The others name what is made.
  private static final Set<String> EXISTING = Set.of("collection", "name");

  private RightRequests() {}

  /** Returns all methods of our services that are no streams. */
  @SuppressWarnings("unchecked") // Generated methods take and return messages.
  static List<MethodDescriptor<Message, Message>> methods() {
    List<MethodDescriptor<Message, Message>> methods = new ArrayList<>();
    for (ServiceDescriptor service : SERVICES) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        if (method.getType() == MethodDescriptor.MethodType.UNARY) {
          methods.add((MethodDescriptor<Message, Message>) method);
        }
      }
    }
    return methods;
  }

  /** Returns a right request. */
  static Message of(MethodDescriptor<Message, Message> method) {
    Message.Builder request = empty(method).toBuilder();
    for (FieldDescriptor field : request.getDescriptorForType().getFields()) {
      if (NAMES.contains(field.getName())) {
        request.setField(field, EXISTING.contains(field.getName()) ? "books" : "other");
      }
    }
    Message named = request.build();
    return switch (named) {
      case SearchRequest search -> search.toBuilder().clearRanking().setText("x").build();
      case PutPipelineRequest put -> put.toBuilder().setNode(node()).build();
      case UpsertRequest upsert ->
          upsert.toBuilder().addDocuments(Document.newBuilder().setId("d").setText("x")).build();
      case UpdateFieldsRequest update ->
          update.toBuilder()
              .addUpdates(FieldsUpdate.newBuilder().setId("d").addRemove("year"))
              .build();
      case DeleteRequest delete ->
          delete.toBuilder().setIds(IdList.newBuilder().addIds("d")).build();
      case GetRequest get -> get.toBuilder().addIds("d").build();
      case EncodeRequest encode ->
          encode.toBuilder()
              .setSide(EncodeSide.ENCODE_SIDE_QUERY)
              .addInputs(EncodeInput.newBuilder().setText("x"))
              .build();
      default -> named;
    };
  }

  /** Returns a right ranking tree. */
  static RankingNode node() {
    return RankingNode.newBuilder()
        .setLimit(10)
        .setSparse(SparseStage.getDefaultInstance())
        .build();
  }

  /** Returns the request of a method without any field. */
  static Message empty(MethodDescriptor<Message, Message> method) {
    return ((MethodDescriptor.PrototypeMarshaller<Message>) method.getRequestMarshaller())
        .getMessagePrototype();
  }

  /** Makes a call, which may not last for ever. */
  static Message call(Channel channel, MethodDescriptor<Message, Message> method, Message request) {
    return ClientCalls.blockingUnaryCall(
        channel,
        method,
        CallOptions.DEFAULT.withDeadlineAfter(FakeRetriever.WAIT_SECONDS, TimeUnit.SECONDS),
        request);
  }
}
