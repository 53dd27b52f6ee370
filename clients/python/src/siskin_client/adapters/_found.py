"""The documents behind hits. Searches return fields as text; these come with their types."""

from __future__ import annotations

from typing import Iterable, Iterator, List, Sequence, Tuple

from .. import AsyncSiskinClient, Document, Hit, SiskinClient

_IDS_MAX = 1000

BATCH_SECONDS = 60.0
"""How long each of many searches may take for which nobody waits alone."""


def documents_of(client: SiskinClient, collection: str, hits: Sequence[Hit], tenant: str) -> List[Tuple[Hit, Document]]:
    """Reads the documents of hits, in the order of the hits. One that was deleted meanwhile is left out."""
    found: List[Document] = []
    for ids in _chunks(hits):
        found += client.get(collection, ids, tenant=tenant)
    return _pair(hits, found)


async def documents_of_async(
    client: AsyncSiskinClient, collection: str, hits: Sequence[Hit], tenant: str
) -> List[Tuple[Hit, Document]]:
    """As :func:`documents_of`, for asyncio."""
    found: List[Document] = []
    for ids in _chunks(hits):
        found += await client.get(collection, ids, tenant=tenant)
    return _pair(hits, found)


def _chunks(hits: Sequence[Hit]) -> Iterator[List[str]]:
    ids = [hit.id for hit in hits]
    for start in range(0, len(ids), _IDS_MAX):
        yield ids[start : start + _IDS_MAX]


def _pair(hits: Sequence[Hit], found: Iterable[Document]) -> List[Tuple[Hit, Document]]:
    by_id = {document.id: document for document in found}
    return [(hit, by_id[hit.id]) for hit in hits if hit.id in by_id]
