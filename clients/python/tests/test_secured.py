"""A real server that asks for keys and encrypts: what each key may do, and what is said where something is wrong."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from conftest import Server
from secured import Keys, make_authority, make_certificate, until
from siskin_client import (
    AccessDenied,
    Document,
    SearchRequest,
    SiskinClient,
    Tls,
    Unavailable,
    WaitFor,
)

KITE = Document("1", vector={"kite": 1.0})


class Secured:
    """A server with TLS and keys, and what its clients need."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.authority = make_authority(folder, "authority")
        self.other_authority = make_authority(folder, "stranger")
        certificate, private_key = make_certificate(folder, "authority", "server", "IP:127.0.0.1,DNS:siskin.test")
        self.flags = ["--tls-certificate", str(certificate), "--tls-private-key", str(private_key)]
        self.keys = Keys(folder / "data")
        self.admin = self.keys.create("admin", "*")
        self.reader = self.keys.create("read", "open-*")
        self.writer = self.keys.create("write", "open-birds")
        self.revoked = self.keys.create("admin", "*")
        self.keys.revoke(self.revoked)
        self.expired = self.keys.create_expired("admin", "*")
        self.tls = Tls(trusted_certificates=self.authority)
        self.server = Server(folder, *self.flags)
        self.target = self.server.target
        with SiskinClient(self.target, tls=self.tls, api_key=self.admin, timeout_seconds=60) as client:
            for name in ("open-birds", "secret"):
                client.create_collection(name)
                client.upsert(name, [KITE], wait_for=WaitFor.SEARCHABLE)


@pytest.fixture(scope="module")
def secured(tmp_path_factory):
    made = Secured(tmp_path_factory.mktemp("secured"))
    yield made
    made.server.stop()


def ids(client, collection):
    return [hit.id for hit in client.search(collection, {"kite": 1.0}).hits]


def test_each_key_does_what_it_may(secured, connect):
    reader = connect(secured.target, tls=secured.tls, api_key=secured.reader)
    assert ids(reader, "open-birds") == ["1"]
    assert [one.name for one in reader.list_collections()] == ["open-birds"]
    for refused in (
        lambda: ids(reader, "secret"),
        lambda: ids(reader, "there-is-none"),
        lambda: reader.delete("open-birds", ids="1"),
        lambda: reader.create_collection("open-moths"),
    ):
        with pytest.raises(AccessDenied) as raised:
            refused()
        assert raised.value.status == "PERMISSION_DENIED"
    assert "'admin' is needed" in raised.value.message
    writer = connect(secured.target, tls=secured.tls, api_key=secured.writer)
    writer.upsert("open-birds", [KITE])
    with pytest.raises(AccessDenied, match="'admin' is needed"):
        writer.drop_collection("open-birds")
    admin = connect(secured.target, tls=secured.tls, api_key=secured.admin)
    assert sorted(one.name for one in admin.list_collections()) == ["open-birds", "secret"]


def test_streams_are_judged_request_by_request(secured, connect):
    reader = connect(secured.target, tls=secured.tls, api_key=secured.reader)
    requests = [SearchRequest(name, {"kite": 1.0}) for name in ("open-birds", "secret", "open-birds")]
    outcomes = [type(one).__name__ for one in reader.search_stream(requests, on_error="return", timeout_seconds=60)]
    assert outcomes == ["SearchResult", "AccessDenied", "SearchResult"]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (lambda secured: None, "asks for a key"),
        (lambda secured: "nonsense", "siskin keys create"),
        (lambda secured: secured.admin[:-1] + ("a" if secured.admin[-1] != "a" else "b"), "is none"),
        (lambda secured: secured.revoked, "may have been revoked"),
        (lambda secured: secured.expired, "has expired"),
    ],
    ids=["none", "nonsense", "typing error", "revoked", "expired"],
)
def test_a_wrong_key_is_told_why(secured, connect, key, words):
    client = connect(secured.target, tls=secured.tls, api_key=key(secured))
    with pytest.raises(AccessDenied, match=words) as raised:
        client.get_server()
    assert raised.value.status == "UNAUTHENTICATED"


def test_a_key_is_revoked_while_its_client_is_open(secured, connect):
    key = secured.keys.create("read", "*")
    client = connect(secured.target, tls=secured.tls, api_key=key)

    def works():
        try:
            return client.get_caller() is not None
        except AccessDenied as refused:
            assert "not known" in refused.message
            return False

    until(works)
    secured.keys.revoke(key)
    until(lambda: not works())


