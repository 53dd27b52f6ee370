"""Collections: what they are, and what they hold."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Dict, Mapping, Optional, Tuple

from .documents import DenseField, FieldType
from .search import SearchMode


@dataclass(frozen=True)
class Bm25:
    """The encoder that needs no model: texts are cut into words, which are weighed by BM25.

    Attributes:
        analyzer: How text is cut into words: ``english`` (stop words removed, stemmed), ``standard`` or ``whitespace``.
        k1: How slowly repeated words saturate: 0 to 1000. Raising it rewards repetition more.
        b: How much length is held against a document: 0 to 1. Raising it favours short documents.
        average_length: The length of a document, in words, that length normalisation leaves as it is: above 0. ``None``:
            what the server takes for an empty collection, 100.
    """

    analyzer: str = "english"
    k1: float = 0.9
    b: float = 0.4
    average_length: Optional[float] = None

    def parameters(self) -> Dict[str, Any]:
        """Returns the encoder in the form of ``Collection.encoder_parameters_json``."""
        return {
            "version": 1,
            "kind": "bm25",
            "analyzer": {"kind": self.analyzer},
            "k1": float(self.k1),
            "b": float(self.b),
            "averageLength": 0.0 if self.average_length is None else float(self.average_length),
        }


class SyncPolicy(enum.Enum):
    """When the log of writes is forced to the disk."""

    EVERY_BATCH = 1
    """Before each answer: a write that was answered survives a loss of power."""
    INTERVAL = 2
    """At an interval: a loss of power may take what was answered in it."""
    NONE = 3
    """Never by the server: the operating system decides."""


class StatisticsScope(enum.Enum):
    """Among which documents it is counted how frequent terms are, for ``Bm25``."""

    COLLECTION = 1
    """All documents of the collection."""
    TENANT = 2
    """Those of the tenant that asks, so that its scores tell nothing of others."""


class Vocabulary(enum.Enum):
    """How terms are named in the vectors of a collection."""

    UNKNOWN = 0
    """In a way that this client is too old to know."""
    TOKEN = 1
    """By token."""
    TERM_ID = 2
    """By number."""
    NONE = 3
    """The collection holds no term yet and takes both."""


class CollectionState(enum.Enum):
    """Whether a collection can be searched."""

    UNKNOWN = 0
    """The server is too old to say."""
    SERVING = 1
    """It is searched."""
    DAMAGED = 2
    """Its files are damaged: every search of it fails until they are whole again."""


@dataclass(frozen=True)
class StorageOptions:
    """How the documents of a collection are stored. ``None`` is the server's default.

    Attributes:
        weight_bits: Bits of a stored weight: 8 or 16. Default: 8. Scores are finer with 16, and files larger.
        store_fields: Whether texts and undeclared fields are kept to be returned. Default: true.
        reorder: Whether documents are reordered by similarity when segments grow large. Default: true.
        clustered_lists: Whether lists for the mode :class:`Clustered` are built. Default: false.
    """

    weight_bits: Optional[int] = None
    store_fields: Optional[bool] = None
    reorder: Optional[bool] = None
    clustered_lists: Optional[bool] = None


@dataclass(frozen=True)
class WriteOptions:
    """When writes become durable and visible. ``None`` is the server's default.

    Attributes:
        sync_policy: When the log is forced to the disk. Default: ``EVERY_BATCH``.
        sync_interval: How often with ``INTERVAL``: 1 ms to a minute. Default: a second.
        refresh_interval: How long a write takes at most to become visible: 10 ms to ten minutes. Default: a second.
    """

    sync_policy: Optional[SyncPolicy] = None
    sync_interval: Optional[timedelta] = None
    refresh_interval: Optional[timedelta] = None


@dataclass(frozen=True)
class RecallExpectation:
    """What was measured of the mode that a recall target leads to.

    Attributes:
        k: How many hits were wanted.
        recall_target: The target: above 0, at most 1.
        mode: The mode that it leads to.
        recall: The recall that was measured: 0 to 1.
        median_micros: The median time that is expected, in microseconds, on the machine that built the collection.
        mean_micros: The mean time that is expected there, in microseconds.
    """

    k: int
    recall_target: float
    mode: Optional[SearchMode]
    recall: float
    median_micros: float
    mean_micros: float


@dataclass(frozen=True)
class IndexStructure:
    """One index structure of a segment.

    Attributes:
        name: Its name.
        length_bytes: Its size in bytes.
    """

    name: str
    length_bytes: int


@dataclass(frozen=True)
class Segment:
    """One immutable part of a collection: a set of files.

    Attributes:
        id: 32 hexadecimal digits.
        format_version: Version of the format of its files, from 1.
        document_count: Its documents.
        posting_count: Its postings.
        structures: The index structures that it carries.
    """

    id: str
    format_version: int
    document_count: int
    posting_count: int
    structures: Tuple[IndexStructure, ...]


@dataclass(frozen=True)
class TextStatistics:
    """What the weights of terms rest on in a collection whose encoder is ``Bm25``.

    Attributes:
        scope: Among which documents it is counted how frequent the terms of a query are; ``None`` if the server is too old.
        pinned_average_length: The average length of a document, in tokens, by which all are weighed; ``None`` if unknown.
        average_length: The average length as it is now, in tokens; ``None`` if unknown.
    """

    scope: Optional[StatisticsScope]
    pinned_average_length: Optional[float]
    average_length: Optional[float]


@dataclass(frozen=True)
class CollectionMemory:
    """The memory of a collection, in bytes.

    Attributes:
        heap_bytes: On the heap of the server; an estimate.
        anonymous_bytes: Outside of the heap and of files: documents that are not in a segment yet.
        mapped_bytes: Files that are mapped.
        resident_bytes: What of the mapped files is in memory now.
        log_bytes: The log on the disk.
    """

    heap_bytes: int
    anonymous_bytes: int
    mapped_bytes: int
    resident_bytes: int
    log_bytes: int


@dataclass(frozen=True)
class Collection:
    """What a collection is and holds.

    Attributes:
        name: Its name.
        document_count: Documents, those with an empty vector included.
        term_count: Distinct terms, summed over segments.
        posting_count: (Document, term) pairs.
        length_bytes: Bytes of all its files.
        document_encoder: Name of the encoder of its documents; ``vector`` when they came as vectors.
        query_encoder: Name of the encoder of query text; ``vector`` when only vectors can be searched.
        encoder_parameters_json: The encoders' parameters as one JSON object.
        vocabulary: How terms are named in the vectors of queries.
        default_mode: The mode of a search for 10 hits that names neither mode nor recall target.
        default_recall_target: The recall target of such a search: above 0, at most 1, which is exact.
        recall_expectations: What some recall targets lead to; empty when the collection was not calibrated.
        stored_fields: Names of the stored fields that searches can ask for.
        fields: The declared fields with their types, in the order of the schema.
        tenant_field: The field that says whose a document is; ``None`` for none.
        storage: How its documents are stored.
        writes: When writes become durable and visible.
        segments: Its segments.
        state: Whether it can be searched.
        memory: The memory that it takes.
        last_position: The position of the last write; 0 if there was none.
        deleted_document_count: Documents that were deleted or replaced and are still in its files.
        aliases: The aliases that name it, in ascending order.
        text_statistics: What the weights of terms rest on.
        dense_fields: The fields of dense vectors.
    """

    name: str
    document_count: int
    term_count: int
    posting_count: int
    length_bytes: int
    document_encoder: str
    query_encoder: str
    encoder_parameters_json: str
    vocabulary: Vocabulary
    default_mode: Optional[SearchMode]
    default_recall_target: float
    recall_expectations: Tuple[RecallExpectation, ...]
    stored_fields: Tuple[str, ...]
    fields: Mapping[str, FieldType]
    tenant_field: Optional[str]
    storage: StorageOptions
    writes: WriteOptions
    segments: Tuple[Segment, ...]
    state: CollectionState
    memory: CollectionMemory
    last_position: int
    deleted_document_count: int
    aliases: Tuple[str, ...]
    text_statistics: TextStatistics
    dense_fields: Tuple[DenseField, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """A collection as it was at one moment.

    Attributes:
        name: Its name, unique in its collection.
        collection: The collection that it was made of.
        create_time: When it was made, in UTC.
        document_count: Its documents.
        length_bytes: The bytes of its files. Those that the collection still uses take no space of their own.
    """

    name: str
    collection: str
    create_time: datetime
    document_count: int
    length_bytes: int
