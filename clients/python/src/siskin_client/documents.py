"""Documents and what becomes of them when they are written."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, List, Mapping, Optional, Sequence, Tuple, Union

from ._extras import need
from .errors import SiskinError
from .vectors import VectorLike

FieldValue = Union[str, bool, int, float, datetime, Sequence[str]]
"""The value of one field: a text, a flag, a whole number of 64 bits, a number, an instant (a ``datetime`` with a time zone,
kept to the microsecond), or several texts. A declared field of type ``DOUBLE`` takes a ``float`` and no ``int``. Texts
of a list come back sorted, each once."""


class FieldType(enum.Enum):
    """What the values of a declared field are."""

    STRING = 1
    """Text."""
    STRING_LIST = 2
    """Several texts; a filter matches when any of them does."""
    INT64 = 3
    """Whole numbers from -2^63 to 2^63 - 1."""
    DOUBLE = 4
    """Numbers of 64 bits, but not NaN."""
    BOOL = 5
    """True or false."""
    TIMESTAMP = 6
    """Instants, to the microsecond."""


class WaitFor(enum.Enum):
    """What the answer to a write waits for."""

    DURABLE = 1
    """Until the write is as durable as the collection's sync policy says."""
    SEARCHABLE = 2
    """Until searches see it as well. Takes a few milliseconds more."""


class WriteOutcome(enum.Enum):
    """What was done with one document."""

    UNKNOWN = 0
    """Something that this client is too old to know."""
    CREATED = 1
    """There was none of its id."""
    REPLACED = 2
    """The one of its id was replaced."""
    UPDATED = 3
    """Fields of it were set or removed."""
    NOT_FOUND = 4
    """There is none of this id, so nothing was done."""
    REFUSED = 5
    """It is not valid, see the error; nothing was done."""


class DenseStorage(enum.Enum):
    """How the values of dense vectors are stored."""

    UNKNOWN = 0
    """In a way that this client is too old to know."""
    F32 = 1
    """4 bytes, as they are given."""
    F16 = 2
    """2 bytes: about three digits."""
    INT8 = 3
    """1 byte: 255 steps from the smallest to the largest value of a vector, around 0."""
    BINARY = 4
    """1 bit: whether a value is above 0."""
    TERMS = 5
    """Token vectors, see :attr:`Document.token_vectors`; the dimensions are the terms that are kept of each."""
    SLICES = 6
    """The densified sparse vector of the document, which the server makes; the dimensions are the slices."""
    KEYED_F32 = 7
    """As F32, and each vector has a key, see :attr:`Document.keyed_vectors`."""
    KEYED_F16 = 8
    """As F16, and each vector has a key, see :attr:`Document.keyed_vectors`."""
    HASHED = 9
    """The hashed terms of the document's sparse vector, which the server makes; the dimensions are the bits."""


class DenseSimilarity(enum.Enum):
    """What the score of a query and a dense vector is."""

    UNKNOWN = 0
    """One that this client is too old to know."""
    DOT = 1
    """The inner product."""
    COSINE = 2
    """The cosine of the angle between them."""


@dataclass(frozen=True)
class DenseModel:
    """A model of the server's data directory that gives dense vectors.

    Attributes:
        name: Its name.
        fingerprint: 64 lower-case hexadecimal digits.
        prefix: What is put before each text, at most 1,024 characters; empty for nothing.
    """

    name: str
    fingerprint: str
    prefix: str = ""


@dataclass(frozen=True)
class DenseEncoder:
    """How texts become vectors of a dense field.

    Attributes:
        documents: Encodes the texts of documents that bring no vector; ``None`` where all do.
        queries: Encodes the texts of queries; ``None`` where they come as vectors.
        model_dimensions: How many numbers the models give, of which the first ones are kept; ``None`` for the dimensions of
            the field.
    """

    documents: Optional[DenseModel] = None
    queries: Optional[DenseModel] = None
    model_dimensions: Optional[int] = None


@dataclass(frozen=True)
class DenseGraph:
    """How segments get a graph of neighbours of the vectors of a dense field.

    Attributes:
        neighbours: How many neighbours a vector gets, 2 to 64; ``None`` for 16.
        build_width: How many candidates are kept while they are looked for, 2 to 1,000; ``None`` for 100.
        vectors_min: A segment with fewer vectors gets no graph, 1 or more; ``None`` for 10,000.
    """

    neighbours: Optional[int] = None
    build_width: Optional[int] = None
    vectors_min: Optional[int] = None


