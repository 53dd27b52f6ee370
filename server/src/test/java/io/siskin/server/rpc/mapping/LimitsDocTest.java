package io.siskin.server.rpc.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import io.grpc.health.v1.HealthCheckRequest;
import io.siskin.index.error.InvalidInputException;
import io.siskin.index.testing.Repository;
import io.siskin.proto.v1.EncodeRequest;
import io.siskin.proto.v1.GetCollectionRequest;
import io.siskin.proto.v1.GetServerRequest;
import io.siskin.proto.v1.PutPipelineRequest;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.UpsertRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each size that a client chooses is bounded and written down in {@code docs/limits.md}. */
class LimitsDocTest {
  private static final Pattern ROW =
      Pattern.compile("^\\| `(\\w+\\.\\w+)` \\| ([^|]+) \\|$", Pattern.MULTILINE);
  private static final Pattern CHARACTERS = Pattern.compile("([0-9,]+) characters( of each)?");

  /**
   * A field, and the way to it.
   *
   * @param root the request
   * @param steps the fields that lead to it, itself included
   */
  private record Place(Descriptor root, List<FieldDescriptor> steps) {
    FieldDescriptor field() {
      return steps.getLast();
    }

    String name() {
      return field().getContainingType().getName() + "." + field().getName();
    }

    /** Tells whether the limits of requests leave it to what handles its items. */
    boolean isLeftOut() {
      return steps.stream()
          .anyMatch(step -> RequestLimits.LEFT_OUT.contains(step.getContainingType().getName()));
    }
  }

  private static List<Descriptor> requests() {
    List<FileDescriptor> files =
        List.of(
            SearchRequest.getDescriptor().getFile(),
            EncodeRequest.getDescriptor().getFile(),
            GetCollectionRequest.getDescriptor().getFile(),
            UpsertRequest.getDescriptor().getFile(),
            PutPipelineRequest.getDescriptor().getFile(),
            GetServerRequest.getDescriptor().getFile());
    List<Descriptor> requests =
        new ArrayList<>(
            files.stream()
                .flatMap(file -> file.getServices().stream())
                .flatMap(service -> service.getMethods().stream())
                .map(method -> method.getInputType())
                .toList());
    assertThat(requests).hasSizeGreaterThan(25);
    requests.add(HealthCheckRequest.getDescriptor());
    return requests;
  }

  /** Every text, list and map of every request; a type within itself is entered once. */
  private static List<Place> places() {
    List<Place> places = new ArrayList<>();
    for (Descriptor request : requests()) {
      walk(request, request, List.of(), new HashSet<>(), places);
    }
    return places;
  }

  private static void walk(
      Descriptor root,
      Descriptor type,
      List<FieldDescriptor> before,
      Set<Descriptor> entered,
      List<Place> places) {
    if (!entered.add(type)) {
      return;
    }
    for (FieldDescriptor field : type.getFields()) {
      List<FieldDescriptor> steps = Stream.concat(before.stream(), Stream.of(field)).toList();
      boolean isText =
          field.getJavaType() == JavaType.STRING || field.getJavaType() == JavaType.BYTE_STRING;
      if (isText || field.isRepeated()) {
        places.add(new Place(root, steps));
      }
      if (field.isMapField()) {
        FieldDescriptor value = field.getMessageType().findFieldByName("value");
        if (value.getJavaType() == JavaType.MESSAGE) {
          walk(root, value.getMessageType(), steps, new HashSet<>(entered), places);
        }
      } else if (field.getJavaType() == JavaType.MESSAGE) {
        walk(root, field.getMessageType(), steps, new HashSet<>(entered), places);
      }
    }
  }

  private static Map<String, String> rows() throws IOException {
    Map<String, String> rows = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(Repository.root().resolve("docs/limits.md")));
    while (row.find()) {
      assertThat(rows.put(row.group(1), row.group(2))).as(row.group(1)).isNull();
    }
    return rows;
  }

  @Test
  void everyTextListAndMapHasARow() throws IOException {
    Set<String> names = new HashSet<>();
    places().forEach(place -> names.add(place.name()));
    assertThat(rows().keySet()).containsExactlyInAnyOrderElementsOf(names);
  }

  @Test
  void thePageSaysTheLengthsThatAreEnforced() throws IOException {
    Map<String, String> rows = rows();
    RequestLimits.LENGTHS_MAX.forEach(
        (field, length) -> {
          Matcher said = CHARACTERS.matcher(rows.getOrDefault(field, ""));
          assertThat(said.find()).as(field).isTrue();
          assertThat(Integer.parseInt(said.group(1).replace(",", ""))).as(field).isEqualTo(length);
        });
  }

  @Test
  void aTextOfTheLimitPassesAndALongerOneIsRefusedWithItsPath() {
    Set<String> tried = new HashSet<>();
    for (Place place : places()) {
      Integer lengthMax = RequestLimits.LENGTHS_MAX.get(place.name());
      if (lengthMax != null && !place.isLeftOut()) {
        tried.add(place.name());
        DynamicMessage right = request(place, 0, "x".repeat(lengthMax));
        assertThatCode(() -> RequestLimits.check(right)).doesNotThrowAnyException();
        DynamicMessage wrong = request(place, 0, "x".repeat(lengthMax + 1));
        assertThatThrownBy(() -> RequestLimits.check(wrong))
            .isInstanceOfSatisfying(
                InvalidInputException.class,
                refused ->
                    assertThat(refused.field().replaceAll("\\[0]", ""))
                        .isEqualTo(
                            String.join(
                                ".", place.steps.stream().map(FieldDescriptor::getName).toList())));
      }
    }
    assertThat(tried).isEqualTo(RequestLimits.LENGTHS_MAX.keySet());
  }

  /** Makes a message that has a text at a place. */
  private static DynamicMessage request(Place place, int step, String text) {
    FieldDescriptor field = place.steps.get(step);
    DynamicMessage.Builder message =
        DynamicMessage.newBuilder(step == 0 ? place.root : field.getContainingType());
    Object value = step == place.steps.size() - 1 ? text : request(place, step + 1, text);
    return (field.isRepeated()
            ? message.addRepeatedField(field, value)
            : message.setField(field, value))
        .build();
  }
}
