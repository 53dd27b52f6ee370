"""Failures and repetitions, with a server of the test's own that fails as it is told."""

import threading
from concurrent import futures
from datetime import timedelta

import grpc
import pytest
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2

from siskin_client import (
    AccessDenied,
    AlreadyExists,
    Cancelled,
    CollectionDamaged,
    CollectionNotFound,
    DeadlineExceeded,
    FailedPrecondition,
    FieldViolation,
    InvalidArgument,
    MessageTooLarge,
    NotFound,
    Overloaded,
    SearchRequest,
    ServerFault,
    SiskinClient,
    SiskinError,
    Unavailable,
    Unimplemented,
    WriteOutcome,
)
from siskin_client._proto import methods, pb


def status_of(code, message="as told", *details):
    status = status_pb2.Status(code=code.value[0], message=message)
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return status


def info(reason, **metadata):
    return error_details_pb2.ErrorInfo(reason=reason, domain="siskin.io", metadata=metadata)


def retry(seconds):
    whole = int(seconds)
    return error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=whole, nanos=round((seconds - whole) * 10**9)))


class Fake(grpc.GenericRpcHandler):
    """Answers calls with what was put into ``plan``, first to last, and then with empty responses."""

    def __init__(self):
        self.plan = []
        self.calls = []
        self.metadata = []
        self.store = {}
        self.refusals = []
        self.breaks = 0
        self.lock = threading.Lock()
        self.may_answer = threading.Event()
        self.may_answer.set()

    def service(self, details):
        name = details.method.rpartition("/")[2]
        method = methods[name]
        self.metadata.append(dict(details.invocation_metadata))
        if method.streams:
            handle, make = getattr(self, name), grpc.stream_stream_rpc_method_handler
        else:
            handle, make = (lambda request, context: self.unary(method, context)), grpc.unary_unary_rpc_method_handler
        return make(
            handle,
            request_deserializer=method.request.FromString,
            response_serializer=method.response.SerializeToString,
        )

    def unary(self, method, context):
        with self.lock:
            self.calls.append(method.name)
            step = self.plan.pop(0) if self.plan else None
        self.may_answer.wait()
        if step is not None:
            status, pushback = step
            trailers = [("grpc-status-details-bin", status.SerializeToString())]
            if pushback is not None:
                trailers.append(("grpc-retry-pushback-ms", pushback))
            context.set_trailing_metadata(trailers)
            context.abort(next(code for code in grpc.StatusCode if code.value[0] == status.code), status.message)
        return method.response()

    def SearchStream(self, requests, context):
        for request in requests:
            answer = pb.SearchStreamResponse(request_id=request.request_id)
            self.calls.append(request.search.text)
            if not self._refused(answer):
                answer.response.hits.add(id=request.search.text)
            yield answer

    def UpsertStream(self, requests, context):
        for request in requests:
            self.calls.append([document.id for document in request.upsert.documents])
            if self.breaks:
                self.breaks -= 1
                context.abort(grpc.StatusCode.UNAVAILABLE, "the server is shutting down")
            answer = pb.UpsertStreamResponse(request_id=request.request_id)

            if not self._refused(answer):
                for document in request.upsert.documents:
                    outcome = 2 if document.id in self.store else 1
                    self.store[document.id] = document.text
                    answer.response.results.add(outcome=outcome, position=len(self.store))
            yield answer

    def _refused(self, answer):
        refusal = self.refusals.pop(0) if self.refusals else None
        if refusal is not None:
            answer.status.ParseFromString(refusal.SerializeToString())
        return refusal is not None


@pytest.fixture
def fake():
    handler = Fake()
    server = grpc.server(futures.ThreadPoolExecutor(4), handlers=[handler])
    handler.target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield handler
    handler.may_answer.set()
    server.stop(None).wait()


BUSY = status_of(grpc.StatusCode.RESOURCE_EXHAUSTED, "busy", info("SEARCH_QUEUE_FULL"), retry(0.02))


def raised_by(fake, connect, status, **options):
    fake.plan = [(status, "-1")]
    with pytest.raises(SiskinError) as caught:
        connect(fake.target, **options).count("c")
    return caught.value


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("INVALID_ARGUMENT", InvalidArgument),
        ("NOT_FOUND", NotFound),
        ("ALREADY_EXISTS", AlreadyExists),
        ("FAILED_PRECONDITION", FailedPrecondition),
        ("RESOURCE_EXHAUSTED", MessageTooLarge),
        ("DEADLINE_EXCEEDED", DeadlineExceeded),
        ("UNAVAILABLE", Unavailable),
        ("UNAUTHENTICATED", AccessDenied),
        ("PERMISSION_DENIED", AccessDenied),
        ("UNIMPLEMENTED", Unimplemented),
        ("INTERNAL", ServerFault),
        ("DATA_LOSS", ServerFault),
        ("OUT_OF_RANGE", ServerFault),
    ],
)
def test_each_status_has_its_class(fake, connect, code, kind):
    error = raised_by(fake, connect, status_of(grpc.StatusCode[code]))
    assert type(error) is kind
    assert error.status == code
    assert str(error) == f"{code}: as told"


