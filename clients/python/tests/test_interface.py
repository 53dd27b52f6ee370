"""What the package looks like from outside."""

import inspect
import json
import subprocess
import sys
from collections.abc import Iterable

import pytest

import siskin_client as api
from siskin_client import _channel
from siskin_client._proto import methods


def public(kind):
    return {name: member for name, member in vars(kind).items() if not name.startswith("_") and callable(member)}


def test_both_clients_have_the_same_methods():
    ours, theirs = public(api.SiskinClient), public(api.AsyncSiskinClient)
    assert set(ours) == set(theirs)
    assert len(ours) > 25
    streams = {"upsert_stream", "search_stream", "encode_stream", "upsert_all"}
    for name, method in ours.items():
        mine, other = inspect.signature(method).parameters, inspect.signature(theirs[name]).parameters
        assert list(mine) == list(other), name
        for one in mine.values():
            assert one.default == other[one.name].default, (name, one.name)
            assert one.kind == other[one.name].kind, (name, one.name)
            if name not in streams:
                assert one.annotation == other[one.name].annotation, (name, one.name)


def documented(module):
    for name in module.__all__:
        member = getattr(module, name)
        if inspect.isclass(member) or inspect.isfunction(member):
            yield name, member
        if inspect.isclass(member):
            for inner, method in vars(member).items():
                if not inner.startswith("_") and (inspect.isfunction(method) or isinstance(method, property)):
                    yield f"{name}.{inner}", method


def test_everything_public_is_described():
    missing = [name for name, member in documented(api) if not inspect.getdoc(member)]
    assert missing == []


def test_every_argument_of_a_method_is_described():
    missing = [
        (name, argument)
        for name, method in public(api.SiskinClient).items()
        for argument in inspect.signature(method).parameters
        if argument != "self" and f"{argument}:" not in inspect.getdoc(method)
    ]
    assert missing == []


def test_every_attribute_of_a_dataclass_is_described():
    missing = [
        (name, attribute)
        for name, member in documented(api)
        if hasattr(member, "__dataclass_fields__")
        for attribute in member.__dataclass_fields__
        if f"{attribute}:" not in inspect.getdoc(member)
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("target", "resolved"),
    [
        ("siskin", "siskin:7700"),
        ("siskin:1", "siskin:1"),
        ("127.0.0.1", "127.0.0.1:7700"),
        ("::1", "[::1]:7700"),
        ("[::1]", "[::1]:7700"),
        ("[::1]:9", "[::1]:9"),
        ("unix:siskin.sock", "unix:siskin.sock"),
        ("unix:///run/s.sock", "unix:///run/s.sock"),
        ("dns:///siskin.example:1", "dns:///siskin.example:1"),
    ],
)
def test_targets(target, resolved):
    assert _channel.resolve(target) == resolved


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"target": " "}, "target is ' '"),
        ({"timeout_seconds": 0}, "timeout_seconds is 0; allowed: above 0"),
        ({"attempts_max": 6}, "attempts_max is 6; allowed: 1 to 5"),
        ({"response_bytes_max": 0}, "response_bytes_max is 0; allowed: at least 1"),
    ],
)
@pytest.mark.parametrize("kind", [api.SiskinClient, api.AsyncSiskinClient])
def test_options_out_of_range(kind, options, words):
    with pytest.raises(ValueError, match=words):
        kind(**options)


def test_only_what_the_api_allows_is_repeated():
    repeated = {name["method"] for name in _channel.service_config(4)["methodConfig"][0]["name"]}
    # Written down here by hand: a call that makes or removes something by name would fail the second time.
    never = {
        "CreateCollection",
        "DropCollection",
        "DeleteAlias",
        "CreateSnapshot",
        "DeleteSnapshot",
        "RestoreSnapshot",
        "DeletePipeline",
    }
    streams = {"SearchStream", "UpsertStream", "EncodeStream"}
    assert repeated == set(methods) - never - streams
    json.dumps(_channel.service_config(4))


def test_neither_numpy_nor_a_framework_is_imported():
    code = "import sys, siskin_client; print([m for m in ('numpy', 'scipy', 'torch', 'pydantic') if m in sys.modules])"
    path = [path for path in sys.path if path]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {path!r} + sys.path; {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_a_missing_library_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(ImportError, match=r"install siskin-client\[numpy\]"):
        api.SparseVector((1,), (1.0,)).to_numpy()


def test_results_are_iterable_without_a_server():
    result = api.SearchResult((), None, None, None, 0)
    assert isinstance(result, Iterable) and len(result) == 0
