"""Ranking trees: how documents are ranked by several stages. ``docs/ranking.md`` describes them.

A tree is made of its nodes::

    both = Fuse([Sparse(limit=100), Sparse("finch wren", limit=100)], ReciprocalRank(), limit=20)
    client.search("notes", "garden birds", node=both)

Every node has a ``limit``, 1 to 10,000: how many documents it hands on at most. The server checks all other ranges too, and
names the path of what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Optional, Sequence, Tuple, Union

from .documents import DenseLike, KeyedLike
from .search import SearchMode
from .vectors import VectorLike


class Normalization(Enum):
    """How the scores of one list are made comparable with those of another."""

    NONE = 1
    MIN_MAX = 2
    Z_SCORE = 3
    DISTRIBUTION = 4


class EarlyStop(Enum):
    """When an interpolation ends before the end of its list."""

    NONE = 1
    PROVEN = 2
    HEURISTIC = 3


class GroupScore(Enum):
    """The score of a group."""

    MAX = 1
    SUM = 2
    FIRST = 3
    MEAN = 4


@dataclass(frozen=True)
class Turn:
    """One turn of a conversation as a part of a query.

    Attributes:
        text: What was said.
        weight: How much it counts, 0 to 1,000.
    """

    text: str
    weight: float = 1.0


@dataclass(frozen=True)
class Sparse:
    """Finds documents by a sparse vector.

    Attributes:
        query: A text or a vector; ``None`` for ``turns`` or, without any, the query of the search.
        limit: How many documents are handed on at most.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take, in microseconds; ``None`` for as long as it needs.
        mode: How to evaluate; ``None`` for what ``recall_target`` or the collection's default says.
        recall_target: Which share of the true best is wanted; ``None`` for none.
        turns: The turns of a conversation that are the query: the sum of their encodings, each times its weight.
    """

    query: Union[str, VectorLike, None] = None
    limit: int = 0
    name: str = ""
    budget_micros: Optional[int] = None
    mode: Optional[SearchMode] = None
    recall_target: Optional[float] = None
    turns: Sequence[Turn] = ()


@dataclass(frozen=True)
class Dense:
    """Finds documents by a dense vector.

    Attributes:
        field: A dense field of the collection.
        vector: As many numbers as the field has dimensions; ``None`` for ``text``, ``turns`` or, without any, the vector that
            the search has for the field or, without one, its text, which the query encoder of the field encodes.
        limit: How many documents are handed on at most.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take, in microseconds; ``None`` for as long as it needs.
        text: A text that the query encoder of the field encodes.
        turns: The turns of a conversation: the sum of their encodings, each times its weight.
        candidates: How many candidates the search of a graph of neighbours keeps in each segment, 1 to 100,000; ``None`` for
            twice the limit, and 200 or more.
        exact: Whether all documents are looked at, also in segments with a graph.
    """

    field: str
    vector: Optional[Sequence[float]] = None
    limit: int = 0
    name: str = ""
    budget_micros: Optional[int] = None
    text: Optional[str] = None
    turns: Sequence[Turn] = ()
    candidates: Optional[int] = None
    exact: bool = False


@dataclass(frozen=True)
class ReciprocalRank:
    """Scores of a fusion are sums of ``weight / (constant + rank)``; the first rank is 1.

    Attributes:
        constant: What is added to each rank; ``None`` for 60.
    """

    constant: Optional[int] = None


@dataclass(frozen=True)
class Linear:
    """Scores of a fusion are sums of ``weight * normalised score``.

    Attributes:
        normalization: How the scores of each list are made comparable.
        missing_score: What stands for the normalised score in a list that lacks the document.
    """

    normalization: Normalization
    missing_score: float


@dataclass(frozen=True)
class Fuse:
    """Makes one list of several.

    Attributes:
        inputs: What makes the lists.
        method: How scores are made.
        limit: How many documents are handed on at most.
        weights: How much each list counts; empty for 1 each.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take with its inputs, in microseconds; ``None`` for as long as it needs.
    """

    inputs: Sequence[RankingNode]
    method: Union[ReciprocalRank, Linear]
    limit: int
    weights: Sequence[float] = ()
    name: str = ""
    budget_micros: Optional[int] = None


@dataclass(frozen=True)
class Interpolate:
    """Scores a list by ``alpha * score + (1 - alpha) * dense score``.

    Attributes:
        input: What makes the list.
        field: A dense field of the collection.
        vector: As many numbers as the field has dimensions; ``None`` as for :class:`Dense`.
        alpha: How much the scores of the list count, 0 to 1.
        missing_score: What stands for the dense score of a document without a vector.
        limit: How many documents are handed on at most.
        early_stop: When the end of the list is left out.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take with its input, in microseconds; ``None`` for as long as it needs.
        text: A text that the query encoder of the field encodes.
        turns: The turns of a conversation: the sum of their encodings, each times its weight.
    """

    input: RankingNode
    field: str
    vector: Optional[Sequence[float]]
    alpha: float
    missing_score: float
    limit: int
    early_stop: EarlyStop = EarlyStop.NONE
    name: str = ""
    budget_micros: Optional[int] = None
    text: Optional[str] = None
    turns: Sequence[Turn] = ()


@dataclass(frozen=True)
class MaxSim:
    """Scores a list by late interaction.

    The score is the sum, over the vectors of the query, of the largest inner product with a vector of the document.

    Attributes:
        input: What makes the list.
        field: A dense field of the collection.
        missing_score: What stands for the sum of a document without a vector.
        limit: How many documents are handed on at most.
        vectors: The vectors of the query, as a numpy array of two dimensions or a sequence of vectors; ``None`` for none.
        token_vectors: The token vectors of the query, for a field that stores terms. Without vectors of any kind, the
            server makes them of ``text`` or of the text of the search.
        alpha: How much the scores of the list count, 0 to 1; ``None`` for 0.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take with its input, in microseconds; ``None`` for as long as it needs.
        keyed_vectors: The vectors of the query with their keys, for a field that stores keys: a pair of keys and vectors,
            which may be numpy arrays. Only vectors of the same key are compared. ``None`` for none.
        text: The text that the server makes the vectors of; ``None`` for that of the search.
    """

    input: RankingNode
    field: str
    missing_score: float
    limit: int
    vectors: Optional[DenseLike] = None
    token_vectors: Sequence[VectorLike] = ()
    alpha: Optional[float] = None
    name: str = ""
    budget_micros: Optional[int] = None
    keyed_vectors: Optional[KeyedLike] = None
    text: Optional[str] = None


@dataclass(frozen=True)
class Densified:
    """Finds documents by their densified sparse vectors.

    Attributes:
        field: A dense field that stores slices or hashed terms.
        limit: How many documents are handed on at most.
        query: A text or a vector; ``None`` for the query of the search.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take, in microseconds; ``None`` for as long as it needs.
    """

    field: str
    limit: int
    query: Union[str, VectorLike, None] = None
    name: str = ""
    budget_micros: Optional[int] = None


@dataclass(frozen=True)
class DensifiedRescore:
    """Scores a list by ``alpha * score + (1 - alpha) * densified score``.

    Attributes:
        input: What makes the list.
        field: A dense field that stores slices or hashed terms.
        missing_score: What stands for the densified score of a document without a vector.
        limit: How many documents are handed on at most.
        query: A text or a vector; ``None`` for the query of the search.
        alpha: How much the scores of the list count, 0 to 1; ``None`` for 0.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take with its input, in microseconds; ``None`` for as long as it needs.
    """

    input: RankingNode
    field: str
    missing_score: float
    limit: int
    query: Union[str, VectorLike, None] = None
    alpha: Optional[float] = None
    name: str = ""
    budget_micros: Optional[int] = None


@dataclass(frozen=True)
class Compute:
    """Scores a list by a formula.

    Attributes:
        input: What makes the list.
        expression: The formula, in the grammar of ``docs/ranking.md``.
        limit: How many documents are handed on at most.
        undefined_score: The score where the formula gives no finite number; ``None`` leaves such a document out.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take with its input, in microseconds; ``None`` for as long as it needs.
    """

    input: RankingNode
    expression: str
    limit: int
    undefined_score: Optional[float] = None
    name: str = ""
    budget_micros: Optional[int] = None


@dataclass(frozen=True)
class Reach:
    """Which documents of a list a model scores. The others keep their order below them.

    Attributes:
        ranks: How many documents at the beginning of the list, 1 to 10,000; ``None`` for all.
        margin: How far below the score at the rank of the node's limit; ``None`` for any distance.
    """

    ranks: Optional[int] = None
    margin: Optional[float] = None


@dataclass(frozen=True)
class Trees:
    """Scores a list by a model of decision trees over features.

    Attributes:
        input: What makes the list.
        model: The name of a ranking model of the server.
        limit: How many documents are handed on at most.
        features: Formulas in the order in which the model takes them; empty for the model's own.
        reach: Which documents of the list are scored.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take with its input, in microseconds; ``None`` for as long as it needs.
    """

    input: RankingNode
    model: str
    limit: int
    features: Sequence[str] = ()
    reach: Reach = Reach()
    name: str = ""
    budget_micros: Optional[int] = None


@dataclass(frozen=True)
class CrossEncode:
    """Scores a list by a model that reads the query and the document together.

    Attributes:
        input: What makes the list.
        model: The name of a ranking model of the server.
        fields: The fields whose texts are the document, 1 to 16.
        limit: How many documents are handed on at most.
        text: The text of the query; empty for that of the search.
        reach: Which documents of the list are scored.
        keep_threshold: Sentences whose tokens are needed with a mean probability above it are listed in the context of a
            hit, 0 to 1; ``None`` for no context.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take with its input, in microseconds; ``None`` for as long as it needs.
    """

    input: RankingNode
    model: str
    fields: Sequence[str]
    limit: int
    text: str = ""
    reach: Reach = Reach()
    keep_threshold: Optional[float] = None
    name: str = ""
    budget_micros: Optional[int] = None


@dataclass(frozen=True)
class Feedback:
    """Searches again, by a query that was expanded with terms of the best documents of a list.

    Attributes:
        input: What makes the list.
        documents: How many of the best documents are looked at, 1 to 100.
        terms: How many terms are added at most, 0 to 1,000.
        limit: How many documents are handed on at most.
        query: A text or a vector that is expanded; ``None`` for ``turns`` or, without any, the query of the search.
        query_weight: How much the query counts; ``None`` for 1.
        document_weight: How much the documents count; ``None`` for 0.75.
        mode: How the second search is evaluated; ``None`` for what ``recall_target`` or the collection's default says.
        recall_target: Which share of the true best is wanted; ``None`` for none.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take with its input, in microseconds; ``None`` for as long as it needs.
        turns: The turns of a conversation that are the query; see :class:`Sparse`.
    """

    input: RankingNode
    documents: int
    terms: int
    limit: int
    query: Union[str, VectorLike, None] = None
    query_weight: Optional[float] = None
    document_weight: Optional[float] = None
    mode: Optional[SearchMode] = None
    recall_target: Optional[float] = None
    name: str = ""
    budget_micros: Optional[int] = None
    turns: Sequence[Turn] = ()


@dataclass(frozen=True)
class Group:
    """Keeps one document of each group that shares a value of a field.

    Attributes:
        input: What makes the list.
        field: A declared field of any type but a list.
        score: The score of a group.
        limit: How many documents are handed on at most.
        inner_hits: How many documents of each group are listed, 0 to 100.
        best_count: How many of the best documents make the score of a sum or a mean; ``None`` for all.
        inner_fields: The fields that are returned with each document that is listed.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take with its input, in microseconds; ``None`` for as long as it needs.
    """

    input: RankingNode
    field: str
    score: GroupScore
    limit: int
    inner_hits: int = 0
    name: str = ""
    budget_micros: Optional[int] = None
    best_count: Optional[int] = None
    inner_fields: Sequence[str] = ()


@dataclass(frozen=True)
class ContextList:
    """A list of the documents that passages belong to.

    Attributes:
        node: What makes the list.
        missing_score: What stands for the normalised score of a document that is not in the list.
        field: The declared field of documents whose value their passages have; empty for the same field.
    """

    node: RankingNode
    missing_score: float
    field: str = ""


@dataclass(frozen=True)
class Context:
    """Scores passages by ``(1 - weight) * score + weight * score of the document``, both normalised.

    Attributes:
        input: What makes the list of passages.
        field: The declared field whose value names the document of a passage.
        weight: How much the score of the document counts, 0 to 1.
        normalization: How scores are made comparable.
        documents: Where the scores of documents come from: their passages in the list, or another list.
        limit: How many passages are handed on at most.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take with its inputs, in microseconds; ``None`` for as long as it needs.
    """

    input: RankingNode
    field: str
    weight: float
    normalization: Normalization
    documents: Union[GroupScore, ContextList]
    limit: int
    name: str = ""
    budget_micros: Optional[int] = None


@dataclass(frozen=True)
class Diversify:
    """Picks documents that are good and unlike those before them (maximal marginal relevance).

    Attributes:
        input: What makes the list; its limit is at most 1,000.
        lambda_: How much the scores of the list count, 0 to 1.
        normalization: How these scores are made comparable with similarities of 0 to 1.
        limit: How many documents are handed on at most.
        field: The dense field by which documents are compared; ``None`` for their sparse vectors.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take with its input, in microseconds; ``None`` for as long as it needs.
    """

    input: RankingNode
    lambda_: float
    normalization: Normalization
    limit: int
    field: Optional[str] = None
    name: str = ""
    budget_micros: Optional[int] = None


@dataclass(frozen=True)
class Cap:
    """Keeps so many documents of each value of a field, with their scores.

    Attributes:
        input: What makes the list.
        field: A declared field of any type but a list.
        count: How many documents of each value are kept, 1 to 10,000.
        limit: How many documents are handed on at most.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take with its input, in microseconds; ``None`` for as long as it needs.
    """

    input: RankingNode
    field: str
    count: int
    limit: int
    name: str = ""
    budget_micros: Optional[int] = None


@dataclass(frozen=True)
class DenseFeedback:
    """Searches again, by the mean of a dense vector and of those of the best documents of a list.

    Attributes:
        input: What makes the list.
        field: A dense field of the collection.
        vector: As many numbers as the field has dimensions; ``None`` for ``text``, ``turns`` or, without any, the vector that
            the search has for the field or, without one, its text, which the query encoder of the field encodes.
        documents: How many of the best documents are looked at, 1 to 100.
        limit: How many documents are handed on at most.
        query_weight: How much the query counts; ``None`` for 1.
        document_weight: How much the documents count; ``None`` for 0.75.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take with its input, in microseconds; ``None`` for as long as it needs.
        text: A text that the query encoder of the field encodes.
        turns: The turns of a conversation: the sum of their encodings, each times its weight.
        candidates: How many candidates the search of a graph of neighbours keeps in each segment, 1 to 100,000; ``None`` for
            twice the limit, and 200 or more.
        exact: Whether all documents are looked at, also in segments with a graph.
    """

    input: RankingNode
    field: str
    vector: Optional[Sequence[float]]
    documents: int
    limit: int
    query_weight: Optional[float] = None
    document_weight: Optional[float] = None
    name: str = ""
    budget_micros: Optional[int] = None
    text: Optional[str] = None
    turns: Sequence[Turn] = ()
    candidates: Optional[int] = None
    exact: bool = False


@dataclass(frozen=True)
class Answers:
    """Finds the spans of tokens that answer best, in documents with a dense vector for each token.

    Attributes:
        input: What makes the list; its limit is at most 1,000.
        start_field: The dense field for the first token of a span.
        start_vector: What the first token is compared with; ``None`` for the vector of the search.
        end_vector: What the last token is compared with; ``None`` for the vector of the search.
        score_weight: How much the score of the document counts.
        tokens_max: The longest span, 1 to 64 tokens.
        text_field: The stored field with the text.
        limit: How many documents are handed on at most.
        end_field: The dense field for the last token; empty for ``start_field``.
        count: How many answers of each document are listed; ``None`` for 1.
        offsets_field: The stored field with the places of the tokens; empty where white space is between tokens.
        name: The name of the stage; empty for its path.
        budget_micros: How long it may take with its input, in microseconds; ``None`` for as long as it needs.
    """

    input: RankingNode
    start_field: str
    start_vector: Optional[Sequence[float]]
    end_vector: Optional[Sequence[float]]
    score_weight: float
    tokens_max: int
    text_field: str
    limit: int
    end_field: str = ""
    count: Optional[int] = None
    offsets_field: str = ""
    name: str = ""
    budget_micros: Optional[int] = None


RankingNode = Union[
    Sparse,
    Dense,
    Fuse,
    Interpolate,
    MaxSim,
    Densified,
    DensifiedRescore,
    Compute,
    Trees,
    CrossEncode,
    Feedback,
    Group,
    Context,
    Diversify,
    Cap,
    DenseFeedback,
    Answers,
]
"""One stage of a ranking tree, with the stages below it."""


@dataclass(frozen=True)
class Pipeline:
    """A tree that is stored with a collection.

    Attributes:
        name: Its name.
        node: The root of the tree, with every parameter that is in force.
    """

    name: str
    node: RankingNode


@dataclass(frozen=True)
class ExpansionTerm:
    """One term of an expanded query.

    Attributes:
        term: The token, or the term's number in decimal.
        weight: Its weight in the expanded query.
        from_documents: What of this came from documents.
    """

    term: str
    weight: float
    from_documents: float


@dataclass(frozen=True)
class StageReport:
    """What one stage of a ranking tree did.

    Attributes:
        name: Its name.
        documents_in: Documents in the lists of its inputs.
        documents_out: Documents that it handed on.
        documents_scored: Documents that it scored.
        nanos: How long it took without its inputs, in nanoseconds.
        complete: Whether no budget ended it or one of its inputs.
        expansion: The terms of the query of a feedback, heaviest first.
    """

    name: str
    documents_in: int
    documents_out: int
    documents_scored: int
    nanos: int
    complete: bool
    expansion: Tuple[ExpansionTerm, ...] = ()
