import random
from datetime import datetime, timedelta, timezone

import pytest

import siskin_client as api
from siskin_client import _calls, field, filters
from siskin_client import _messages as msg
from siskin_client._proto import methods, pb, pool


@pytest.mark.parametrize(
    ("ours", "theirs", "prefix"),
    [
        (api.FieldType, "FieldType", "FIELD_TYPE_"),
        (api.WaitFor, "WaitFor", "WAIT_FOR_"),
        (api.WriteOutcome, "WriteOutcome", "WRITE_OUTCOME_"),
        (api.SyncPolicy, "SyncPolicy", "SYNC_POLICY_"),
        (api.Vocabulary, "Vocabulary", "VOCABULARY_"),
        (api.CollectionState, "CollectionState", "COLLECTION_STATE_"),
        (api.Side, "EncodeSide", "ENCODE_SIDE_"),
        (api.Priority, "EncodePriority", "ENCODE_PRIORITY_"),
        (api.Role, "Role", "ROLE_"),
        (api.DenseStorage, "DenseStorage", "DENSE_STORAGE_"),
        (api.DenseSimilarity, "DenseSimilarity", "DENSE_SIMILARITY_"),
        (api.Normalization, "ScoreNormalization", "SCORE_NORMALIZATION_"),
        (api.EarlyStop, "EarlyStop", "EARLY_STOP_"),
        (api.GroupScore, "GroupScore", "GROUP_SCORE_"),
    ],
)
def test_enums_are_those_of_the_api(ours, theirs, prefix):
    described = pool.FindEnumTypeByName(f"siskin.v1.{theirs}").values_by_name
    numbers = {name[len(prefix) :]: value.number for name, value in described.items() if value.number}
    assert {member.name: member.value for member in ours if member.value} == numbers


def test_a_slow_query_is_read():
    message = pb.SlowQuery(key_id="k1", trace_id="ab" * 16, hit_count=3)
    message.end_time.seconds = 1_800_000_000
    message.request.collection = "books"
    message.request.text = "moths"
    message.mode.exact.SetInParent()
    message.timings.total_nanos = 7
    message.counters.lists_visited = 5
    slow = msg.from_slow_query(message)
    assert slow.end_time == datetime(2027, 1, 15, 8, 0, tzinfo=timezone.utc)
    assert (slow.collection, slow.text, slow.k, slow.hit_count) == ("books", "moths", 10, 3)
    assert slow.mode == api.Exact()
    assert (slow.timings.total_nanos, slow.counters.lists_visited) == (7, 5)
    assert msg.from_slow_query(pb.SlowQuery()).text is None
    assert msg.from_slow_query(pb.SlowQuery()).mode is None


def test_dataclasses_have_the_fields_of_the_messages():
    def names(message):
        return {one.name for one in getattr(pb, message).DESCRIPTOR.fields}

    def ours(kind):
        return set(kind.__dataclass_fields__)

    assert ours(api.ScoreAtATime) == names("ScoreAtATimeMode")
    assert ours(api.Clustered) == names("ClusteredMode")
    assert ours(api.StageTimings) == names("StageTimings")
    assert ours(api.SearchCounters) == names("SearchCounters")
    assert ours(api.EncodeTimings) == names("EncodeTimings")
    assert ours(api.StorageOptions) == names("StorageOptions")
    assert ours(api.WriteOptions) == names("WriteOptions")
    assert ours(api.CollectionMemory) == names("CollectionMemory")
    assert ours(api.RecallExpectation) == names("RecallExpectation")
    assert ours(api.Hit) == names("Hit")
    assert ours(api.InnerHit) == names("InnerHit")
    assert ours(api.StageReport) == names("StageReport")
    assert ours(api.ExpansionTerm) == names("ExpansionTerm")
    assert ours(api.Pipeline) == names("Pipeline")
    assert ours(api.Snapshot) == names("Snapshot")
    assert ours(api.FieldsUpdate) == names("FieldsUpdate")
    assert ours(api.DenseField) == names("DenseField")
    assert ours(api.DenseVectors) == names("DenseVectors")
    assert ours(api.Document) == names("Document")
    assert ours(api.Collection) == names("Collection") - {"schema"} | {"fields", "tenant_field", "dense_fields"}
    assert ours(api.SearchRequest) == names("SearchRequest") - {"text", "vector", "filter_expression"} | {"query"}


def test_every_method_of_the_api_is_called_by_the_client():
    source = "".join(path.read_text() for path in (_sources() / "siskin_client").glob("_*.py"))
    missing = [name for name in methods if f'"{name}"' not in source]
    assert missing == []
    assert len(methods) >= 20


