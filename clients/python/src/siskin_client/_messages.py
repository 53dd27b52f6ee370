"""Between the public types and the messages of the API. Knows no gRPC."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from . import _failures
from . import collections as col
from . import documents as doc
from . import encoding as enc
from . import filters as flt
from . import ranking as rank
from . import search as sea
from . import server as srv
from . import suggestions as sug
from ._proto import pb
from .vectors import SparseVector, VectorLike

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
_INT64_MIN = -(2**63)
_INT64_MAX = 2**63 - 1
_LATE_NODES = (rank.MaxSim, rank.Densified, rank.DensifiedRescore)
_PASSAGE_NODES = (rank.Context, rank.Diversify, rank.Cap, rank.DenseFeedback, rank.Answers)
_NODES = (
    rank.Sparse,
    rank.Dense,
    rank.Fuse,
    rank.Interpolate,
    rank.Compute,
    rank.Trees,
    rank.CrossEncode,
    rank.Feedback,
    rank.Group,
    *_LATE_NODES,
    *_PASSAGE_NODES,
)


def set_duration(message: Any, duration: timedelta) -> None:
    """Sets a Duration, exactly."""
    seconds, micros = divmod(duration // _MICROSECOND, 1_000_000)
    message.seconds = seconds
    message.nanos = micros * 1000


def from_duration(message: Any) -> timedelta:
    """Returns a Duration, to the microsecond."""
    return timedelta(seconds=message.seconds, microseconds=message.nanos // 1000)


def _set_timestamp(message: Any, instant: datetime) -> None:
    seconds, micros = divmod((instant - _EPOCH) // _MICROSECOND, 1_000_000)
    message.seconds = seconds
    message.nanos = micros * 1000


def _from_timestamp(message: Any) -> datetime:
    return _EPOCH + timedelta(seconds=message.seconds, microseconds=message.nanos // 1000)


# Values and vectors


def set_value(message: Any, value: Any, place: str) -> None:
    """Sets a FieldValue.

    Args:
        message: The message.
        value: The value.
        place: Where the value stands, for the message of an error.
    """
    if hasattr(value, "item") and not isinstance(value, (str, int, float)):
        value = value.item()
    if isinstance(value, str):
        message.string_value = value
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, int):
        if not _INT64_MIN <= value <= _INT64_MAX:
            raise ValueError(f"{place} is {value}; allowed: -2^63 to 2^63 - 1")
        message.int64_value = value
    elif isinstance(value, float):
        message.double_value = value
    elif isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{place} is {value!r}, which has no time zone; add one, for example timezone.utc")
        _set_timestamp(message.timestamp_value, value)
    elif isinstance(value, (list, tuple, set, frozenset)):
        message.string_list_value.SetInParent()
        for text in value:
            if not isinstance(text, str):
                raise TypeError(f"{place} has {text!r} in it; a field of several values has texts (str) only")
            message.string_list_value.values.append(text)
    else:
        raise TypeError(
            f"{place} is of type {type(value).__name__}; allowed: str, bool, int, float, datetime, and lists of str"
        )


def _from_value(message: Any) -> doc.FieldValue:
    kind = message.WhichOneof("kind")
    if kind == "string_list_value":
        return list(message.string_list_value.values)
    if kind == "timestamp_value":
        return _from_timestamp(message.timestamp_value)
    value: doc.FieldValue = getattr(message, kind)
    return value


def set_vector(message: Any, vector: VectorLike) -> None:
    """Sets a SparseVector of anything that is one."""
    sparse = SparseVector.of(vector)
    message.SetInParent()
    try:
        if sparse.terms and isinstance(sparse.terms[0], int):
            message.term_ids.extend(sparse.terms)
        else:
            message.tokens.extend(sparse.terms)
        message.weights.extend(sparse.weights)
    except (TypeError, ValueError) as refused:
        raise type(refused)(f"the vector cannot be sent: {refused}") from refused


def from_vector(message: Any) -> SparseVector:
    """Returns a SparseVector."""
    return SparseVector(tuple(message.tokens) or tuple(message.term_ids), tuple(message.weights))


# Filters


def set_filter(request: Any, selection: Optional[flt.FilterLike]) -> None:
    """Sets the fields ``filter`` or ``filter_expression`` of a request; neither if there is no filter."""
    if selection is None:
        return
    if isinstance(selection, str):
        request.filter_expression = selection
    elif isinstance(selection, flt.Filter):
        _set_condition(request.filter, selection)
    else:
        raise TypeError(f"{type(selection).__name__} is no filter; give text, or a Filter made by field(...)")


def _set_condition(message: Any, condition: flt.Filter) -> None:
    if isinstance(condition, (flt.AllOf, flt.AnyOf)):
        conditions = message.all_of if isinstance(condition, flt.AllOf) else message.any_of
        conditions.SetInParent()
        for one in condition.filters:
            _set_condition(conditions.filters.add(), one)
    elif isinstance(condition, flt.Not):
        # The field is called as the keyword of Python is.
        _set_condition(getattr(message, "not"), condition.filter)
    elif isinstance(condition, flt.In):
        values = getattr(message, "in")
        values.field = condition.field
        for value in condition.values:
            set_value(values.values.add(), value, f"the value of '{condition.field}' in the filter")
    elif isinstance(condition, flt.InRange):
        message.range.field = condition.field
        _set_bound(message.range, condition.field, condition.lower, "gte", "gt")
        _set_bound(message.range, condition.field, condition.upper, "lte", "lt")
    elif isinstance(condition, flt.Exists):
        message.exists = condition.field
    elif isinstance(condition, flt.Prefix):
        message.prefix.field = condition.field
        message.prefix.prefix = condition.prefix
    else:
        raise TypeError(f"{condition!r} is no filter that this client knows")


def _set_bound(message: Any, field: str, bound: Optional[flt.Bound], inclusive: str, exclusive: str) -> None:
    if bound is not None:
        name = inclusive if bound.inclusive else exclusive
        set_value(getattr(message, name), bound.value, f"the value of '{field}' in the filter")


# Documents


def set_document(message: Any, given: doc.DocumentLike) -> str:
    """Sets a Document and returns its id."""
    document = doc.Document.of(given)
    message.id = document.id
    if document.text is not None:
        message.text = document.text
    if document.vector is not None:
        set_vector(message.vector, document.vector)
    _set_fields(message.fields, document.fields, document.id)
    _set_dense(message, document)
    for name, given_keyed in document.keyed_vectors.items():
        _set_keyed(message.keyed_vectors[name].vectors, given_keyed)
    return document.id


def _set_dense(message: Any, given: Any) -> None:
    """Sets the dense vectors and the token vectors of a document or a search."""
    for name, vectors in given.dense.items():
        for values in doc.DenseVectors.of(vectors).vectors:
            message.dense[name].vectors.add(values=values)
    for name, tokens in given.token_vectors.items():
        for vector in tokens:
            set_vector(message.token_vectors[name].vectors.add(), vector)


def _set_keyed(messages: Any, given: doc.KeyedLike) -> None:
    keyed = doc.KeyedVectors.of(given)
    for key, values in zip(keyed.keys, keyed.vectors):
        messages.add(key=key, values=values)


def _from_keyed(messages: Any) -> doc.KeyedVectors:
    return doc.KeyedVectors(tuple(one.key for one in messages), tuple(tuple(one.values) for one in messages))


def _set_fields(message: Any, fields: Mapping[str, Any], document_id: str) -> None:
    for name, value in fields.items():
        # Reading an entry of a map makes it.
        set_value(message[name], value, f"the field '{name}' of document '{document_id}'")


def from_document(message: Any) -> doc.Document:
    """Returns a Document."""
    return doc.Document(
        id=message.id,
        text=message.text if message.HasField("text") else None,
        vector=from_vector(message.vector) if message.HasField("vector") else None,
        fields={name: _from_value(value) for name, value in message.fields.items()},
        position=message.position,
        dense={
            name: doc.DenseVectors(tuple(tuple(vector.values) for vector in vectors.vectors))
            for name, vectors in message.dense.items()
        },
        token_vectors={
            name: tuple(from_vector(vector) for vector in vectors.vectors) for name, vectors in message.token_vectors.items()
        },
        keyed_vectors={name: _from_keyed(vectors.vectors) for name, vectors in message.keyed_vectors.items()},
    )


def set_update(message: Any, update: doc.FieldsUpdate) -> str:
    """Sets a FieldsUpdate and returns the id of its document."""
    message.id = update.id
    _set_fields(message.set, update.set, update.id)
    message.remove.extend(texts(update.remove))
    return update.id


def from_results(ids: Sequence[str], results: Iterable[Any]) -> Tuple[doc.WriteResult, ...]:
    """Returns what became of documents."""
    return tuple(_from_result(document_id, result) for document_id, result in zip(ids, results))


def _from_result(document_id: str, result: Any) -> doc.WriteResult:
    return doc.WriteResult(
        id=document_id,
        outcome=_known(doc.WriteOutcome, result.outcome),
        position=result.position,
        error=_failures.of_status(result.error) if result.HasField("error") else None,
    )


def texts(values: Union[str, Iterable[str]]) -> List[str]:
    """Returns texts as a list. One text alone is a list of one, rather than of its letters."""
    return [values] if isinstance(values, str) else list(values)


def _known(kind: Any, number: int) -> Any:
    """Returns a member of an enum, and UNKNOWN for a number of a newer server."""
    try:
        return kind(number)
    except ValueError:
        return kind(0)


# Searches


def set_search(message: Any, request: sea.SearchRequest) -> None:
    """Sets a SearchRequest."""
    message.collection = request.collection
    if isinstance(request.query, str):
        message.text = request.query
    elif request.query is not None:
        set_vector(message.vector, request.query)
    _set_dense(message, request)
    if request.k is not None:
        _set_number(message, "k", request.k)
    set_filter(message, request.filter)
    message.tenant = request.tenant
    message.fields.extend(texts(request.fields))
    message.explain = request.explain
    _set_optional(message, recall_target=request.recall_target)
    if request.time_budget_micros is not None:
        _set_number(message, "time_budget_micros", request.time_budget_micros)
    if request.mode is not None:
        _set_mode(message.mode, request.mode)
    if request.node is not None and request.pipeline is not None:
        raise ValueError("documents are ranked by a node or by a pipeline: give one of them, and not both")
    if request.node is not None:
        set_node(message.node, request.node)
    _set_optional(message, pipeline=request.pipeline)
    if request.offset is not None:
        _set_number(message, "offset", request.offset)


def _set_number(message: Any, name: str, value: int) -> None:
    """Sets a number without a sign, and says its name when it is none; the server checks the range."""
    try:
        setattr(message, name, value)
    except (TypeError, ValueError) as refused:
        raise type(refused)(f"{name} is {value!r}; it must be a whole number of at least 0") from refused


def _set_optional(message: Any, **values: Any) -> None:
    for name, value in values.items():
        if value is not None:
            setattr(message, name, value)


def _set_mode(message: Any, mode: sea.SearchMode) -> None:
    if isinstance(mode, sea.Exact):
        message.exact.SetInParent()
    elif isinstance(mode, sea.Clustered):
        message.clustered.SetInParent()
        _set_optional(message.clustered, **vars(mode))
    elif isinstance(mode, sea.ScoreAtATime):
        message.score_at_a_time.SetInParent()
        _set_optional(message.score_at_a_time, **vars(mode))
    else:
        raise TypeError(f"{mode!r} is no mode; allowed: Exact(), Clustered(...), ScoreAtATime(...)")


def _from_mode(message: Any) -> Optional[sea.SearchMode]:
    kind = message.WhichOneof("mode")
    if kind == "exact":
        return sea.Exact()
    if kind == "clustered":
        return sea.Clustered(**_set_fields_of(message.clustered))
    if kind == "score_at_a_time":
        return sea.ScoreAtATime(**_set_fields_of(message.score_at_a_time))
    return None


def _set_fields_of(message: Any) -> Mapping[str, Any]:
    return {field.name: value for field, value in message.ListFields()}


def from_search(message: Any) -> sea.SearchResult:
    """Returns a SearchResult."""
    return sea.SearchResult(
        hits=tuple(map(_from_hit, message.hits)),
        mode=_from_mode(message.mode),
        timings=_from_timings(message.timings),
        counters=_from_counters(message.counters),
        unknown_terms=message.unknown_terms,
        stages=tuple(map(from_stage, message.stages)),
        pipeline_node=from_node(message.pipeline_node) if message.HasField("pipeline_node") else None,
    )


def _from_timings(timings: Any) -> sea.StageTimings:
    return sea.StageTimings(
        timings.total_nanos, timings.queue_nanos, timings.encode_nanos, timings.search_nanos, timings.fetch_nanos
    )


def _from_counters(counters: Any) -> sea.SearchCounters:
    return sea.SearchCounters(
        lists_visited=counters.lists_visited,
        blocks_bounded=counters.blocks_bounded,
        blocks_skipped=counters.blocks_skipped,
        blocks_scored=counters.blocks_scored,
        documents_scored=counters.documents_scored,
        postings_scored=counters.postings_scored,
        budget_exhausted=counters.budget_exhausted,
    )


def _from_hit(hit: Any) -> sea.Hit:
    contributions = tuple(
        sea.TermContribution(one.term, one.query_weight, one.document_weight, one.contribution) for one in hit.contributions
    )
    inner = tuple(
        sea.InnerHit(one.id, one.score, one.stage, dict(one.fields), dict(one.stage_scores)) for one in hit.inner_hits
    )
    answers = tuple(map(_from_answer, hit.answers))
    context = tuple(sea.ContextSentence(one.field, one.start, one.end, one.text, one.score) for one in hit.context)
    return sea.Hit(hit.id, hit.score, dict(hit.fields), contributions, dict(hit.stage_scores), inner, answers, context)


def _from_answer(message: Any) -> sea.Answer:
    has_text = message.HasField("text")
    return sea.Answer(
        stage=message.stage,
        score=message.score,
        dense_score=message.dense_score,
        document_score=message.document_score,
        start_token=message.start_token,
        end_token=message.end_token,
        start=message.start if has_text else None,
        end=message.end if has_text else None,
        text=message.text if has_text else None,
    )


# Ranking trees


def set_node(message: Any, node: rank.RankingNode) -> None:
    """Sets a RankingNode."""
    if not isinstance(node, _NODES):
        raise TypeError(f"{node!r} is no node of a ranking tree")
    message.name = node.name
    _set_number(message, "limit", node.limit)
    if node.budget_micros is not None:
        _set_number(message, "budget_micros", node.budget_micros)
    if isinstance(node, rank.Sparse):
        message.sparse.SetInParent()
        _set_search(message.sparse, node)
    elif isinstance(node, rank.Dense):
        message.dense.field = node.field
        _set_target(message.dense, node)
        _set_effort(message.dense, node)
    elif isinstance(node, rank.Fuse):
        _set_fuse(message.fuse, node)
    elif isinstance(node, rank.Interpolate):
        set_node(message.rescore.input, node.input)
        by = message.rescore.interpolation
        by.field = node.field
        _set_target(by, node)
        by.alpha = node.alpha
        by.missing_score = node.missing_score
        by.early_stop = node.early_stop.value
    elif isinstance(node, _LATE_NODES):
        _set_late(message, node)
    elif isinstance(node, rank.Compute):
        set_node(message.rescore.input, node.input)
        message.rescore.formula.expression = node.expression
        _set_optional(message.rescore.formula, undefined_score=node.undefined_score)
    elif isinstance(node, rank.Trees):
        set_node(message.rescore.input, node.input)
        message.rescore.trees.model = node.model
        message.rescore.trees.features.extend(node.features)
        _set_reach(message.rescore.trees, node.reach)
    elif isinstance(node, rank.CrossEncode):
        set_node(message.rescore.input, node.input)
        cross = message.rescore.cross_encoder
        cross.model = node.model
        cross.fields.extend(node.fields)
        cross.text = node.text
        _set_reach(cross, node.reach)
        _set_optional(cross.context, threshold=node.keep_threshold)
    elif isinstance(node, rank.Feedback):
        set_node(message.feedback.input, node.input)
        _set_search(message.feedback.search, node)
        _set_number(message.feedback, "documents", node.documents)
        _set_number(message.feedback, "terms", node.terms)
        _set_optional(message.feedback, query_weight=node.query_weight, document_weight=node.document_weight)
    elif isinstance(node, _PASSAGE_NODES):
        _set_passages(message, node)
    else:
        set_node(message.group.input, node.input)
        message.group.field = node.field
        message.group.score = node.score.value
        _set_number(message.group, "inner_hits", node.inner_hits)
        _set_optional(message.group, best_count=node.best_count)
        message.group.inner_fields.extend(node.inner_fields)


def _set_passages(message: Any, node: Any) -> None:
    if isinstance(node, rank.Context):
        set_node(message.rescore.input, node.input)
        by = message.rescore.context
        by.field = node.field
        by.weight = node.weight
        by.normalization = node.normalization.value
        if isinstance(node.documents, rank.GroupScore):
            by.group_score = node.documents.value
        else:
            set_node(by.list.node, node.documents.node)
            by.list.field = node.documents.field
            by.list.missing_score = node.documents.missing_score
    elif isinstance(node, rank.Diversify):
        set_node(message.diversify.input, node.input)
        setattr(message.diversify, "lambda", node.lambda_)
        message.diversify.normalization = node.normalization.value
        if node.field is None:
            message.diversify.sparse.SetInParent()
        else:
            message.diversify.field = node.field
    elif isinstance(node, rank.Cap):
        set_node(message.cap.input, node.input)
        message.cap.field = node.field
        _set_number(message.cap, "count", node.count)
    elif isinstance(node, rank.DenseFeedback):
        set_node(message.feedback.input, node.input)
        message.feedback.dense.field = node.field
        _set_target(message.feedback.dense, node)
        _set_effort(message.feedback.dense, node)
        _set_number(message.feedback, "documents", node.documents)
        _set_optional(message.feedback, query_weight=node.query_weight, document_weight=node.document_weight)
    else:
        answers = message.answers
        set_node(answers.input, node.input)
        for name in ("start_field", "end_field", "score_weight", "text_field", "offsets_field"):
            setattr(answers, name, getattr(node, name))
        answers.start_vector.extend(() if node.start_vector is None else node.start_vector)
        answers.end_vector.extend(() if node.end_vector is None else node.end_vector)
        _set_number(answers, "tokens_max", node.tokens_max)
        _set_optional(answers, count=node.count)


def _set_reach(message: Any, reach: rank.Reach) -> None:
    if reach != rank.Reach():
        message.reach.SetInParent()
        _set_optional(message.reach, ranks=reach.ranks, margin=reach.margin)


def _from_reach(message: Any) -> rank.Reach:
    ranks = message.ranks if message.HasField("ranks") else None
    return rank.Reach(ranks, message.margin if message.HasField("margin") else None)


def _set_target(message: Any, node: Any) -> None:
    if node.vector is not None:
        message.vector.extend(node.vector)
    if node.text is not None:
        message.text = node.text
    _set_turns(message, node)


def _set_effort(message: Any, node: Any) -> None:
    _set_optional(message, candidates=node.candidates)
    message.exact = node.exact


def _from_effort(message: Any) -> Dict[str, Any]:
    return {"candidates": _set_fields_of(message).get("candidates"), "exact": message.exact}


def _set_turns(message: Any, node: Any) -> None:
    for turn in node.turns:
        message.turns.add(text=turn.text, weight=turn.weight)


def _from_target(message: Any) -> Dict[str, Any]:
    return {
        "vector": tuple(message.vector) or None,
        "text": message.text if message.HasField("text") else None,
        "turns": _from_turns(message),
    }


def _from_turns(message: Any) -> Tuple[rank.Turn, ...]:
    return tuple(rank.Turn(one.text, one.weight if one.HasField("weight") else 1.0) for one in message.turns)


def _set_late(message: Any, node: Any) -> None:
    if isinstance(node, rank.Densified):
        _set_densified(message.densified, node)
        return
    set_node(message.rescore.input, node.input)
    if isinstance(node, rank.DensifiedRescore):
        by = message.rescore.densified
        _set_densified(by.by, node)
    else:
        by = message.rescore.max_sim
        by.field = node.field
        for values in () if node.vectors is None else doc.DenseVectors.of(node.vectors).vectors:
            by.vectors.add(values=values)
        for vector in node.token_vectors:
            set_vector(by.token_vectors.add(), vector)
        if node.keyed_vectors is not None:
            _set_keyed(by.keyed_vectors, node.keyed_vectors)
        _set_optional(by, text=node.text)
    by.missing_score = node.missing_score
    _set_optional(by, alpha=node.alpha)


def _set_densified(message: Any, node: Any) -> None:
    message.field = node.field
    if isinstance(node.query, str):
        message.text = node.query
    elif node.query is not None:
        set_vector(message.vector, node.query)


def _set_search(message: Any, node: Any) -> None:
    _set_turns(message, node)
    if isinstance(node.query, str):
        message.text = node.query
    elif node.query is not None:
        set_vector(message.vector, node.query)
    _set_optional(message, recall_target=node.recall_target)
    if node.mode is not None:
        _set_mode(message.mode, node.mode)


def _set_fuse(message: Any, node: rank.Fuse) -> None:
    if node.weights and len(node.weights) != len(node.inputs):
        raise ValueError(f"{len(node.weights)} weights for {len(node.inputs)} inputs; give one for each, or none")
    for index, one in enumerate(node.inputs):
        weighted = message.inputs.add()
        set_node(weighted.node, one)
        if node.weights:
            weighted.weight = node.weights[index]
    if isinstance(node.method, rank.ReciprocalRank):
        message.reciprocal_rank.SetInParent()
        _set_optional(message.reciprocal_rank, constant=node.method.constant)
    else:
        message.linear.normalization = node.method.normalization.value
        message.linear.missing_score = node.method.missing_score


def from_node(message: Any) -> rank.RankingNode:
    """Returns a node of a ranking tree.

    Raises:
        ValueError: The server is newer and has a stage that this client does not know.
    """
    frame = {
        "limit": message.limit,
        "name": message.name,
        "budget_micros": message.budget_micros if message.HasField("budget_micros") else None,
    }
    kind = message.WhichOneof("stage")
    if kind == "sparse":
        return rank.Sparse(**_from_search(message.sparse), **frame)
    if kind == "dense":
        return rank.Dense(message.dense.field, **_from_target(message.dense), **_from_effort(message.dense), **frame)
    if kind == "densified":
        return rank.Densified(message.densified.field, query=_from_query(message.densified), **frame)
    if kind == "fuse":
        return _from_fuse(message.fuse, frame)
    if kind == "rescore":
        return _from_rescore(message.rescore, frame)
    if kind == "feedback":
        back = message.feedback
        if back.HasField("dense"):
            return rank.DenseFeedback(
                input=from_node(back.input),
                field=back.dense.field,
                **_from_target(back.dense),
                **_from_effort(back.dense),
                documents=back.documents,
                query_weight=back.query_weight if back.HasField("query_weight") else None,
                document_weight=back.document_weight if back.HasField("document_weight") else None,
                **frame,
            )
        return rank.Feedback(
            input=from_node(back.input),
            documents=back.documents,
            terms=back.terms,
            query_weight=back.query_weight if back.HasField("query_weight") else None,
            document_weight=back.document_weight if back.HasField("document_weight") else None,
            **_from_search(back.search),
            **frame,
        )
    if kind == "group":
        group = message.group
        score = rank.GroupScore(group.score)
        return rank.Group(
            from_node(group.input),
            group.field,
            score,
            inner_hits=group.inner_hits,
            best_count=group.best_count if group.HasField("best_count") else None,
            inner_fields=tuple(group.inner_fields),
            **frame,
        )
    if kind == "diversify":
        pick = message.diversify
        return rank.Diversify(
            from_node(pick.input),
            getattr(pick, "lambda"),
            rank.Normalization(pick.normalization),
            field=pick.field if pick.WhichOneof("similarity") == "field" else None,
            **frame,
        )
    if kind == "cap":
        return rank.Cap(from_node(message.cap.input), message.cap.field, message.cap.count, **frame)
    if kind == "answers":
        return _from_answers(message.answers, frame)
    raise ValueError("the server has a ranking stage that this client does not know; a newer client may")


def _from_answers(message: Any, frame: Dict[str, Any]) -> rank.Answers:
    return rank.Answers(
        input=from_node(message.input),
        start_field=message.start_field,
        start_vector=tuple(message.start_vector) or None,
        end_vector=tuple(message.end_vector) or None,
        score_weight=message.score_weight,
        tokens_max=message.tokens_max,
        text_field=message.text_field,
        end_field=message.end_field,
        count=message.count if message.HasField("count") else None,
        offsets_field=message.offsets_field,
        **frame,
    )


def _from_query(message: Any) -> Union[str, SparseVector, None]:
    kind = message.WhichOneof("query")
    return message.text if kind == "text" else from_vector(message.vector) if kind == "vector" else None


def _from_search(message: Any) -> Dict[str, Any]:
    return {
        "query": _from_query(message),
        "mode": _from_mode(message.mode),
        "recall_target": message.recall_target if message.HasField("recall_target") else None,
        "turns": _from_turns(message),
    }


def _from_fuse(message: Any, frame: Dict[str, Any]) -> rank.Fuse:
    if message.WhichOneof("method") == "linear":
        linear = message.linear
        method: Any = rank.Linear(rank.Normalization(linear.normalization), linear.missing_score)
    else:
        has = message.reciprocal_rank.HasField("constant")
        method = rank.ReciprocalRank(message.reciprocal_rank.constant if has else None)
    weights = tuple(one.weight if one.HasField("weight") else 1.0 for one in message.inputs)
    return rank.Fuse(tuple(from_node(one.node) for one in message.inputs), method, weights=weights, **frame)


def _from_rescore(message: Any, frame: Dict[str, Any]) -> rank.RankingNode:
    source = from_node(message.input)
    kind = message.WhichOneof("by")
    if kind == "max_sim":
        sim = message.max_sim
        vectors = doc.DenseVectors(tuple(tuple(one.values) for one in sim.vectors)) if sim.vectors else None
        tokens = tuple(from_vector(one) for one in sim.token_vectors)
        alpha = sim.alpha if sim.HasField("alpha") else None
        return rank.MaxSim(
            source,
            sim.field,
            sim.missing_score,
            vectors=vectors,
            token_vectors=tokens,
            alpha=alpha,
            keyed_vectors=_from_keyed(sim.keyed_vectors) if sim.keyed_vectors else None,
            text=sim.text if sim.HasField("text") else None,
            **frame,
        )
    if kind == "densified":
        dense = message.densified
        alpha = dense.alpha if dense.HasField("alpha") else None
        query = _from_query(dense.by)
        return rank.DensifiedRescore(source, dense.by.field, dense.missing_score, query=query, alpha=alpha, **frame)
    if kind == "formula":
        formula = message.formula
        undefined = formula.undefined_score if formula.HasField("undefined_score") else None
        return rank.Compute(source, formula.expression, undefined_score=undefined, **frame)
    if message.WhichOneof("by") == "trees":
        trees = message.trees
        return rank.Trees(source, trees.model, features=tuple(trees.features), reach=_from_reach(trees.reach), **frame)
    if message.WhichOneof("by") == "context":
        context = message.context
        documents: Any = rank.GroupScore(context.group_score) if context.group_score else None
        if context.HasField("list"):
            documents = rank.ContextList(from_node(context.list.node), context.list.missing_score, context.list.field)
        normalization = rank.Normalization(context.normalization)
        return rank.Context(source, context.field, context.weight, normalization, documents, **frame)
    if message.WhichOneof("by") == "cross_encoder":
        cross = message.cross_encoder
        threshold = cross.context.threshold if cross.HasField("context") else None
        fields = tuple(cross.fields)
        reach = _from_reach(cross.reach)
        return rank.CrossEncode(source, cross.model, fields, text=cross.text, reach=reach, keep_threshold=threshold, **frame)
    if message.WhichOneof("by") != "interpolation":
        raise ValueError("the server has a way to rescore that this client does not know; a newer client may")
    by = message.interpolation
    stop = rank.EarlyStop(by.early_stop) if by.early_stop else rank.EarlyStop.NONE
    return rank.Interpolate(
        source, by.field, alpha=by.alpha, missing_score=by.missing_score, early_stop=stop, **_from_target(by), **frame
    )


def from_pipeline(message: Any) -> rank.Pipeline:
    """Returns a Pipeline."""
    return rank.Pipeline(message.name, from_node(message.node))


def from_suggestion(message: Any) -> sug.Suggestion:
    """Returns a Suggestion."""
    return sug.Suggestion(
        text=message.text,
        is_term=message.source == 2,
        score=message.score,
        count=message.count,
        popularity=message.popularity,
        context=message.context,
    )


def from_stage(message: Any) -> rank.StageReport:
    """Returns a StageReport."""
    return rank.StageReport(
        name=message.name,
        documents_in=message.documents_in,
        documents_out=message.documents_out,
        documents_scored=message.documents_scored,
        nanos=message.nanos,
        complete=message.complete,
        expansion=tuple(rank.ExpansionTerm(one.term, one.weight, one.from_documents) for one in message.expansion),
    )


# Encodings


def set_inputs(message: Any, inputs: Iterable[Union[str, enc.EncodeInput]]) -> None:
    """Adds the texts to an EncodeRequest."""
    for given in inputs:
        one = enc.EncodeInput(given) if isinstance(given, str) else given
        message.inputs.add(text=one.text, chunk_ends=one.chunk_ends)


def from_encodings(encodings: Iterable[Any]) -> Tuple[enc.Encoding, ...]:
    """Returns the encodings of a response."""
    return tuple(map(_from_encoding, encodings))


def _from_encoding(message: Any) -> enc.Encoding:
    dense = message.WhichOneof("vector") == "dense"
    timings = message.timings
    return enc.Encoding(
        sparse=None if dense else from_vector(message.sparse),
        dense=tuple(tuple(vector.values) for vector in message.dense.vectors) if dense else None,
        tokens=tuple(message.tokens),
        cached=message.cached,
        timings=enc.EncodeTimings(timings.queue_nanos, timings.tokenize_nanos, timings.infer_nanos, timings.pool_nanos),
    )


# Collections


def set_collection(
    request: Any,
    fields: Mapping[str, doc.FieldType],
    tenant_field: Optional[str],
    storage: Optional[col.StorageOptions],
    writes: Optional[col.WriteOptions],
    dense_fields: Sequence[doc.DenseField] = (),
) -> None:
    """Sets the schema and the options of a CreateCollectionRequest."""
    if fields or tenant_field is not None:
        request.schema.SetInParent()
    for name, kind in fields.items():
        request.schema.fields.add(name=name, type=doc.FieldType(kind).value)
    if tenant_field is not None:
        request.schema.tenant_field = tenant_field
    for dense in dense_fields:
        message = request.schema.dense_fields.add(
            name=dense.name,
            dimensions=dense.dimensions,
            storage=dense.storage.value,
            similarity=dense.similarity.value,
            vectors_max=dense.vectors_max,
        )
        if dense.encoder is not None:
            _set_dense_encoder(message.encoder, dense.encoder)
        if dense.graph is not None:
            message.graph.SetInParent()
            _set_optional(message.graph, **vars(dense.graph))
    if storage is not None:
        request.storage.SetInParent()
        _set_optional(request.storage, **vars(storage))
    if writes is not None:
        request.writes.SetInParent()
        if writes.sync_policy is not None:
            request.writes.sync_policy = writes.sync_policy.value
        if writes.sync_interval is not None:
            set_duration(request.writes.sync_interval, writes.sync_interval)
        if writes.refresh_interval is not None:
            set_duration(request.writes.refresh_interval, writes.refresh_interval)


def _set_dense_encoder(message: Any, encoder: doc.DenseEncoder) -> None:
    message.SetInParent()
    for side, model in (("documents", encoder.documents), ("queries", encoder.queries)):
        if model is not None:
            part = getattr(message, side)
            part.name, part.fingerprint, part.prefix = model.name, model.fingerprint, model.prefix
    _set_optional(message, model_dimensions=encoder.model_dimensions)


def _from_dense_encoder(message: Any) -> Optional[doc.DenseEncoder]:
    if not message.HasField("encoder"):
        return None
    encoder = message.encoder
    documents, queries = (
        doc.DenseModel(part.name, part.fingerprint, part.prefix) if encoder.HasField(side) else None
        for side, part in (("documents", encoder.documents), ("queries", encoder.queries))
    )
    dimensions = encoder.model_dimensions if encoder.HasField("model_dimensions") else None
    return doc.DenseEncoder(documents, queries, dimensions)


def from_collection(message: Any) -> col.Collection:
    """Returns a Collection."""
    return col.Collection(
        name=message.name,
        document_count=message.document_count,
        term_count=message.term_count,
        posting_count=message.posting_count,
        length_bytes=message.length_bytes,
        document_encoder=message.document_encoder,
        query_encoder=message.query_encoder,
        encoder_parameters_json=message.encoder_parameters_json,
        vocabulary=_known(col.Vocabulary, message.vocabulary),
        default_mode=_from_mode(message.default_mode),
        default_recall_target=message.default_recall_target,
        recall_expectations=tuple(_from_expectations(message.recall_expectations)),
        stored_fields=tuple(message.stored_fields),
        fields={field.name: doc.FieldType(field.type) for field in message.schema.fields},
        tenant_field=message.schema.tenant_field or None,
        storage=col.StorageOptions(**_set_fields_of(message.storage)),
        writes=_from_writes(message.writes),
        segments=tuple(_from_segments(message.segments)),
        state=_known(col.CollectionState, message.state),
        memory=_from_memory(message.memory),
        last_position=message.last_position,
        deleted_document_count=message.deleted_document_count,
        aliases=tuple(message.aliases),
        text_statistics=_from_text_statistics(message.text_statistics),
        dense_fields=tuple(_from_dense_fields(message.schema.dense_fields)),
    )


def _from_dense_fields(messages: Iterable[Any]) -> Iterator[doc.DenseField]:
    for one in messages:
        yield doc.DenseField(
            one.name,
            one.dimensions,
            _known(doc.DenseStorage, one.storage),
            _known(doc.DenseSimilarity, one.similarity),
            one.vectors_max,
            _from_dense_encoder(one),
            doc.DenseGraph(**_set_fields_of(one.graph)) if one.HasField("graph") else None,
        )


def _from_text_statistics(message: Any) -> col.TextStatistics:
    lengths = _set_fields_of(message)
    return col.TextStatistics(
        col.StatisticsScope(message.scope) if message.scope in (1, 2) else None,
        lengths.get("pinned_average_length"),
        lengths.get("average_length"),
    )


def _from_expectations(messages: Iterable[Any]) -> Iterator[col.RecallExpectation]:
    for one in messages:
        yield col.RecallExpectation(
            one.k, one.recall_target, _from_mode(one.mode), one.recall, one.median_micros, one.mean_micros
        )


def _from_segments(messages: Iterable[Any]) -> Iterator[col.Segment]:
    for one in messages:
        structures = tuple(col.IndexStructure(part.name, part.length_bytes) for part in one.structures)
        yield col.Segment(one.id, one.format_version, one.document_count, one.posting_count, structures)


def _from_writes(message: Any) -> col.WriteOptions:
    return col.WriteOptions(
        sync_policy=col.SyncPolicy(message.sync_policy) if message.sync_policy else None,
        sync_interval=from_duration(message.sync_interval) if message.HasField("sync_interval") else None,
        refresh_interval=from_duration(message.refresh_interval) if message.HasField("refresh_interval") else None,
    )


def _from_memory(message: Any) -> col.CollectionMemory:
    return col.CollectionMemory(
        message.heap_bytes,
        message.anonymous_bytes,
        message.mapped_bytes,
        message.resident_bytes,
        message.log_bytes,
    )


def from_snapshot(message: Any) -> col.Snapshot:
    """Returns a Snapshot."""
    return col.Snapshot(
        name=message.name,
        collection=message.collection,
        create_time=_from_timestamp(message.create_time),
        document_count=message.document_count,
        length_bytes=message.length_bytes,
    )


def from_server(message: Any) -> srv.Server:
    """Returns a Server."""
    return srv.Server(message.version, _from_timestamp(message.start_time), message.kernels, message.keys_required)


def from_caller(message: Any) -> srv.Caller:
    """Returns a Caller."""
    return srv.Caller(
        key_id=message.key_id,
        grants=tuple(srv.Grant(_role(grant.role), tuple(grant.collections)) for grant in message.grants),
        expire_time=_from_timestamp(message.expire_time) if message.HasField("expire_time") else None,
    )


def _role(number: int) -> srv.Role:
    try:
        return srv.Role(number)
    except ValueError:
        return srv.Role.UNKNOWN


def from_slow_query(message: Any) -> srv.SlowQuery:
    """Returns a SlowQuery."""
    request = message.request
    return srv.SlowQuery(
        end_time=_from_timestamp(message.end_time),
        key_id=message.key_id,
        trace_id=message.trace_id,
        collection=request.collection,
        text=request.text if request.HasField("text") else None,
        k=request.k if request.HasField("k") else 10,
        mode=_from_mode(message.mode),
        timings=_from_timings(message.timings),
        counters=_from_counters(message.counters),
        hit_count=message.hit_count,
    )


def new(name: str) -> Any:
    """Makes an empty message.

    Args:
        name: The name of its type in ``siskin.v1``.
    """
    return getattr(pb, name)()