def test_details_become_attributes(fake, connect):
    violation = error_details_pb2.BadRequest(field_violations=[{"field": "k", "description": "k is 0"}])
    error = raised_by(fake, connect, status_of(grpc.StatusCode.INVALID_ARGUMENT, "m", violation))
    assert error.violations == (FieldViolation("k", "k is 0"),)
    assert isinstance(error, ValueError)
    resource = error_details_pb2.ResourceInfo(resource_type="collection", resource_name="c")
    error = raised_by(fake, connect, status_of(grpc.StatusCode.NOT_FOUND, "m", resource))
    assert type(error) is CollectionNotFound and error.resource_name == "c"
    error = raised_by(fake, connect, BUSY)
    assert type(error) is Overloaded
    assert error.retry_after == timedelta(milliseconds=20) and error.reason == "SEARCH_QUEUE_FULL"
    error = raised_by(
        fake, connect, status_of(grpc.StatusCode.RESOURCE_EXHAUSTED, "m", info("RESPONSE_TOO_LARGE", length_bytes="9"))
    )
    assert type(error) is MessageTooLarge
    error = raised_by(fake, connect, status_of(grpc.StatusCode.RESOURCE_EXHAUSTED, "m", info("LOG_FULL")))
    assert type(error) is Overloaded and error.retry_after is None
    error = raised_by(fake, connect, status_of(grpc.StatusCode.DATA_LOSS, "m", info("COLLECTION_DAMAGED")))
    assert type(error) is CollectionDamaged
    error = raised_by(fake, connect, status_of(grpc.StatusCode.INTERNAL, "m", info("INTERNAL", reference="3f")))
    assert type(error) is ServerFault and error.reference == "3f"


def test_a_busy_server_is_asked_again_after_its_delay(fake, connect):
    fake.plan = [(BUSY, "1"), (status_of(grpc.StatusCode.UNAVAILABLE), None)]
    assert connect(fake.target).count("c") == 0
    assert fake.calls == ["Count"] * 3


def test_a_server_that_says_never_is_not_asked_again(fake, connect):
    raised_by(fake, connect, BUSY)
    assert fake.calls == ["Count"]


def test_attempts_end(fake, connect):
    fake.plan = [(BUSY, "1")] * 9
    with pytest.raises(Overloaded):
        connect(fake.target, attempts_max=3).count("c")
    assert fake.calls == ["Count"] * 3


def test_one_attempt_is_one(fake, connect):
    fake.plan = [(BUSY, "1")]
    with pytest.raises(Overloaded):
        connect(fake.target, attempts_max=1).count("c")
    assert fake.calls == ["Count"]


def test_what_is_not_idempotent_is_not_made_again(fake, connect):
    for call in (
        lambda client: client.create_collection("c"),
        lambda client: client.drop_collection("c"),
        lambda client: client.delete_alias("a"),
        lambda client: client.create_snapshot("c"),
        lambda client: client.delete_snapshot("c", "s"),
        lambda client: client.restore_snapshot("c", "s", "d"),
    ):
        fake.plan = [(status_of(grpc.StatusCode.UNAVAILABLE), None)]
        fake.calls = []
        with pytest.raises(Unavailable):
            call(connect(fake.target))
        assert len(fake.calls) == 1


def test_wrong_requests_are_not_made_again(fake, connect):
    fake.plan = [(status_of(grpc.StatusCode.INVALID_ARGUMENT), None)]
    with pytest.raises(InvalidArgument):
        connect(fake.target).count("c")
    assert fake.calls == ["Count"]


def test_metadata_is_sent(fake, connect):
    connect(fake.target, metadata={"Authorization": "Bearer x"}).count("c")
    assert fake.metadata[0]["authorization"] == "Bearer x"


def test_searches_of_a_stream_are_made_again_and_keep_their_order(fake, connect):
    fake.refusals = [None, BUSY, None, BUSY, BUSY]
    names = [f"q{number}" for number in range(7)]
    requests = (SearchRequest("c", name) for name in names)
    results = list(connect(fake.target).search_stream(requests, in_flight_max=3))
    assert [result[0].id for result in results] == names
    assert len(fake.calls) == 10


