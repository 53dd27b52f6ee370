"""A document store and a retriever for Haystack.

::

    store = SiskinDocumentStore("notes", target="localhost:7700", meta_fields={"year": FieldType.INT64})
    store.write_documents([Document(content="A moth.", sparse_embedding=SparseEmbedding([3, 7], [1.0, 0.5]))])
    SiskinSparseEmbeddingRetriever(document_store=store).run(SparseEmbedding([3], [1.0]))
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, Optional

from haystack import Document, component, default_from_dict, default_to_dict
from haystack.dataclasses import SparseEmbedding
from haystack.document_stores.errors import DocumentStoreError, DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy
from haystack.errors import FilterError

from .. import Document as SiskinDocument
from .. import FieldType, Filter, Hit, SiskinClient, SparseVector, WaitFor, filters
from .. import field as field_of
from ._found import documents_of
from ._instants import typed

_CONTENT = "haystack"
_META = "meta."
_CHUNK = 1000


class SiskinDocumentStore:
    """Keeps documents of Haystack in one collection of Siskin, and searches them by sparse embeddings.

    The collection is made by the first call, if there is none of that name. Its terms are the indices of the sparse
    embeddings. A document without one is kept, counted and filtered, and no search finds it. Writes are visible when a call
    returns.
    """

    def __init__(
        self,
        collection: str,
        *,
        target: str = "localhost:7700",
        meta_fields: Optional[Mapping[str, FieldType]] = None,
        timeout_seconds: float = 5.0,
    ) -> None:
        """Describes a store. Does not connect.

        Args:
            collection: The name of the collection.
            target: Where the server is; see :class:`SiskinClient`.
            meta_fields: The keys of ``meta`` that filters can use, with their types. All other meta data is kept, too.
            timeout_seconds: How long each call to the server may take, above 0.
        """
        self.collection = collection
        self.target = target
        self.meta_fields = dict(meta_fields or {})
        self.timeout_seconds = timeout_seconds
        self._connected: Optional[SiskinClient] = None

    def to_dict(self) -> Dict[str, Any]:
        """Returns the description of the store, as pipelines save it."""
        fields = {name: kind.name for name, kind in self.meta_fields.items()}
        saved: Dict[str, Any] = default_to_dict(
            self,
            collection=self.collection,
            target=self.target,
            meta_fields=fields,
            timeout_seconds=self.timeout_seconds,
        )
        return saved

    @classmethod
    def from_dict(cls, data: Dict[str, Any]) -> SiskinDocumentStore:
        """Makes a store of what :meth:`to_dict` gave.

        Args:
            data: The description.
        """
        parameters = dict(data["init_parameters"])
        parameters["meta_fields"] = {name: FieldType[kind] for name, kind in (parameters.get("meta_fields") or {}).items()}
        store: SiskinDocumentStore = default_from_dict(cls, {**data, "init_parameters": parameters})
        return store

    def close(self) -> None:
        """Closes the connection. A later call opens another."""
        if self._connected is not None:
            self._connected.close()
            self._connected = None

    def count_documents(self) -> int:
        """Returns how many documents there are."""
        return self._client.count(self.collection)

    def filter_documents(self, filters: Optional[Dict[str, Any]] = None) -> List[Document]:
        """Returns the documents that a filter of Haystack admits, in the order in which they were written.

        Args:
            filters: The filter; ``None`` or an empty one for all.

        Raises:
            FilterError: The filter is not well formed, or is about a key that ``meta_fields`` lacks.
        """
        return [_from_siskin(one) for one in self._client.scroll(self.collection, filter=self.to_filter(filters))]

    def write_documents(self, documents: List[Document], policy: DuplicatePolicy = DuplicatePolicy.NONE) -> int:
        """Writes documents, and returns how many were written.

        Args:
            documents: The documents.
            policy: What to do with ids that are there. ``NONE`` means ``FAIL``. Whether an id is there is looked up before
                the documents are written, so another writer may come between.

        Raises:
            DuplicateDocumentError: With ``FAIL``, an id is there already. Nothing was written.
            DocumentStoreError: The server refuses a document; the others are written.
            ValueError: They are no documents of Haystack.
        """
        if not isinstance(documents, list) or not all(isinstance(one, Document) for one in documents):
            raise ValueError("write_documents takes a list of Documents")
        if policy is not DuplicatePolicy.OVERWRITE:
            there = self._there([one.id for one in documents])
            if there and policy is not DuplicatePolicy.SKIP:
                raise DuplicateDocumentError(f"there is a document with the id {min(there)!r} already")
            documents = [one for one in documents if one.id not in there]
        summary = self._client.upsert_all(self.collection, map(self._to_siskin, documents), wait_for=WaitFor.SEARCHABLE)
        if summary.refused:
            first = summary.refused[0]
            raise DocumentStoreError(f"{len(summary.refused)} documents were refused, the first is {first.id}: {first.error}")
        return len(documents)

    def delete_documents(self, document_ids: List[str]) -> None:
        """Deletes documents. Ids that are not there are ignored.

        Args:
            document_ids: The ids.
        """
        for start in range(0, len(document_ids), _CHUNK):
            ids = document_ids[start : start + _CHUNK]
            self._client.delete(self.collection, ids=ids, wait_for=WaitFor.SEARCHABLE)

    def search(self, embedding: SparseEmbedding, filters: Optional[Dict[str, Any]] = None, top_k: int = 10) -> List[Document]:
        """Returns the documents with the largest inner products, best first, with their scores.

        Args:
            embedding: The embedding of the query.
            filters: Which documents qualify, as a filter of Haystack.
            top_k: How many documents to return: 1 to 10,000.
        """
        vector = SparseVector.from_arrays(embedding.indices, embedding.values)
        hits = self._client.search(self.collection, vector, k=top_k, filter=self.to_filter(filters)).hits
        return [_from_siskin(one, hit) for hit, one in documents_of(self._client, self.collection, hits, "")]

    def to_filter(self, given: Optional[Dict[str, Any]]) -> Optional[Filter]:
        """Translates a filter of Haystack.

        Args:
            given: The filter; ``None`` or an empty one for all documents.

        Raises:
            FilterError: It is not well formed, or is about a key that ``meta_fields`` lacks.
        """
        return self._condition(given) if given else None

    def _condition(self, given: Dict[str, Any]) -> Filter:
        if "operator" not in given:
            raise FilterError(f"the filter has no operator: {given}")
        if "field" in given:
            return self._comparison(given)
        if "conditions" not in given:
            raise FilterError(f"the filter has neither a field nor conditions: {given}")
        conditions = tuple(self._condition(one) for one in given["conditions"])
        operator = given["operator"].upper()
        if operator == "AND":
            return filters.AllOf(conditions)
        if operator == "OR":
            return filters.AnyOf(conditions)
        if operator == "NOT":
            return ~filters.AllOf(conditions)
        raise FilterError(f"the operator is {operator!r}; allowed for conditions: AND, OR, NOT")

    def _comparison(self, given: Dict[str, Any]) -> Filter:
        if "value" not in given:
            raise FilterError(f"the filter has no value: {given}")
        name = given["field"][len(_META) :] if given["field"].startswith(_META) else given["field"]
        if name not in self.meta_fields:
            raise FilterError(
                f"filters cannot use {given['field']!r}; the store declares these meta_fields: {sorted(self.meta_fields)}"
            )
        operator, value, kind = given["operator"], given["value"], self.meta_fields[name]
        declared = field_of(name)
        if operator in ("in", "not in"):
            if not isinstance(value, list):
                raise FilterError(f"the value of {operator!r} is of type {type(value).__name__}; allowed: list")
            one_of = declared.is_in(*(_typed(one, kind) for one in value))
            return one_of if operator == "in" else ~one_of
        if operator in ("==", "!="):
            equal = ~declared.exists() if value is None else declared == _typed(value, kind)
            return equal if operator == "==" else ~equal
        if operator not in (">", ">=", "<", "<="):
            raise FilterError(f"the operator is {operator!r}; allowed: ==, !=, >, >=, <, <=, in, not in")
        if value is None:
            return filters.AnyOf(())
        if isinstance(value, (list, bool)) or (isinstance(value, str) and kind is not FieldType.TIMESTAMP):
            raise FilterError(f"the value of {operator!r} is {value!r}; allowed: numbers, and dates for fields of dates")
        end = _typed(value, kind)
        ranges = {">": declared > end, ">=": declared >= end, "<": declared < end, "<=": declared <= end}
        return ranges[operator]

    @property
    def _client(self) -> SiskinClient:
        if self._connected is None:
            client = SiskinClient(self.target, timeout_seconds=self.timeout_seconds)
            if not client.has_collection(self.collection):
                client.create_collection(self.collection, fields=self.meta_fields)
            self._connected = client
        return self._connected

    def _there(self, ids: List[str]) -> set[str]:
        there = set()
        for start in range(0, len(ids), _CHUNK):
            there |= {one.id for one in self._client.get(self.collection, ids[start : start + _CHUNK])}
        return there

    def _to_siskin(self, document: Document) -> SiskinDocument:
        embedding = document.sparse_embedding
        declared = {
            name: typed(document.meta[name], kind)
            for name, kind in self.meta_fields.items()
            if document.meta.get(name) is not None
        }
        # The whole document as it is, because its meta data may be nested and its score and blob must come back, too.
        whole = json.dumps(document.to_dict(flatten=False))
        return SiskinDocument(
            document.id,
            vector=SparseVector((), ()) if embedding is None else SparseVector.from_arrays(embedding.indices, embedding.values),
            fields={**declared, _CONTENT: whole},
        )


def _typed(value: Any, kind: FieldType) -> Any:
    try:
        return typed(value, kind)
    except ValueError as wrong:
        raise FilterError(f"the value {value!r} is no date: {wrong}") from wrong


def _from_siskin(one: SiskinDocument, hit: Optional[Hit] = None) -> Document:
    saved = json.loads(str(one.fields[_CONTENT]))
    if hit is not None:
        saved["score"] = hit.score
    return Document.from_dict(saved)


@component
class SiskinSparseEmbeddingRetriever:
    """Finds documents of a :class:`SiskinDocumentStore` by the sparse embedding of a query."""

    def __init__(
        self, document_store: SiskinDocumentStore, *, filters: Optional[Dict[str, Any]] = None, top_k: int = 10
    ) -> None:
        """Makes a retriever.

        Args:
            document_store: The store.
            filters: Which documents qualify, unless a run says otherwise.
            top_k: How many documents to return, unless a run says otherwise: 1 to 10,000.
        """
        self.document_store = document_store
        self.filters = filters
        self.top_k = top_k

    def to_dict(self) -> Dict[str, Any]:
        """Returns the description of the retriever, as pipelines save it."""
        saved: Dict[str, Any] = default_to_dict(
            self, document_store=self.document_store.to_dict(), filters=self.filters, top_k=self.top_k
        )
        return saved

    @classmethod
    def from_dict(cls, data: Dict[str, Any]) -> SiskinSparseEmbeddingRetriever:
        """Makes a retriever of what :meth:`to_dict` gave.

        Args:
            data: The description.
        """
        parameters = dict(data["init_parameters"])
        parameters["document_store"] = SiskinDocumentStore.from_dict(parameters["document_store"])
        retriever: SiskinSparseEmbeddingRetriever = default_from_dict(cls, {**data, "init_parameters": parameters})
        return retriever

    @component.output_types(documents=List[Document])
    def run(
        self,
        query_sparse_embedding: SparseEmbedding,
        filters: Optional[Dict[str, Any]] = None,
        top_k: Optional[int] = None,
    ) -> Dict[str, List[Document]]:
        """Searches.

        Args:
            query_sparse_embedding: The embedding of the query.
            filters: Which documents qualify, instead of the retriever's own filter.
            top_k: How many documents to return, instead of the retriever's own number.

        Returns:
            The documents, best first, with their scores, under ``documents``.
        """
        chosen = self.filters if filters is None else filters
        found = self.document_store.search(query_sparse_embedding, chosen, top_k or self.top_k)
        return {"documents": found}
