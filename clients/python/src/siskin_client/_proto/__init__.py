"""The API as protobuf sees it: message classes and methods, made of one descriptor when the client is imported.

There is no generated code, so the client does not care which protoc made the descriptor and which protobuf reads it. The
descriptors are in a pool of their own, so that a program may also use generated stubs of ``siskin.v1``, of this or of
another version.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Dict

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "siskin.v1"
_DESCRIPTOR = Path(__file__).with_name("api.desc")


@dataclass(frozen=True)
class Method:
    """One method of the API.

    Attributes:
        service: The full name of its service.
        name: Its name in the service.
        request: The class of its requests.
        response: The class of its responses.
        streams: Whether both sides are streams.
        repeatable: Whether the API says that a call may be made again: it has no side effects, or is idempotent.
    """

    service: str
    name: str
    request: Any
    response: Any
    streams: bool
    repeatable: bool

    @property
    def path(self) -> str:
        """The path of the method, as gRPC wants it."""
        return f"/{self.service}/{self.name}"


def _health() -> descriptor_pb2.FileDescriptorProto:
    """Describes the part of the gRPC health protocol that the client uses."""
    file = descriptor_pb2.FileDescriptorProto(name="grpc/health/v1/health.proto", package="grpc.health.v1", syntax="proto3")
    kinds = descriptor_pb2.FieldDescriptorProto
    request = file.message_type.add(name="HealthCheckRequest")
    request.field.add(name="service", number=1, label=kinds.LABEL_OPTIONAL, type=kinds.TYPE_STRING)
    response = file.message_type.add(name="HealthCheckResponse")
    response.field.add(name="status", number=1, label=kinds.LABEL_OPTIONAL, type=kinds.TYPE_INT32)
    return file


def _load() -> descriptor_pool.DescriptorPool:
    if not _DESCRIPTOR.is_file():
        raise ImportError(
            f"{_DESCRIPTOR} is missing: the package was not built. Install it with 'pip install clients/python' in a "
            "checkout, or run 'python clients/python/build_backend/siskin_build.py' there to use it from its sources."
        )
    pool = descriptor_pool.DescriptorPool()
    files = descriptor_pb2.FileDescriptorSet.FromString(_DESCRIPTOR.read_bytes())
    for file in [*files.file, _health()]:
        pool.AddSerializedFile(file.SerializeToString())
    names = [file.name for file in files.file if file.package == _PACKAGE]
    for name in names:
        described = pool.FindFileByName(name)
        for message in described.message_types_by_name.values():
            setattr(pb, message.name, message_factory.GetMessageClass(message))
        for service in described.services_by_name.values():
            for method in service.methods:
                methods[method.name] = _method(service, method)
    health = pool.FindFileByName("grpc/health/v1/health.proto").message_types_by_name
    methods["Check"] = Method(
        service="grpc.health.v1.Health",
        name="Check",
        request=message_factory.GetMessageClass(health["HealthCheckRequest"]),
        response=message_factory.GetMessageClass(health["HealthCheckResponse"]),
        streams=False,
        # The health protocol declares nothing, but a check only asks.
        repeatable=True,
    )
    return pool


def _method(service: Any, method: Any) -> Method:
    unknown = descriptor_pb2.MethodOptions.IDEMPOTENCY_UNKNOWN
    proto = descriptor_pb2.MethodDescriptorProto()
    method.CopyToProto(proto)
    return Method(
        service=service.full_name,
        name=method.name,
        request=message_factory.GetMessageClass(method.input_type),
        response=message_factory.GetMessageClass(method.output_type),
        streams=proto.client_streaming,
        repeatable=proto.options.idempotency_level != unknown,
    )


pb: Any = SimpleNamespace()
"""The message classes of the API, by their names."""

methods: Dict[str, Method] = {}
"""The methods of the API and the check of health, by their names, which are unique over all services."""

pool = _load()
"""The pool that has all descriptors of the API."""
