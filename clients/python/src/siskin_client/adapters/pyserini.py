"""A searcher of the form of pyserini's, for programs that were written for those. It does not need pyserini."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Sequence, Union

from .. import SearchRequest, SiskinClient, VectorLike
from ._found import BATCH_SECONDS


@dataclass(frozen=True)
class SearcherHit:
    """One document that was found.

    Attributes:
        docid: Its id.
        score: Its score.
    """

    docid: str
    score: float


@dataclass(frozen=True)
class StoredDocument:
    """One stored document.

    Attributes:
        document_id: Its id.
        text: Its text; ``None`` if the collection stores none.
    """

    document_id: str
    text: Optional[str]

    def docid(self) -> str:
        """Returns its id."""
        return self.document_id

    def contents(self) -> Optional[str]:
        """Returns its text."""
        return self.text


class SiskinSearcher:
    """Searches one collection, as a searcher of pyserini searches one index."""

    def __init__(
        self,
        client: SiskinClient,
        collection: str,
        *,
        encode_query: Optional[Callable[[str], VectorLike]] = None,
        **search_options: Any,
    ) -> None:
        """Makes a searcher.

        Args:
            client: The client, which stays the caller's to close.
            collection: The collection's name or an alias.
            encode_query: Makes a vector of a text, where the collection has no encoder of its own for queries.
            search_options: Further attributes of :class:`SearchRequest`, for example ``filter`` or ``recall_target``.
        """
        self._client = client
        self._collection = collection
        self._encode_query = encode_query
        self._options = search_options

    def search(self, q: Union[str, VectorLike], k: int = 10) -> List[SearcherHit]:
        """Searches.

        Args:
            q: A text or a vector.
            k: How many hits to return.
        """
        return self._hits(self._client.search(**vars(self._request(q, k))))

    def batch_search(
        self, queries: Sequence[Union[str, VectorLike]], qids: Sequence[str], k: int = 10, threads: int = 1
    ) -> Dict[str, List[SearcherHit]]:
        """Makes many searches.

        Args:
            queries: Texts or vectors.
            qids: An id for each of them.
            k: How many hits to return for each.
            threads: How many searches may be under way at once.

        Raises:
            ValueError: There is not one id for each query.
        """
        if len(queries) != len(qids):
            raise ValueError(f"there are {len(queries)} queries and {len(qids)} qids; they must be as many")
        requests = (self._request(query, k) for query in queries)
        results = self._client.search_stream(requests, in_flight_max=threads, timeout_seconds=BATCH_SECONDS)
        return {qid: self._hits(result) for qid, result in zip(qids, results)}

    def doc(self, docid: str) -> Optional[StoredDocument]:
        """Reads a stored document.

        Args:
            docid: Its id.

        Returns:
            The document; ``None`` if there is none of that id.
        """
        found = self._client.get(self._collection, docid)
        return StoredDocument(found[0].id, found[0].text) if found else None

    @property
    def num_docs(self) -> int:
        """How many documents the collection has."""
        return self._client.count(self._collection)

    def _request(self, query: Union[str, VectorLike], k: int) -> SearchRequest:
        if isinstance(query, str) and self._encode_query is not None:
            query = self._encode_query(query)
        return SearchRequest(self._collection, query, k=k, **self._options)

    @staticmethod
    def _hits(result: Any) -> List[SearcherHit]:
        return [SearcherHit(hit.id, hit.score) for hit in result]
