"""Client of the Siskin search server for learned sparse retrieval.

>>> from siskin_client import Bm25, SiskinClient
>>> with SiskinClient("localhost:7700") as client:
...     client.create_collection("notes", encoder=Bm25())
...     client.upsert("notes", [{"id": "n1", "text": "Moths came to the lamp."}])
...     client.search("notes", "moths", fields=["text"])

:class:`SiskinClient` waits for answers, :class:`AsyncSiskinClient` is for asyncio. Both have the same methods.
"""

from ._channel import Tls
from .aio import AsyncSiskinClient
from .client import SiskinClient
from .collections import (
    Bm25,
    Collection,
    CollectionMemory,
    CollectionState,
    IndexStructure,
    RecallExpectation,
    Segment,
    Snapshot,
    StorageOptions,
    SyncPolicy,
    Vocabulary,
    WriteOptions,
)
from .documents import (
    Deletion,
    Document,
    DocumentLike,
    DocumentPage,
    FieldsUpdate,
    FieldType,
    FieldValue,
    UpsertSummary,
    WaitFor,
    WriteOutcome,
    WriteResult,
)
from .encoding import EncodeInput, EncodeTimings, Encoding, Priority, Side
from .errors import (
    AccessDenied,
    AlreadyExists,
    Cancelled,
    CollectionDamaged,
    CollectionNotFound,
    DeadlineExceeded,
    FailedPrecondition,
    FieldViolation,
    InvalidArgument,
    MessageTooLarge,
    ModelNotFound,
    NotFound,
    Overloaded,
    ServerFault,
    SiskinError,
    SnapshotNotFound,
    Unavailable,
    Unimplemented,
)
from .filters import Filter, FilterLike, field
from .search import (
    Clustered,
    Exact,
    Hit,
    ScoreAtATime,
    SearchCounters,
    SearchMode,
    SearchRequest,
    SearchResult,
    StageTimings,
    TermContribution,
)
from .vectors import SparseVector, VectorLike, vectors_of

__all__ = [
    "AccessDenied",
    "AlreadyExists",
    "AsyncSiskinClient",
    "Bm25",
    "Cancelled",
    "Clustered",
    "Collection",
    "CollectionDamaged",
    "CollectionMemory",
    "CollectionNotFound",
    "CollectionState",
    "DeadlineExceeded",
    "Deletion",
    "Document",
    "DocumentLike",
    "DocumentPage",
    "EncodeInput",
    "EncodeTimings",
    "Encoding",
    "Exact",
    "FailedPrecondition",
    "FieldType",
    "FieldValue",
    "FieldViolation",
    "FieldsUpdate",
    "Filter",
    "FilterLike",
    "Hit",
    "IndexStructure",
    "InvalidArgument",
    "MessageTooLarge",
    "ModelNotFound",
    "NotFound",
    "Overloaded",
    "Priority",
    "RecallExpectation",
    "ScoreAtATime",
    "SearchCounters",
    "SearchMode",
    "SearchRequest",
    "SearchResult",
    "Segment",
    "ServerFault",
    "Side",
    "SiskinClient",
    "SiskinError",
    "Snapshot",
    "SnapshotNotFound",
    "SparseVector",
    "StageTimings",
    "StorageOptions",
    "SyncPolicy",
    "TermContribution",
    "Tls",
    "Unavailable",
    "Unimplemented",
    "UpsertSummary",
    "VectorLike",
    "Vocabulary",
    "WaitFor",
    "WriteOptions",
    "WriteOutcome",
    "WriteResult",
    "field",
    "vectors_of",
]