@dataclass(frozen=True)
class DenseField:
    """A field of dense vectors, which are used to rank documents.

    Attributes:
        name: Its name, by the rule of other declared fields.
        dimensions: The number of values of a vector: 1 to 4,096.
        storage: How values are stored.
        similarity: What a score is.
        vectors_max: How many vectors a document has at most, for example one for each passage or token: 1 to 1,024.
        encoder: How texts become vectors; ``None`` where documents and queries bring theirs.
        graph: How segments get a graph of neighbours, by which a search looks at few vectors; ``None`` for none.
    """

    name: str
    dimensions: int
    storage: DenseStorage = DenseStorage.F32
    similarity: DenseSimilarity = DenseSimilarity.DOT
    vectors_max: int = 1
    encoder: Optional[DenseEncoder] = None
    graph: Optional[DenseGraph] = None


@dataclass(frozen=True)
class DenseVectors:
    """The vectors that one document has of one dense field.

    Attributes:
        vectors: The vectors, in their order, each a tuple of its values.
    """

    vectors: Tuple[Tuple[float, ...], ...]

    @staticmethod
    def of(value: DenseLike) -> DenseVectors:
        """Returns vectors of anything that holds them.

        Args:
            value: One vector as a sequence of numbers or a numpy array of one dimension, or several as a sequence of vectors
                or a numpy array of two dimensions, one vector a row.

        Raises:
            TypeError: It is neither.
        """
        if isinstance(value, DenseVectors):
            return value
        content: Any = value.tolist() if hasattr(value, "tolist") else value
        if isinstance(content, (str, bytes)) or not hasattr(content, "__iter__"):
            raise TypeError(f"{type(value).__name__} is no dense vector; give numbers, or vectors of numbers")
        rows: List[Any] = [row.tolist() if hasattr(row, "tolist") else row for row in content]
        if rows and not hasattr(rows[0], "__iter__"):
            rows = [rows]
        return DenseVectors(tuple(tuple(float(number) for number in row) for row in rows))

    def to_numpy(self) -> Any:
        """Returns a numpy array of two dimensions (``float32``), one vector a row."""
        numpy = need("numpy", "numpy")
        return numpy.array(self.vectors, dtype=numpy.float32)


DenseLike = Union[DenseVectors, Sequence[float], Sequence[Sequence[float]], Any]
"""The dense vectors of a document in any form that :meth:`DenseVectors.of` takes."""


@dataclass(frozen=True)
class KeyedVectors:
    """Vectors with keys: of the tokens of a text, with the number of each token. Only those of the same key are compared.

    Attributes:
        keys: One key per vector, 0 to 4,294,967,295, for example the ids of word pieces.
        vectors: The vectors, each a tuple of its values.
    """

    keys: Tuple[int, ...]
    vectors: Tuple[Tuple[float, ...], ...]

    @staticmethod
    def of(value: KeyedLike) -> KeyedVectors:
        """Returns vectors with keys of anything that holds them.

        Args:
            value: A pair of keys and vectors: keys as a sequence of numbers or a numpy array of one dimension, vectors as
                :meth:`DenseVectors.of` takes them.

        Raises:
            ValueError: There are not as many keys as vectors.
        """
        if isinstance(value, KeyedVectors):
            return value
        keys, vectors = value
        rows = DenseVectors.of(vectors).vectors
        if len(keys) != len(rows):
            raise ValueError(f"there are {len(keys)} keys and {len(rows)} vectors; they must be as many")
        return KeyedVectors(tuple(int(key) for key in keys), rows)

    def to_numpy(self) -> Tuple[Any, Any]:
        """Returns the keys (``uint32``) and the vectors (``float32``, one a row) as numpy arrays."""
        numpy = need("numpy", "numpy")
        return numpy.array(self.keys, dtype=numpy.uint32), numpy.array(self.vectors, dtype=numpy.float32)


KeyedLike = Union[KeyedVectors, Tuple[Any, DenseLike]]
"""Vectors with keys in any form that :meth:`KeyedVectors.of` takes."""


