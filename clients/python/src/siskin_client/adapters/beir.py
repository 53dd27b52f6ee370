"""Siskin as a retrieval model of BEIR.

::

    search = SiskinSearch(SiskinClient(), "scifact")
    results = EvaluateRetrieval(search).retrieve(corpus, queries)
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Sequence

from beir.retrieval.search.base import BaseSearch

from .. import Bm25, Document, SearchRequest, SiskinClient, VectorLike, WaitFor
from ._found import BATCH_SECONDS

EncodeTexts = Callable[[Sequence[str]], Iterable[VectorLike]]
"""Makes one vector for each of some texts."""


class SiskinSearch(BaseSearch):
    """Indexes a corpus of BEIR once, and searches it.

    Documents and queries are encoded by BM25 in the server, or by functions that are given.
    """

    def __init__(
        self,
        client: SiskinClient,
        collection: str,
        *,
        encoder: Optional[Bm25] = None,
        encode_documents: Optional[EncodeTexts] = None,
        encode_queries: Optional[EncodeTexts] = None,
        batch_size: int = 64,
        **search_options: Any,
    ) -> None:
        """Describes an index.

        Args:
            client: The client, which stays the caller's to close.
            collection: The name of the collection. It is made and filled if there is none of that name, and else searched
                as it is.
            encoder: The encoder of the collection where no functions are given; ``None`` for ``Bm25()``.
            encode_documents: Makes vectors of documents. A document is its title, a space and its text.
            encode_queries: Makes vectors of queries.
            batch_size: How many texts the functions are given at once.
            search_options: Further attributes of :class:`SearchRequest`, for example ``recall_target``.

        Raises:
            ValueError: Only one of the functions is given.
        """
        if (encode_documents is None) != (encode_queries is None):
            raise ValueError("give encode_documents and encode_queries, or neither")
        self._client = client
        self._collection = collection
        self._encoder = encoder or Bm25()
        self._encode_documents = encode_documents
        self._encode_queries = encode_queries
        self._batch_size = batch_size
        self._options = search_options

    def search(
        self,
        corpus: Dict[str, Dict[str, str]],
        queries: Dict[str, str],
        top_k: int,
        *args: Any,
        **kwargs: Any,
    ) -> Dict[str, Dict[str, float]]:
        """Indexes the corpus, if that was not done, and searches for all queries.

        Args:
            corpus: The documents by their ids, with ``text`` and perhaps ``title``.
            queries: The queries by their ids.
            top_k: How many hits to return for each query.
            args: The score function that BEIR names. There is one only, the inner product.
            kwargs: Options of other models, without effect.

        Returns:
            The scores of the hits by query and document.
        """
        if not self._client.has_collection(self._collection):
            self._index(corpus)
        texts = list(queries.values())
        vectors: Iterable[Any] = texts if self._encode_queries is None else self._in_batches(self._encode_queries, texts)
        requests = (SearchRequest(self._collection, vector, k=top_k, **self._options) for vector in vectors)
        results = self._client.search_stream(requests, timeout_seconds=BATCH_SECONDS)
        return {query: {hit.id: hit.score for hit in result} for query, result in zip(queries, results)}

    def encode(self, *args: Any, **kwargs: Any) -> None:
        """Refuses: embeddings go to the collection and not to files.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError("Siskin keeps embeddings in its collection; use search() or retrieve()")

    def search_from_files(self, *args: Any, **kwargs: Any) -> Dict[str, Dict[str, float]]:
        """Refuses: embeddings go to the collection and not to files.

        Raises:
            NotImplementedError: Always.
        """
        raise NotImplementedError("Siskin keeps embeddings in its collection; use search() or retrieve()")

    def _index(self, corpus: Dict[str, Dict[str, str]]) -> None:
        encoded = self._encode_documents is not None
        self._client.create_collection(self._collection, encoder=None if encoded else self._encoder)
        summary = self._client.upsert_all(self._collection, self._documents(corpus), wait_for=WaitFor.SEARCHABLE)
        if summary.refused:
            # Half a corpus would be searched the next time as if it were the whole.
            self._client.drop_collection(self._collection)
            first = summary.refused[0]
            raise ValueError(f"{len(summary.refused)} documents cannot be written, the first is {first.id}: {first.error}")

    def _documents(self, corpus: Dict[str, Dict[str, str]]) -> Iterator[Document]:
        if self._encode_documents is None:
            for document_id, content in corpus.items():
                title = content.get("title")
                yield Document(document_id, text=content["text"], fields={"title": title} if title else {})
            return
        texts = [f"{content.get('title', '')} {content['text']}".strip() for content in corpus.values()]
        for document_id, vector in zip(corpus, self._in_batches(self._encode_documents, texts)):
            yield Document(document_id, vector=vector)

    def _in_batches(self, encode: EncodeTexts, texts: List[str]) -> Iterator[VectorLike]:
        for start in range(0, len(texts), self._batch_size):
            yield from encode(texts[start : start + self._batch_size])
