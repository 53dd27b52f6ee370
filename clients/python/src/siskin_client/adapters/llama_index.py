"""A vector store for LlamaIndex.

::

    store = SiskinVectorStore.create(SiskinClient(), "notes", metadata_fields={"year": FieldType.INT64})
    index = VectorStoreIndex.from_vector_store(store, embed_model=MockEmbedding(embed_dim=1))
    index.insert_nodes([TextNode(text="Moths came to the lamp.", metadata={"year": 2025})])
    index.as_retriever(similarity_top_k=3).retrieve("moths")

Queries are searched for as text and not by the dense embeddings that LlamaIndex makes, so a mock of an embedding will do.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.schema import BaseNode, MetadataMode
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryResult,
)
from llama_index.core.vector_stores.utils import metadata_dict_to_node, node_to_metadata_dict

from .. import (
    AsyncSiskinClient,
    Bm25,
    Document,
    FieldType,
    Filter,
    Hit,
    SiskinClient,
    WaitFor,
    field,
    filters,
)
from ._found import documents_of, documents_of_async
from ._instants import typed

_NODE = "llama_index"
_REF = "ref_doc_id"
_CHUNK = 1000


class SiskinVectorStore(BasePydanticVectorStore):
    """Keeps nodes in one collection of Siskin, and finds them by the text of a query.

    Texts are encoded by the collection's encoder, or by the functions that are given. Filters can use the fields that the
    collection declares.
    """

    stores_text: bool = True
    is_embedding_query: bool = False
    collection: str
    """The name of the collection."""

    _client: SiskinClient = PrivateAttr()
    _async_client: Optional[AsyncSiskinClient] = PrivateAttr()
    _encode_document: Optional[Callable[[str], Any]] = PrivateAttr()
    _encode_query: Optional[Callable[[str], Any]] = PrivateAttr()
    _fields: Dict[str, FieldType] = PrivateAttr()

    def __init__(
        self,
        client: SiskinClient,
        collection: str,
        *,
        async_client: Optional[AsyncSiskinClient] = None,
        encode_document: Optional[Callable[[str], Any]] = None,
        encode_query: Optional[Callable[[str], Any]] = None,
    ) -> None:
        """Uses a collection that there is. See :meth:`create` to make one.

        Args:
            client: The client, which stays the caller's to close.
            collection: The name of the collection. :meth:`delete` needs its declared field ``ref_doc_id``.
            async_client: The client for the methods that are coroutines; without one, they wait in ``client``.
            encode_document: Makes a vector of a text, where the collection has no encoder for documents.
            encode_query: Makes a vector of a text, where the collection has no encoder for queries.

        Raises:
            CollectionNotFound: There is no such collection.
        """
        # The attributes of a model are arguments that checkers of types do not see here.
        attributes: Dict[str, Any] = {"collection": collection}
        super().__init__(**attributes)
        self._client = client
        self._async_client = async_client
        self._encode_document = encode_document
        self._encode_query = encode_query
        self._fields = dict(client.get_collection(collection).fields)

    @classmethod
    def create(
        cls,
        client: SiskinClient,
        collection: str,
        *,
        metadata_fields: Optional[Mapping[str, FieldType]] = None,
        encoder: Union[Bm25, str, Mapping[str, Any], None] = None,
        **options: Any,
    ) -> SiskinVectorStore:
        """Makes a collection that has what the store needs, and a store of it.

        Args:
            client: The client, which stays the caller's to close.
            collection: The name of the collection, which must be free.
            metadata_fields: The keys of metadata that filters can use, with their types.
            encoder: The encoder of the collection; ``None`` for ``Bm25()`` unless functions are given that encode.
            options: What the constructor takes.

        Raises:
            AlreadyExists: The name is taken.
        """
        if encoder is None and options.get("encode_document") is None:
            encoder = Bm25()
        fields = {_REF: FieldType.STRING, **(metadata_fields or {})}
        client.create_collection(collection, fields=fields, encoder=encoder)
        return cls(client, collection, **options)

    @classmethod
    def class_name(cls) -> str:
        """Returns the name under which LlamaIndex saves the store."""
        return "SiskinVectorStore"

    @property
    def client(self) -> SiskinClient:
        """The client."""
        return self._client

    def add(self, nodes: Sequence[BaseNode], **kwargs: Any) -> List[str]:
        """Writes nodes, and returns their ids. They are found when it returns.

        Args:
            nodes: The nodes.
            kwargs: Options of other stores, without effect.

        Raises:
            ValueError: The server refuses a node; the others are written.
        """
        summary = self._client.upsert_all(self.collection, map(self._document, nodes), wait_for=WaitFor.SEARCHABLE)
        return _ids(nodes, summary)

    async def async_add(self, nodes: Sequence[BaseNode], **kwargs: Any) -> List[str]:
        """As :meth:`add`."""
        if self._async_client is None:
            return self.add(nodes, **kwargs)
        documents = list(map(self._document, nodes))
        summary = await self._async_client.upsert_all(self.collection, documents, wait_for=WaitFor.SEARCHABLE)
        return _ids(nodes, summary)

    def delete(self, ref_doc_id: str, **delete_kwargs: Any) -> None:
        """Deletes the nodes that were made of a document.

        Args:
            ref_doc_id: The id of the document.
            delete_kwargs: Options of other stores, without effect.
        """
        self._client.delete(self.collection, filter=field(_REF) == ref_doc_id, wait_for=WaitFor.SEARCHABLE)

    async def adelete(self, ref_doc_id: str, **delete_kwargs: Any) -> None:
        """As :meth:`delete`."""
        if self._async_client is None:
            return self.delete(ref_doc_id, **delete_kwargs)
        selection = field(_REF) == ref_doc_id
        await self._async_client.delete(self.collection, filter=selection, wait_for=WaitFor.SEARCHABLE)

    def delete_nodes(
        self, node_ids: Optional[List[str]] = None, filters: Optional[MetadataFilters] = None, **delete_kwargs: Any
    ) -> None:
        """Deletes nodes by their ids or by a filter.

        Args:
            node_ids: The ids.
            filters: Which nodes, instead of ids.
            delete_kwargs: Options of other stores, without effect.

        Raises:
            ValueError: Both or neither are given.
        """
        self._client.delete(self.collection, ids=node_ids, filter=self.to_filter(filters), wait_for=WaitFor.SEARCHABLE)

    def clear(self) -> None:
        """Deletes all nodes."""
        self._client.delete(self.collection, filter="true", wait_for=WaitFor.SEARCHABLE)

    def get_nodes(self, node_ids: Optional[List[str]] = None, filters: Optional[MetadataFilters] = None) -> List[BaseNode]:
        """Reads nodes: those of some ids, those that a filter admits, or all.

        Args:
            node_ids: The ids; one without a node is left out.
            filters: Which nodes, where no ids are given.
        """
        if node_ids is None:
            return [_node(one) for one in self._client.scroll(self.collection, filter=self.to_filter(filters))]
        found: List[Document] = []
        for start in range(0, len(node_ids), _CHUNK):
            found += self._client.get(self.collection, node_ids[start : start + _CHUNK])
        return list(map(_node, found))

    def query(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        """Searches for the text of a query.

        Args:
            query: The query. Its text, its filters, ``doc_ids`` and ``similarity_top_k`` are used.
            kwargs: Further arguments of :meth:`SiskinClient.search`, for example ``recall_target``.

        Raises:
            ValueError: The query has no text, or limits the nodes by their ids, which Siskin cannot.
        """
        hits = self._client.search(self.collection, **self._search(query), **kwargs).hits
        return _result(documents_of(self._client, self.collection, hits, ""))

    async def aquery(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        """As :meth:`query`."""
        if self._async_client is None:
            return self.query(query, **kwargs)
        hits = (await self._async_client.search(self.collection, **self._search(query), **kwargs)).hits
        return _result(await documents_of_async(self._async_client, self.collection, hits, ""))

    def to_filter(self, given: Optional[MetadataFilters]) -> Optional[Filter]:
        """Translates a filter of LlamaIndex.

        Args:
            given: The filter; ``None`` for all nodes.

        Raises:
            ValueError: It uses a key that the collection does not declare, or an operator that Siskin lacks.
        """
        if given is None or not given.filters:
            return None
        conditions = tuple(
            self.to_filter(one) or filters.AllOf(()) if isinstance(one, MetadataFilters) else self._comparison(one)
            for one in given.filters
        )
        if given.condition == FilterCondition.OR:
            return filters.AnyOf(conditions)
        if given.condition == FilterCondition.NOT:
            return ~filters.AnyOf(conditions)
        return filters.AllOf(conditions)

    def _comparison(self, given: MetadataFilter) -> Filter:
        if given.key not in self._fields:
            raise ValueError(f"filters cannot use {given.key!r}; the collection declares {sorted(self._fields)}")
        kind, declared, operator = self._fields[given.key], field(given.key), given.operator
        if operator == FilterOperator.IS_EMPTY:
            return ~declared.exists()
        if operator in (FilterOperator.IN, FilterOperator.ANY, FilterOperator.NIN):
            values = given.value if isinstance(given.value, list) else [given.value]
            one_of = declared.is_in(*(typed(one, kind) for one in values))
            return ~one_of if operator == FilterOperator.NIN else one_of
        if operator == FilterOperator.ALL and isinstance(given.value, list):
            return filters.AllOf(tuple(declared == one for one in given.value))
        value = typed(given.value, kind)
        comparisons = {
            FilterOperator.EQ: declared == value,
            FilterOperator.CONTAINS: declared == value,
            FilterOperator.NE: declared != value,
            FilterOperator.GT: declared > value,
            FilterOperator.GTE: declared >= value,
            FilterOperator.LT: declared < value,
            FilterOperator.LTE: declared <= value,
        }
        if operator not in comparisons:
            raise ValueError(f"the operator is {operator.value!r}, which Siskin lacks")
        return comparisons[operator]

    def _search(self, query: VectorStoreQuery) -> Dict[str, Any]:
        if query.query_str is None:
            raise ValueError("the query has no text (query_str)")
        if query.node_ids:
            raise ValueError("a search cannot be limited to node_ids; use get_nodes, or doc_ids")
        selection = self.to_filter(query.filters)
        if query.doc_ids:
            of_documents = field(_REF).is_in(*query.doc_ids)
            selection = of_documents if selection is None else of_documents & selection
        text = query.query_str
        return {
            "query": text if self._encode_query is None else self._encode_query(text),
            "k": query.similarity_top_k,
            "filter": selection,
        }

    def _document(self, node: BaseNode) -> Document:
        text = node.get_content(metadata_mode=MetadataMode.NONE)
        declared = {
            name: typed(node.metadata[name], kind) for name, kind in self._fields.items() if node.metadata.get(name) is not None
        }
        if node.ref_doc_id is not None and _REF in self._fields:
            declared[_REF] = node.ref_doc_id
        return Document(
            node.node_id,
            text=text,
            vector=None if self._encode_document is None else self._encode_document(text),
            fields={**declared, _NODE: json.dumps(node_to_metadata_dict(node, remove_text=True))},
        )


def _ids(nodes: Sequence[BaseNode], summary: Any) -> List[str]:
    if summary.refused:
        first = summary.refused[0]
        raise ValueError(f"{len(summary.refused)} nodes were refused, the first is {first.id}: {first.error}")
    return [node.node_id for node in nodes]


def _node(document: Document) -> BaseNode:
    return metadata_dict_to_node(json.loads(str(document.fields[_NODE])), text=document.text)


def _result(found: List[Tuple[Hit, Document]]) -> VectorStoreQueryResult:
    return VectorStoreQueryResult(
        nodes=[_node(document) for _, document in found],
        similarities=[hit.score for hit, _ in found],
        ids=[hit.id for hit, _ in found],
    )
