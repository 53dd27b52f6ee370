"""The store for Haystack, with Haystack's own tests of document stores and a real server."""

import uuid
from inspect import signature

import pytest

pytest.importorskip("haystack", reason="needs haystack")

from haystack import Document, Pipeline
from haystack.dataclasses import SparseEmbedding
from haystack.document_stores.errors import DocumentStoreError, DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy
from haystack.errors import FilterError
from haystack.testing.document_store import (
    CountDocumentsTest,
    DeleteDocumentsTest,
    FilterDocumentsTest,
    WriteDocumentsTest,
)

from siskin_client import FieldType
from siskin_client.adapters.haystack import SiskinDocumentStore, SiskinSparseEmbeddingRetriever

META = {
    "number": FieldType.INT64,
    "name": FieldType.STRING,
    "page": FieldType.STRING,
    "chapter": FieldType.STRING,
    "date": FieldType.TIMESTAMP,
}


@pytest.fixture
def document_store(server):
    store = SiskinDocumentStore(f"h{uuid.uuid4().hex[:12]}", target=server.target, meta_fields=META, timeout_seconds=60)
    yield store
    store.close()


class TestOfHaystack(CountDocumentsTest, WriteDocumentsTest, DeleteDocumentsTest, FilterDocumentsTest):
    def test_write_documents(self, document_store):
        document = Document(content="test")
        assert document_store.write_documents([document]) == 1
        with pytest.raises(DuplicateDocumentError):
            document_store.write_documents([document])


def test_search(document_store):
    documents = [
        Document(id="a", content="moth", meta={"number": 1}, sparse_embedding=SparseEmbedding([3, 7], [1.0, 0.5])),
        Document(id="b", content="lamp", meta={"number": 2}, sparse_embedding=SparseEmbedding([7], [2.0])),
        Document(id="c", content="never found", meta={"number": 3, "nested": {"x": [1]}}),
    ]
    document_store.write_documents(documents)
    query = SparseEmbedding([7], [1.0])
    retriever = SiskinSparseEmbeddingRetriever(document_store, top_k=5)
    found = retriever.run(query)["documents"]
    assert [one.id for one in found] == ["b", "a"]
    assert [one.score for one in found] == pytest.approx([2.0, 0.5], rel=0.01)
    assert found[0].content == "lamp" and found[0].sparse_embedding == documents[1].sparse_embedding
    only = {"field": "meta.number", "operator": "<", "value": 2}
    assert [one.id for one in retriever.run(query, filters=only, top_k=1)["documents"]] == ["a"]
    assert document_store.filter_documents({"field": "meta.number", "operator": "==", "value": 3}) == [documents[2]]
    with pytest.raises(FilterError, match=r"filters cannot use 'meta\.colour'"):
        retriever.run(query, filters={"field": "meta.colour", "operator": "==", "value": 3})
    with pytest.raises(FilterError, match="is no date"):
        document_store.filter_documents({"field": "meta.date", "operator": ">", "value": "soon"})


def test_a_refused_document_is_named(document_store):
    with pytest.raises(DocumentStoreError, match=r"1 documents were refused, the first is x: .*number"):
        document_store.write_documents([Document(id="x", meta={"number": "many"})], DuplicatePolicy.OVERWRITE)


def test_a_pipeline_is_saved_and_loaded(document_store):
    document_store.write_documents([Document(id="a", content="moth", sparse_embedding=SparseEmbedding([3], [1.0]))])
    pipeline = Pipeline()
    retriever = SiskinSparseEmbeddingRetriever(
        document_store, filters={"field": "meta.number", "operator": "==", "value": None}
    )
    pipeline.add_component("retriever", retriever)
    # Newer versions of Haystack load classes of allowed modules only.
    allowed = {"allowed_modules": ["siskin_client.*"]} if "allowed_modules" in signature(Pipeline.loads).parameters else {}
    loaded = Pipeline.loads(pipeline.dumps(), **allowed)
    result = loaded.run({"retriever": {"query_sparse_embedding": SparseEmbedding([3], [1.0])}})
    assert [one.id for one in result["retriever"]["documents"]] == ["a"]
    store = loaded.get_component("retriever").document_store
    assert store.meta_fields == META
    store.close()
