package io.siskin.loadtest.fuzz;

import com.google.protobuf.Message;
import io.siskin.proto.v1.CountRequest;
import io.siskin.proto.v1.CreateCollectionRequest;
import io.siskin.proto.v1.DeleteRequest;
import io.siskin.proto.v1.EncodeRequest;
import io.siskin.proto.v1.GetRequest;
import io.siskin.proto.v1.ScrollRequest;
import io.siskin.proto.v1.SearchRequest;
import io.siskin.proto.v1.UpdateFieldsRequest;
import io.siskin.proto.v1.UpsertRequest;
import io.siskin.server.rpc.mapping.DocumentMapper;
import io.siskin.server.rpc.mapping.EncodeMapper;
import io.siskin.server.rpc.mapping.PageToken;
import io.siskin.server.rpc.mapping.ProtoMapper;
import io.siskin.server.rpc.mapping.RequestLimits;
import io.siskin.server.rpc.mapping.SchemaMapper;
import io.siskin.server.search.SearchMode;
import java.util.Collections;

/** Does with a request what its service does before it asks the domain. Pure functions. */
final class RequestMapping {
  private RequestMapping() {}

  /**
   * Checks and translates a request.
   *
   * @param request any request of the API
   * @throws io.siskin.index.error.InvalidInputException when it is refused
   */
  static void map(Message request) {
    RequestLimits.check(request);
    switch (request) {
      case SearchRequest search -> {
        var _ =
            ProtoMapper.toDomain(
                search, _ -> new SearchMode.Exact(), _ -> Collections.emptySortedMap());
      }
      case UpsertRequest upsert -> {
        DocumentMapper.waitFor(upsert.getWaitFor());
        var _ = DocumentMapper.documents(upsert.getDocumentsList());
      }
      case UpdateFieldsRequest update -> {
        DocumentMapper.waitFor(update.getWaitFor());
        var _ = DocumentMapper.updates(update.getUpdatesList());
      }
      case DeleteRequest delete -> {
        DocumentMapper.waitFor(delete.getWaitFor());
        var _ = DocumentMapper.selector(delete);
      }
      case ScrollRequest scroll -> {
        var _ = DocumentMapper.selector(scroll);
        var _ =
            DocumentMapper.parts(
                scroll.getWithVector(), scroll.getFieldsList(), scroll.getDenseFieldsList());
        var _ = DocumentMapper.pageSize(scroll);
        var _ = PageToken.of(scroll.getPageToken());
      }
      case GetRequest get -> {
        var _ =
            DocumentMapper.parts(
                get.getWithVector(), get.getFieldsList(), get.getDenseFieldsList());
        var _ = DocumentMapper.ids(get);
      }
      case CountRequest count -> {
        var _ = DocumentMapper.selector(count);
      }
      case EncodeRequest encode -> {
        var _ = EncodeMapper.toDomain(encode);
      }
      case CreateCollectionRequest create -> {
        var _ = SchemaMapper.encoder(create);
        var _ = SchemaMapper.settings(create);
      }
      default -> {
        // It has names only.
      }
    }
  }
}