def _sources():
    from pathlib import Path

    return Path(api.__file__).parent.parent


def test_values_come_back_as_they_were():
    instant = datetime(1969, 7, 20, 22, 17, 40, 123456, tzinfo=timezone(timedelta(hours=2)))
    fields = {
        "text": "x",
        "flag": True,
        "whole": -(2**63),
        "number": 0.1,
        "when": instant,
        "many": ("b", "a"),
        "none": [],
    }
    message = pb.Document()
    msg.set_document(message, api.Document("d", fields=fields, vector={"a": 0.5}))
    back = msg.from_document(pb.Document.FromString(message.SerializeToString()))
    assert back.fields == {**fields, "many": ["b", "a"]}
    assert isinstance(back.fields["flag"], bool) and isinstance(back.fields["whole"], int)
    assert back.text is None
    assert back.vector == api.SparseVector(("a",), (0.5,))


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (2**63, ValueError, r"the field 'f' of document 'd' is 9223372036854775808; allowed: -2\^63 to 2\^63 - 1"),
        (datetime(2026, 1, 1), ValueError, "no time zone"),
        (["a", 1], TypeError, "has 1 in it"),
        ({"a": 1}, TypeError, "is of type dict; allowed: str, bool"),
    ],
)
def test_a_value_that_cannot_be_sent_is_named(value, error, words):
    with pytest.raises(error, match=words):
        msg.set_document(pb.Document(), api.Document("d", text="t", fields={"f": value}))


def test_documents_as_mappings():
    document = api.Document.of({"id": "d", "text": "t", "year": 2026, "gone": None})
    assert document == api.Document("d", text="t", fields={"year": 2026})
    with pytest.raises(ValueError, match="the id of a document is 3; it must be a string"):
        api.Document.of({"id": 3})
    with pytest.raises(TypeError, match="str is no document"):
        api.Document.of("d")


def test_dense_vectors_go_there_and_back():
    given = {"one": [1, 0.5], "many": [[1.0, 2.0], (3, 4)], "none": []}
    message = pb.Document()
    msg.set_document(message, {"id": "d", "dense": given})
    assert msg.from_document(message).dense == {
        "one": api.DenseVectors(((1.0, 0.5),)),
        "many": api.DenseVectors(((1.0, 2.0), (3.0, 4.0))),
    }
    assert api.Document.of({"id": "d", "dense": "a text"}).fields == {"dense": "a text"}
    with pytest.raises(TypeError, match="str is no dense vector"):
        api.DenseVectors.of("1")


def test_dense_vectors_are_numpy_arrays():
    numpy = pytest.importorskip("numpy")
    many = numpy.array([[1, 2], [3, 4]], dtype=numpy.float32)
    vectors = api.DenseVectors.of(many)
    assert vectors.to_numpy().dtype == numpy.float32
    assert (vectors.to_numpy() == many).all()
    assert api.DenseVectors.of(many[0]).vectors == ((1.0, 2.0),)
    assert api.DenseVectors.of([many[0], many[1]]) == vectors


def test_durations_and_instants_are_exact(seed):
    chance = random.Random(seed)
    for _ in range(200):
        message = pb.UpsertStreamRequest().timeout
        duration = timedelta(microseconds=chance.randrange(0, 10**15))
        msg.set_duration(message, duration)
        assert msg.from_duration(message) == duration
        value = pb.FieldValue()
        instant = datetime(1, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=chance.randrange(0, 3 * 10**17))
        msg.set_value(value, instant, "x")
        assert 0 <= value.timestamp_value.nanos < 10**9
        assert msg._from_value(value) == instant


def filter_of(condition):
    request = pb.CountRequest()
    msg.set_filter(request, condition)
    return request


def test_filters_become_messages():
    built = filter_of(
        (field("year") >= 2020)
        & (field("lang").is_in("en", "fr") | ~field("title").starts_with("a"))
        & field("score").between(0.5, 1.0, include_upper=False)
        & field("x").exists()
        & (field("y") != True)  # noqa: E712
    ).filter
    outer = built.all_of.filters
    assert getattr(outer[1], "not").WhichOneof("condition") == "in"
    exists = outer[0].all_of.filters
    assert exists[1].exists == "x"
    score = exists[0].all_of.filters[1].range
    assert (score.gte.double_value, score.lt.double_value) == (0.5, 1.0)
    year, either = exists[0].all_of.filters[0].all_of.filters
    assert year.range.gte.int64_value == 2020 and year.range.WhichOneof("upper") is None
    assert [value.string_value for value in getattr(either.any_of.filters[0], "in").values] == ["en", "fr"]
    assert getattr(either.any_of.filters[1], "not").prefix.prefix == "a"


