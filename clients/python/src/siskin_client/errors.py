"""What can go wrong with a call, one class per thing to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Optional, Tuple


class SiskinError(Exception):
    """A call that failed. Its message is the server's; its class says what to do.

    Attributes:
        status: The name of the gRPC status, for example ``INVALID_ARGUMENT``.
        message: What the server or the transport says.
        reason: A word for what is the matter, for example ``COLLECTION_LOCKED``; ``None`` when there is none.
        retry_after: How long the server asks to wait before the call is made again; ``None`` when it does not say.
    """

    def __init__(
        self,
        status: str,
        message: str,
        *,
        reason: Optional[str] = None,
        retry_after: Optional[timedelta] = None,
    ) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message
        self.reason = reason
        self.retry_after = retry_after


@dataclass(frozen=True)
class FieldViolation:
    """What is wrong with one field of a request.

    Attributes:
        field: Its path, for example ``mode.clustered.heap_factor``.
        description: What was found and what is allowed.
    """

    field: str
    description: str


class InvalidArgument(SiskinError, ValueError):
    """The request is outside its documented ranges; the same request will fail again.

    Attributes:
        violations: The fields that are wrong; empty when the server named none.
    """

    def __init__(self, status: str, message: str, *, violations: Tuple[FieldViolation, ...] = ()) -> None:
        super().__init__(status, message)
        self.violations = violations


class NotFound(SiskinError, LookupError):
    """There is nothing of that name.

    Attributes:
        resource_type: What was looked for, for example ``collection``; empty when the server did not say.
        resource_name: The name that was looked for; empty when the server did not say.
    """

    def __init__(self, status: str, message: str, *, resource_type: str = "", resource_name: str = "") -> None:
        super().__init__(status, message)
        self.resource_type = resource_type
        self.resource_name = resource_name


class CollectionNotFound(NotFound):
    """There is no collection and no alias of that name."""


class ModelNotFound(NotFound):
    """The server has opened no model of that name."""


class SnapshotNotFound(NotFound):
    """The collection has no snapshot of that name."""


class AlreadyExists(SiskinError):
    """The name is taken, by a collection, an alias or a snapshot."""


class FailedPrecondition(SiskinError):
    """The state of the server does not allow the call now; ``reason`` says which state that is."""


class Overloaded(SiskinError):
    """The server is busy, or has no room. ``retry_after`` says when it may be asked again."""


class MessageTooLarge(SiskinError):
    """A request or a response is larger than the server, or this client, allows. Asking again does not help."""


class DeadlineExceeded(SiskinError, TimeoutError):
    """The time of the call passed before the answer came. A write may have been done or not."""


class Cancelled(SiskinError):
    """The call was cancelled, or the client was closed. A write may have been done or not."""


class Unavailable(SiskinError, ConnectionError):
    """The server cannot be reached, or is shutting down. A write may have been done or not."""


class AccessDenied(SiskinError):
    """The caller sends no key that is valid (UNAUTHENTICATED), or its key does not allow the call (PERMISSION_DENIED).

    After many calls without a valid key, the server says only that they were too many (RESOURCE_EXHAUSTED).
    """


class Unimplemented(SiskinError):
    """The server does not know the method: it is older than this client, or it is not Siskin."""


class ServerFault(SiskinError):
    """The server is at fault: damaged data, or a defect. Its log tells more.

    Attributes:
        reference: Where the server's log has the failure; ``None`` when the server named no place.
    """

    def __init__(self, status: str, message: str, *, reason: Optional[str] = None, reference: Optional[str] = None) -> None:
        super().__init__(status, message, reason=reason)
        self.reference = reference


class CollectionDamaged(ServerFault):
    """The files of the collection are damaged. The other collections are served."""
