"""Every method, over both clients, with a real server."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from siskin_client import (
    AlreadyExists,
    Bm25,
    Clustered,
    CollectionNotFound,
    CollectionState,
    DenseField,
    DenseSimilarity,
    DenseStorage,
    Document,
    EncodeInput,
    Exact,
    FailedPrecondition,
    FieldsUpdate,
    FieldType,
    Grant,
    InvalidArgument,
    MessageTooLarge,
    ModelNotFound,
    Role,
    ScoreAtATime,
    SearchRequest,
    Side,
    SnapshotNotFound,
    SparseVector,
    StatisticsScope,
    StorageOptions,
    SyncPolicy,
    Vocabulary,
    WaitFor,
    WriteOptions,
    WriteOutcome,
    field,
)

NOTES = [
    {"id": "n1", "text": "Moths came to the lamp.", "year": 2025, "tags": ["night", "lamp"], "title": "Lamp"},
    {"id": "n2", "text": "A siskin sang, and moths flew.", "year": 2026, "tags": ["day"], "score": 0.5},
    {"id": "n3", "text": "No moths, only rain.", "year": 2026, "open": True, "when": datetime(2026, 5, 1, tzinfo=timezone.utc)},
]
FIELDS = {
    "year": FieldType.INT64,
    "tags": FieldType.STRING_LIST,
    "score": FieldType.DOUBLE,
    "open": FieldType.BOOL,
    "when": FieldType.TIMESTAMP,
}


@pytest.fixture
def notes(both, name):
    both.create_collection(name, fields=FIELDS, encoder=Bm25())
    both.upsert(name, NOTES, wait_for=WaitFor.SEARCHABLE)
    return name


def ids(result):
    return [one.id for one in result]


def test_health(both, notes):
    both.wait_until_serving()
    assert both.is_serving() and both.is_serving(notes)
    assert not both.is_serving("nothing-of-that-name")


def test_the_server_tells_about_itself_and_its_caller(both):
    server = both.get_server()
    assert server.version and server.kernels
    assert not server.keys_required
    assert datetime(2020, 1, 1, tzinfo=timezone.utc) < server.start_time <= datetime.now(timezone.utc)
    caller = both.get_caller()
    assert caller.key_id == "" and caller.expire_time is None
    assert caller.grants == (Grant(Role.ADMIN, ("*",)),)


def test_slow_queries_are_listed(both, notes):
    both.search(notes, "moths")
    for slow in both.list_slow_queries(notes, count_max=5):
        assert slow.collection == notes
        assert slow.timings.total_nanos > 0
    with pytest.raises(InvalidArgument) as refused:
        both.list_slow_queries(count_max=1_001)
    assert "page_size" in str(refused.value)


def test_the_life_of_a_collection(both, name):
    made = both.create_collection(
        name,
        fields=FIELDS,
        encoder=Bm25(analyzer="standard", k1=1.2, b=0.75, average_length=50),
        storage=StorageOptions(weight_bits=16, clustered_lists=True),
        writes=WriteOptions(SyncPolicy.INTERVAL, timedelta(milliseconds=500), timedelta(milliseconds=20)),
        default_recall_target=0.9,
    )
    assert made == both.get_collection(name)
    assert made.fields == FIELDS and list(made.fields) == list(FIELDS)
    assert made.storage == StorageOptions(16, True, True, True)
    assert made.writes == WriteOptions(SyncPolicy.INTERVAL, timedelta(milliseconds=500), timedelta(milliseconds=20))
    assert json.loads(made.encoder_parameters_json)["k1"] == 1.2
    assert made.default_recall_target == pytest.approx(0.9)
    assert (made.vocabulary, made.state) == (Vocabulary.NONE, CollectionState.SERVING)
    assert name in [one.name for one in both.list_collections()]
    with pytest.raises(AlreadyExists):
        both.create_collection(name)
    again = both.create_collection(f"{name}-2", encoder=made.encoder_parameters_json)
    assert again.encoder_parameters_json == made.encoder_parameters_json
    both.drop_collection(f"{name}-2")
    both.drop_collection(name)
    assert not both.has_collection(name)
    with pytest.raises(CollectionNotFound) as caught:
        both.get_collection(name)
    assert caught.value.resource_name == name


def test_aliases(both, notes):
    alias = f"{notes}-alias"
    assert both.set_alias(alias, notes) is None
    assert both.set_alias(alias, notes) == notes
    assert both.list_aliases()[alias] == notes
    assert both.get_collection(notes).aliases == (alias,)
    assert both.count(alias) == 3
    with pytest.raises(FailedPrecondition) as caught:
        both.drop_collection(notes)
    assert caught.value.reason == "COLLECTION_ALIASED"
    both.delete_alias(alias)
    assert alias not in both.list_aliases()


def test_flush_compact_and_snapshots(both, notes):
    both.flush(notes)
    assert both.get_collection(notes).segments[0].document_count == 3
    both.delete(notes, ids="n1")
    assert both.compact(notes).deleted_document_count == 0
    made = both.create_snapshot(notes, "monday")
    assert (made.name, made.collection, made.document_count) == ("monday", notes, 2)
    assert abs(datetime.now(timezone.utc) - made.create_time) < timedelta(minutes=5)
    assert both.list_snapshots(notes) == [made]
    restored = both.restore_snapshot(notes, "monday", f"{notes}-monday")
    assert restored.document_count == 2
    both.delete_snapshot(notes, "monday")
    with pytest.raises(SnapshotNotFound):
        both.delete_snapshot(notes, "monday")
    assert both.create_snapshot(notes).name != ""


def test_documents_come_back_as_they_were_written(both, notes):
    found = both.get(notes, ["n3", "missing", "n1"])
    assert ids(found) == ["n3", "n1"]
    assert found[0].fields == {"year": 2026, "open": True, "when": NOTES[2]["when"]}
    assert found[1].fields == {"year": 2025, "tags": ["lamp", "night"], "title": "Lamp"}
    assert found[1].text == NOTES[0]["text"] and found[1].position == 1
    assert both.get(notes, "n1", fields=["year"])[0].fields == {"year": 2025}
    vector = both.get(notes, "n1", with_vector=True)[0].vector
    assert set(vector.terms) == {"moth", "came", "lamp"}


def test_each_document_has_its_own_result(both, notes):
    good, bad = both.upsert(notes, [Document("n1", text="new"), Document("n9", text="t", fields={"year": "old"})])
    assert good.ok and good.outcome is WriteOutcome.REPLACED and good.id == "n1"
    assert not bad.ok and bad.outcome is WriteOutcome.REFUSED and bad.id == "n9"
    assert isinstance(bad.error, InvalidArgument) and "year" in bad.error.message
    assert both.upsert(notes, {"id": "one", "text": "alone"})[0].outcome is WriteOutcome.CREATED


def test_fields_change_and_texts_stay(both, notes):
    changed, missing = both.update_fields(
        notes,
        [FieldsUpdate("n1", set={"year": 1999, "note": "Old"}, remove=["tags"]), FieldsUpdate("none", remove=["x"])],
        wait_for=WaitFor.SEARCHABLE,
    )
    assert (changed.outcome, missing.outcome) == (WriteOutcome.UPDATED, WriteOutcome.NOT_FOUND)
    assert both.get(notes, "n1")[0].fields == {"year": 1999, "note": "Old", "title": "Lamp"}
    assert ids(both.search(notes, "lamp", filter=field("year") < 2000)) == ["n1"]
    # The title is encoded with the text, so a document with another one is upserted.
    (refused,) = both.update_fields(notes, [FieldsUpdate("n1", set={"title": "Old"})])
    assert refused.outcome is WriteOutcome.REFUSED and "title" in str(refused.error)


def test_deletions(both, notes):
    assert both.delete(notes, ids=["n1", "none"]).deleted_count == 1
    gone = both.delete(notes, filter=field("year") == 2026, wait_for=WaitFor.SEARCHABLE)
    assert gone.deleted_count == 2 and gone.position > 0
    assert both.count(notes) == 0
    for wrong in ({}, {"ids": "a", "filter": "b exists"}):
        with pytest.raises(ValueError, match="by ids or by a filter"):
            both.delete(notes, **wrong)


FILTERS = [
    (field("year") >= 2026, "year >= 2026", {"n2", "n3"}),
    (field("year") > 2025, "year > 2025", {"n2", "n3"}),
    (field("year") != 2026, "year != 2026", {"n1"}),
    (field("year").between(2025, 2026, include_upper=False), "2025 <= year < 2026", {"n1"}),
    (field("tags").is_in("day", "night"), 'tags in ("day", "night")', {"n1", "n2"}),
    (field("tags").is_in(), "tags in ()", set()),
    (field("tags").starts_with("la"), 'tags starts with "la"', {"n1"}),
    (field("score").exists(), "score exists", {"n2"}),
    (field("score") <= 0.5, "score <= 0.5", {"n2"}),
    (field("open") == True, "open = true", {"n3"}),  # noqa: E712
    (field("when") < datetime(2026, 5, 2, tzinfo=timezone.utc), 'when < "2026-05-02"', {"n3"}),
    (~(field("year") == 2026) | field("open").exists(), "not year = 2026 or open exists", {"n1", "n3"}),
    ((field("year") == 2026) & ~field("open").exists(), "year = 2026 and open not exists", {"n2"}),
]


def test_filters_as_objects_and_as_text_admit_the_same(both, notes):
    for built, text, wanted in FILTERS:
        for filter in (built, text):
            assert set(ids(both.scroll(notes, filter=filter))) == wanted, text
            assert both.count(notes, filter=filter) == len(wanted), text
            assert set(ids(both.search(notes, "moths", filter=filter))) == wanted, text


def test_scroll_reads_all_pages(both, notes):
    assert ids(both.scroll(notes, page_size=1)) == ["n1", "n2", "n3"]
    first = both.scroll_page(notes, page_size=2)
    rest = both.scroll_page(notes, first.next_page_token, page_size=2)
    assert ids(first.documents + rest.documents) == ["n1", "n2", "n3"]
    assert rest.next_page_token == ""


def test_a_search_and_all_that_comes_with_it(both, notes):
    result = both.search(notes, "moths and lamps", k=2, fields=["*"], explain=True, recall_target=1.0)
    assert len(result) == 2 and result[0].id == "n1"
    assert result[0].fields["title"] == "Lamp" and result[0].fields["year"] == "2025"
    parts = result[0].contributions
    assert {part.term for part in parts} == {"moth", "lamp"}
    assert sum(part.contribution for part in parts) == pytest.approx(result[0].score, rel=1e-5)
    assert result.mode == Exact() and result.timings.total_nanos > 0 and result.counters.documents_scored > 0
    assert both.search(notes, "xyzzy").unknown_terms == 1
    assert len(both.search(notes, "xyzzy")) == 0


def test_vectors_of_every_form_find_the_same(both, name):
    both.create_collection(name, storage=StorageOptions(clustered_lists=True))
    vectors = {"a": {3: 1.0, 7: 0.5}, "b": {7: 2.0}, "c": SparseVector((), ())}
    both.upsert(name, [Document(id, vector=vector) for id, vector in vectors.items()], wait_for=WaitFor.SEARCHABLE)
    both.flush(name)
    assert both.get_collection(name).vocabulary is Vocabulary.TERM_ID
    queries = [{7: 1.0}, [(7, 1.0)], SparseVector((7,), (1.0,))]
    for query in queries:
        assert ids(both.search(name, query)) == ["b", "a"]
    for mode in (Exact(), Clustered(query_cut=1, heap_factor=0.9)):
        result = both.search(name, {7: 1.0}, mode=mode)
        assert ids(result) == ["b", "a"] and isinstance(result.mode, type(mode))
    assert len(both.get(name, "c", with_vector=True)[0].vector) == 0
    with pytest.raises(InvalidArgument):
        both.search(name, "text without an encoder")


def test_dense_vectors_come_back_as_they_are_stored(both, name):
    fields = (
        DenseField("plain", 2),
        DenseField("tokens", 3, DenseStorage.INT8, DenseSimilarity.COSINE, vectors_max=2),
    )
    both.create_collection(name, dense_fields=fields)
    assert both.get_collection(name).dense_fields == fields
    vectors = {"plain": [1.5, -2], "tokens": [[3, 0, 4], [0, 1, 0]]}
    good, bad = both.upsert(
        name,
        [Document("a", vector={1: 1.0}, dense=vectors), Document("b", vector={1: 1.0}, dense={"plain": [1, 2, 3]})],
        wait_for=WaitFor.SEARCHABLE,
    )
    assert good.ok and isinstance(bad.error, InvalidArgument) and "plain" in bad.error.message
    for _ in range(2):
        assert both.get(name, "a")[0].dense == {}
        dense = both.get(name, "a", dense_fields=["*"])[0].dense
        assert dense["plain"].vectors == ((1.5, -2.0),)
        assert dense["tokens"].vectors[0] == pytest.approx((0.6, 0.0, 0.8), abs=0.004)
        assert dense["tokens"].vectors[1] == pytest.approx((0.0, 1.0, 0.0), abs=1e-6)
        assert [one.dense for one in both.scroll(name, dense_fields=["plain"])] == [{"plain": dense["plain"]}]
        both.flush(name)
    with pytest.raises(InvalidArgument):
        both.get(name, "a", dense_fields=["none"])


def test_a_time_budget(both, name):
    both.create_collection(name)
    both.upsert(name, {"id": "a", "vector": {"moth": 1.0}}, wait_for=WaitFor.SEARCHABLE)
    assert ids(both.search(name, {"moth": 1.0}, time_budget_micros=100_000)) == ["a"]
    with pytest.raises(InvalidArgument) as caught:
        both.search(name, {"moth": 1.0}, mode=ScoreAtATime(posting_floor=2.0))
    assert caught.value.violations


def test_statistics_of_each_tenant(both, name):
    made = both.create_collection(
        name,
        fields={"owner": FieldType.STRING},
        tenant_field="owner",
        encoder=Bm25(),
        statistics=StatisticsScope.TENANT,
    )
    assert made.text_statistics.scope is StatisticsScope.TENANT
    assert made.text_statistics.pinned_average_length > 0
    assert both.get_collection(name).text_statistics == made.text_statistics
    plain = both.create_collection(f"{name}-plain", encoder=Bm25())
    assert plain.text_statistics.scope is StatisticsScope.COLLECTION


def test_tenants_are_apart(both, name):
    both.create_collection(name, fields={"owner": FieldType.STRING}, tenant_field="owner", encoder=Bm25())
    assert both.get_collection(name).tenant_field == "owner"
    for tenant in ("ann", "bob"):
        both.upsert(name, {"id": tenant, "text": "moths"}, tenant=tenant, wait_for=WaitFor.SEARCHABLE)
    assert ids(both.search(name, "moths", tenant="ann")) == ["ann"]
    assert ids(both.scroll(name, tenant="bob")) == ["bob"]
    assert both.count(name, tenant="bob") == 1
    assert both.get(name, ["ann", "bob"], tenant="bob")[0].id == "bob"
    with pytest.raises(InvalidArgument, match="tenant"):
        both.search(name, "moths")


def test_many_searches_over_one_stream(both, notes):
    single = {text: ids(both.search(notes, text)) for text in ("moths", "rain", "lamp", "siskin")}
    texts = [list(single)[number % 4] for number in range(200)]
    results = list(both.search_stream((SearchRequest(notes, text) for text in texts), timeout_seconds=60))
    assert [ids(result) for result in results] == [single[text] for text in texts]
    mixed = [SearchRequest(notes, "rain"), SearchRequest("nothing", "rain"), SearchRequest(notes, "rain", k=0)]
    outcomes = [type(one).__name__ for one in both.search_stream(mixed, on_error="return", timeout_seconds=60)]
    assert outcomes == ["SearchResult", "CollectionNotFound", "InvalidArgument"]


def test_many_documents_over_one_stream(both, name):
    both.create_collection(name, encoder=Bm25(), fields={"year": FieldType.INT64})

    def documents():
        for number in range(1000):
            yield {"id": f"d{number}", "text": f"moth number {number}", "year": "bad" if number == 500 else number}

    summary = both.upsert_all(name, documents(), batch_size=100, wait_for=WaitFor.SEARCHABLE)
    assert (summary.created_count, summary.replaced_count) == (999, 0)
    assert ids(summary.refused) == ["d500"]
    assert both.count(name) == 999
    results = list(both.upsert_stream(name, documents(), batch_size=7, in_flight_max=3))
    assert ids(results) == [f"d{number}" for number in range(1000)]
    assert [result.position for result in results if result.ok] == list(range(1000, 1999))
    with pytest.raises(CollectionNotFound):
        both.upsert_all(f"{name}-none", documents())


def test_encodings(both, notes):
    (one,) = both.encode("moths and lamps", side=Side.QUERY, collection=notes, tokens=True)
    assert set(one.tokens) == {"moth", "lamp"} and one.dense is None
    assert ids(both.search(notes, one.sparse)) == ids(both.search(notes, "moths and lamps"))
    texts = [f"text number {number}" for number in range(150)]
    many = list(both.encode_stream(texts, side=Side.DOCUMENT, collection=notes, batch_size=10))
    again = both.encode(map(EncodeInput, texts), side=Side.DOCUMENT, collection=notes)
    assert [one.sparse for one in many] == [one.sparse for one in again]
    with pytest.raises(ModelNotFound):
        both.encode("x", side=Side.QUERY, model="none")
    with pytest.raises(ValueError, match="by a collection or by a model"):
        both.encode("x", side=Side.QUERY)


def test_errors_name_the_field(both, notes):
    with pytest.raises(InvalidArgument) as caught:
        both.search(notes, "moths", k=0)
    assert [violation.field for violation in caught.value.violations] == ["k"]
    with pytest.raises(InvalidArgument, match="colour"):
        both.count(notes, filter="colour = 3")
    with pytest.raises(CollectionNotFound, match="similar"):
        both.count(notes[:-1])
    with pytest.raises(MessageTooLarge):
        both.upsert(notes, [{"id": str(number), "text": "x" * 10**6} for number in range(6)])


def test_unix_sockets(connect, server, both, notes):
    assert connect(f"unix:{server.socket}").count(notes) == 3
    assert connect(f"unix://{server.socket}").count(notes) == 3


def test_results_as_numpy(both, notes):
    numpy = pytest.importorskip("numpy", reason="needs numpy")
    result = both.search(notes, "moths")
    found, scores = result.to_numpy()
    assert found.tolist() == ids(result)
    assert scores.dtype == numpy.float32 and scores.tolist() == sorted(scores.tolist(), reverse=True)
