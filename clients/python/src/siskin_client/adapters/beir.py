"""Siskin as a retrieval model of BEIR.

::

    search = SiskinSearch(SiskinClient(), "scifact")
    results = EvaluateRetrieval(search).retrieve(corpus, queries)
"""

from __future__ import annotations

from typing import Any, Dict, Optional

from beir.retrieval.search.base import BaseSearch

from .. import Bm25, SiskinClient
from ._corpus import CorpusIndex, EncodeTexts, Passage


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
        self._collection = collection
        self._index = CorpusIndex(client, encoder, encode_documents, encode_queries, batch_size, search_options)

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
        passages = (Passage(name, content.get("title") or "", content["text"]) for name, content in corpus.items())
        self._index.fill(self._collection, passages)
        return dict(zip(queries, self._index.search(self._collection, list(queries.values()), top_k)))

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
