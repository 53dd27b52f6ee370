"""What a server is, what its caller may do, and which searches were slow."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Optional, Tuple

from . import search as sea


@dataclass(frozen=True)
class Server:
    """What a server is.

    Attributes:
        version: The version of the program.
        start_time: When the process started to serve, in UTC.
        kernels: Which kernels evaluate searches, in words.
        keys_required: Whether callers need a key.
    """

    version: str
    start_time: datetime
    kernels: str
    keys_required: bool


class Role(enum.Enum):
    """What a caller may do with a collection. Each role includes those before it."""

    UNKNOWN = 0
    """A role that this client does not know."""

    READ = 1
    """Search and read documents."""

    WRITE = 2
    """Write and delete documents."""

    ADMIN = 3
    """Change collections."""


@dataclass(frozen=True)
class Grant:
    """A right to do something with some collections.

    Attributes:
        role: What may be done.
        collections: Names or aliases; one that ends in ``*`` stands for all that begin so.
    """

    role: Role
    collections: Tuple[str, ...]


@dataclass(frozen=True)
class Caller:
    """What the caller may do.

    Attributes:
        key_id: The id of the caller's key, which is no secret; empty where no keys are asked for.
        grants: What the key allows.
        expire_time: Until when the key is valid, in UTC; ``None`` for without end.
    """

    key_id: str
    grants: Tuple[Grant, ...]
    expire_time: Optional[datetime]


@dataclass(frozen=True)
class SlowQuery:
    """A search that took longer than the server's limit for slow searches.

    Attributes:
        end_time: When it ended, in UTC.
        key_id: The id of the caller's key; empty for none.
        trace_id: The trace of the call, 32 hexadecimal digits; empty for none.
        collection: What was searched, as the request named it.
        text: What was searched for, which may be cut; ``None`` for a vector, or when the server keeps no queries.
        k: How many hits were wanted.
        mode: The mode that was used; ``None`` when the search was not answered.
        timings: Where the time went.
        counters: What the evaluation did.
        hit_count: How many hits were found.
    """

    end_time: datetime
    key_id: str
    trace_id: str
    collection: str
    text: Optional[str]
    k: int
    mode: Optional[sea.SearchMode]
    timings: sea.StageTimings
    counters: sea.SearchCounters
    hit_count: int
