"""A transformer and an indexer for PyTerrier.

::

    SiskinIndexer(client, "notes", encoder=Bm25()).index([{"docno": "n1", "text": "Moths came to the lamp."}])
    SiskinRetriever(client, "notes", num_results=10).search("moths")
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Union

import pandas as pd
import pyterrier as pt

from .. import Bm25, Document, SearchRequest, SiskinClient, WaitFor
from ._found import BATCH_SECONDS


class SiskinRetriever(pt.Transformer):
    """Searches one collection for each row of a frame.

    A row has ``qid`` and either ``query_toks``, a mapping of tokens to weights, or ``query``, a text. Where it has both,
    ``query_toks`` is searched for. Several rows of one ``qid`` are one query. The result has the columns of the queries, and
    ``docno``, ``score`` and ``rank``, from 0.
    """

    def __init__(
        self,
        client: SiskinClient,
        collection: str,
        *,
        num_results: int = 1000,
        fields: Sequence[str] = (),
        **search_options: Any,
    ) -> None:
        """Makes a transformer.

        Args:
            client: The client, which stays the caller's to close.
            collection: The collection's name or an alias.
            num_results: How many hits to return for each query: 1 to 10,000.
            fields: Names of stored fields to return as columns; a document without one has an empty text there.
            search_options: Further attributes of :class:`SearchRequest`, for example ``filter`` or ``recall_target``.
        """
        super().__init__()
        self._client = client
        self._collection = collection
        self._num_results = num_results
        self._fields = list(fields)
        self._options = search_options

    def transform(self, inp: pd.DataFrame) -> pd.DataFrame:
        """Searches for all rows, over one stream.

        Args:
            inp: The queries.

        Raises:
            ValueError: The frame has no ``qid``, or neither ``query_toks`` nor ``query``.
        """
        kept = [column for column in inp.columns if column not in self._new_columns()]
        query_column = "query_toks" if "query_toks" in inp.columns else "query"
        if "qid" not in inp.columns or query_column not in inp.columns:
            raise ValueError(f"the columns are {list(inp.columns)}; needed are qid, and query_toks or query")
        # A frame of results has a row for each hit; what it is searched for is still one query.
        queries = inp[kept].drop_duplicates("qid")
        requests = (
            SearchRequest(self._collection, query, k=self._num_results, fields=self._fields, **self._options)
            for query in queries[query_column]
        )
        results = self._client.search_stream(requests, timeout_seconds=BATCH_SECONDS)
        rows: List[List[Any]] = []
        for values, result in zip(queries.itertuples(index=False, name=None), results):
            for rank, hit in enumerate(result):
                fields = [hit.fields.get(name, "") for name in self._fields]
                rows.append([*values, hit.id, hit.score, rank, *fields])
        return pd.DataFrame(rows, columns=[*kept, *self._new_columns()])

    def _new_columns(self) -> List[str]:
        return ["docno", "score", "rank", *self._fields]


class SiskinIndexer(pt.Indexer):
    """Writes documents to one collection.

    A document has ``docno`` and either ``toks``, a mapping of tokens to weights, or ``text``. Where it has both, ``toks`` is
    indexed and the text stored. All other keys are fields.
    """

    def __init__(
        self, client: SiskinClient, collection: str, *, encoder: Union[Bm25, str, Mapping[str, Any], None] = None
    ) -> None:
        """Makes an indexer.

        Args:
            client: The client, which stays the caller's to close.
            collection: The name of the collection, which is made if there is none of that name.
            encoder: The encoder of a collection that is made; ``None`` if documents come with ``toks``.
        """
        super().__init__()
        self._client = client
        self._collection = collection
        self._encoder = encoder

    def index(self, iter: Iterable[Dict[str, Any]], **kwargs: Any) -> SiskinRetriever:
        """Writes documents, and returns a transformer that searches them.

        Args:
            iter: The documents. They are taken as there is room for them.
            kwargs: Options of :class:`SiskinRetriever`.

        Raises:
            ValueError: A document cannot be written; the others are written.
        """
        if not self._client.has_collection(self._collection):
            self._client.create_collection(self._collection, encoder=self._encoder)
        summary = self._client.upsert_all(self._collection, _documents(iter), wait_for=WaitFor.SEARCHABLE)
        if summary.refused:
            first = summary.refused[0]
            raise ValueError(f"{len(summary.refused)} documents cannot be written, the first is {first.id}: {first.error}")
        return SiskinRetriever(self._client, self._collection, **kwargs)


def _documents(given: Iterable[Dict[str, Any]]) -> Iterator[Document]:
    for one in given:
        rest = dict(one)
        docno: str = rest.pop("docno")
        tokens: Optional[Mapping[str, float]] = rest.pop("toks", None)
        yield Document(docno, text=rest.pop("text", None), vector=tokens, fields=rest)