def test_filters_at_their_borders():
    assert filter_of(None).WhichOneof("selection") is None
    assert filter_of("a = 1").filter_expression == "a = 1"
    assert filter_of(filters.AllOf(())).filter.WhichOneof("condition") == "all_of"
    assert filter_of(filters.AnyOf(())).filter.WhichOneof("condition") == "any_of"
    assert getattr(filter_of(field("a").is_in()).filter, "in").field == "a"
    assert filter_of(field("a") > 1).filter.range.gt.int64_value == 1
    assert filter_of(field("a") < 1).filter.range.lt.int64_value == 1
    assert filter_of(field("a") <= 1).filter.range.lte.int64_value == 1
    assert getattr(filter_of(field("a") == "b").filter, "in").values[0].string_value == "b"


def test_a_filter_is_no_truth_value():
    with pytest.raises(TypeError, match="use &, "):
        1 < field("a") < 3  # noqa: B015
    with pytest.raises(TypeError, match="use &, "):
        field("a").exists() and field("b").exists()
    with pytest.raises(TypeError):
        (field("a") > 1) & "b = 2"
    with pytest.raises(TypeError, match="int is no filter"):
        filter_of(3)


def test_a_search_says_what_is_wrong_with_a_number():
    with pytest.raises(ValueError, match="k is -1; it must be a whole number of at least 0"):
        msg.set_search(pb.SearchRequest(), api.SearchRequest("c", "q", k=-1))
    with pytest.raises(TypeError, match="'exact' is no mode"):
        msg.set_search(pb.SearchRequest(), api.SearchRequest("c", "q", mode="exact"))


def test_modes_come_back_as_they_were():
    for mode in (
        api.Exact(),
        api.Clustered(),
        api.Clustered(query_cut=3, first_sorted=False),
        api.ScoreAtATime(posting_floor=0.0, budget_micros=100),
    ):
        message = pb.SearchMode()
        msg._set_mode(message, mode)
        assert msg._from_mode(message) == mode
    assert msg._from_mode(pb.SearchMode()) is None


def test_ranking_trees_come_back_as_they_were():
    sparse = api.Sparse("moths", limit=100, name="asked", budget_micros=500, recall_target=0.5)
    scored = api.Compute(api.Sparse(limit=5, mode=api.Exact()), "score() + 1", limit=4, undefined_score=-1.0)
    dense = api.Interpolate(scored, "f", (0.5, 1.0), 0.25, -1.0, limit=3, early_stop=api.EarlyStop.PROVEN)
    vector = api.SparseVector(("a",), (0.5,))
    trees = api.Trees(dense, "m", limit=9, features=("score()", "rank()"), reach=api.Reach(50, 0.5))
    dense = api.Trees(trees, "m", limit=9, reach=api.Reach(margin=0.0))
    dense = api.CrossEncode(dense, "c", ("title", "text"), limit=9, text="moths", keep_threshold=0.0)
    dense = api.CrossEncode(dense, "c", ("text",), limit=9, reach=api.Reach(4))
    again = api.Feedback(dense, 3, 0, limit=9, query=vector, query_weight=0.0, document_weight=2.0)
    group = api.Group(again, "host", api.GroupScore.FIRST, limit=2, inner_hits=3)
    linear = api.Linear(api.Normalization.Z_SCORE, 0.0)
    turns = (api.Turn("moths"), api.Turn("wings", 0.25))
    texts = [
        api.Sparse(limit=3, turns=turns),
        api.Dense("f", limit=8, text=""),
        api.Dense("f", limit=8, turns=turns),
        api.Interpolate(api.Dense("f", limit=8), "f", None, 0.5, 0.0, limit=2, text="moths"),
    ]
    words = api.MaxSim(sparse, "w", 0.0, 5, token_vectors=(vector, api.SparseVector((), ())), alpha=0.5)
    late = api.MaxSim(words, "f", -1.0, 4, vectors=api.DenseVectors(((1.0, 2.0), (0.5, 0.0))))
    keyed = api.KeyedVectors((7, 4_294_967_295), ((1.0, 2.0), (0.5, 0.0)))
    coil = api.MaxSim(late, "k", -1.0, 4, keyed_vectors=keyed)
    late = api.MaxSim(coil, "f", -1.0, 4, text="moths", name="of a text")
    sliced = api.DensifiedRescore(late, "s", 0.0, 3, query="moths", alpha=0.25)
    nodes = [sparse, group, api.Dense("f", (1.0,), 8), sliced, api.Densified("s", 8, query=vector)]
    for node in texts:
        message = pb.RankingNode()
        msg.set_node(message, node)
        assert msg.from_node(pb.RankingNode.FromString(message.SerializeToString())) == node
    for method in (api.ReciprocalRank(), api.ReciprocalRank(0), linear):
        tree = api.Fuse(tuple(nodes), method, limit=7, weights=(1.0, 0.0, 2.5, 1.0, 1.0), name="root")
        message = pb.RankingNode()
        msg.set_node(message, tree)
        assert msg.from_node(pb.RankingNode.FromString(message.SerializeToString())) == tree


