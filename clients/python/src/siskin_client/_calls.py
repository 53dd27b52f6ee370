"""Every call of the API, once for both clients: what is sent, and what is made of the answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Callable, Dict, Generic, Iterable, List, Mapping, Optional, Sequence, Tuple, TypeVar, Union

from . import _messages as msg
from . import collections as col
from . import documents as doc
from . import encoding as enc
from . import ranking as rank
from . import search as sea
from . import server as srv
from . import suggestions as sug
from ._proto import Method, methods
from .filters import FilterLike

T = TypeVar("T")

COMPACTION_SECONDS = 600.0
"""How long a call may take that rewrites or verifies a whole collection, unless it says otherwise."""


@dataclass(frozen=True)
class Call(Generic[T]):
    """One call with one answer.

    Attributes:
        method: What is called.
        request: What is sent.
        decode: Makes the result of the response.
        timeout_seconds: How long it may take, unless the caller says otherwise; ``None`` for the client's default.
    """

    method: Method
    request: Any
    decode: Callable[[Any], T]
    timeout_seconds: Optional[float] = None


def _call(
    name: str,
    request: Any,
    decode: Callable[[Any], T],
    timeout_seconds: Optional[float] = None,
) -> Call[T]:
    return Call(methods[name], request, decode, timeout_seconds)


def _nothing(response: Any) -> None:
    """Makes nothing of a response that says nothing."""


# Health


def is_serving(collection: Optional[str]) -> Call[bool]:
    """Asks whether the server, or one collection, is served."""
    request = methods["Check"].request(service="" if collection is None else f"collections/{collection}")
    return _call("Check", request, lambda response: bool(response.status == 1))


# Collections


def create_collection(
    name: str,
    fields: Mapping[str, doc.FieldType],
    tenant_field: Optional[str],
    encoder: Union[col.Bm25, str, Mapping[str, Any], None],
    storage: Optional[col.StorageOptions],
    writes: Optional[col.WriteOptions],
    default_recall_target: Optional[float],
    statistics: Optional[col.StatisticsScope],
    dense_fields: Sequence[doc.DenseField] = (),
) -> Call[col.Collection]:
    """Makes a collection."""
    request = msg.new("CreateCollectionRequest")
    request.name = name
    msg.set_collection(request, fields, tenant_field, storage, writes, dense_fields)
    if encoder is not None:
        request.encoder_parameters_json = _encoder_json(encoder)
    if default_recall_target is not None:
        request.default_recall_target = default_recall_target
    if statistics is not None:
        request.statistics = statistics.value
    return _call("CreateCollection", request, lambda response: msg.from_collection(response.collection))


# The server


def get_server() -> Call[srv.Server]:
    """Asks what the server is."""
    return _call("GetServer", msg.new("GetServerRequest"), msg.from_server)


def get_caller() -> Call[srv.Caller]:
    """Asks what the caller may do."""
    return _call("GetCaller", msg.new("GetCallerRequest"), msg.from_caller)


def list_slow_queries(collection: str, count_max: int) -> Call[List[srv.SlowQuery]]:
    """Asks for slow searches."""
    request = msg.new("ListSlowQueriesRequest")
    request.collection = collection
    request.page_size = count_max
    return _call("ListSlowQueries", request, lambda response: list(map(msg.from_slow_query, response.queries)))


def _encoder_json(encoder: Union[col.Bm25, str, Mapping[str, Any]]) -> str:
    if isinstance(encoder, str):
        return encoder
    return json.dumps(encoder.parameters() if isinstance(encoder, col.Bm25) else dict(encoder))


def list_collections(page_token: str) -> Call[Tuple[List[col.Collection], str]]:
    """Asks for one page of the collections."""
    request = msg.new("ListCollectionsRequest")
    request.page_token = page_token
    return _call(
        "ListCollections",
        request,
        lambda response: (list(map(msg.from_collection, response.collections)), response.next_page_token),
    )


def get_collection(name: str) -> Call[col.Collection]:
    """Describes one collection."""
    request = msg.new("GetCollectionRequest")
    request.name = name
    return _call("GetCollection", request, lambda response: msg.from_collection(response.collection))


def drop_collection(name: str) -> Call[None]:
    """Removes a collection."""
    request = msg.new("DropCollectionRequest")
    request.name = name
    return _call("DropCollection", request, _nothing)


def set_alias(alias: str, collection: str) -> Call[Optional[str]]:
    """Lets an alias name a collection."""
    request = msg.new("SetAliasRequest")
    request.alias = alias
    request.collection = collection
    return _call("SetAlias", request, lambda response: response.previous_collection or None)


def delete_alias(alias: str) -> Call[None]:
    """Removes an alias."""
    request = msg.new("DeleteAliasRequest")
    request.alias = alias
    return _call("DeleteAlias", request, _nothing)


def list_aliases() -> Call[Dict[str, str]]:
    """Lists all aliases."""
    return _call(
        "ListAliases",
        msg.new("ListAliasesRequest"),
        lambda response: {one.alias: one.collection for one in response.aliases},
    )


def flush(collection: str) -> Call[None]:
    """Moves writes into a segment."""
    request = msg.new("FlushCollectionRequest")
    request.collection = collection
    return _call("FlushCollection", request, _nothing, COMPACTION_SECONDS)


def compact(collection: str) -> Call[col.Collection]:
    """Rewrites a collection into one segment."""
    request = msg.new("CompactCollectionRequest")
    request.collection = collection
    return _call("CompactCollection", request, lambda response: msg.from_collection(response.collection), COMPACTION_SECONDS)


def create_snapshot(collection: str, snapshot: str) -> Call[col.Snapshot]:
    """Keeps a collection as it is."""
    request = msg.new("CreateSnapshotRequest")
    request.collection = collection
    request.snapshot = snapshot
    return _call("CreateSnapshot", request, lambda response: msg.from_snapshot(response.snapshot), COMPACTION_SECONDS)


def list_snapshots(collection: str) -> Call[List[col.Snapshot]]:
    """Lists the snapshots of a collection."""
    request = msg.new("ListSnapshotsRequest")
    request.collection = collection
    return _call("ListSnapshots", request, lambda response: list(map(msg.from_snapshot, response.snapshots)))


def delete_snapshot(collection: str, snapshot: str) -> Call[None]:
    """Removes a snapshot."""
    request = msg.new("DeleteSnapshotRequest")
    request.collection = collection
    request.snapshot = snapshot
    return _call("DeleteSnapshot", request, _nothing)


def restore_snapshot(collection: str, snapshot: str, new_collection: str) -> Call[col.Collection]:
    """Makes a collection of a snapshot."""
    request = msg.new("RestoreSnapshotRequest")
    request.collection = collection
    request.snapshot = snapshot
    request.new_collection = new_collection
    return _call("RestoreSnapshot", request, lambda response: msg.from_collection(response.collection), COMPACTION_SECONDS)


# Suggestions


def suggest(
    collection: str,
    prefix: str,
    earlier: Sequence[str],
    count: Optional[int],
    context_weight: Optional[float],
    terms: bool,
) -> Call[List[sug.Suggestion]]:
    """Suggests what could be asked."""
    request = msg.new("SuggestRequest")
    request.collection = collection
    request.prefix = prefix
    request.earlier.extend(earlier)
    if count is not None:
        request.count = count
    if context_weight is not None:
        request.context_weight = context_weight
    request.terms = terms
    return _call("Suggest", request, lambda response: list(map(msg.from_suggestion, response.suggestions)))


def put_query_log(collection: str, queries: Iterable[sug.LoggedQuery]) -> Call[int]:
    """Keeps a log of queries."""
    request = msg.new("PutQueryLogRequest")
    request.collection = collection
    for query in queries:
        logged = request.queries.add(text=query.text, count=query.count)
        for text, count in query.next.items():
            logged.next.add(text=text, count=count)

    def kept(response: Any) -> int:
        return int(response.query_count)

    return _call("PutQueryLog", request, kept)


# Stored pipelines


def put_pipeline(collection: str, pipeline: str, node: rank.RankingNode) -> Call[rank.Pipeline]:
    """Keeps a ranking tree."""
    request = msg.new("PutPipelineRequest")
    request.collection = collection
    request.pipeline = pipeline
    msg.set_node(request.node, node)
    return _call("PutPipeline", request, lambda response: msg.from_pipeline(response.pipeline))


def get_pipeline(collection: str, pipeline: str) -> Call[rank.Pipeline]:
    """Returns a ranking tree that was kept."""
    request = msg.new("GetPipelineRequest")
    request.collection = collection
    request.pipeline = pipeline
    return _call("GetPipeline", request, lambda response: msg.from_pipeline(response.pipeline))


def list_pipelines(collection: str) -> Call[List[rank.Pipeline]]:
    """Lists the ranking trees of a collection."""
    request = msg.new("ListPipelinesRequest")
    request.collection = collection
    return _call("ListPipelines", request, lambda response: list(map(msg.from_pipeline, response.pipelines)))


def delete_pipeline(collection: str, pipeline: str) -> Call[None]:
    """Removes a ranking tree."""
    request = msg.new("DeletePipelineRequest")
    request.collection = collection
    request.pipeline = pipeline
    return _call("DeletePipeline", request, _nothing)


# Documents


def upsert(
    collection: str, documents: Union[doc.DocumentLike, Iterable[doc.DocumentLike]], wait_for: doc.WaitFor, tenant: str
) -> Call[Tuple[doc.WriteResult, ...]]:
    """Writes documents."""
    request = msg.new("UpsertRequest")
    request.collection = collection
    request.wait_for = wait_for.value
    request.tenant = tenant
    # One document alone is a list of one, rather than of its keys.
    given = [documents] if isinstance(documents, (doc.Document, Mapping)) else documents
    ids = [msg.set_document(request.documents.add(), document) for document in given]
    return _call("Upsert", request, lambda response: msg.from_results(ids, response.results))


def get(
    collection: str,
    ids: Union[str, Iterable[str]],
    with_vector: bool,
    fields: Optional[Iterable[str]],
    tenant: str,
    dense_fields: Iterable[str] = (),
) -> Call[List[doc.Document]]:
    """Reads documents by their ids."""
    request = msg.new("GetRequest")
    request.collection = collection
    request.ids.extend(msg.texts(ids))
    request.with_vector = with_vector
    request.fields.extend(msg.texts(fields or ()))
    request.dense_fields.extend(msg.texts(dense_fields))
    request.tenant = tenant
    return _call("Get", request, lambda response: list(map(msg.from_document, response.documents)))


def delete(
    collection: str,
    ids: Union[str, Iterable[str], None],
    selection: Optional[FilterLike],
    wait_for: doc.WaitFor,
    tenant: str,
) -> Call[doc.Deletion]:
    """Deletes documents."""
    if (ids is None) == (selection is None):
        raise ValueError("a deletion is by ids or by a filter: give one of them, and not both")
    request = msg.new("DeleteRequest")
    request.collection = collection
    request.wait_for = wait_for.value
    request.tenant = tenant
    if ids is not None:
        request.ids.SetInParent()
        request.ids.ids.extend(msg.texts(ids))
    msg.set_filter(request, selection)
    return _call("Delete", request, lambda response: doc.Deletion(response.deleted_count, response.position))


def update_fields(
    collection: str,
    updates: Union[doc.FieldsUpdate, Iterable[doc.FieldsUpdate]],
    wait_for: doc.WaitFor,
    tenant: str,
) -> Call[Tuple[doc.WriteResult, ...]]:
    """Changes fields of documents."""
    request = msg.new("UpdateFieldsRequest")
    request.collection = collection
    request.wait_for = wait_for.value
    request.tenant = tenant
    given = [updates] if isinstance(updates, doc.FieldsUpdate) else updates
    ids = [msg.set_update(request.updates.add(), update) for update in given]
    return _call("UpdateFields", request, lambda response: msg.from_results(ids, response.results))


@dataclass(frozen=True)
class Scroll:
    """What to read, page by page.

    Attributes:
        collection: The collection's name or an alias.
        filter: Which documents; ``None`` for all.
        with_vector: Whether the vectors are returned.
        fields: Which fields are returned; ``None`` for all.
        page_size: How many documents to read at once: 1 to 10,000.
        tenant: Whose documents.
        dense_fields: Of which dense fields the vectors are returned.
    """

    collection: str
    filter: Optional[FilterLike]
    with_vector: bool
    fields: Optional[Iterable[str]]
    page_size: int
    tenant: str
    dense_fields: Iterable[str] = ()

    def page(self, page_token: str) -> Call[doc.DocumentPage]:
        """Asks for one page."""
        request = msg.new("ScrollRequest")
        request.collection = self.collection
        request.page_size = self.page_size
        request.page_token = page_token
        msg.set_filter(request, self.filter)
        request.with_vector = self.with_vector
        request.fields.extend(msg.texts(self.fields or ()))
        request.dense_fields.extend(msg.texts(self.dense_fields))
        request.tenant = self.tenant
        return _call(
            "Scroll",
            request,
            lambda response: doc.DocumentPage(tuple(map(msg.from_document, response.documents)), response.next_page_token),
        )


def count(collection: str, selection: Optional[FilterLike], tenant: str) -> Call[int]:
    """Counts documents."""
    request = msg.new("CountRequest")
    request.collection = collection
    msg.set_filter(request, selection)
    request.tenant = tenant
    return _call("Count", request, lambda response: int(response.count))


# Searches and encodings


def search(request: sea.SearchRequest) -> Call[sea.SearchResult]:
    """Searches."""
    message = msg.new("SearchRequest")
    msg.set_search(message, request)
    return _call("Search", message, msg.from_search)


def encode(
    inputs: Union[str, enc.EncodeInput, Iterable[Union[str, enc.EncodeInput]]],
    side: enc.Side,
    collection: Optional[str],
    model: Optional[str],
    priority: enc.Priority,
    tokens: bool,
) -> Call[Tuple[enc.Encoding, ...]]:
    """Encodes texts."""
    request = encode_request(side, collection, model, priority, tokens)
    msg.set_inputs(request, [inputs] if isinstance(inputs, (str, enc.EncodeInput)) else inputs)
    return _call("Encode", request, lambda response: msg.from_encodings(response.encodings))


def encode_request(
    side: enc.Side, collection: Optional[str], model: Optional[str], priority: enc.Priority, tokens: bool
) -> Any:
    """Makes an EncodeRequest without texts."""
    if (collection is None) == (model is None):
        raise ValueError("texts are encoded by a collection or by a model: give one of them, and not both")
    request = msg.new("EncodeRequest")
    if collection is not None:
        request.collection = collection
    else:
        request.model = model
    request.side = side.value
    request.priority = priority.value
    request.tokens = tokens
    return request
