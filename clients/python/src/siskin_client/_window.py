"""What is on its way over one stream: which requests to send next, and which answers are ready.

Knows no gRPC, no thread and no clock, so that the sync and the asyncio client share it. Not safe for concurrent use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Generic, Iterator, List, Optional, Tuple, TypeVar, Union

from .errors import Overloaded, SiskinError, Unavailable

Req = TypeVar("Req")
Res = TypeVar("Res")

BACKOFF_FIRST_SECONDS = 0.05
BACKOFF_MAX_SECONDS = 5.0


@dataclass
class _Entry(Generic[Req, Res]):
    request: Req
    attempts: int = 0
    on_its_way: bool = False
    answer: Optional[Union[Res, SiskinError]] = None


class Window(Generic[Req, Res]):
    """A bounded number of requests, in the order in which they came.

    A request that was refused because the server was busy is sent again, after the delay that the server asks for. Where
    the order of requests counts, as it does for writes, those behind it are sent again, too, after all answers have come:
    else an old version of a document could replace a newer one.
    """

    def __init__(self, in_flight_max: int, attempts_max: int, ordered: bool) -> None:
        """Makes an empty window.

        Args:
            in_flight_max: How many requests may be unanswered, at least 1.
            attempts_max: How often a request is sent at most, at least 1.
            ordered: Whether a refused request must be done before those behind it.
        """
        for name, value in (("in_flight_max", in_flight_max), ("attempts_max", attempts_max)):
            if value < 1:
                raise ValueError(f"{name} is {value}; allowed: at least 1")
        self._in_flight_max = in_flight_max
        self._attempts_max = attempts_max
        self._ordered = ordered
        self._entries: Dict[int, _Entry[Req, Res]] = {}
        self._next_id = 0
        self._in_flight = 0
        self._rewind_from: Optional[int] = None
        self._delay_seconds = 0.0

    @property
    def in_flight(self) -> int:
        """How many requests were sent and have no answer."""
        return self._in_flight

    @property
    def is_empty(self) -> bool:
        """Whether all answers were taken."""
        return not self._entries

    @property
    def wants_more(self) -> bool:
        """Whether there is room for another request."""
        return len(self._entries) < self._in_flight_max and self._rewind_from is None

    def add(self, request: Req) -> None:
        """Adds a request at the end."""
        self._entries[self._next_id] = _Entry(request)
        self._next_id += 1

    def take_delay(self) -> float:
        """Returns how many seconds to wait before anything is sent again; 0 from then on until another refusal."""
        delay, self._delay_seconds = self._delay_seconds, 0.0
        return delay

    def to_send(self) -> List[Tuple[int, Req]]:
        """Returns the requests to send now, with their numbers, in order. They are on their way from then on."""
        if self._rewind_from is not None:
            if self._in_flight > 0:
                return []
            for number, entry in self._entries.items():
                # What was written behind the refused request is written again, so its answer counts no more.
                if number >= self._rewind_from:
                    entry.answer = None
            self._rewind_from = None
        sent = []
        for number, entry in self._entries.items():
            if entry.answer is None and not entry.on_its_way:
                entry.on_its_way = True
                entry.attempts += 1
                self._in_flight += 1
                sent.append((number, entry.request))
        return sent

    def answered(self, number: int, answer: Union[Res, SiskinError]) -> None:
        """Takes the answer to one request.

        Args:
            number: The number of the request.
            answer: The answer, or why there is none.
        """
        entry = self._entries.get(number)
        if entry is None or not entry.on_its_way:
            raise ValueError(f"the server answered request {number}, which is not on its way")
        entry.on_its_way = False
        self._in_flight -= 1
        if isinstance(answer, SiskinError) and _may_be_repeated(answer) and entry.attempts < self._attempts_max:
            self._wait(answer, entry.attempts)
            if self._ordered:
                self._rewind_from = number if self._rewind_from is None else min(self._rewind_from, number)
        else:
            entry.answer = answer

    def broken(self, error: SiskinError) -> None:
        """Takes note that the stream has ended with requests on their way.

        Args:
            error: Why it ended.

        Raises:
            SiskinError: The error itself, when those requests are not to be sent again.
        """
        lost = [entry for entry in self._entries.values() if entry.on_its_way]
        attempts = max((entry.attempts for entry in lost), default=0)
        if not isinstance(error, Unavailable) or not lost or attempts >= self._attempts_max:
            raise error
        for entry in lost:
            entry.on_its_way = False
        self._in_flight = 0
        self._wait(error, attempts)
        if self._ordered:
            first = next(number for number, entry in self._entries.items() if entry.answer is None)
            self._rewind_from = first

    def take_ready(self) -> Iterator[Tuple[Req, Union[Res, SiskinError]]]:
        """Returns the requests that are done, with their answers, in order, and forgets them."""
        while self._entries:
            number, entry = next(iter(self._entries.items()))
            if entry.answer is None or (self._rewind_from is not None and number >= self._rewind_from):
                return
            del self._entries[number]
            yield entry.request, entry.answer

    def _wait(self, error: SiskinError, attempts: int) -> None:
        asked = error.retry_after.total_seconds() if error.retry_after is not None else 0.0
        grown = BACKOFF_FIRST_SECONDS * 2 ** (attempts - 1)
        self._delay_seconds = max(self._delay_seconds, asked, min(grown, BACKOFF_MAX_SECONDS))


def _may_be_repeated(error: SiskinError) -> bool:
    """Only what says that the server did not do the work, and when to come again."""
    return isinstance(error, Unavailable) or (isinstance(error, Overloaded) and error.retry_after is not None)