def test_stages_for_passages_come_back_as_they_were():
    leaf = api.Sparse("moths", limit=100)
    min_max = api.Normalization.MIN_MAX
    nodes = [
        api.Group(leaf, "f", api.GroupScore.SUM, limit=2, best_count=3, inner_fields=("text",)),
        api.Context(leaf, "f", 0.5, min_max, api.GroupScore.MEAN, limit=2),
        api.Context(leaf, "f", 0.5, min_max, api.ContextList(api.Sparse(limit=3), -1.0, "g"), limit=2, name="both"),
        api.Diversify(leaf, 0.25, api.Normalization.NONE, limit=2),
        api.Diversify(leaf, 0.25, min_max, limit=2, field="v"),
        api.Cap(leaf, "f", 2, limit=2, budget_micros=100),
        api.DenseFeedback(leaf, "v", (1.0, 2.0), 3, limit=2, query_weight=0.0),
        api.DenseFeedback(leaf, "v", None, 3, limit=2, text="moths"),
        api.Answers(leaf, "v", (1.0,), (2.0,), 0.5, 6, "text", limit=2),
        api.Answers(leaf, "v", (1.0,), (2.0,), 0.5, 6, "text", limit=2, end_field="w", count=2, offsets_field="o"),
    ]
    for node in nodes:
        message = pb.RankingNode()
        msg.set_node(message, node)
        assert msg.from_node(pb.RankingNode.FromString(message.SerializeToString())) == node


def test_answers_and_inner_hits_arrive():
    hit = pb.Hit(id="a", score=1.0)
    hit.inner_hits.add(id="b", score=2.0, stage="pages", fields={"t": "x"}, stage_scores={"first": 2.0})
    hit.answers.add(stage="spans", score=3.0, dense_score=1.0, document_score=2.0, start_token=1, end_token=2)
    hit.answers.add(stage="spans", start=0, end=3, text="one")
    found = msg._from_hit(hit)
    assert found.inner_hits == (api.InnerHit("b", 2.0, "pages", {"t": "x"}, {"first": 2.0}),)
    assert found.answers[0] == api.Answer("spans", 3.0, 1.0, 2.0, 1, 2)
    assert (found.answers[1].start, found.answers[1].end, found.answers[1].text) == (0, 3, "one")


def test_encoders_of_dense_fields_come_back_as_they_were():
    model = api.DenseModel("minilm", "0" * 64, "query: ")
    for encoder in (api.DenseEncoder(model, model, 384), api.DenseEncoder(queries=model), None):
        request = pb.CreateCollectionRequest()
        field = api.DenseField("e", 128, encoder=encoder)
        msg.set_collection(request, {}, None, None, None, [field])
        assert tuple(msg._from_dense_fields(request.schema.dense_fields)) == (field,)


def test_token_vectors_come_back_as_they_were():
    vectors = (api.SparseVector((7, 4_000_000_000), (0.5, 2.0)), api.SparseVector((), ()))
    given = api.Document("d", text="moths", token_vectors={"w": vectors})
    message = pb.Document()
    msg.set_document(message, given)
    read = msg.from_document(pb.Document.FromString(message.SerializeToString()))
    assert read.token_vectors["w"][0] == vectors[0] and len(read.token_vectors["w"]) == 2
    mapped = api.Document.of({"id": "d", "text": "x", "tokenVectors": {"w": [{"a": 1.0}]}})
    msg.set_document(message, mapped)
    assert list(message.token_vectors["w"].vectors[-1].tokens) == ["a"]


def test_vectors_with_keys_come_back_as_they_were():
    keyed = api.KeyedVectors((4_294_967_295, 7), ((1.0, 0.5), (0.25, 2.0)))
    message = pb.Document()
    msg.set_document(message, api.Document("d", text="moths", keyed_vectors={"k": ([4_294_967_295, 7], keyed.vectors)}))
    assert msg.from_document(pb.Document.FromString(message.SerializeToString())).keyed_vectors == {"k": keyed}
    line = {"id": "d", "text": "x", "keyedVectors": {"k": [{"key": 3, "values": [1, 2]}]}}
    assert api.Document.of(line).keyed_vectors["k"] == api.KeyedVectors((3,), ((1.0, 2.0),))
    with pytest.raises(ValueError, match="1 keys and 2 vectors"):
        api.KeyedVectors.of(([1], [[1.0], [2.0]]))


