"""The client for programs that wait for answers."""

from __future__ import annotations

import queue
import time
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
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
from .documents import DenseLike, WaitFor
from .encoding import Priority, Side
from .errors import DeadlineExceeded, NotFound, SiskinError, Unavailable
from .filters import FilterLike
from .vectors import VectorLike

T = TypeVar("T")
R = TypeVar("R")

_POLL_SECONDS = 0.1


class SiskinClient:
    """A connection to a Siskin server. Safe for use by several threads; close it when it is no longer needed.

    >>> with SiskinClient("localhost:7700") as client:
    ...     for hit in client.search("wordnet", "a person who studies insects", fields=["text"]):
    ...         print(hit.score, hit.id, hit.fields["text"])

    Every call has a time limit. Calls that may be made again without harm, as the API says, are made again when the server
    did not begin them or was busy: up to ``attempts_max`` times within the time limit, after the delay that the server asks
    for. All other failures are raised at once, as one of :mod:`siskin_client.errors`. A value that cannot be sent at all is
    a ``TypeError`` or a ``ValueError``; ranges are checked by the server.

    Creating a client does not connect. The first call does.
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
        """Describes a connection.

        Args:
            target: Where the server is: ``host``, ``host:port``, ``unix:path`` or ``unix:///path`` for a Unix socket, or
                another name that gRPC resolves, for example ``dns:///siskin.example:7700``. A host without a port gets 7700.
            timeout_seconds: How long a call may take unless it says otherwise, above 0.
            attempts_max: How often a call is tried at most: 1 (never again) to 5.
            response_bytes_max: The longest response that is accepted, in bytes.
            tls: How to encrypt. ``None``: plain text.
            metadata: What is sent with every call, for what stands before the server.
            api_key: The key of the caller, as ``siskin keys create`` prints it, for a server that asks for one. Read it from
                a file or a variable of the environment. Without ``tls``, everybody on the way can read it.

        Raises:
            ValueError: An option is out of its range.
        """
        self._options = _channel.Options(
            target, timeout_seconds, attempts_max, response_bytes_max, tls, dict(metadata or {}), api_key
        )
        self._channel = _channel.open_channel(self._options, grpc)
        self._closed = False
        self._stubs: Dict[str, Callable[..., Any]] = {}

    @property
    def target(self) -> str:
        """Where the server is, as it was given."""
        return self._options.target

    def close(self) -> None:
        """Closes the connection. Calls under way end with :class:`Cancelled`."""
        self._closed = True
        self._channel.close()

    def __enter__(self) -> SiskinClient:
        """Returns the client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the connection."""
        self.close()

    def __repr__(self) -> str:
        """Returns a description that names the target."""
        return f"SiskinClient({self.target!r})"

    # Health

    def is_serving(self, collection: Optional[str] = None, *, timeout_seconds: Optional[float] = None) -> bool:
        """Returns whether the server is ready, or one collection can be searched.

        Args:
            collection: The collection's name; ``None`` for the server as a whole.
            timeout_seconds: How long the call may take.

        Raises:
            Unavailable: The server cannot be reached.
        """
        try:
            return self._make(_calls.is_serving(collection), timeout_seconds)
        except NotFound:
            return False

    def get_server(self, *, timeout_seconds: Optional[float] = None) -> srv.Server:
        """Returns what the server is.

        Args:
            timeout_seconds: How long the call may take.
        """
        return self._make(_calls.get_server(), timeout_seconds)

    def get_caller(self, *, timeout_seconds: Optional[float] = None) -> srv.Caller:
        """Returns what the caller may do.

        Args:
            timeout_seconds: How long the call may take.
        """
        return self._make(_calls.get_caller(), timeout_seconds)

    def list_slow_queries(
        self, collection: str = "", *, count_max: int = 100, timeout_seconds: Optional[float] = None
    ) -> List[srv.SlowQuery]:
        """Returns slow searches that the server remembers, the latest first.

        Args:
            collection: Only those of this collection, as their requests named it; empty for all that the caller may read.
            count_max: How many at most, 1 to 1,000.
            timeout_seconds: How long the call may take.

        Raises:
            InvalidArgument: ``count_max`` is out of its range.
        """
        return self._make(_calls.list_slow_queries(collection, count_max), timeout_seconds)

    def wait_until_serving(self, timeout_seconds: float = 30.0) -> None:
        """Waits until the server is ready.

        Args:
            timeout_seconds: How long to wait at most.

        Raises:
            DeadlineExceeded: It was not ready in time.
        """
        end = time.monotonic() + timeout_seconds
        while True:
            try:
                if self.is_serving(timeout_seconds=max(end - time.monotonic(), _POLL_SECONDS)):
                    return
                why = "it says that it is not serving"
            except (Unavailable, DeadlineExceeded) as failure:
                why = failure.message
            if time.monotonic() >= end:
                raise not_ready(self.target, timeout_seconds, why)
            time.sleep(_POLL_SECONDS)

    # Collections

    def create_collection(
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
        """Makes an empty collection.

        Args:
            name: Its name: 1 to 128 ASCII letters, digits, ``_``, ``.`` or ``-``, not beginning with ``.`` or ``-``.
            fields: The fields that filters can use, with their types. They cannot be changed later.
            tenant_field: The declared field of type ``STRING`` that says whose a document is. Every call about documents
                must then name a tenant. ``None``: no tenants.
            dense_fields: The fields of dense vectors, at most 16. They cannot be changed later.
            encoder: How text becomes vectors: ``Bm25()``, or what another collection has in ``encoder_parameters_json``, as
                text or as a mapping. ``None``: documents and queries come as vectors.
            storage: How its documents are stored.
            writes: When writes become durable and visible.
            default_recall_target: The recall target of a search that names neither a mode nor a target: above 0, at
                most 1. ``None``: 1, which is exact.
            statistics: Among which documents the frequency of terms is counted, for ``Bm25``. ``TENANT`` needs a
                ``tenant_field``. ``None``: ``COLLECTION``.
            timeout_seconds: How long the call may take.

        Raises:
            AlreadyExists: The name is taken, by a collection or an alias.
        """
        call = _calls.create_collection(
            name, fields or {}, tenant_field, encoder, storage, writes, default_recall_target, statistics, dense_fields
        )
        return self._make(call, timeout_seconds)

    def list_collections(self, *, timeout_seconds: Optional[float] = None) -> List[col.Collection]:
        """Describes all collections, ordered by name.

        Args:
            timeout_seconds: How long each of the calls may take; one is made for 100 collections.
        """
        found: List[col.Collection] = []
        page_token = ""
        while True:
            page, page_token = self._make(_calls.list_collections(page_token), timeout_seconds)
            found += page
            if not page_token:
                return found

    def get_collection(self, name: str, *, timeout_seconds: Optional[float] = None) -> col.Collection:
        """Describes one collection.

        Args:
            name: Its name or an alias.
            timeout_seconds: How long the call may take.

        Raises:
            CollectionNotFound: There is none of that name.
        """
        return self._make(_calls.get_collection(name), timeout_seconds)

    def has_collection(self, name: str, *, timeout_seconds: Optional[float] = None) -> bool:
        """Returns whether there is a collection, or an alias, of a name.

        Args:
            name: The name.
            timeout_seconds: How long the call may take.
        """
        try:
            self.get_collection(name, timeout_seconds=timeout_seconds)
        except NotFound:
            return False
        return True

    def drop_collection(self, name: str, *, timeout_seconds: Optional[float] = None) -> None:
        """Removes a collection with all its documents and snapshots. Searches under way still end.

        Args:
            name: Its name; not an alias.
            timeout_seconds: How long the call may take.

        Raises:
            CollectionNotFound: There is none of that name.
            FailedPrecondition: An alias names it.
        """
        self._make(_calls.drop_collection(name), timeout_seconds)

    def set_alias(self, alias: str, collection: str, *, timeout_seconds: Optional[float] = None) -> Optional[str]:
        """Lets an alias name a collection from now on, and returns the one that it named before, if any.

        Args:
            alias: The alias: a name as of a collection, and not that of one.
            collection: The collection; not an alias.
            timeout_seconds: How long the call may take.
        """
        return self._make(_calls.set_alias(alias, collection), timeout_seconds)

    def delete_alias(self, alias: str, *, timeout_seconds: Optional[float] = None) -> None:
        """Removes an alias. The collection stays.

        Args:
            alias: The alias.
            timeout_seconds: How long the call may take.
        """
        self._make(_calls.delete_alias(alias), timeout_seconds)

    def list_aliases(self, *, timeout_seconds: Optional[float] = None) -> Dict[str, str]:
        """Returns the collections by their aliases, ordered by alias.

        Args:
            timeout_seconds: How long the call may take.
        """
        return self._make(_calls.list_aliases(), timeout_seconds)

    def flush(self, collection: str, *, timeout_seconds: Optional[float] = None) -> None:
        """Makes all writes that were answered visible, and moves them from memory and log into a segment.

        Args:
            collection: The collection's name or an alias.
            timeout_seconds: How long the call may take; ``None`` for ten minutes.
        """
        self._make(_calls.flush(collection), timeout_seconds)

    def compact(self, collection: str, *, timeout_seconds: Optional[float] = None) -> col.Collection:
        """Rewrites a collection into one segment without deleted documents. It can be used meanwhile.

        Args:
            collection: The collection's name or an alias.
            timeout_seconds: How long the call may take; ``None`` for ten minutes.
        """
        return self._make(_calls.compact(collection), timeout_seconds)

    def create_snapshot(self, collection: str, snapshot: str = "", *, timeout_seconds: Optional[float] = None) -> col.Snapshot:
        """Keeps a collection as it is now. Takes no copy of its files.

        Args:
            collection: The collection's name or an alias.
            snapshot: The name of the snapshot; empty for one that the server makes of the time.
            timeout_seconds: How long the call may take; ``None`` for ten minutes.
        """
        return self._make(_calls.create_snapshot(collection, snapshot), timeout_seconds)

    def list_snapshots(self, collection: str, *, timeout_seconds: Optional[float] = None) -> List[col.Snapshot]:
        """Returns the snapshots of a collection, the oldest first.

        Args:
            collection: The collection's name or an alias.
            timeout_seconds: How long the call may take.
        """
        return self._make(_calls.list_snapshots(collection), timeout_seconds)

    def delete_snapshot(self, collection: str, snapshot: str, *, timeout_seconds: Optional[float] = None) -> None:
        """Removes a snapshot.

        Args:
            collection: The collection's name or an alias.
            snapshot: The name of the snapshot.
            timeout_seconds: How long the call may take.

        Raises:
            SnapshotNotFound: There is none of that name.
        """
        self._make(_calls.delete_snapshot(collection, snapshot), timeout_seconds)

    def restore_snapshot(
        self, collection: str, snapshot: str, new_collection: str, *, timeout_seconds: Optional[float] = None
    ) -> col.Collection:
        """Makes a new collection of a snapshot. All its files are verified first.

        Args:
            collection: The collection that it was made of.
            snapshot: The name of the snapshot.
            new_collection: The name of the new collection, which must be free.
            timeout_seconds: How long the call may take; ``None`` for ten minutes.
        """
        return self._make(_calls.restore_snapshot(collection, snapshot, new_collection), timeout_seconds)

    # Suggestions

    def suggest(
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
        """Suggests what could be asked, best first, by the log of queries of a collection.

        Args:
            collection: The collection's name or an alias.
            prefix: What was typed so far; empty for next queries.
            earlier: The earlier queries of the session, the latest last.
            count: How many suggestions, 1 to 100; ``None`` for 10.
            context_weight: How much the earlier queries count, 0 to 1; ``None`` for 0.5.
            terms: Whether terms of the collection are suggested where its log has not enough.
            timeout_seconds: How long the call may take.

        Raises:
            InvalidArgument: A value is out of its range, or the collection has tenants.
        """
        return self._make(_calls.suggest(collection, prefix, earlier, count, context_weight, terms), timeout_seconds)

    def put_query_log(
        self, collection: str, queries: Iterable[sug.LoggedQuery], *, timeout_seconds: Optional[float] = None
    ) -> int:
        """Keeps a log of queries with a collection, in place of the one before it.

        Args:
            collection: The collection's name or an alias.
            queries: The queries, at most 20,000; none removes the log.
            timeout_seconds: How long the call may take.

        Returns:
            How many different queries are kept.

        Raises:
            InvalidArgument: A value is out of its range, or the collection has tenants.
        """
        return self._make(_calls.put_query_log(collection, queries), timeout_seconds)

    # Stored pipelines

    def put_pipeline(
        self, collection: str, pipeline: str, node: rank.RankingNode, *, timeout_seconds: Optional[float] = None
    ) -> rank.Pipeline:
        """Keeps a ranking tree with a collection, in place of what had its name.

        Args:
            collection: The collection's name or an alias.
            pipeline: The name of the tree.
            node: The root of the tree.
            timeout_seconds: How long the call may take.

        Raises:
            InvalidArgument: The tree breaks a rule, or the collection lacks what it needs.
        """
        return self._make(_calls.put_pipeline(collection, pipeline, node), timeout_seconds)

    def get_pipeline(self, collection: str, pipeline: str, *, timeout_seconds: Optional[float] = None) -> rank.Pipeline:
        """Returns a ranking tree that is stored with a collection.

        Args:
            collection: The collection's name or an alias.
            pipeline: The name of the tree.
            timeout_seconds: How long the call may take.

        Raises:
            InvalidArgument: There is no such pipeline.
        """
        return self._make(_calls.get_pipeline(collection, pipeline), timeout_seconds)

    def list_pipelines(self, collection: str, *, timeout_seconds: Optional[float] = None) -> List[rank.Pipeline]:
        """Returns the ranking trees that are stored with a collection, ordered by name.

        Args:
            collection: The collection's name or an alias.
            timeout_seconds: How long the call may take.
        """
        return self._make(_calls.list_pipelines(collection), timeout_seconds)

    def delete_pipeline(self, collection: str, pipeline: str, *, timeout_seconds: Optional[float] = None) -> None:
        """Removes a ranking tree that is stored with a collection.

        Args:
            collection: The collection's name or an alias.
            pipeline: The name of the tree.
            timeout_seconds: How long the call may take.

        Raises:
            InvalidArgument: There is no such pipeline.
        """
        self._make(_calls.delete_pipeline(collection, pipeline), timeout_seconds)

    # Documents

    def upsert(
        self,
        collection: str,
        documents: Union[doc.DocumentLike, Iterable[doc.DocumentLike]],
        *,
        wait_for: WaitFor = WaitFor.DURABLE,
        tenant: str = "",
        timeout_seconds: Optional[float] = None,
    ) -> Tuple[doc.WriteResult, ...]:
        """Creates or replaces documents with one call, and returns one result for each, in their order.

        A document that is refused does not keep the others from being written and raises nothing: look at the results.

        Args:
            collection: The collection's name or an alias.
            documents: 1 to 10,000 documents, or one alone; at most 4 MiB. For more see :meth:`upsert_all`.
            wait_for: What the answer waits for.
            tenant: Whose documents these are; empty for a collection without tenants.
            timeout_seconds: How long the call may take.
        """
        return self._make(_calls.upsert(collection, documents, wait_for, tenant), timeout_seconds)

    def upsert_stream(
        self,
        collection: str,
        documents: Iterable[doc.DocumentLike],
        *,
        wait_for: WaitFor = WaitFor.DURABLE,
        tenant: str = "",
        batch_size: int = 256,
        in_flight_max: int = 8,
        attempts_max: int = 10,
        timeout_seconds: float = 60.0,
    ) -> Iterator[doc.WriteResult]:
        """Creates or replaces any number of documents over one stream, and yields one result for each, in their order.

        Nothing is sent before the first result is asked for: iterate to the end, or use :meth:`upsert_all`. Documents are
        taken from ``documents`` as there is room for them, so it may be a generator that never fits into memory. A batch
        that a busy server refuses is sent again after the delay that it asks for, with all batches behind it, so the last
        version of a document always wins. Then a result may say that a document was replaced which was new.

        Args:
            collection: The collection's name or an alias.
            documents: The documents.
            wait_for: What each answer waits for.
            tenant: Whose documents these are; empty for a collection without tenants.
            batch_size: How many documents are sent at once: 1 to 10,000. Raising it saves work and delays results.
            in_flight_max: How many batches may be unanswered, at least 1. Raising it hides the way to the server.
            attempts_max: How often a batch is sent at most before its refusal is raised, at least 1.
            timeout_seconds: How long each batch may take from its arrival at the server.

        Raises:
            SiskinError: A batch failed as a whole. What was yielded before was written.
        """
        stream = _streams.upsert(collection, wait_for, tenant, batch_size, in_flight_max, attempts_max, timeout_seconds)
        return self._run(stream, documents)

    def upsert_all(
        self,
        collection: str,
        documents: Iterable[doc.DocumentLike],
        *,
        wait_for: WaitFor = WaitFor.DURABLE,
        tenant: str = "",
        batch_size: int = 256,
        in_flight_max: int = 8,
        attempts_max: int = 10,
        timeout_seconds: float = 60.0,
    ) -> doc.UpsertSummary:
        """Creates or replaces any number of documents over one stream, and returns when all are written.

        Args:
            collection: The collection's name or an alias.
            documents: The documents; see :meth:`upsert_stream`.
            wait_for: What each answer waits for.
            tenant: Whose documents these are; empty for a collection without tenants.
            batch_size: How many documents are sent at once: 1 to 10,000.
            in_flight_max: How many batches may be unanswered, at least 1.
            attempts_max: How often a batch is sent at most before its refusal is raised, at least 1.
            timeout_seconds: How long each batch may take from its arrival at the server.

        Raises:
            SiskinError: A batch failed as a whole. All batches before it were written.
        """
        tally = doc.Tally()
        for result in self.upsert_stream(
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

    def get(
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
        """Reads documents as the last write left them, searchable or not.

        Args:
            collection: The collection's name or an alias.
            ids: 1 to 1,000 ids, or one alone. An id without a document is left out of the answer.
            with_vector: Whether the vectors are returned, with weights as they are stored.
            fields: Which fields are returned, at most 64; ``None`` for all.
            dense_fields: Of which dense fields the vectors are returned, at most 16; ``*`` stands for all.
            tenant: Whose documents; empty for a collection without tenants.
            timeout_seconds: How long the call may take.
        """
        return self._make(_calls.get(collection, ids, with_vector, fields, tenant, dense_fields), timeout_seconds)

    def delete(
        self,
        collection: str,
        *,
        ids: Union[str, Iterable[str], None] = None,
        filter: Optional[FilterLike] = None,
        wait_for: WaitFor = WaitFor.DURABLE,
        tenant: str = "",
        timeout_seconds: Optional[float] = None,
    ) -> doc.Deletion:
        """Deletes documents by their ids, or all that a filter admits.

        Args:
            collection: The collection's name or an alias.
            ids: 1 to 10,000 ids, or one alone.
            filter: Which documents, instead of ids.
            wait_for: What the answer waits for.
            tenant: Whose documents; empty for a collection without tenants.
            timeout_seconds: How long the call may take.

        Raises:
            ValueError: Both or neither of ``ids`` and ``filter`` are given.
        """
        return self._make(_calls.delete(collection, ids, filter, wait_for, tenant), timeout_seconds)

    def update_fields(
        self,
        collection: str,
        updates: Union[doc.FieldsUpdate, Iterable[doc.FieldsUpdate]],
        *,
        wait_for: WaitFor = WaitFor.DURABLE,
        tenant: str = "",
        timeout_seconds: Optional[float] = None,
    ) -> Tuple[doc.WriteResult, ...]:
        """Sets or removes fields of documents, and returns one result for each change. Vectors and texts stay as they are.

        Args:
            collection: The collection's name or an alias.
            updates: 1 to 10,000 changes, done in this order, or one alone.
            wait_for: What the answer waits for.
            tenant: Whose documents; empty for a collection without tenants.
            timeout_seconds: How long the call may take.
        """
        return self._make(_calls.update_fields(collection, updates, wait_for, tenant), timeout_seconds)

    def scroll(
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
    ) -> Iterator[doc.Document]:
        """Yields all documents, or those that a filter admits, in the order of their positions.

        A document that is written meanwhile may come once more, as it is then.

        Args:
            collection: The collection's name or an alias.
            filter: Which documents; ``None`` for all.
            with_vector: Whether the vectors are returned, with weights as they are stored.
            fields: Which fields are returned, at most 64; ``None`` for all.
            dense_fields: Of which dense fields the vectors are returned, at most 16; ``*`` stands for all.
            page_size: How many documents are read at once: 1 to 10,000.
            tenant: Whose documents; empty for a collection without tenants.
            timeout_seconds: How long each page may take.
        """
        pages = _calls.Scroll(collection, filter, with_vector, fields, page_size, tenant, dense_fields)
        page_token = ""
        while True:
            page = self._make(pages.page(page_token), timeout_seconds)
            yield from page.documents
            page_token = page.next_page_token
            if not page_token:
                return

    def scroll_page(
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
        """Reads one page of what :meth:`scroll` yields, so that reading can go on later.

        Args:
            collection: The collection's name or an alias.
            page_token: ``next_page_token`` of the page before; empty for the first page.
            filter: Which documents; ``None`` for all. The same for all pages.
            with_vector: Whether the vectors are returned, with weights as they are stored.
            fields: Which fields are returned, at most 64; ``None`` for all.
            dense_fields: Of which dense fields the vectors are returned, at most 16; ``*`` stands for all.
            page_size: How many documents are read at most: 1 to 10,000.
            tenant: Whose documents; empty for a collection without tenants.
            timeout_seconds: How long the call may take.
        """
        pages = _calls.Scroll(collection, filter, with_vector, fields, page_size, tenant, dense_fields)
        return self._make(pages.page(page_token), timeout_seconds)

    def count(
        self,
        collection: str,
        *,
        filter: Optional[FilterLike] = None,
        tenant: str = "",
        timeout_seconds: Optional[float] = None,
    ) -> int:
        """Counts documents, all or those that a filter admits, as searches see them.

        Args:
            collection: The collection's name or an alias.
            filter: Which documents; ``None`` for all.
            tenant: Whose documents; empty for a collection without tenants.
            timeout_seconds: How long the call may take.
        """
        return self._make(_calls.count(collection, filter, tenant), timeout_seconds)

    # Searches

    def search(
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
        """Searches a collection.

        Args:
            collection: The collection's name or an alias.
            query: What to search for: a text, or a vector in any form of :data:`VectorLike`. ``None`` if the stages of a
                ranking tree have all that they need.
            k: How many hits to return: 1 to 10,000. ``None``: 10, or with a ranking tree all that its root hands on.
            filter: Which documents qualify, as a :class:`Filter` or as text; ``None`` for all.
            tenant: Whose documents are searched; empty for a collection without tenants.
            fields: Names of the stored fields to return with each hit, at most 64; ``*`` stands for all.
            explain: Whether each hit lists what each term added to its score.
            recall_target: Which share of the true best k is wanted on average: above 0, at most 1, which is exact. Excludes
                ``mode``. ``None``: ``mode`` or the collection's default decides. Raising it raises time.
            mode: How to evaluate; ``None`` for what ``recall_target`` or the collection's default says.
            time_budget_micros: About how long the evaluation may take: 10 to 1,000,000 microseconds. What was found until
                then is the answer. ``None`` for no budget.
            node: Ranks documents by a tree of stages, see :mod:`siskin_client.ranking`. Excludes ``mode``, ``recall_target``
                and ``time_budget_micros``, which its nodes have.
            pipeline: The same by the name of a tree that is stored with the collection.
            offset: How many hits of the tree are left out before the first one that is returned; ``None`` for none.
            dense: Dense vectors of the query by the name of a dense field, in any form of :data:`DenseLike`, such as a numpy
                array. Stages of the tree without a query of their own take them, and the text is not encoded for the field.
            token_vectors: Token vectors of the query by the name of a dense field of terms, for late interaction.
            timeout_seconds: How long the call may take.

        Raises:
            CollectionNotFound: There is no such collection.
            InvalidArgument: A value is out of its range, or the filter does not fit the schema.
        """
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
        return self._make(_calls.search(request), timeout_seconds)

    @overload
    def search_stream(
        self,
        requests: Iterable[sea.SearchRequest],
        *,
        on_error: Literal["raise"] = "raise",
        in_flight_max: int = 64,
        attempts_max: int = 4,
        timeout_seconds: float = 5.0,
    ) -> Iterator[sea.SearchResult]: ...

    @overload
    def search_stream(
        self,
        requests: Iterable[sea.SearchRequest],
        *,
        on_error: Literal["return"],
        in_flight_max: int = 64,
        attempts_max: int = 4,
        timeout_seconds: float = 5.0,
    ) -> Iterator[Union[sea.SearchResult, SiskinError]]: ...

    def search_stream(
        self,
        requests: Iterable[sea.SearchRequest],
        *,
        on_error: Literal["raise", "return"] = "raise",
        in_flight_max: int = 64,
        attempts_max: int = 4,
        timeout_seconds: float = 5.0,
    ) -> Iterator[Any]:
        """Makes many searches over one stream, and yields one result for each, in their order.

        The next search is sent before the last one is answered. A search that a busy server refuses is made again.

        Args:
            requests: The searches. They are taken as there is room for them.
            on_error: What becomes of a search that fails: ``raise`` ends the stream with its error, ``return`` yields the
                error in its place.
            in_flight_max: How many searches may be unanswered, at least 1. The server reads no more than 64.
            attempts_max: How often a search is made at most, at least 1.
            timeout_seconds: How long each search may take from its arrival at the server.
        """
        return self._run(_streams.search(in_flight_max, attempts_max, timeout_seconds, on_error == "raise"), requests)

    # Encodings

    def encode(
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
        """Turns texts into vectors, and returns one encoding for each.

        Args:
            inputs: 1 to 1,024 texts, or one alone.
            side: On which side of a search the texts are.
            collection: The collection whose encoder encodes.
            model: The model that encodes, instead of a collection: one that a collection has, or that the server was
                started with.
            priority: Which texts go first while the model is busy.
            tokens: Whether each encoding lists the text's own tokens.
            timeout_seconds: How long the call may take.

        Raises:
            ModelNotFound: The server has no such model.
            ValueError: Both or neither of ``collection`` and ``model`` are given.
        """
        return self._make(_calls.encode(inputs, side, collection, model, priority, tokens), timeout_seconds)

    def encode_stream(
        self,
        inputs: Iterable[Union[str, enc.EncodeInput]],
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
    ) -> Iterator[enc.Encoding]:
        """Turns any number of texts into vectors over one stream, and yields one encoding for each, in their order.

        Args:
            inputs: The texts. They are taken as there is room for them.
            side: On which side of a search the texts are.
            collection: The collection whose encoder encodes.
            model: The model that encodes, instead of a collection.
            priority: Which texts go first while the model is busy.
            tokens: Whether each encoding lists the text's own tokens.
            batch_size: How many texts are sent at once: 1 to 1,024.
            in_flight_max: How many batches may be unanswered, at least 1. The server's queue has 1,024 places by default.
            attempts_max: How often a batch is sent at most before its refusal is raised, at least 1.
            timeout_seconds: How long each batch may take from its arrival at the server.
        """
        stream = _streams.encode(
            side, collection, model, priority, tokens, batch_size, in_flight_max, attempts_max, timeout_seconds
        )
        return self._run(stream, inputs)

    # How calls are made

    def _make(self, call: Call[T], timeout_seconds: Optional[float]) -> T:
        method = call.method
        stub = self._stubs.get(method.path)
        if stub is None:
            stub = self._channel.unary_unary(
                method.path,
                request_serializer=method.request.SerializeToString,
                response_deserializer=method.response.FromString,
            )
            self._stubs[method.path] = stub
        try:
            response = stub(
                call.request,
                timeout=timeout_of(call, timeout_seconds, self._options),
                metadata=self._options.call_metadata,
            )
        except grpc.RpcError as error:
            raise _failures.of_rpc_error(error, self._options) from None
        except ValueError:
            if self._closed:
                raise _failures.closed() from None
            raise
        return call.decode(response)

    def _run(self, stream: _streams.Stream[R], source: Iterable[Any]) -> Iterator[Any]:
        items = iter(source)
        exhausted = False
        exchange: Optional[_Exchange] = None
        window = stream.window
        try:
            while True:
                while window.wants_more and not exhausted:
                    try:
                        full = stream.packer.add(next(items))
                    except StopIteration:
                        full = stream.packer.rest()
                        exhausted = True
                    for message in full:
                        window.add(message)
                if window.is_empty:
                    break
                if window.in_flight == 0:
                    time.sleep(window.take_delay())
                exchange = exchange or self._open(stream)
                for message in stream.to_send():
                    exchange.send(message)
                if window.in_flight > 0:
                    try:
                        stream.answered(exchange.receive())
                    except grpc.RpcError as error:
                        broken, exchange = exchange, None
                        broken.cancel()
                        window.broken(_failures.of_rpc_error(error, self._options))
                yield from stream.take_ready()
            if exchange is not None:
                exchange.finish()
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
        try:
            return _Exchange(stub, self._options.call_metadata)
        except ValueError:
            if self._closed:
                raise _failures.closed() from None
            raise


class _Exchange:
    """One open stream. gRPC takes the requests in a thread of its own, so they go through a queue."""

    def __init__(self, stub: Any, metadata: Any) -> None:
        self._requests: queue.SimpleQueue[Optional[Any]] = queue.SimpleQueue()
        self._call = stub(iter(self._requests.get, None), metadata=metadata)

    def send(self, message: Any) -> None:
        self._requests.put(message)

    def receive(self) -> Any:
        """Waits for a response. A stream that ends in order with requests unanswered is a failure."""
        response = next(self._call, None)
        if response is None:
            raise _failures.StreamEnded
        return response

    def finish(self) -> None:
        """Ends the stream in order, after the last response."""
        self._requests.put(None)
        try:
            next(self._call, None)
        except grpc.RpcError:
            # All answers are there, so nobody is interested in how the stream ended.
            return

    def cancel(self) -> None:
        # The end of the requests also ends gRPC's thread that takes them.
        self._requests.put(None)
        self._call.cancel()


def timeout_of(call: Call[Any], timeout_seconds: Optional[float], options: _channel.Options) -> float:
    """Returns how long a call may take: what the caller says, else what fits the call, else the client's default."""
    if timeout_seconds is not None:
        return timeout_seconds
    return options.timeout_seconds if call.timeout_seconds is None else call.timeout_seconds


def not_ready(target: str, timeout_seconds: float, why: str) -> DeadlineExceeded:
    """Says that a server was not ready in time, and what it said last."""
    return DeadlineExceeded("DEADLINE_EXCEEDED", f"the server at {target} was not ready within {timeout_seconds:g} s: {why}")