def test_a_key_is_in_no_text(secured):
    with SiskinClient(secured.target, tls=secured.tls, api_key=secured.reader) as client:
        assert secured.reader not in repr(client._options)
        with pytest.raises(AccessDenied) as raised:
            client.drop_collection("open-birds")
        assert secured.reader not in str(raised.value)
    with pytest.raises(ValueError, match="api_key") as malformed:
        SiskinClient(secured.target, api_key=secured.reader + " ")
    assert secured.reader not in str(malformed.value)


def fails(connect, target, **options):
    with pytest.raises(Unavailable) as raised:
        connect(target, attempts_max=1, **options).get_server()
    assert target in raised.value.message
    return raised.value.message


def test_what_is_wrong_with_tls_is_said(secured, connect):
    key = secured.admin
    # Without a word about TLS, a server can only end the connection.
    assert "set tls" in fails(connect, secured.target, api_key=key)
    stranger = Tls(trusted_certificates=secured.other_authority)
    assert "set trusted_certificates" in fails(connect, secured.target, tls=stranger, api_key=key)
    assert "set trusted_certificates" in fails(connect, secured.target, tls=Tls(), api_key=key)
    elsewhere = Tls(trusted_certificates=secured.authority, server_name="elsewhere.test")
    assert "set server_name" in fails(connect, secured.target, tls=elsewhere, api_key=key)
    named = Tls(trusted_certificates=secured.authority, server_name="siskin.test")
    assert connect(secured.target, tls=named, api_key=key).get_server().keys_required
    no_pem = secured.folder / "nonsense.pem"
    no_pem.write_text("nonsense", encoding="utf-8")
    broken = Tls(trusted_certificates=no_pem)
    assert "PEM" in fails(connect, secured.target, tls=broken, api_key=key)
    with pytest.raises(FileNotFoundError, match=r"missing\.pem"):
        connect(secured.target, tls=Tls(trusted_certificates=secured.folder / "missing.pem")).get_server()


def test_a_server_without_tls_is_told_from_one_that_is_away(server, secured, connect):
    assert "leave out tls" in fails(connect, server.target, tls=secured.tls)


def test_clients_show_their_certificate_where_they_must(secured, connect, tmp_path):
    shown, shown_key = make_certificate(secured.folder, "authority", "client")
    unknown, unknown_key = make_certificate(secured.folder, "stranger", "unknown")
    (tmp_path / "data").mkdir()
    shutil.copy2(secured.folder / "data" / ".keys.json", tmp_path / "data")
    mutual = [
        *secured.flags,
        "--security-tls-client-ca",
        str(secured.authority),
        "--security-tls-client-certificates",
        "required",
    ]
    server = Server(tmp_path, *mutual)
    try:
        right = Tls(trusted_certificates=secured.authority, client_certificate=shown, client_key=shown_key)
        client = connect(server.target, tls=right, api_key=secured.admin)
        assert client.get_caller().grants
        # It says who may connect, and not what a caller may do.
        with pytest.raises(AccessDenied, match="asks for a key"):
            connect(server.target, tls=right).get_server()
        assert "set client_certificate" in fails(connect, server.target, tls=secured.tls, api_key=secured.admin)
        wrong = Tls(trusted_certificates=secured.authority, client_certificate=unknown, client_key=unknown_key)
        assert "not trust the certificate of the client" in fails(connect, server.target, tls=wrong, api_key=secured.admin)
        mixed = Tls(trusted_certificates=secured.authority, client_certificate=shown, client_key=unknown_key)
        assert "the key is of another certificate" in fails(connect, server.target, tls=mixed, api_key=secured.admin)
    finally:
        server.stop()


# The last test, because the server counts failures by address.
def test_too_many_failures_are_told_shortly(secured, connect):
    client = connect(secured.target, tls=secured.tls, api_key="nonsense")
    refused = None

    def is_limited():
        nonlocal refused
        with pytest.raises(AccessDenied) as raised:
            client.get_server()
        refused = raised.value
        return refused.status == "RESOURCE_EXHAUSTED"

    until(is_limited)
    assert refused.reason == "TOO_MANY_FAILED_ATTEMPTS"
    assert refused.retry_after == timedelta(seconds=10)
    right = connect(secured.target, tls=secured.tls, api_key=secured.reader)
    assert ids(right, "open-birds") == ["1"]
