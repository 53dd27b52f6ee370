"""What is sent over streams, once for both clients: how requests are packed, and what is made of their answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Callable, Generic, Iterable, List, Optional, Tuple, TypeVar, Union

from . import _calls, _failures
from . import _messages as msg
from . import documents as doc
from . import encoding as enc
from . import search as sea
from ._proto import Method, methods
from ._window import Window
from .errors import SiskinError

R = TypeVar("R")

# No more is put into a batch than this, unless one document is larger; the server takes requests of 4 MiB by default.
_BATCH_BYTES_MAX = 1 << 20


class Packer:
    """Puts items into messages of a stream. One is used by one stream."""

    def __init__(
        self,
        start: Callable[[], Any],
        prepare: Callable[[Any], Any],
        put: Callable[[Any, Any], None],
        items_max: int,
    ) -> None:
        """Makes an empty one.

        Args:
            start: Makes an empty message of the stream.
            prepare: Makes a message of an item of the caller.
            put: Puts a prepared item into a message of the stream.
            items_max: How many items a message of the stream holds at most, at least 1.
        """
        if items_max < 1:
            raise ValueError(f"batch_size is {items_max}; allowed: at least 1")
        self._start = start
        self._prepare = prepare
        self._put = put
        self._items_max = items_max
        self._message: Optional[Any] = None
        self._items = 0
        self._bytes = 0

    def add(self, item: Any) -> List[Any]:
        """Adds an item, and returns the messages that are full: none, one or two."""
        prepared = self._prepare(item)
        length_bytes = prepared.ByteSize()
        full = self.rest() if self._items and self._bytes + length_bytes > _BATCH_BYTES_MAX else []
        if self._message is None:
            self._message = self._start()
        self._put(self._message, prepared)
        self._items += 1
        self._bytes += length_bytes
        return full + self.rest() if self._items >= self._items_max else full

    def rest(self) -> List[Any]:
        """Returns the message that is not full, if there is one."""
        message, self._message = self._message, None
        self._items = 0
        self._bytes = 0
        return [] if message is None else [message]


@dataclass(frozen=True)
class Stream(Generic[R]):
    """One stream to open.

    Attributes:
        method: What is called.
        packer: Puts the items of the caller into messages.
        window: What is on its way.
        unpack: Makes one result per item of a request and its response.
        raises: Whether a request that failed ends the stream with an exception, instead of being a result itself.
    """

    method: Method
    packer: Packer
    window: Window[Any, Any]
    unpack: Callable[[Any, Any], Iterable[R]]
    raises: bool = True

    def take_ready(self) -> Iterable[Union[R, SiskinError]]:
        """Returns the results that are ready, in order.

        Raises:
            SiskinError: A request failed.
        """
        for request, answer in self.window.take_ready():
            if not isinstance(answer, SiskinError):
                yield from self.unpack(request, answer)
            elif self.raises:
                raise answer
            else:
                yield answer

    def answered(self, response: Any) -> None:
        """Takes one response of the stream."""
        failed = response.WhichOneof("outcome") == "status"
        answer = _failures.of_status(response.status) if failed else response.response
        self.window.answered(response.request_id, answer)

    def to_send(self) -> Iterable[Any]:
        """Returns the messages to send now."""
        for number, message in self.window.to_send():
            message.request_id = number
            yield message


def upsert(
    collection: str,
    wait_for: doc.WaitFor,
    tenant: str,
    batch_size: int,
    in_flight_max: int,
    attempts_max: int,
    timeout_seconds: float,
) -> Stream[doc.WriteResult]:
    """Writes documents."""

    def start() -> Any:
        message = msg.new("UpsertStreamRequest")
        message.upsert.collection = collection
        message.upsert.wait_for = wait_for.value
        message.upsert.tenant = tenant
        msg.set_duration(message.timeout, timedelta(seconds=timeout_seconds))
        return message

    def prepare(given: doc.DocumentLike) -> Any:
        document = msg.new("Document")
        msg.set_document(document, given)
        return document

    def put(message: Any, document: Any) -> None:
        message.upsert.documents.append(document)

    def unpack(request: Any, response: Any) -> Tuple[doc.WriteResult, ...]:
        return msg.from_results([document.id for document in request.upsert.documents], response.results)

    return Stream(
        methods["UpsertStream"],
        Packer(start, prepare, put, batch_size),
        Window(in_flight_max, attempts_max, ordered=True),
        unpack,
    )


def search(in_flight_max: int, attempts_max: int, timeout_seconds: float, raises: bool) -> Stream[sea.SearchResult]:
    """Searches."""

    def start() -> Any:
        message = msg.new("SearchStreamRequest")
        msg.set_duration(message.timeout, timedelta(seconds=timeout_seconds))
        return message

    def prepare(request: sea.SearchRequest) -> Any:
        search = msg.new("SearchRequest")
        msg.set_search(search, request)
        return search

    def put(message: Any, search: Any) -> None:
        message.search.CopyFrom(search)

    return Stream(
        methods["SearchStream"],
        Packer(start, prepare, put, 1),
        Window(in_flight_max, attempts_max, ordered=False),
        lambda _, response: [msg.from_search(response)],
        raises,
    )


def encode(
    side: enc.Side,
    collection: Optional[str],
    model: Optional[str],
    priority: enc.Priority,
    tokens: bool,
    batch_size: int,
    in_flight_max: int,
    attempts_max: int,
    timeout_seconds: float,
) -> Stream[enc.Encoding]:
    """Encodes texts."""
    template = _calls.encode_request(side, collection, model, priority, tokens)

    def start() -> Any:
        message = msg.new("EncodeStreamRequest")
        message.encode.CopyFrom(template)
        msg.set_duration(message.timeout, timedelta(seconds=timeout_seconds))
        return message

    def prepare(given: Union[str, enc.EncodeInput]) -> Any:
        one = enc.EncodeInput(given) if isinstance(given, str) else given
        text = msg.new("EncodeInput")
        text.text = one.text
        text.chunk_ends.extend(one.chunk_ends)
        return text

    def put(message: Any, text: Any) -> None:
        message.encode.inputs.append(text)

    return Stream(
        methods["EncodeStream"],
        Packer(start, prepare, put, batch_size),
        Window(in_flight_max, attempts_max, ordered=False),
        lambda _, response: msg.from_encodings(response.encodings),
    )
