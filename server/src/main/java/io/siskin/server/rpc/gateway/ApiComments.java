package io.siskin.server.rpc.gateway;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import com.google.protobuf.Descriptors.GenericDescriptor;
import io.siskin.proto.v1.SearchRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The comments of the API's files, by the full names of what they describe. The build puts them
 * beside the classes, which do not have them. Immutable.
 */
final class ApiComments {
  private static final String RESOURCE = "api.desc";

  private final Map<String, String> byName;

  private ApiComments(Map<String, String> byName) {
    this.byName = Map.copyOf(byName);
  }

  /** Reads the comments. */
  static ApiComments read() {
    try (InputStream in = SearchRequest.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing from the program");
      }
      Map<String, String> byName = new HashMap<>();
      for (FileDescriptorProto file : FileDescriptorSet.parseFrom(in).getFileList()) {
        Map<List<Integer>, String> byPath = new HashMap<>();
        for (Location location : file.getSourceCodeInfo().getLocationList()) {
          byPath.put(location.getPathList(), location.getLeadingComments());
        }
        new Names(file, byPath, byName).put();
      }
      return new ApiComments(byName);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the comment of something.
   *
   * @param described a message, a field, an enum, a value, a service or a method
   * @return the text as Markdown; empty for what has no comment
   */
  String of(GenericDescriptor described) {
    return byName.getOrDefault(described.getFullName(), "");
  }

  /**
   * Names what stands at the places of one file: places are paths of numbers of fields and indexes
   * in {@code FileDescriptorProto}.
   */
  private record Names(
      FileDescriptorProto file, Map<List<Integer>, String> byPath, Map<String, String> byName) {
    void put() {
      for (int i = 0; i < file.getMessageTypeCount(); i++) {
        putMessage(
            file.getPackage(),
            file.getMessageType(i),
            List.of(FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER, i));
      }
      for (int i = 0; i < file.getEnumTypeCount(); i++) {
        putEnum(
            file.getPackage(),
            file.getEnumType(i),
            List.of(FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER, i));
      }
      for (int i = 0; i < file.getServiceCount(); i++) {
        ServiceDescriptorProto service = file.getService(i);
        String name = file.getPackage() + "." + service.getName();
        put(name, List.of(FileDescriptorProto.SERVICE_FIELD_NUMBER, i));
        for (int j = 0; j < service.getMethodCount(); j++) {
          put(
              name + "." + service.getMethod(j).getName(),
              List.of(
                  FileDescriptorProto.SERVICE_FIELD_NUMBER,
                  i,
                  ServiceDescriptorProto.METHOD_FIELD_NUMBER,
                  j));
        }
      }
    }

    private void putMessage(String parent, DescriptorProto message, List<Integer> path) {
      String name = parent + "." + message.getName();
      put(name, path);
      for (int i = 0; i < message.getFieldCount(); i++) {
        put(
            name + "." + message.getField(i).getName(),
            with(path, DescriptorProto.FIELD_FIELD_NUMBER, i));
      }
      for (int i = 0; i < message.getNestedTypeCount(); i++) {
        putMessage(
            name,
            message.getNestedType(i),
            with(path, DescriptorProto.NESTED_TYPE_FIELD_NUMBER, i));
      }
      for (int i = 0; i < message.getEnumTypeCount(); i++) {
        putEnum(
            name, message.getEnumType(i), with(path, DescriptorProto.ENUM_TYPE_FIELD_NUMBER, i));
      }
    }

    private void putEnum(String parent, EnumDescriptorProto type, List<Integer> path) {
      put(parent + "." + type.getName(), path);
      for (int i = 0; i < type.getValueCount(); i++) {
        // Values are named as siblings of their type.
        put(
            parent + "." + type.getName() + "." + type.getValue(i).getName(),
            with(path, EnumDescriptorProto.VALUE_FIELD_NUMBER, i));
      }
    }

    private static List<Integer> with(List<Integer> path, int field, int index) {
      List<Integer> longer = new ArrayList<>(path);
      longer.add(field);
      longer.add(index);
      return longer;
    }

    private void put(String name, List<Integer> path) {
      String comment = byPath.getOrDefault(path, "");
      byName.put(name, comment.lines().map(Names::withoutIndent).reduce("", Names::join).strip());
    }

    private static String withoutIndent(String line) {
      return line.startsWith(" ") ? line.substring(1) : line;
    }

    private static String join(String before, String line) {
      return before + "\n" + line;
    }
  }
}