def test_keys_and_vectors_may_be_numpy_arrays():
    numpy = pytest.importorskip("numpy")
    keys = numpy.array([7, 4_294_967_295], dtype=numpy.uint32)
    vectors = numpy.array([[0.5, 1], [2, 3]], dtype=numpy.float32)
    keyed = api.KeyedVectors.of((keys, vectors))
    assert keyed == api.KeyedVectors((7, 4_294_967_295), ((0.5, 1.0), (2.0, 3.0)))
    again = keyed.to_numpy()
    assert (again[0] == keys).all() and (again[1] == vectors).all()


def test_suggestions_and_logs_of_queries_are_translated():
    call = _calls.suggest("c", "gar", ["x"], 3, 0.25, True)
    assert (call.request.prefix, list(call.request.earlier), call.request.count) == ("gar", ["x"], 3)
    assert call.request.context_weight == 0.25 and call.request.terms
    response = pb.SuggestResponse()
    response.suggestions.add(text="garden", source=2, score=0.5, count=4, popularity=0.5)
    assert call.decode(response) == [api.Suggestion("garden", True, 0.5, 4, 0.5, 0.0)]
    log = _calls.put_query_log("c", [api.LoggedQuery("a", 2, {"b": 1})])
    assert [(one.text, one.count, [(n.text, n.count) for n in one.next]) for one in log.request.queries] == [
        ("a", 2, [("b", 1)])
    ]


def test_a_search_takes_a_tree_or_a_name():
    message = pb.SearchRequest()
    msg.set_search(message, api.SearchRequest("c", "q", node=api.Sparse(limit=3), offset=1))
    assert message.node.limit == 3 and message.offset == 1
    assert not message.HasField("k")
    msg.set_search(message, api.SearchRequest("c", "q", k=2, pipeline="best"))
    assert message.WhichOneof("ranking") == "pipeline" and message.k == 2
    with pytest.raises(ValueError, match="a node or by a pipeline"):
        msg.set_search(message, api.SearchRequest("c", "q", pipeline="best", node=api.Sparse(limit=3)))
    with pytest.raises(ValueError, match="1 weights for 2 inputs"):
        two = api.Fuse([api.Sparse(limit=1), api.Sparse(limit=1)], api.ReciprocalRank(), limit=1, weights=[1.0])
        msg.set_node(pb.RankingNode(), two)
    with pytest.raises(TypeError, match="'x' is no node"):
        msg.set_node(pb.RankingNode(), api.Group("x", "f", api.GroupScore.MAX, limit=1))


def test_a_search_takes_vectors_of_dense_fields():
    numpy = pytest.importorskip("numpy")
    message = pb.SearchRequest()
    dense = {"one": numpy.array([0.5, -1.0]), "several": [[1.0], [2.0]]}
    tokens = {"words": [{"a": 1.0}, {}]}
    msg.set_search(message, api.SearchRequest("c", pipeline="best", dense=dense, token_vectors=tokens))
    assert message.WhichOneof("query") is None
    assert [list(one.values) for one in message.dense["one"].vectors] == [[0.5, -1.0]]
    assert [list(one.values) for one in message.dense["several"].vectors] == [[1.0], [2.0]]
    assert [list(one.tokens) for one in message.token_vectors["words"].vectors] == [["a"], []]


def test_answers_may_take_their_vectors_of_the_search():
    node = api.Answers(api.Sparse(limit=1), "e", None, None, 0.5, 3, "t", 2)
    message = pb.RankingNode()
    msg.set_node(message, node)
    assert not message.answers.start_vector and msg.from_node(message) == node


def test_numbers_of_a_newer_server_are_unknown():
    assert msg._known(api.WriteOutcome, 99) is api.WriteOutcome.UNKNOWN
    assert msg._known(api.Vocabulary, 99) is api.Vocabulary.UNKNOWN


def test_generated_stubs_may_stand_beside_the_client():
    """The same messages in protobuf's own pool are no conflict, even if they are of another version."""
    from google.protobuf import descriptor_pb2, descriptor_pool

    other = descriptor_pb2.FileDescriptorProto(name="siskin/v1/document.proto", package="siskin.v1", syntax="proto3")
    other.message_type.add(name="Document")
    descriptor_pool.Default().AddSerializedFile(other.SerializeToString())
    assert pb.Document(id="d").id == "d"
