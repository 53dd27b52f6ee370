"""The one translation of failures: from a gRPC status with its details to an exception."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Optional

import grpc
from google.rpc import error_details_pb2, status_pb2

from . import errors
from ._channel import Options, Tls

_DETAILS = "grpc-status-details-bin"
_CODES = {code.value[0]: code.name for code in grpc.StatusCode}
# What gRPC says when it found no server. It has no code of its own for that.
_UNREACHED = ("failed to connect", "dns resolution failed", "connection refused", "no such file", "name resolution")
# What gRPC says when it reached a server but could not agree with it on encryption, with what to do about it.
_NOT_ENCRYPTED = (
    (
        "certificate_verify_failed",
        "Its certificate is not vouched for by those that the client trusts: set trusted_certificates.",
    ),
    ("hostname verification", "Its certificate is for other names than the one it was called by: set server_name."),
    ("wrong_version_number", "It does not encrypt on this port: leave out tls, or call another port."),
    ("security handshaker", "A file of tls has no certificate or no key in PEM, or the key is of another certificate."),
)
_ENDED = ("socket closed", "connection reset", "broken pipe", "unwrap failed")
_LARGE_TO_GRPC = ("received message larger than max", "sent message larger than max")
_NOT_FOUND = {
    "collection": errors.CollectionNotFound,
    "model": errors.ModelNotFound,
    "snapshot": errors.SnapshotNotFound,
}


class StreamEnded(grpc.RpcError):
    """The server ended a stream in order before it answered all requests."""

    def code(self) -> Any:
        """The status that stands for it: the same requests may be sent again."""
        return grpc.StatusCode.UNAVAILABLE

    def details(self) -> str:
        """What happened."""
        return "the server ended the stream before it answered all requests"

    def trailing_metadata(self) -> Any:
        """No details."""
        return ()


def of_rpc_error(error: Any, options: Options) -> errors.SiskinError:
    """Translates what ended a call.

    Args:
        error: What the transport raised.
        options: How the server is called, for the message.
    """
    name = error.code().name
    message = error.details() or ""
    if name == "UNAVAILABLE" and any(words in message.lower() for words in _UNREACHED):
        return errors.Unavailable(name, f"{_unreached(message.lower(), options)} gRPC says: {message}")
    status = status_pb2.Status(code=error.code().value[0], message=message)
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS:
            status = status_pb2.Status.FromString(value)
    return of_status(status)


def _unreached(message: str, options: Options) -> str:
    """Says in words why there is no connection, and what to do about it.

    Args:
        message: What gRPC says, in lower case.
        options: How the server is called.
    """
    for words, advice in _NOT_ENCRYPTED:
        if words in message:
            return f"the server at {options.target} is there, but the connection could not be encrypted. {advice}"
    if any(words in message for words in _ENDED):
        return f"the server at {options.target} ended the connection before the call. {_advice(options.tls)}"
    return f"the server at {options.target} cannot be reached. Does it run, and is the address right?"


def _advice(tls: Optional[Tls]) -> str:
    """Says what may be wrong where a server is there and takes no call. TLS does not let a server say more."""
    if tls is None:
        return "It may take encrypted connections only: set tls."
    if tls.client_certificate is None:
        return "It may ask for a certificate of the client: set client_certificate and client_key."
    return "It may not trust the certificate of the client."


def closed() -> errors.Cancelled:
    """Says that a client was used after it was closed."""
    return errors.Cancelled("CANCELLED", "the client is closed")


def of_status(status: Any) -> errors.SiskinError:
    """Translates a status, of a trailer or of a response of a stream.

    Args:
        status: A ``google.rpc.Status``.
    """
    name = _CODES.get(status.code, "UNKNOWN")
    message = status.message
    info = _detail(status, error_details_pb2.ErrorInfo)
    reason = info.reason if info is not None else None
    retry_after = _retry_after(status)
    if name == "INVALID_ARGUMENT":
        return errors.InvalidArgument(name, message, violations=_violations(status))
    if name == "NOT_FOUND":
        return _not_found(status)
    if name == "ALREADY_EXISTS":
        return errors.AlreadyExists(name, message, reason=reason)
    if name == "RESOURCE_EXHAUSTED":
        if reason == "TOO_MANY_FAILED_ATTEMPTS":
            return errors.AccessDenied(name, message, reason=reason, retry_after=retry_after)
        large = reason in ("REQUEST_TOO_LARGE", "RESPONSE_TOO_LARGE") or message.lower().startswith(_LARGE_TO_GRPC)
        if large or (retry_after is None and info is None):
            return errors.MessageTooLarge(name, message, reason=reason)
        return errors.Overloaded(name, message, reason=reason, retry_after=retry_after)
    if name == "FAILED_PRECONDITION":
        return errors.FailedPrecondition(name, message, reason=reason)
    if name == "DEADLINE_EXCEEDED":
        return errors.DeadlineExceeded(name, message)
    if name == "CANCELLED":
        return errors.Cancelled(name, message)
    if name == "UNAVAILABLE":
        return errors.Unavailable(name, message, reason=reason, retry_after=retry_after)
    if name in ("UNAUTHENTICATED", "PERMISSION_DENIED"):
        return errors.AccessDenied(name, message, reason=reason)
    if name == "UNIMPLEMENTED":
        return errors.Unimplemented(name, message)
    kind = errors.CollectionDamaged if reason == "COLLECTION_DAMAGED" else errors.ServerFault
    reference = info.metadata.get("reference") if info is not None else None
    return kind(name, message, reason=reason, reference=reference)


def _not_found(status: Any) -> errors.SiskinError:
    resource = _detail(status, error_details_pb2.ResourceInfo)
    kind = "" if resource is None else resource.resource_type
    name = "" if resource is None else resource.resource_name
    return _NOT_FOUND.get(kind, errors.NotFound)("NOT_FOUND", status.message, resource_type=kind, resource_name=name)


def _violations(status: Any) -> tuple[errors.FieldViolation, ...]:
    request = _detail(status, error_details_pb2.BadRequest)
    if request is None:
        return ()
    return tuple(errors.FieldViolation(one.field, one.description) for one in request.field_violations)


def _retry_after(status: Any) -> Optional[timedelta]:
    info = _detail(status, error_details_pb2.RetryInfo)
    if info is None:
        return None
    return timedelta(seconds=info.retry_delay.seconds, microseconds=info.retry_delay.nanos // 1000)


def _detail(status: Any, kind: Any) -> Any:
    """Returns the first detail of a kind, or None. The status may be of another pool, so types are compared by name."""
    for detail in status.details:
        if detail.type_url.rpartition("/")[2] == kind.DESCRIPTOR.full_name:
            return kind.FromString(detail.value)
    return None
