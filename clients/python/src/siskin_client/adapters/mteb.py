"""Siskin as a search model of MTEB 2.

::

    model = SiskinSearchModel(SiskinClient(), "siskin/bm25")
    results = mteb.evaluate(model, mteb.get_tasks(["SciFact"]))
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping, Optional, Sequence

from mteb.models.model_meta import ModelMeta

from .. import Bm25, Exact, SiskinClient
from ._corpus import CorpusIndex, EncodeTexts, Passage

_K_MAX = 10_000


class SiskinSearchModel:
    """Indexes the corpus of each task once, into a collection of its own, and searches it: MTEB's ``SearchProtocol``.

    Documents and queries are encoded by BM25 in the server, or by functions that are given. A collection that is there
    already is searched as it is, so drop it when the encoder changes.
    """

    def __init__(
        self,
        client: SiskinClient,
        name: str,
        *,
        encoder: Optional[Bm25] = None,
        encode_documents: Optional[EncodeTexts] = None,
        encode_queries: Optional[EncodeTexts] = None,
        batch_size: int = 64,
        collection_prefix: str = "mteb-",
        **search_options: Any,
    ) -> None:
        """Describes a model.

        Args:
            client: The client, which stays the caller's to close.
            name: The name of the model in MTEB's results, ``organisation/model``.
            encoder: The encoder of the collections where no functions are given; ``None`` for ``Bm25()``.
            encode_documents: Makes vectors of documents. A document is its title, a space and its text.
            encode_queries: Makes vectors of queries. A query is its instruction, if it has one, a space and its text.
            batch_size: How many texts the functions are given at once.
            collection_prefix: What the names of the collections begin with. The task, the subset and the split follow.
            search_options: Further attributes of :class:`SearchRequest`, for example ``recall_target``.

        Raises:
            ValueError: Only one of the functions is given.
        """
        self._client = client
        self._name = name
        self._prefix = collection_prefix
        self._encoded = encode_queries is not None
        self._index = CorpusIndex(client, encoder, encode_documents, encode_queries, batch_size, search_options)

    @property
    def mteb_model_meta(self) -> ModelMeta:
        """What MTEB writes beside results. What only a model's author knows is left open."""
        return ModelMeta(
            loader=None,
            name=self._name,
            revision=None,
            release_date=None,
            languages=None,
            n_parameters=None,
            memory_usage_mb=None,
            max_tokens=None,
            embed_dim=None,
            license=None,
            open_weights=None,
            public_training_code=None,
            public_training_data=None,
            framework=[],
            similarity_fn_name=None,
            use_instructions=None,
            training_datasets=None,
            model_type=["sparse"],
        )

    def index(self, corpus: Any, *, task_metadata: Any, hf_split: str, hf_subset: str, **kwargs: Any) -> None:
        """Makes and fills the collection of a task, if there is none.

        Args:
            corpus: Rows with ``id``, ``text`` and perhaps ``title``.
            task_metadata: The task, by whose name the collection is called.
            hf_split: The split.
            hf_subset: The subset.
            kwargs: Options of other models, without effect.
        """
        passages = (Passage(str(row["id"]), row.get("title") or "", row["text"]) for row in corpus)
        self._index.fill(self._collection(task_metadata, hf_split, hf_subset), passages)

    def search(
        self,
        queries: Any,
        *,
        task_metadata: Any,
        hf_split: str,
        hf_subset: str,
        top_k: int,
        top_ranked: Optional[Mapping[str, Sequence[str]]] = None,
        **kwargs: Any,
    ) -> Dict[str, Dict[str, float]]:
        """Searches for all queries.

        Args:
            queries: Rows with ``id``, ``text`` and perhaps ``instruction``.
            task_metadata: The task.
            hf_split: The split.
            hf_subset: The subset.
            top_k: How many hits to return for each query, 1 to 10,000.
            top_ranked: For tasks of reranking: the only documents that count, by query. They get their exact scores, and 0
                where no term matches.
            kwargs: Options of other models, without effect.

        Returns:
            The scores of the hits by query and document.

        Raises:
            ValueError: A reranking of more documents than a search returns would leave some out.
        """
        collection = self._collection(task_metadata, hf_split, hf_subset)
        ids = [str(row["id"]) for row in queries]
        texts = [self._text(row) for row in queries]
        if top_ranked is None:
            return dict(zip(ids, self._index.search(collection, texts, top_k)))
        found = self._index.search(collection, texts, _K_MAX, mode=Exact(), recall_target=None)
        return {query: self._reranked(hits, top_ranked.get(query, ())) for query, hits in zip(ids, found)}

    def _text(self, row: Mapping[str, Any]) -> str:
        instruction = row.get("instruction") if self._encoded else None
        return f"{instruction} {row['text']}" if instruction else str(row["text"])

    @staticmethod
    def _reranked(hits: Mapping[str, float], wanted: Sequence[str]) -> Dict[str, float]:
        missing: List[str] = [document for document in wanted if document not in hits]
        if missing and len(hits) == _K_MAX:
            first = missing[0]
            raise ValueError(f"{len(missing)} documents to be ranked are not among the {_K_MAX} best, the first is {first}")
        return {document: hits.get(document, 0.0) for document in wanted}

    def _collection(self, task_metadata: Any, split: str, subset: str) -> str:
        name = f"{self._prefix}{task_metadata.name}-{subset}-{split}"
        return re.sub(r"[^A-Za-z0-9._-]", "_", name)[:128]
