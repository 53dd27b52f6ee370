"""How a server is reached: targets, what gRPC repeats by itself, and encryption."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, List, Mapping, Optional, Tuple

import grpc

from ._proto import methods

DEFAULT_PORT = 7700
_ATTEMPTS_MAX = 5
_SCHEME = re.compile(r"^(unix|unix-abstract|dns|ipv4|ipv6|xds|vsock):")
_API_KEY = re.compile(r"^[\x21-\x7e]{1,512}$")
_HAS_PORT = re.compile(r"(^[^:]*|\]):\d+$")


@dataclass(frozen=True)
class Tls:
    """How to encrypt.

    Attributes:
        trusted_certificates: The certificates to trust, a file in PEM; ``None`` for those of the platform.
        server_name: The name that the certificate must carry; ``None`` for the host of the target.
        client_certificate: The client's own certificate, a file in PEM, for servers that ask for one.
        client_key: The key of that certificate, a file in PEM.
    """

    trusted_certificates: Optional[Path] = None
    server_name: Optional[str] = None
    client_certificate: Optional[Path] = None
    client_key: Optional[Path] = None

    def __post_init__(self) -> None:
        together = (self.client_certificate is None) == (self.client_key is None)
        _check(together, "client_key", self.client_key, "set with client_certificate, and only then")


@dataclass(frozen=True)
class Options:
    """Everything that can be chosen about a client; see :class:`SiskinClient`."""

    target: str
    timeout_seconds: float
    attempts_max: int
    response_bytes_max: int
    tls: Optional[Tls]
    metadata: Mapping[str, str] = field(default_factory=dict)
    api_key: Optional[str] = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _check(bool(self.target.strip()), "target", self.target, "host:port or unix:///path")
        _check(self.timeout_seconds > 0, "timeout_seconds", self.timeout_seconds, "above 0")
        _check(1 <= self.attempts_max <= _ATTEMPTS_MAX, "attempts_max", self.attempts_max, f"1 to {_ATTEMPTS_MAX}")
        _check(self.response_bytes_max >= 1, "response_bytes_max", self.response_bytes_max, "at least 1")
        key = self.api_key
        # Without the value, which may be a key with a blank in it.
        _check(key is None or _API_KEY.match(key) is not None, "api_key", "of another form", "a key")

    @property
    def address(self) -> str:
        """The target as gRPC takes it."""
        return resolve(self.target)

    @property
    def call_metadata(self) -> Tuple[Tuple[str, str], ...]:
        """What is sent with every call beside the request."""
        sent = tuple((key.lower(), value) for key, value in self.metadata.items())
        return sent if self.api_key is None else (*sent, ("authorization", f"Bearer {self.api_key}"))


def resolve(target: str) -> str:
    """Completes a target: a host without a port gets 7700.

    Args:
        target: ``host``, ``host:port``, ``unix:path``, ``unix:///path`` or another name that gRPC resolves.
    """
    if _SCHEME.match(target) or _HAS_PORT.search(target):
        return target
    # An IPv6 address without brackets has more colons than one.
    host = f"[{target}]" if target.count(":") > 1 and not target.startswith("[") else target
    return f"{host}:{DEFAULT_PORT}"


def open_channel(options: Options, library: Any) -> Any:
    """Opens a channel. Does not connect.

    Args:
        options: How and where to.
        library: ``grpc`` or ``grpc.aio``.
    """
    arguments = _arguments(options)
    if options.tls is None:
        return library.insecure_channel(options.address, options=arguments)
    credentials = grpc.ssl_channel_credentials(
        root_certificates=_content(options.tls.trusted_certificates),
        private_key=_content(options.tls.client_key),
        certificate_chain=_content(options.tls.client_certificate),
    )
    return library.secure_channel(options.address, credentials, options=arguments)


def _content(file: Optional[Path]) -> Optional[bytes]:
    return None if file is None else Path(file).read_bytes()


def _arguments(options: Options) -> List[Tuple[str, Any]]:
    arguments: List[Tuple[str, Any]] = [
        ("grpc.max_receive_message_length", options.response_bytes_max),
        ("grpc.max_send_message_length", -1),
        # An idle connection is kept, and probed, so that it is noticed when it has died.
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.keepalive_permit_without_calls", 1),
        # A server that was not there yet is tried again soon.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 2_000),
        # Whatever a name server adds, the policy of this client is what was tested.
        ("grpc.service_config_disable_resolution", 1),
        ("grpc.enable_retries", int(options.attempts_max > 1)),
    ]
    if options.attempts_max > 1:
        arguments.append(("grpc.service_config", json.dumps(service_config(options.attempts_max))))
    if options.tls is not None and options.tls.server_name is not None:
        arguments.append(("grpc.ssl_target_name_override", options.tls.server_name))
    return arguments


def service_config(attempts_max: int) -> Mapping[str, Any]:
    """Says which calls gRPC repeats: those that the API calls free of side effects or idempotent, but no streams.

    They are repeated only on statuses that say that the server did not do the work. A delay that a busy server asks for
    is kept instead of the back-off, and a call that it asks not to repeat is not. The throttle stops repetitions when more
    than about one call in ten fails, so that they cannot keep an overloaded server down.

    Args:
        attempts_max: How often a call is tried at most, 2 to 5.
    """
    names = [
        {"service": method.service, "method": method.name}
        for method in methods.values()
        if method.repeatable and not method.streams
    ]
    policy = {
        "maxAttempts": attempts_max,
        "initialBackoff": "0.01s",
        "maxBackoff": "0.2s",
        "backoffMultiplier": 2,
        "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED"],
    }
    return {
        "methodConfig": [{"name": names, "retryPolicy": policy}],
        "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1},
    }


def _check(ok: bool, option: str, value: object, allowed: str) -> None:
    if not ok:
        raise ValueError(f"{option} is {value!r}; allowed: {allowed}")
