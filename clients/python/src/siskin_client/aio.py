"""The client for programs that use asyncio. It has the methods of :class:`SiskinClient`, which describes them."""

from __future__ import annotations

import asyncio
import time
from typing import (
    Any,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Dict,
    Iterable,
    List,
    Literal,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    TypeVar,
    Union,
    overload,
)

import grpc
import grpc.aio

from . import _calls, _channel, _failures, _streams
from . import collections as col
from . import documents as doc
from . import encoding as enc
from . import ranking as rank
from . import search as sea
from . import server as srv
from . import suggestions as sug
from ._calls import Call
from ._channel import Tls
from .client import not_ready, timeout_of
from .documents import DenseLike, WaitFor
from .encoding import Priority, Side
from .errors import DeadlineExceeded, NotFound, SiskinError, Unavailable
from .filters import FilterLike
from .vectors import VectorLike

T = TypeVar("T")
R = TypeVar("R")

_POLL_SECONDS = 0.1
# The stubs of types lack it.
_EOF = grpc.aio.EOF  # type: ignore[attr-defined]


class AsyncSiskinClient:
    """A connection to a Siskin server, for one event loop.

    >>> async with AsyncSiskinClient("localhost:7700") as client:
    ...     for hit in await client.search("wordnet", "a person who studies insects", fields=["text"]):
    ...         print(hit.score, hit.id, hit.fields["text"])

    Methods are those of :class:`SiskinClient` and raise what those raise. Those that return one answer are coroutines.
    :meth:`scroll` and the streams are asynchronous iterators; a stream also takes an asynchronous iterable. May be created
    anywhere, and is bound to the event loop of its first call.
    """

    def __init__(
        self,
        target: str = "localhost:7700",
        *,
        timeout_seconds: float = 5.0,
        attempts_max: int = 4,
        response_bytes_max: int = 64 << 20,
        tls: Optional[Tls] = None,
        metadata: Optional[Mapping[str, str]] = None,
        api_key: Optional[str] = None,
    ) -> None:
        """Describes a connection, as :class:`SiskinClient` does.

        Args:
            target: Where the server is.
            timeout_seconds: How long a call may take unless it says otherwise, above 0.
            attempts_max: How often a call is tried at most: 1 (never again) to 5.
            response_bytes_max: The longest response that is accepted, in bytes.
            tls: How to encrypt; ``None`` for plain text.
            metadata: What is sent with every call.
            api_key: The key of the caller; ``None`` for none.

        Raises:
            ValueError: An option is out of its range.
        """
        self._options = _channel.Options(
            target, timeout_seconds, attempts_max, response_bytes_max, tls, dict(metadata or {}), api_key
        )
        self._opened: Optional[Any] = None
        self._closed = False
        self._stubs: Dict[str, Callable[..., Any]] = {}

    @property
    def target(self) -> str:
        """Where the server is, as it was given."""
        return self._options.target

    async def close(self) -> None:
        """As :meth:`SiskinClient.close`."""
        self._closed = True
        if self._opened is not None:
            await self._opened.close()

    async def __aenter__(self) -> AsyncSiskinClient:
        """Returns the client itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes the connection."""
        await self.close()

    def __repr__(self) -> str:
        """Returns a description that names the target."""
        return f"AsyncSiskinClient({self.target!r})"

    # Health

    async def is_serving(self, collection: Optional[str] = None, *, timeout_seconds: Optional[float] = None) -> bool:
        """As :meth:`SiskinClient.is_serving`."""
        try:
            return await self._make(_calls.is_serving(collection), timeout_seconds)
        except NotFound:
            return False

    async def wait_until_serving(self, timeout_seconds: float = 30.0) -> None:
        """As :meth:`SiskinClient.wait_until_serving`."""
        end = time.monotonic() + timeout_seconds
        while True:
            try:
                if await self.is_serving(timeout_seconds=max(end - time.monotonic(), _POLL_SECONDS)):
                    return
                why = "it says that it is not serving"
            except (Unavailable, DeadlineExceeded) as failure:
                why = failure.message
            if time.monotonic() >= end:
                raise not_ready(self.target, timeout_seconds, why)
            await asyncio.sleep(_POLL_SECONDS)

    # Collections

    async def create_collection(
        self,
        name: str,
        *,
        fields: Optional[Mapping[str, doc.FieldType]] = None,
        tenant_field: Optional[str] = None,
        dense_fields: Sequence[doc.DenseField] = (),
        encoder: Union[col.Bm25, str, Mapping[str, Any], None] = None,
        storage: Optional[col.StorageOptions] = None,
        writes: Optional[col.WriteOptions] = None,
        default_recall_target: Optional[float] = None,
        statistics: Optional[col.StatisticsScope] = None,
        timeout_seconds: Optional[float] = None,
    ) -> col.Collection:
        """As :meth:`SiskinClient.create_collection`."""
        call = _calls.create_collection(
            name, fields or {}, tenant_field, encoder, storage, writes, default_recall_target, statistics, dense_fields
        )
        return await self._make(call, timeout_seconds)

    async def get_server(self, *, timeout_seconds: Optional[float] = None) -> srv.Server:
        """As :meth:`SiskinClient.get_server`."""
        return await self._make(_calls.get_server(), timeout_seconds)

    async def get_caller(self, *, timeout_seconds: Optional[float] = None) -> srv.Caller:
        """As :meth:`SiskinClient.get_caller`."""
        return await self._make(_calls.get_caller(), timeout_seconds)

    async def list_slow_queries(
        self, collection: str = "", *, count_max: int = 100, timeout_seconds: Optional[float] = None
    ) -> List[srv.SlowQuery]:
        """As :meth:`SiskinClient.list_slow_queries`."""
        return await self._make(_calls.list_slow_queries(collection, count_max), timeout_seconds)

    async def list_collections(self, *, timeout_seconds: Optional[float] = None) -> List[col.Collection]:
        """As :meth:`SiskinClient.list_collections`."""
        found: List[col.Collection] = []
        page_token = ""
        while True:
            page, page_token = await self._make(_calls.list_collections(page_token), timeout_seconds)
            found += page
            if not page_token:
                return found

    async def get_collection(self, name: str, *, timeout_seconds: Optional[float] = None) -> col.Collection:
        """As :meth:`SiskinClient.get_collection`."""
        return await self._make(_calls.get_collection(name), timeout_seconds)

    async def has_collection(self, name: str, *, timeout_seconds: Optional[float] = None) -> bool:
        """As :meth:`SiskinClient.has_collection`."""
        try:
            await self.get_collection(name, timeout_seconds=timeout_seconds)
        except NotFound:
            return False
        return True

    async def drop_collection(self, name: str, *, timeout_seconds: Optional[float] = None) -> None:
        """As :meth:`SiskinClient.drop_collection`."""
        await self._make(_calls.drop_collection(name), timeout_seconds)

    async def set_alias(self, alias: str, collection: str, *, timeout_seconds: Optional[float] = None) -> Optional[str]:
        """As :meth:`SiskinClient.set_alias`."""
        return await self._make(_calls.set_alias(alias, collection), timeout_seconds)

    async def delete_alias(self, alias: str, *, timeout_seconds: Optional[float] = None) -> None:
        """As :meth:`SiskinClient.delete_alias`."""
        await self._make(_calls.delete_alias(alias), timeout_seconds)

    async def list_aliases(self, *, timeout_seconds: Optional[float] = None) -> Dict[str, str]:
        """As :meth:`SiskinClient.list_aliases`."""
        return await self._make(_calls.list_aliases(), timeout_seconds)

    async def flush(self, collection: str, *, timeout_seconds: Optional[float] = None) -> None:
        """As :meth:`SiskinClient.flush`."""
        await self._make(_calls.flush(collection), timeout_seconds)

    async def compact(self, collection: str, *, timeout_seconds: Optional[float] = None) -> col.Collection:
        """As :meth:`SiskinClient.compact`."""
        return await self._make(_calls.compact(collection), timeout_seconds)

    async def create_snapshot(
        self, collection: str, snapshot: str = "", *, timeout_seconds: Optional[float] = None
    ) -> col.Snapshot:
        """As :meth:`SiskinClient.create_snapshot`."""
        return await self._make(_calls.create_snapshot(collection, snapshot), timeout_seconds)

    async def list_snapshots(self, collection: str, *, timeout_seconds: Optional[float] = None) -> List[col.Snapshot]:
        """As :meth:`SiskinClient.list_snapshots`."""
        return await self._make(_calls.list_snapshots(collection), timeout_seconds)

    async def delete_snapshot(self, collection: str, snapshot: str, *, timeout_seconds: Optional[float] = None) -> None:
        """As :meth:`SiskinClient.delete_snapshot`."""
        await self._make(_calls.delete_snapshot(collection, snapshot), timeout_seconds)

    async def restore_snapshot(
        self, collection: str, snapshot: str, new_collection: str, *, timeout_seconds: Optional[float] = None
    ) -> col.Collection:
        """As :meth:`SiskinClient.restore_snapshot`."""
        return await self._make(_calls.restore_snapshot(collection, snapshot, new_collection), timeout_seconds)

    # Suggestions

    async def suggest(
        self,
        collection: str,
        prefix: str = "",
        *,
        earlier: Sequence[str] = (),
        count: Optional[int] = None,
        context_weight: Optional[float] = None,
        terms: bool = False,
        timeout_seconds: Optional[float] = None,
    ) -> List[sug.Suggestion]:
        """As :meth:`SiskinClient.suggest`."""
        call = _calls.suggest(collection, prefix, earlier, count, context_weight, terms)
        return await self._make(call, timeout_seconds)

    async def put_query_log(
        self, collection: str, queries: Iterable[sug.LoggedQuery], *, timeout_seconds: Optional[float] = None
    ) -> int:
        """As :meth:`SiskinClient.put_query_log`."""
        return await self._make(_calls.put_query_log(collection, queries), timeout_seconds)

    # Stored pipelines

    async def put_pipeline(
        self, collection: str, pipeline: str, node: rank.RankingNode, *, timeout_seconds: Optional[float] = None
    ) -> rank.Pipeline:
        """As :meth:`SiskinClient.put_pipeline`."""
        return await self._make(_calls.put_pipeline(collection, pipeline, node), timeout_seconds)

    async def get_pipeline(self, collection: str, pipeline: str, *, timeout_seconds: Optional[float] = None) -> rank.Pipeline:
        """As :meth:`SiskinClient.get_pipeline`."""
        return await self._make(_calls.get_pipeline(collection, pipeline), timeout_seconds)

    async def list_pipelines(self, collection: str, *, timeout_seconds: Optional[float] = None) -> List[rank.Pipeline]:
        """As :meth:`SiskinClient.list_pipelines`."""
        return await self._make(_calls.list_pipelines(collection), timeout_seconds)

    async def delete_pipeline(self, collection: str, pipeline: str, *, timeout_seconds: Optional[float] = None) -> None:
        """As :meth:`SiskinClient.delete_pipeline`."""
        await self._make(_calls.delete_pipeline(collection, pipeline), timeout_seconds)

    # Documents

    async def upsert(
        self,
        collection: str,
        documents: Union[doc.DocumentLike, Iterable[doc.DocumentLike]],
        *,
        wait_for: WaitFor = WaitFor.DURABLE,
        tenant: str = "",
        timeout_seconds: Optional[float] = None,
    ) -> Tuple[doc.WriteResult, ...]:
        """As :meth:`SiskinClient.upsert`."""
        return await self._make(_calls.upsert(collection, documents, wait_for, tenant), timeout_seconds)

    def upsert_stream(
        self,
        collection: str,
        documents: Union[Iterable[doc.DocumentLike], AsyncIterable[doc.DocumentLike]],
        *,
        wait_for: WaitFor = WaitFor.DURABLE,
        tenant: str = "",
        batch_size: int = 256,
        in_flight_max: int = 8,
        attempts_max: int = 10,
        timeout_seconds: float = 60.0,
    ) -> AsyncIterator[doc.WriteResult]:
        """As :meth:`SiskinClient.upsert_stream`."""
        stream = _streams.upsert(collection, wait_for, tenant, batch_size, in_flight_max, attempts_max, timeout_seconds)
        return self._run(stream, documents)

    async def upsert_all(
        self,
        collection: str,
        documents: Union[Iterable[doc.DocumentLike], AsyncIterable[doc.DocumentLike]],
        *,
        wait_for: WaitFor = WaitFor.DURABLE,
        tenant: str = "",
        batch_size: int = 256,
        in_flight_max: int = 8,
        attempts_max: int = 10,
        timeout_seconds: float = 60.0,
    ) -> doc.UpsertSummary:
        """As :meth:`SiskinClient.upsert_all`."""
        tally = doc.Tally()
        async for result in self.upsert_stream(
            collection,
            documents,
            wait_for=wait_for,
            tenant=tenant,
            batch_size=batch_size,
            in_flight_max=in_flight_max,
            attempts_max=attempts_max,
            timeout_seconds=timeout_seconds,
        ):
            tally.add(result)
        return tally.summary()

    async def get(
        self,
        collection: str,
        ids: Union[str, Iterable[str]],
        *,
        with_vector: bool = False,
        fields: Optional[Sequence[str]] = None,
        dense_fields: Sequence[str] = (),
        tenant: str = "",
        timeout_seconds: Optional[float] = None,
    ) -> List[doc.Document]:
        """As :meth:`SiskinClient.get`."""
        return await self._make(_calls.get(collection, ids, with_vector, fields, tenant, dense_fields), timeout_seconds)

    async def delete(
        self,
        collection: str,
        *,
        ids: Union[str, Iterable[str], None] = None,
        filter: Optional[FilterLike] = None,
        wait_for: WaitFor = WaitFor.DURABLE,
        tenant: str = "",
        timeout_seconds: Optional[float] = None,
    ) -> doc.Deletion:
        """As :meth:`SiskinClient.delete`."""
        return await self._make(_calls.delete(collection, ids, filter, wait_for, tenant), timeout_seconds)

    async def update_fields(
        self,
        collection: str,
        updates: Union[doc.FieldsUpdate, Iterable[doc.FieldsUpdate]],
        *,
        wait_for: WaitFor = WaitFor.DURABLE,
        tenant: str = "",
        timeout_seconds: Optional[float] = None,
    ) -> Tuple[doc.WriteResult, ...]:
        """As :meth:`SiskinClient.update_fields`."""
        return await self._make(_calls.update_fields(collection, updates, wait_for, tenant), timeout_seconds)

    async def scroll(
        self,
        collection: str,
        *,
        filter: Optional[FilterLike] = None,
        with_vector: bool = False,
        fields: Optional[Sequence[str]] = None,
        dense_fields: Sequence[str] = (),
        page_size: int = 100,
        tenant: str = "",
        timeout_seconds: Optional[float] = None,
    ) -> AsyncIterator[doc.Document]:
        """As :meth:`SiskinClient.scroll`."""
        pages = _calls.Scroll(collection, filter, with_vector, fields, page_size, tenant, dense_fields)
        page_token = ""
        while True:
            page = await self._make(pages.page(page_token), timeout_seconds)
            for document in page.documents:
                yield document
            page_token = page.next_page_token
            if not page_token:
                return

    async def scroll_page(
        self,
        collection: str,
        page_token: str = "",
        *,
        filter: Optional[FilterLike] = None,
        with_vector: bool = False,
        fields: Optional[Sequence[str]] = None,
        dense_fields: Sequence[str] = (),
        page_size: int = 100,
        tenant: str = "",
        timeout_seconds: Optional[float] = None,
    ) -> doc.DocumentPage:
        """As :meth:`SiskinClient.scroll_page`."""
        pages = _calls.Scroll(collection, filter, with_vector, fields, page_size, tenant, dense_fields)
        return await self._make(pages.page(page_token), timeout_seconds)

    async def count(
        self,
        collection: str,
        *,
        filter: Optional[FilterLike] = None,
        tenant: str = "",
        timeout_seconds: Optional[float] = None,
    ) -> int:
        """As :meth:`SiskinClient.count`."""
        return await self._make(_calls.count(collection, filter, tenant), timeout_seconds)

    # Searches

    async def search(
        self,
        collection: str,
        query: Union[str, VectorLike, None] = None,
        *,
        k: Optional[int] = None,
        filter: Optional[FilterLike] = None,
        tenant: str = "",
        fields: Sequence[str] = (),
        explain: bool = False,
        recall_target: Optional[float] = None,
        mode: Optional[sea.SearchMode] = None,
        time_budget_micros: Optional[int] = None,
        node: Optional[rank.RankingNode] = None,
        pipeline: Optional[str] = None,
        offset: Optional[int] = None,
        dense: Optional[Mapping[str, DenseLike]] = None,
        token_vectors: Optional[Mapping[str, Sequence[VectorLike]]] = None,
        timeout_seconds: Optional[float] = None,
    ) -> sea.SearchResult:
        """As :meth:`SiskinClient.search`."""
        request = sea.SearchRequest(
            collection,
            query,
            k,
            filter,
            tenant,
            fields,
            explain,
            recall_target,
            mode,
            time_budget_micros,
            node,
            pipeline,
            offset,
            dense or {},
            token_vectors or {},
        )
        return await self._make(_calls.search(request), timeout_seconds)

    @overload
    def search_stream(
        self,
        requests: Union[Iterable[sea.SearchRequest], AsyncIterable[sea.SearchRequest]],
        *,
        on_error: Literal["raise"] = "raise",
        in_flight_max: int = 64,
        attempts_max: int = 4,
        timeout_seconds: float = 5.0,
    ) -> AsyncIterator[sea.SearchResult]: ...

    @overload
    def search_stream(
        self,
        requests: Union[Iterable[sea.SearchRequest], AsyncIterable[sea.SearchRequest]],
        *,
        on_error: Literal["return"],
        in_flight_max: int = 64,
        attempts_max: int = 4,
        timeout_seconds: float = 5.0,
    ) -> AsyncIterator[Union[sea.SearchResult, SiskinError]]: ...

    def search_stream(
        self,
        requests: Union[Iterable[sea.SearchRequest], AsyncIterable[sea.SearchRequest]],
        *,
        on_error: Literal["raise", "return"] = "raise",
        in_flight_max: int = 64,
        attempts_max: int = 4,
        timeout_seconds: float = 5.0,
    ) -> AsyncIterator[Any]:
        """As :meth:`SiskinClient.search_stream`."""
        return self._run(_streams.search(in_flight_max, attempts_max, timeout_seconds, on_error == "raise"), requests)

    # Encodings

    async def encode(
        self,
        inputs: Union[str, enc.EncodeInput, Iterable[Union[str, enc.EncodeInput]]],
        *,
        side: Side,
        collection: Optional[str] = None,
        model: Optional[str] = None,
        priority: Priority = Priority.INTERACTIVE,
        tokens: bool = False,
        timeout_seconds: Optional[float] = None,
    ) -> Tuple[enc.Encoding, ...]:
        """As :meth:`SiskinClient.encode`."""
        return await self._make(_calls.encode(inputs, side, collection, model, priority, tokens), timeout_seconds)

    def encode_stream(
        self,
        inputs: Union[Iterable[Union[str, enc.EncodeInput]], AsyncIterable[Union[str, enc.EncodeInput]]],
        *,
        side: Side,
        collection: Optional[str] = None,
        model: Optional[str] = None,
        priority: Priority = Priority.BULK,
        tokens: bool = False,
        batch_size: int = 64,
        in_flight_max: int = 8,
        attempts_max: int = 10,
        timeout_seconds: float = 60.0,
    ) -> AsyncIterator[enc.Encoding]:
        """As :meth:`SiskinClient.encode_stream`."""
        stream = _streams.encode(
            side, collection, model, priority, tokens, batch_size, in_flight_max, attempts_max, timeout_seconds
        )
        return self._run(stream, inputs)

    # How calls are made

    @property
    def _channel(self) -> Any:
        # gRPC binds a channel to the event loop that runs when it is made.
        if self._closed:
            raise _failures.closed()
        if self._opened is None:
            self._opened = _channel.open_channel(self._options, grpc.aio)
        return self._opened

    async def _make(self, call: Call[T], timeout_seconds: Optional[float]) -> T:
        method = call.method
        channel = self._channel
        stub = self._stubs.get(method.path)
        if stub is None:
            stub = channel.unary_unary(
                method.path,
                request_serializer=method.request.SerializeToString,
                response_deserializer=method.response.FromString,
            )
            self._stubs[method.path] = stub
        try:
            response = await stub(
                call.request,
                timeout=timeout_of(call, timeout_seconds, self._options),
                metadata=self._options.call_metadata,
            )
        except grpc.RpcError as error:
            raise _failures.of_rpc_error(error, self._options) from None
        return call.decode(response)

    async def _run(self, stream: _streams.Stream[R], source: Union[Iterable[Any], AsyncIterable[Any]]) -> AsyncIterator[Any]:
        items = source.__aiter__() if isinstance(source, AsyncIterable) else _one_by_one(source)
        exhausted = False
        exchange: Optional[_Exchange] = None
        window = stream.window
        try:
            while True:
                while window.wants_more and not exhausted:
                    try:
                        full = stream.packer.add(await items.__anext__())
                    except StopAsyncIteration:
                        full = stream.packer.rest()
                        exhausted = True
                    for message in full:
                        window.add(message)
                if window.is_empty:
                    break
                if window.in_flight == 0:
                    await asyncio.sleep(window.take_delay())
                exchange = exchange or self._open(stream)
                try:
                    for message in stream.to_send():
                        await exchange.send(message)
                    if window.in_flight > 0:
                        stream.answered(await exchange.receive())
                except grpc.RpcError as error:
                    broken, exchange = exchange, None
                    broken.cancel()
                    window.broken(_failures.of_rpc_error(error, self._options))
                for result in stream.take_ready():
                    yield result
            if exchange is not None:
                await exchange.finish()
        finally:
            if exchange is not None:
                exchange.cancel()

    def _open(self, stream: _streams.Stream[Any]) -> _Exchange:
        method = stream.method
        stub = self._channel.stream_stream(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        return _Exchange(stub(metadata=self._options.call_metadata))


class _Exchange:
    """One open stream."""

    def __init__(self, call: Any) -> None:
        self._call = call

    async def send(self, message: Any) -> None:
        try:
            await self._call.write(message)
        except asyncio.InvalidStateError:
            # gRPC does not say in this case why the stream has ended; reading from it does.
            await self.receive()
        except grpc.RpcError as error:
            # When a stream ends while it is written to, gRPC forgets the server's status and puts this in its place.
            if str(error.details()).startswith("Internal error from Core"):
                raise _failures.StreamEnded from error
            raise

    async def receive(self) -> Any:
        """Waits for a response. A stream that ends in order with requests unanswered is a failure."""
        response = await self._call.read()
        if response is _EOF:
            raise _failures.StreamEnded
        return response

    async def finish(self) -> None:
        """Ends the stream in order, after the last response."""
        try:
            await self._call.done_writing()
            await self._call.read()
        except (grpc.RpcError, asyncio.InvalidStateError):
            # All answers are there, so nobody is interested in how the stream ended.
            return

    def cancel(self) -> None:
        self._call.cancel()


async def _one_by_one(items: Iterable[Any]) -> AsyncIterator[Any]:
    for item in items:
        yield item
