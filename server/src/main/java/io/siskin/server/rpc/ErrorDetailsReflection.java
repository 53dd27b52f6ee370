package io.siskin.server.rpc;

import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.rpc.ErrorDetailsProto;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets server reflection answer for the messages that errors carry ({@code google.rpc.BadRequest}
 * and the like), so that grpcurl prints them as text and not as bytes.
 *
 * <p>Reflection knows the files that a service's file imports, directly or not, and no API names
 * these messages. So one service is shown with a file that imports them too.
 */
final class ErrorDetailsReflection {
  private ErrorDetailsReflection() {}

  /**
   * Returns the same service, described by a file that also imports the error details.
   *
   * @param service a service that was generated from a proto file
   */
  static ServerServiceDefinition addTo(ServerServiceDefinition service) {
    ServiceDescriptor described = service.getServiceDescriptor();
    if (!(described.getSchemaDescriptor() instanceof ProtoFileDescriptorSupplier schema)) {
      throw new IllegalArgumentException(described.getName() + " has no proto file");
    }
    FileDescriptor file = withErrorDetails(schema.getFileDescriptor());
    ServiceDescriptor.Builder extended =
        ServiceDescriptor.newBuilder(described.getName())
            .setSchemaDescriptor((ProtoFileDescriptorSupplier) () -> file);
    described.getMethods().forEach(extended::addMethod);
    ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(extended.build());
    for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
      definition.addMethod(method);
    }
    return definition.build();
  }

  private static FileDescriptor withErrorDetails(FileDescriptor file) {
    FileDescriptor details = ErrorDetailsProto.getDescriptor();
    List<FileDescriptor> imports = new ArrayList<>(file.getDependencies());
    imports.add(details);
    try {
      return FileDescriptor.buildFrom(
          file.toProto().toBuilder().addDependency(details.getName()).build(),
          imports.toArray(FileDescriptor[]::new));
    } catch (DescriptorValidationException invalid) {
      throw new IllegalStateException(file.getName() + " cannot import more", invalid);
    }
  }
}