@dataclass(frozen=True)
class Document:
    """One document.

    Attributes:
        id: Its id, unique in the collection: 1 to 65,535 bytes of UTF-8. A document that is written again replaces the one
            before it as a whole.
        text: Its text, at most 1,048,576 UTF-16 code units. The collection's document encoder makes the vector of it,
            unless ``vector`` is set.
        vector: Its sparse vector, indexed as it is. A text or a vector is required. In documents that were read it is a
            :class:`SparseVector`, or ``None`` if it was not asked for.
        fields: Its other fields, by name, at most 256. Those that the schema declares have a value of the declared type,
            and filters can use them. Any other must be a string, and is stored to be returned.
        position: Where it stands in the order of writes, from 1; 0 in a document to write.
        dense: Its dense vectors, by the name of the dense field. In documents that were read they are
            :class:`DenseVectors`, as they are stored, of the fields that were asked for.
        token_vectors: The sparse vectors of its tokens, by the name of a dense field that stores terms. In documents that
            were read they are :class:`SparseVector`, with the numbers of terms as term ids.
        keyed_vectors: Its vectors with keys, by the name of a dense field that stores keys. In documents that were read they
            are :class:`KeyedVectors`, by ascending keys.
    """

    id: str
    text: Optional[str] = None
    vector: Optional[VectorLike] = None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    position: int = 0
    dense: Mapping[str, DenseLike] = field(default_factory=dict)
    token_vectors: Mapping[str, Sequence[VectorLike]] = field(default_factory=dict)
    keyed_vectors: Mapping[str, KeyedLike] = field(default_factory=dict)

    @staticmethod
    def of(value: DocumentLike) -> Document:
        """Returns a document of a mapping.

        Args:
            value: A document, or a mapping with ``id``, with ``text`` or ``vector`` or both, with ``dense``,
                ``tokenVectors`` and ``keyedVectors`` if those are mappings of vectors by field, and with fields under all other
                keys, as a line of ``bin/siskin index --input`` has them. Fields that are ``None`` are left out.

        Raises:
            TypeError: It is neither.
            ValueError: The mapping has no id.
        """
        if isinstance(value, Document):
            return value
        if not isinstance(value, Mapping):
            raise TypeError(f"{type(value).__name__} is no document; give a Document or a mapping with an 'id'")
        rest = dict(value)
        if not isinstance(rest.get("id"), str):
            raise ValueError(f"the id of a document is {rest.get('id')!r}; it must be a string")
        return Document(
            id=rest.pop("id"),
            text=rest.pop("text", None),
            vector=rest.pop("vector", None),
            dense=rest.pop("dense") if isinstance(rest.get("dense"), Mapping) else {},
            token_vectors=rest.pop("tokenVectors") if isinstance(rest.get("tokenVectors"), Mapping) else {},
            keyed_vectors=_keyed(rest.pop("keyedVectors")) if isinstance(rest.get("keyedVectors"), Mapping) else {},
            fields={name: content for name, content in rest.items() if content is not None},
        )


def _keyed(fields: Mapping[str, Any]) -> Mapping[str, KeyedLike]:
    """Returns vectors with keys of the form that a line of a file has: objects of ``key`` and ``values``."""
    return {
        name: KeyedVectors.of(([one["key"] for one in vectors], [one["values"] for one in vectors]))
        if isinstance(vectors, list)
        else vectors
        for name, vectors in fields.items()
    }


DocumentLike = Union[Document, Mapping[str, Any]]
"""A document, or a mapping of the form that :meth:`Document.of` describes."""


@dataclass(frozen=True)
class WriteResult:
    """What became of one document.

    Attributes:
        id: Its id.
        outcome: What was done.
        position: The position of the write; 0 if nothing was written.
        error: Why it was refused; ``None`` otherwise.
    """

    id: str
    outcome: WriteOutcome
    position: int = 0
    error: Optional[SiskinError] = None

    @property
    def ok(self) -> bool:
        """Whether the document was written."""
        return self.position > 0


@dataclass(frozen=True)
class UpsertSummary:
    """What became of many documents.

    Attributes:
        created_count: Documents whose ids were new.
        replaced_count: Documents that replaced another. A document whose batch had to be sent again counts here, too.
        refused: The results of the documents that were not written.
    """

    created_count: int
    replaced_count: int
    refused: Tuple[WriteResult, ...] = ()


class Tally:
    """Counts results as they come."""

    def __init__(self) -> None:
        self._created = 0
        self._replaced = 0
        self._refused: List[WriteResult] = []

    def add(self, result: WriteResult) -> None:
        """Counts one result."""
        if result.outcome is WriteOutcome.CREATED:
            self._created += 1
        elif result.outcome is WriteOutcome.REPLACED:
            self._replaced += 1
        else:
            self._refused.append(result)

    def summary(self) -> UpsertSummary:
        """Returns what was counted."""
        return UpsertSummary(self._created, self._replaced, tuple(self._refused))


@dataclass(frozen=True)
class Deletion:
    """What was deleted.

    Attributes:
        deleted_count: How many documents were there and are deleted.
        position: The position of the write; 0 if nothing was there.
    """

    deleted_count: int
    position: int


@dataclass(frozen=True)
class FieldsUpdate:
    """A change of the fields of one document. Its vector and its text stay as they are.

    Attributes:
        id: The document's id.
        set: Fields to set, by name; not ``text``.
        remove: Names of fields to remove; one that the document lacks is ignored.
    """

    id: str
    set: Mapping[str, FieldValue] = field(default_factory=dict)
    remove: Sequence[str] = ()


@dataclass(frozen=True)
class DocumentPage:
    """One page of documents.

    Attributes:
        documents: The documents, in the order of their positions.
        next_page_token: What to ask the next page with; empty on the last page. It stays valid when the server restarts.
    """

    documents: Tuple[Document, ...]
    next_page_token: str
