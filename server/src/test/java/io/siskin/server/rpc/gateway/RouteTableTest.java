package io.siskin.server.rpc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.CustomHttpPattern;
import com.google.api.HttpRule;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.siskin.proto.v1.CollectionServiceGrpc;
import io.siskin.proto.v1.DocumentServiceGrpc;
import io.siskin.proto.v1.EncodeServiceGrpc;
import io.siskin.proto.v1.PipelineServiceGrpc;
import io.siskin.proto.v1.SearchServiceGrpc;
import io.siskin.proto.v1.ServerServiceGrpc;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class RouteTableTest {
  private static final List<ServiceDescriptor> SERVICES =
      List.of(
          CollectionServiceGrpc.getServiceDescriptor(),
          PipelineServiceGrpc.getServiceDescriptor(),
          SearchServiceGrpc.getServiceDescriptor(),
          DocumentServiceGrpc.getServiceDescriptor(),
          EncodeServiceGrpc.getServiceDescriptor(),
          ServerServiceGrpc.getServiceDescriptor());
  private static final RouteTable TABLE = RouteTable.of(SERVICES);

  /** Every method with one request and one answer has a rule, which is one of those we support. */
  @Test
  void everyUnaryMethodHasARoute() {
    List<String> unary =
        SERVICES.stream()
            .flatMap(service -> service.getMethods().stream())
            .filter(method -> method.getType() == MethodDescriptor.MethodType.UNARY)
            .map(MethodDescriptor::getFullMethodName)
            .toList();
    assertThat(TABLE.routes()).extracting(RestRoute::rpcName).containsExactlyElementsOf(unary);
    assertThat(unary).hasSizeGreaterThan(20);
  }

  /** What only reads is a GET, or a POST where what is asked for needs a body. */
  @Test
  void methodsOfHttpSayWhatIsDone() {
    for (RestRoute route : TABLE.routes()) {
      boolean reads =
          route.descriptor().getOptions().getIdempotencyLevel()
              == com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel
                  .NO_SIDE_EFFECTS;
      assertThat(route.method())
          .as(route.rpcName())
          .isIn(reads ? List.of("GET", "POST") : List.of("POST", "PUT", "DELETE"));
    }
  }

  @Test
  void pathsAreFound() {
    assertThat(found("POST", "/v1/collections/birds/search"))
        .isEqualTo(Map.of("collection", "birds"));
    assertThat(found("DELETE", "/v1/collections/birds/snapshots/a%20b"))
        .isEqualTo(Map.of("collection", "birds", "snapshot", "a b"));
    assertThat(found("GET", "/v1/collections/a%2Fb")).isEqualTo(Map.of("name", "a/b"));
    assertThat(found("GET", "/v1/collections/a+b")).isEqualTo(Map.of("name", "a+b"));
    assertThat(TABLE.find("PATCH", "/v1/collections/birds"))
        .isEqualTo(new RestMatch.OtherMethods(List.of("DELETE", "GET")));
    for (String path :
        List.of(
            "/v1/collections/",
            "/v1/collections//search",
            "/v1",
            "/v1/x",
            "v1/server",
            "",
            "/v1/server/",
            "/v1/server/x",
            "/V1/server",
            "/v1/collections/%zz",
            "/v1/collections/%")) {
      assertThat(TABLE.find("GET", path)).as(path).isInstanceOf(RestMatch.NoPath.class);
    }
  }

  private static Map<String, String> found(String method, String path) {
    assertThat(TABLE.find(method, path)).isInstanceOf(RestMatch.Found.class);
    return ((RestMatch.Found) TABLE.find(method, path)).variables();
  }

  static Stream<Arguments> otherRules() {
    return Stream.of(
        Arguments.of(HttpRule.newBuilder().setPatch("/v1/x").build(), "PATCH"),
        Arguments.of(
            HttpRule.newBuilder()
                .setCustom(CustomHttpPattern.newBuilder().setKind("HEAD").setPath("/v1/x"))
                .build(),
            "CUSTOM"),
        Arguments.of(HttpRule.newBuilder().setGet("/v1/x").setBody("*").build(), "body"),
        Arguments.of(HttpRule.newBuilder().setPost("/v1/x").build(), "body"),
        Arguments.of(HttpRule.newBuilder().setPost("/v1/x").setBody("vector").build(), "body"),
        Arguments.of(
            HttpRule.newBuilder().setGet("/v1/{collection=**}").build(), "{collection=**}"),
        Arguments.of(HttpRule.newBuilder().setGet("/v1/{vector}").build(), "{vector}"),
        Arguments.of(HttpRule.newBuilder().setGet("/v1/{k}").build(), "{k}"),
        Arguments.of(HttpRule.newBuilder().setGet("/v1/{none}").build(), "{none}"),
        Arguments.of(HttpRule.newBuilder().setGet("/v1/*").build(), "*"),
        Arguments.of(HttpRule.newBuilder().setGet("/v1/x:flush").build(), "x:flush"),
        Arguments.of(HttpRule.newBuilder().setGet("v1/x").build(), "v1/x"),
        Arguments.of(
            HttpRule.newBuilder()
                .setGet("/v1/x")
                .addAdditionalBindings(HttpRule.newBuilder().setGet("/v1/y"))
                .build(),
            "further part"),
        Arguments.of(
            HttpRule.newBuilder().setGet("/v1/x").setResponseBody("hits").build(), "further part"));
  }

  @ParameterizedTest
  @MethodSource("otherRules")
  void otherRulesAreRefused(HttpRule rule, String words) {
    assertThatThrownBy(() -> route(SearchServiceGrpc.getSearchMethod(), rule))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("siskin.v1.SearchService.Search")
        .hasMessageContaining(words)
        .hasMessageContaining("allowed: ");
  }

  @Test
  void streamsHaveNoRoute() {
    HttpRule rule = HttpRule.newBuilder().setGet("/v1/x").build();
    assertThatThrownBy(() -> route(SearchServiceGrpc.getSearchStreamMethod(), rule))
        .hasMessageContaining("a stream");
  }

  @SuppressWarnings("unchecked") // Generated methods take and return messages.
  private static RestRoute route(MethodDescriptor<?, ?> method, HttpRule rule) {
    return RestRoute.of(
        (MethodDescriptor<Message, Message>) method,
        ((ProtoMethodDescriptorSupplier) method.getSchemaDescriptor()).getMethodDescriptor(),
        rule);
  }
}
