"""The window beside a model that is obviously right: a server that takes requests one after another, and is busy at random."""

import random
from datetime import timedelta

import pytest

from siskin_client import InvalidArgument, Overloaded, Unavailable
from siskin_client._window import BACKOFF_MAX_SECONDS, Window

BUSY = Overloaded("RESOURCE_EXHAUSTED", "busy", retry_after=timedelta(seconds=2))
BROKEN = Unavailable("UNAVAILABLE", "gone")


def fill(window, requests):
    for request in requests:
        window.add(request)


@pytest.mark.parametrize("ordered", [False, True])
def test_every_request_is_answered_once_and_writes_end_as_one_by_one(seed, ordered):
    chance = random.Random(seed)
    for _ in range(200):
        in_flight_max = chance.randrange(1, 6)
        window = Window(in_flight_max, attempts_max=10**6, ordered=ordered)
        # A request is a write of one key; the last one wins, as a server applies them in order of arrival.
        source = [(chance.randrange(3), number) for number in range(chance.randrange(0, 30))]
        store, results, waiting, given = {}, [], [], 0
        while True:
            while window.wants_more and given < len(source):
                window.add(source[given])
                given += 1
            if window.is_empty:
                break
            window.take_delay()
            for number, (key, value) in window.to_send():
                refused = chance.random() < 0.3
                if not refused:
                    store[key] = value
                waiting.append((number, refused))
            assert len(waiting) == window.in_flight <= in_flight_max
            if waiting and chance.random() < 0.1:
                waiting.clear()
                window.broken(BROKEN)
            elif waiting:
                number, refused = waiting.pop(chance.randrange(len(waiting)))
                window.answered(number, BUSY if refused else f"done {number}")
            results += window.take_ready()
        assert [request for request, _ in results] == source
        assert [answer for _, answer in results] == [f"done {number}" for number in range(len(source))]
        if ordered:
            assert store == dict(source)


def test_a_refused_search_is_sent_again_alone():
    window = Window(3, 4, ordered=False)
    fill(window, "abc")
    assert [number for number, _ in window.to_send()] == [0, 1, 2]
    window.answered(1, BUSY)
    assert window.take_delay() == 2.0
    assert window.take_delay() == 0.0
    assert window.to_send() == [(1, "b")]
    window.answered(0, "A")
    assert list(window.take_ready()) == [("a", "A")]


def test_a_refused_write_takes_those_behind_it_along():
    window = Window(3, 4, ordered=True)
    fill(window, "abc")
    list(window.to_send())
    window.answered(1, BUSY)
    assert not window.wants_more
    assert window.to_send() == []
    window.answered(2, "C")
    window.answered(0, "A")
    assert list(window.take_ready()) == [("a", "A")]
    assert window.to_send() == [(1, "b"), (2, "c")]


def test_refusals_end_at_some_time():
    window = Window(1, 2, ordered=True)
    window.add("a")
    list(window.to_send())
    window.answered(0, BUSY)
    list(window.to_send())
    window.answered(0, BUSY)
    assert list(window.take_ready()) == [("a", BUSY)]


def test_what_will_fail_again_is_not_sent_again():
    window = Window(2, 4, ordered=False)
    fill(window, "ab")
    list(window.to_send())
    wrong = InvalidArgument("INVALID_ARGUMENT", "k is 0")
    full = Overloaded("RESOURCE_EXHAUSTED", "no room on the disk")
    window.answered(0, wrong)
    window.answered(1, full)
    assert list(window.take_ready()) == [("a", wrong), ("b", full)]


def test_delays_grow_to_a_limit():
    window = Window(1, 100, ordered=False)
    window.add("a")
    delays = []
    for _ in range(12):
        list(window.to_send())
        window.answered(0, BROKEN)
        delays.append(window.take_delay())
    assert delays[:4] == [0.05, 0.1, 0.2, 0.4]
    assert delays[-1] == BACKOFF_MAX_SECONDS


def test_a_stream_that_breaks_for_good_raises():
    window = Window(2, 2, ordered=True)
    window.add("a")
    list(window.to_send())
    with pytest.raises(InvalidArgument):
        window.broken(InvalidArgument("INVALID_ARGUMENT", "x"))
    window.broken(BROKEN)
    assert window.to_send() == [(0, "a")]
    with pytest.raises(Unavailable):
        window.broken(BROKEN)


def test_an_answer_to_nothing_is_refused():
    window = Window(1, 1, ordered=False)
    with pytest.raises(ValueError, match="request 7, which is not on its way"):
        window.answered(7, "x")


@pytest.mark.parametrize(("in_flight_max", "attempts_max"), [(0, 1), (1, 0)])
def test_ranges(in_flight_max, attempts_max):
    with pytest.raises(ValueError, match="is 0; allowed: at least 1"):
        Window(in_flight_max, attempts_max, ordered=False)