def test_a_search_of_a_stream_that_fails(fake, connect):
    wrong = status_of(grpc.StatusCode.INVALID_ARGUMENT, "k is 0")
    fake.refusals = [None, wrong]
    requests = [SearchRequest("c", name) for name in "abc"]
    results = list(connect(fake.target).search_stream(requests, on_error="return"))
    assert [type(result).__name__ for result in results] == ["SearchResult", "InvalidArgument", "SearchResult"]
    fake.refusals = [None, wrong]
    stream = connect(fake.target).search_stream(requests)
    assert next(stream)[0].id == "a"
    with pytest.raises(InvalidArgument, match="k is 0"):
        next(stream)


def documents(count):
    return ({"id": f"d{number % 5}", "text": f"version {number}"} for number in range(count))


def test_a_refused_batch_is_written_before_those_behind_it(fake, connect):
    fake.refusals = [None, BUSY, None, None, BUSY]
    results = list(connect(fake.target).upsert_stream("c", documents(40), batch_size=3, in_flight_max=3))
    assert [result.id for result in results] == [f"d{number % 5}" for number in range(40)]
    assert {result.outcome for result in results} == {WriteOutcome.CREATED, WriteOutcome.REPLACED}
    # The slow twin: the documents written one by one.
    assert fake.store == {document["id"]: document["text"] for document in documents(40)}
    assert len(fake.calls) > 14


def test_a_broken_stream_of_writes_goes_on(fake, connect):
    fake.breaks = 2
    summary = connect(fake.target).upsert_all("c", documents(20), batch_size=3, in_flight_max=2)
    assert summary.created_count + summary.replaced_count == 20 and summary.refused == ()
    assert fake.store == {document["id"]: document["text"] for document in documents(20)}


def test_a_stream_of_writes_that_never_gets_through_raises(fake, connect):
    fake.refusals = [BUSY] * 99
    with pytest.raises(Overloaded, match="busy"):
        connect(fake.target).upsert_all("c", documents(9), batch_size=2, attempts_max=2)


def test_documents_are_taken_as_there_is_room(fake, connect):
    taken = []

    def endless():
        number = 0
        while True:
            taken.append(number)
            yield {"id": f"d{number}", "text": "t"}
            number += 1

    results = connect(fake.target).upsert_stream("c", endless(), batch_size=5, in_flight_max=2)
    seen = [next(results) for _ in range(20)]
    assert len(seen) == 20
    assert len(taken) <= 20 + 2 * 5
    results.close()


def test_a_failure_of_the_source_comes_through(fake, connect):
    def failing():
        yield {"id": "a", "text": "t"}
        raise KeyError("the source")

    with pytest.raises(KeyError, match="the source"):
        connect(fake.target).upsert_all("c", failing(), batch_size=1)


def test_large_documents_make_small_batches(fake, connect):
    large = ({"id": f"d{number}", "text": "x" * 400_000} for number in range(7))
    connect(fake.target).upsert_all("c", large)
    assert [len(batch) for batch in fake.calls] == [2, 2, 2, 1]


def test_an_empty_stream_opens_nothing(fake, connect):
    assert list(connect(fake.target).upsert_stream("c", [])) == []
    assert fake.calls == [] and fake.metadata == []


def test_calls_have_a_deadline(fake, connect):
    fake.may_answer.clear()
    with pytest.raises(DeadlineExceeded):
        connect(fake.target, timeout_seconds=0.05).count("c")
    with pytest.raises(DeadlineExceeded):
        connect(fake.target, timeout_seconds=3600).count("c", timeout_seconds=0.05)


def test_a_closed_client_says_so(fake):
    client = SiskinClient(fake.target)
    assert client.count("c") == 0
    client.close()
    with pytest.raises(Cancelled, match="the client is closed"):
        client.count("c")
    with pytest.raises(Cancelled, match="the client is closed"):
        client.upsert_all("c", documents(1))


def test_nobody_there(connect):
    with pytest.raises(Unavailable, match=r"the server at 127\.0\.0\.1:1 cannot be reached"):
        connect("127.0.0.1:1").count("c")
    with pytest.raises(Unavailable, match=r"no-such\.sock cannot be reached"):
        connect("unix:no-such.sock").count("c")
    with pytest.raises(DeadlineExceeded, match=r"was not ready within 0\.2 s: .*cannot be reached"):
        connect("127.0.0.1:1").wait_until_serving(0.2)
