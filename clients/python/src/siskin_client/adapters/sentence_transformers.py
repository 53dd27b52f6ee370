"""Search over embeddings of a ``SparseEncoder`` of sentence-transformers.

It has the form of the functions in ``sentence_transformers.sparse_encoder.search_engines``::

    decoded = model.decode(model.encode_document(corpus))
    results, seconds, index = semantic_search_siskin(queries, corpus_embeddings_decoded=decoded, output_index=True)
    results, seconds = semantic_search_siskin(more_queries, corpus_index=index)
"""

from __future__ import annotations

import time
import uuid
from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple, Union

from .. import Document, SearchRequest, SiskinClient, VectorLike, WaitFor
from ._found import BATCH_SECONDS

Results = List[List[Dict[str, Union[int, float]]]]
"""For each query its hits, best first: ``corpus_id`` (the position in the corpus) and ``score``."""


def semantic_search_siskin(
    query_embeddings_decoded: Sequence[VectorLike],
    corpus_embeddings_decoded: Optional[Iterable[VectorLike]] = None,
    corpus_index: Optional[Tuple[SiskinClient, str]] = None,
    top_k: int = 10,
    output_index: bool = False,
    **kwargs: Any,
) -> Union[Tuple[Results, float], Tuple[Results, float, Tuple[SiskinClient, str]]]:
    """Searches a corpus of sparse embeddings.

    Args:
        query_embeddings_decoded: One embedding per query, as ``SparseEncoder.decode`` gives them: lists of
            ``(token, weight)``. Any other form of a vector will do, too, if the corpus has the same.
        corpus_embeddings_decoded: The embeddings of the corpus. They are written to a new collection. Used only without a
            ``corpus_index``.
        corpus_index: A client, and the name of a collection whose ids are positions in the corpus.
        top_k: How many hits to return for each query: 1 to 10,000.
        output_index: Whether the client and the collection are returned, so that they can be searched again. They are the
            caller's to close and to drop then. Otherwise a collection that was made here is dropped.
        kwargs: Options of :class:`SiskinClient`, for example ``target``, where one is made.

    Returns:
        The hits of each query, the seconds that all searches took, and the index if it was asked for. A query without
        hits keeps its place, as an empty list.

    Raises:
        ValueError: There is neither a corpus nor an index.
    """
    made = corpus_index is None
    if corpus_index is None:
        if corpus_embeddings_decoded is None:
            raise ValueError("give corpus_embeddings_decoded or corpus_index")
        corpus_index = _index(corpus_embeddings_decoded, kwargs)
    client, collection = corpus_index
    try:
        start = time.perf_counter()
        requests = (SearchRequest(collection, query, k=top_k) for query in query_embeddings_decoded)
        answers = client.search_stream(requests, timeout_seconds=BATCH_SECONDS)
        results: Results = [[{"corpus_id": int(hit.id), "score": hit.score} for hit in answer] for answer in answers]
        seconds = time.perf_counter() - start
    finally:
        if made and not output_index:
            client.drop_collection(collection)
            client.close()
    return (results, seconds, corpus_index) if output_index else (results, seconds)


def _index(embeddings: Iterable[VectorLike], options: Dict[str, Any]) -> Tuple[SiskinClient, str]:
    client = SiskinClient(**options)
    collection = f"sparse-{uuid.uuid4().hex}"
    client.create_collection(collection)
    documents = (Document(str(position), vector=vector) for position, vector in enumerate(embeddings))
    refused = client.upsert_all(collection, documents, wait_for=WaitFor.SEARCHABLE).refused
    if refused:
        client.drop_collection(collection)
        client.close()
        raise ValueError(f"embedding {refused[0].id} of the corpus cannot be written: {refused[0].error}")
    return client, collection
