"""A retriever for LangChain."""

from __future__ import annotations

from typing import Any, Callable, List, Optional

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import Field

from .. import AsyncSiskinClient, SearchRequest, SiskinClient
from ._found import documents_of, documents_of_async


class SiskinRetriever(BaseRetriever):
    """Finds documents of one collection.

    The text of a document is the page content. Its fields, with their types, are the metadata, and so is the score, as
    ``score``::

        retriever = SiskinRetriever(client=SiskinClient(), collection="notes", k=4, filter="year >= 2020")
        retriever.invoke("moths")
    """

    client: Any
    """The :class:`SiskinClient`, which stays the caller's to close."""
    collection: str
    """The collection's name or an alias."""
    k: int = Field(default=4, ge=1, le=10_000)
    """How many documents to find."""
    filter: Any = None
    """Which documents qualify, as a ``Filter`` or as text; ``None`` for all."""
    tenant: str = ""
    """Whose documents are searched; empty for a collection without tenants."""
    recall_target: Optional[float] = Field(default=None, gt=0, le=1)
    """Which share of the true best k is wanted; ``None`` for the collection's default."""
    encode_query: Optional[Callable[[str], Any]] = None
    """Makes a vector of a text, where the collection has no encoder of its own for queries."""
    async_client: Any = None
    """The :class:`AsyncSiskinClient` for ``ainvoke``; without one, ``ainvoke`` uses ``client`` in a thread."""

    def _request(self, query: str) -> SearchRequest:
        return SearchRequest(
            self.collection,
            query if self.encode_query is None else self.encode_query(query),
            k=self.k,
            filter=self.filter,
            tenant=self.tenant,
            recall_target=self.recall_target,
        )

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> List[LangChainDocument]:
        client: SiskinClient = self.client
        hits = client.search(**vars(self._request(query))).hits
        return [_document(hit, found) for hit, found in documents_of(client, self.collection, hits, self.tenant)]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> List[LangChainDocument]:
        client: Optional[AsyncSiskinClient] = self.async_client
        if client is None:
            return await super()._aget_relevant_documents(query, run_manager=run_manager)
        hits = (await client.search(**vars(self._request(query)))).hits
        pairs = await documents_of_async(client, self.collection, hits, self.tenant)
        return [_document(hit, found) for hit, found in pairs]


def _document(hit: Any, found: Any) -> LangChainDocument:
    return LangChainDocument(id=hit.id, page_content=found.text or "", metadata={**found.fields, "score": hit.score})
