"""Texts as vectors."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Optional, Sequence, Tuple

from ._extras import need
from .vectors import SparseVector


class Side(enum.Enum):
    """On which side of a search a text is; models may treat the sides differently."""

    QUERY = 1
    """A text that is searched for."""
    DOCUMENT = 2
    """A text that is searched."""


class Priority(enum.Enum):
    """Which texts go first while a model is busy."""

    INTERACTIVE = 1
    """For answers that are needed at once."""
    BULK = 2
    """For work in the background. These texts may fill half of the queue."""


@dataclass(frozen=True)
class EncodeInput:
    """One text, in chunks for a dense model that encodes late.

    Attributes:
        text: The text. A query has at most 65,536 UTF-16 code units.
        chunk_ends: Where each chunk ends, in UTF-16 code units of the text, ascending, the last one the text's length; at
            most 4,096. Empty: one vector for the whole text. Refused for sparse models.
    """

    text: str
    chunk_ends: Sequence[int] = ()


@dataclass(frozen=True)
class EncodeTimings:
    """Where the time of one text went on the server, in nanoseconds; all 0 when it was cached.

    Attributes:
        queue_nanos: Waiting, for the tokenizer and for a batch.
        tokenize_nanos: Cutting the text into tokens.
        infer_nanos: The model, for the batch that the text was in.
        pool_nanos: Making vectors of the model's output, for the same batch.
    """

    queue_nanos: int
    tokenize_nanos: int
    infer_nanos: int
    pool_nanos: int


@dataclass(frozen=True)
class Encoding:
    """The encoding of one text. Either ``sparse`` or ``dense`` is set.

    Attributes:
        sparse: The sparse vector, by token; it may be searched for as it is.
        dense: One dense vector, or one per chunk.
        tokens: The distinct tokens of the text itself; empty unless they were asked for, and for dense models. A term of
            ``sparse`` that is not among them is an expansion.
        cached: Whether the server had the encoding in its cache.
        timings: Where the time went.
    """

    sparse: Optional[SparseVector]
    dense: Optional[Tuple[Tuple[float, ...], ...]]
    tokens: Tuple[str, ...]
    cached: bool
    timings: EncodeTimings

    def to_numpy(self) -> Any:
        """Returns the dense vectors as a ``float32`` matrix with one row per chunk.

        Raises:
            ValueError: The encoding is sparse; see :meth:`SparseVector.to_numpy`.
        """
        if self.dense is None:
            raise ValueError("the encoding is sparse; use encoding.sparse.to_numpy()")
        numpy = need("numpy", "numpy")
        return numpy.array(self.dense, dtype=numpy.float32)
