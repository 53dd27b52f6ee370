"""A collection that is a corpus of a benchmark: filled once, then searched for many queries."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence

from .. import Bm25, Document, SearchRequest, SiskinClient, VectorLike, WaitFor
from ._found import BATCH_SECONDS

EncodeTexts = Callable[[Sequence[str]], Iterable[VectorLike]]
"""Makes one vector for each of some texts."""


class Passage(NamedTuple):
    """A document of a corpus."""

    id: str
    title: str
    text: str


class CorpusIndex:
    """How a corpus becomes a collection. Documents and queries are encoded in the server, or by functions that are given."""

    def __init__(
        self,
        client: SiskinClient,
        encoder: Optional[Bm25],
        encode_documents: Optional[EncodeTexts],
        encode_queries: Optional[EncodeTexts],
        batch_size: int,
        search_options: Dict[str, Any],
    ) -> None:
        """Describes an index; see the adapters for what the arguments mean.

        Raises:
            ValueError: Only one of the functions is given.
        """
        if (encode_documents is None) != (encode_queries is None):
            raise ValueError("give encode_documents and encode_queries, or neither")
        self._client = client
        self._encoder = encoder or Bm25()
        self._encode_documents = encode_documents
        self._encode_queries = encode_queries
        self._batch_size = batch_size
        self._options = search_options

    def fill(self, collection: str, passages: Iterable[Passage]) -> None:
        """Makes and fills the collection, if there is none of that name.

        Raises:
            ValueError: A document cannot be written. The collection is dropped then.
        """
        if self._client.has_collection(collection):
            return
        encoded = self._encode_documents is not None
        self._client.create_collection(collection, encoder=None if encoded else self._encoder)
        summary = self._client.upsert_all(collection, self._documents(passages), wait_for=WaitFor.SEARCHABLE)
        if summary.refused:
            # Half a corpus would be searched the next time as if it were the whole.
            self._client.drop_collection(collection)
            first = summary.refused[0]
            raise ValueError(f"{len(summary.refused)} documents cannot be written, the first is {first.id}: {first.error}")

    def search(self, collection: str, texts: List[str], k: int, **options: Any) -> List[Dict[str, float]]:
        """Searches for all queries and returns the scores by document, one mapping for each query, best first."""
        vectors: Iterable[Any] = texts
        if self._encode_queries is not None:
            vectors = self._in_batches(self._encode_queries, texts)
        chosen = {**self._options, **options}
        requests = (SearchRequest(collection, vector, k=k, **chosen) for vector in vectors)
        results = self._client.search_stream(requests, timeout_seconds=BATCH_SECONDS)
        return [{hit.id: hit.score for hit in result} for result in results]

    def _documents(self, passages: Iterable[Passage]) -> Iterator[Document]:
        if self._encode_documents is None:
            for one in passages:
                yield Document(one.id, text=one.text, fields={"title": one.title} if one.title else {})
            return
        batch: List[Passage] = []
        for one in passages:
            batch.append(one)
            if len(batch) == self._batch_size:
                yield from self._encoded(batch)
                batch = []
        if batch:
            yield from self._encoded(batch)

    def _encoded(self, batch: List[Passage]) -> Iterator[Document]:
        assert self._encode_documents is not None
        vectors = self._encode_documents([f"{one.title} {one.text}".strip() for one in batch])
        for one, vector in zip(batch, vectors):
            yield Document(one.id, vector=vector)

    def _in_batches(self, encode: EncodeTexts, texts: List[str]) -> Iterator[VectorLike]:
        for start in range(0, len(texts), self._batch_size):
            yield from encode(texts[start : start + self._batch_size])
