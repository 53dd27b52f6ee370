"""Searches and their answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Optional, Sequence, Tuple, Union

from ._extras import need
from .documents import DenseLike
from .filters import FilterLike
from .vectors import VectorLike

if TYPE_CHECKING:
    from .ranking import RankingNode, StageReport


@dataclass(frozen=True)
class Exact:
    """The true best k: the same list that scoring every document would give, ties included."""


@dataclass(frozen=True)
class Clustered:
    """Most of the best k, over clustered posting lists, which the collection must have.

    A parameter that is ``None`` takes its value from the collection's default mode or, where that is exact: 10, 0.65, true.

    Attributes:
        query_cut: How many of the query's heaviest terms have their lists visited: 1 to 4,096. Raising it raises recall and
            time.
        heap_factor: How eagerly blocks are skipped: above 0, at most 1. Raising it lowers recall and time.
        first_sorted: Whether the first list is visited best block first: less time, slightly less recall.
    """

    query_cut: Optional[int] = None
    heap_factor: Optional[float] = None
    first_sorted: Optional[bool] = None


@dataclass(frozen=True)
class ScoreAtATime:
    """Most of the best k in a fraction of the time, over impact-ordered posting lists, which the collection must have.

    A parameter that is ``None`` takes its value from the collection's default mode or, where that is another mode: 0.25,
    0.78, 0, 0.

    Attributes:
        posting_floor: Which postings are added up, 0 to 1; 0 adds all. Raising it lowers recall and time.
        candidate_floor: Which documents are scored exactly, 0 to 1; 0 scores all that were met. Raising it lowers recall
            and time.
        candidates_max: How many documents are scored exactly at most; 0 for no limit. Raising it raises recall and time.
        budget_micros: About how long the evaluation may take: 10 to 1,000,000 microseconds; 0 for as long as it needs.
    """

    posting_floor: Optional[float] = None
    candidate_floor: Optional[float] = None
    candidates_max: Optional[int] = None
    budget_micros: Optional[int] = None


SearchMode = Union[Exact, Clustered, ScoreAtATime]
"""How a query is evaluated. The score of a returned hit is exact in every mode."""


@dataclass(frozen=True)
class SearchRequest:
    """One search, as :meth:`SiskinClient.search` takes it in parts.

    Attributes:
        collection: The collection's name or an alias.
        query: What to search for: a text, which the collection's query encoder encodes, or a vector. ``None`` if the stages of
            a ranking tree have all that they need.
        k: How many hits to return: 1 to 10,000. ``None``: 10, or with a ranking tree all that its root hands on.
        filter: Which documents qualify; ``None`` for all.
        tenant: Whose documents are searched; empty for a collection without tenants.
        fields: Names of the stored fields to return with each hit, at most 64; ``*`` stands for all.
        explain: Whether each hit lists what each term added to its score.
        recall_target: Which share of the true best k is wanted on average: above 0, at most 1, which is exact. Excludes
            ``mode``. ``None``: ``mode`` or the collection's default decides.
        mode: How to evaluate; ``None`` for what ``recall_target`` or the collection's default says.
        time_budget_micros: About how long the evaluation may take: 10 to 1,000,000 microseconds. What was found until then
            is the answer. ``None`` for no budget.
        node: Ranks documents by a tree of stages, see :mod:`siskin_client.ranking`. Excludes ``mode``, ``recall_target`` and
            ``time_budget_micros``, which its nodes have.
        pipeline: The same by the name of a tree that is stored with the collection.
        offset: How many hits of the tree are left out before the first one that is returned; ``None`` for none.
        dense: Dense vectors of the query by the name of a dense field of values, in any form of :data:`DenseLike`, such as a
            numpy array. Stages of the tree without a query of their own take them, and the text is not encoded for the field.
        token_vectors: Token vectors of the query by the name of a dense field of terms, for late interaction.
    """

    collection: str
    query: Union[str, VectorLike, None] = None
    k: Optional[int] = None
    filter: Optional[FilterLike] = None
    tenant: str = ""
    fields: Sequence[str] = ()
    explain: bool = False
    recall_target: Optional[float] = None
    mode: Optional[SearchMode] = None
    time_budget_micros: Optional[int] = None
    node: Optional[RankingNode] = None
    pipeline: Optional[str] = None
    offset: Optional[int] = None
    dense: Mapping[str, DenseLike] = field(default_factory=dict)
    token_vectors: Mapping[str, Sequence[VectorLike]] = field(default_factory=dict)


@dataclass(frozen=True)
class TermContribution:
    """One matched term's part of a score.

    Attributes:
        term: The token, or the term's number in decimal.
        query_weight: The term's weight in the query.
        document_weight: The term's weight in the document, as it is stored.
        contribution: Their product, as it entered the score.
    """

    term: str
    query_weight: float
    document_weight: float
    contribution: float


@dataclass(frozen=True)
class InnerHit:
    """One document of the group that a hit stands for.

    Attributes:
        id: The document's id.
        score: Its score in the list that was grouped.
        stage: The name of the stage that grouped it.
        fields: The fields of it that the stage asks for.
        stage_scores: Its score at each stage that handed it on, by the name of the stage.
    """

    id: str
    score: float
    stage: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    stage_scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """A span of the text of a hit.

    Attributes:
        stage: The name of the stage that found it.
        score: Its score: the sum of the next two.
        dense_score: What the vectors of its first and last token give.
        document_score: What the score of the document gives.
        start_token: Its first token, counted from 0.
        end_token: Its last token.
        start: Where it begins in the text, in UTF-16 code units; ``None``, as ``end`` and ``text`` are, if the text has
            other tokens than the document has vectors.
        end: Where it ends.
        text: The text between them.
    """

    stage: str
    score: float
    dense_score: float
    document_score: float
    start_token: int
    end_token: int
    start: Optional[int] = None
    end: Optional[int] = None
    text: Optional[str] = None


@dataclass(frozen=True)
class ContextSentence:
    """A sentence of a document that is worth reading for the query.

    Attributes:
        field: The name of the field that has it.
        start: Where it begins in the text of the field, in UTF-16 code units.
        end: Where it ends.
        text: The sentence.
        score: The mean probability that its tokens are needed, 0 to 1.
    """

    field: str
    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True)
class Hit:
    """One document that was found.

    Attributes:
        id: The document's id.
        score: Its score, above 0; comparable within one collection only.
        fields: The stored fields that were asked for and that it has, as text.
        contributions: What each matched term added, largest first; empty unless ``explain`` was set.
        stage_scores: Its score at each stage of a ranking tree that handed it on, by the name of the stage.
        inner_hits: The best documents of its groups, if stages of a ranking tree list them.
        answers: The best spans of its text, if stages of a ranking tree find them.
        context: The sentences that a stage of a ranking tree has kept, in their order.
    """

    id: str
    score: float
    fields: Mapping[str, str]
    contributions: Tuple[TermContribution, ...] = ()
    stage_scores: Mapping[str, float] = field(default_factory=dict)
    inner_hits: Tuple[InnerHit, ...] = ()
    answers: Tuple[Answer, ...] = ()
    context: Tuple[ContextSentence, ...] = ()


@dataclass(frozen=True)
class StageTimings:
    """Where the time of one search went on the server, in nanoseconds. The network is not included.

    Attributes:
        total_nanos: From the arrival of the request to the finished response.
        queue_nanos: Waiting for a batch of the encoder, and for a search thread.
        encode_nanos: Text to vector.
        search_nanos: Evaluation.
        fetch_nanos: Reading ids and fields, and explaining.
    """

    total_nanos: int
    queue_nanos: int
    encode_nanos: int
    search_nanos: int
    fetch_nanos: int


@dataclass(frozen=True)
class SearchCounters:
    """What one evaluation did, summed over the segments of the collection.

    Attributes:
        lists_visited: Posting lists that were read.
        blocks_bounded: Blocks whose upper bound or summary score was computed.
        blocks_skipped: Of these, how many were not read because of it.
        blocks_scored: Blocks whose documents or postings were read.
        documents_scored: Documents whose exact score was computed.
        postings_scored: Postings whose impact was added to a score.
        budget_exhausted: Segments whose evaluation a time budget ended; 0 when the answer is what the mode promises.
    """

    lists_visited: int
    blocks_bounded: int
    blocks_skipped: int
    blocks_scored: int
    documents_scored: int
    postings_scored: int
    budget_exhausted: int


@dataclass(frozen=True)
class SearchResult:
    """The answer to one search. It can be iterated over, and has as many elements as hits.

    Attributes:
        hits: The hits, best first; equal scores stand in the order of indexing.
        mode: The mode that was used, with all parameters; ``None`` if this client is too old to know it.
        timings: Time spent, by stage.
        counters: What the evaluation did.
        unknown_terms: How many terms of the query the collection does not know.
        stages: What the stages of a ranking tree did, inputs first.
        pipeline_node: The tree that was used, if the search named a stored one.
    """

    hits: Tuple[Hit, ...]
    mode: Optional[SearchMode]
    timings: StageTimings
    counters: SearchCounters
    unknown_terms: int
    stages: Tuple[StageReport, ...] = ()
    pipeline_node: Optional[RankingNode] = None

    def __len__(self) -> int:
        """Returns the number of hits."""
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        """Returns the hits, best first."""
        return iter(self.hits)

    def __getitem__(self, index: int) -> Hit:
        """Returns one hit; 0 is the best."""
        return self.hits[index]

    def to_numpy(self) -> Tuple[Any, Any]:
        """Returns two numpy arrays, best first: the ids (``str``) and the scores (``float32``)."""
        numpy = need("numpy", "numpy")
        ids = numpy.array([hit.id for hit in self.hits], dtype=numpy.str_)
        return ids, numpy.array([hit.score for hit in self.hits], dtype=numpy.float32)
