"""Every adapter with its real library and a real server. A library that is not installed leaves its tests out."""

import asyncio
import importlib
from datetime import datetime, timezone

import pytest

from siskin_client import AsyncSiskinClient, Bm25, FieldType, SparseVector, WaitFor, field


def adapter(name, library):
    pytest.importorskip(library, reason=f"needs {library}")
    return importlib.import_module(f"siskin_client.adapters.{name}")


NOTES = [
    {"id": "n1", "text": "Moths came to the lamp.", "year": 2025, "tags": ["a", "b"], "title": "Lamp"},
    {"id": "n2", "text": "A siskin sang, and moths flew.", "year": 2026},
    {"id": "n3", "text": "Only rain.", "year": 2026},
]


@pytest.fixture
def notes(client, name):
    fields = {"year": FieldType.INT64, "tags": FieldType.STRING_LIST}
    client.create_collection(name, fields=fields, encoder=Bm25())
    client.upsert(name, NOTES, wait_for=WaitFor.SEARCHABLE)
    return name


# sentence-transformers


def tiny_encoder(folder):
    """A SPLADE model of random weights, whose vocabulary is a handful of words."""
    import torch
    from sentence_transformers import SparseEncoder
    from sentence_transformers.sparse_encoder.modules import SpladePooling
    from transformers import BertConfig, BertForMaskedLM, BertTokenizer

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "moth", "moths", "lamp", "rain", "bird", "night", "a"]
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(7)
    config = BertConfig(vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    BertForMaskedLM(config).save_pretrained(folder)
    try:
        from sentence_transformers.sparse_encoder.modules import MLMTransformer

        transformer = MLMTransformer(str(folder))
    except ImportError:
        from sentence_transformers.sparse_encoder.modules import Transformer

        transformer = Transformer(str(folder), transformer_task="fill-mask")
    return SparseEncoder(modules=[transformer, SpladePooling()], device="cpu")


def test_sentence_transformers(server, client, tmp_path):
    module = adapter("sentence_transformers", "sentence_transformers")
    model = tiny_encoder(tmp_path)
    corpus = ["a moth", "rain night", "lamp bird moths", "night"]
    queries = ["moth lamp", "rain"]
    documents, wanted = model.encode_document(corpus), model.encode_query(queries)
    decoded, decoded_queries = model.decode(documents), model.decode(wanted)
    results, seconds, index = module.semantic_search_siskin(
        [decoded_queries[0], [], decoded_queries[1]],
        corpus_embeddings_decoded=decoded,
        top_k=2,
        output_index=True,
        target=server.target,
        timeout_seconds=60,
    )
    assert seconds > 0 and results[1] == []
    # The slow twin: all inner products, which the server's 8 bits of a weight change a little.
    scores = (wanted.to_dense() @ documents.to_dense().T).tolist()
    for found, row in zip((results[0], results[2]), scores):
        best = sorted(row, reverse=True)[:2]
        assert [hit["score"] for hit in found] == pytest.approx(best, rel=0.02)
        assert [row[hit["corpus_id"]] for hit in found] == pytest.approx(best, rel=0.02)
    again, _ = module.semantic_search_siskin(decoded_queries, corpus_index=index, top_k=2)
    assert again == [results[0], results[2]]
    index[0].drop_collection(index[1])
    index[0].close()


def test_sentence_transformers_cleans_up(server, client):
    module = adapter("sentence_transformers", "sentence_transformers")
    before = [one.name for one in client.list_collections()]
    results, _ = module.semantic_search_siskin(
        [[("a", 1.0)]], [[("b", 1.0)], [("a", 2.0)]], target=server.target, timeout_seconds=60
    )
    assert [hit["corpus_id"] for hit in results[0]] == [1]
    assert [one.name for one in client.list_collections()] == before
    with pytest.raises(ValueError, match="corpus_embeddings_decoded or corpus_index"):
        module.semantic_search_siskin([[]])
    with pytest.raises(ValueError, match="embedding 0 of the corpus cannot be written"):
        module.semantic_search_siskin([[]], [[("a", -1.0)]], target=server.target, timeout_seconds=60)
    assert [one.name for one in client.list_collections()] == before


# LangChain


def test_langchain(server, client, notes):
    module = adapter("langchain", "langchain_core")
    retriever = module.SiskinRetriever(client=client, collection=notes, k=2)
    found = retriever.invoke("moths and lamps")
    assert [one.id for one in found] == ["n1", "n2"]
    assert found[0].page_content == NOTES[0]["text"]
    assert found[0].metadata["year"] == 2025 and found[0].metadata["tags"] == ["a", "b"]
    assert found[0].metadata["score"] > found[1].metadata["score"] > 0
    newer = module.SiskinRetriever(client=client, collection=notes, filter=field("year") >= 2026)
    assert [one.id for one in newer.invoke("moths")] == ["n2"]
    by_vector = module.SiskinRetriever(client=client, collection=notes, encode_query=lambda _: {"rain": 1.0})
    assert [one.id for one in by_vector.invoke("anything")] == ["n3"]
    assert retriever.invoke("xyzzy") == []
    assert [len(one) for one in retriever.batch(["moths", "rain"])] == [2, 1]


def test_langchain_async(server, client, notes):
    module = adapter("langchain", "langchain_core")

    async def run():
        async with AsyncSiskinClient(server.target, timeout_seconds=60) as async_client:
            own = module.SiskinRetriever(client=client, collection=notes, async_client=async_client)
            borrowed = module.SiskinRetriever(client=client, collection=notes)
            return await own.ainvoke("moths"), await borrowed.ainvoke("moths")

    own, borrowed = asyncio.run(run())
    assert own == borrowed and {one.id for one in own} == {"n1", "n2"}


# LlamaIndex


@pytest.fixture
def vector_store(client, name):
    module = adapter("llama_index", "llama_index.core")
    fields = {"year": FieldType.INT64, "rating": FieldType.DOUBLE, "tags": FieldType.STRING_LIST}
    return module.SiskinVectorStore.create(client, name, metadata_fields=fields)


def test_llama_index(vector_store):
    from llama_index.core import Document, MockEmbedding, VectorStoreIndex
    from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters

    index = VectorStoreIndex.from_vector_store(vector_store, embed_model=MockEmbedding(embed_dim=1))
    for one in NOTES:
        meta = {"year": one["year"], "rating": 1, "nested": {"a": [1]}, "tags": one.get("tags", [])}
        index.insert(Document(doc_id=one["id"], text=one["text"], metadata=meta))
    found = index.as_retriever(similarity_top_k=2).retrieve("moths and lamps")
    assert [one.node.ref_doc_id for one in found] == ["n1", "n2"]
    assert found[0].score > found[1].score
    assert found[0].node.get_content() == NOTES[0]["text"]
    assert found[0].node.metadata["nested"] == {"a": [1]}

    def ids(*conditions, condition="and"):
        filters = MetadataFilters(
            filters=[MetadataFilter(key=key, operator=FilterOperator(op), value=value) for key, op, value in conditions],
            condition=condition,
        )
        return {node.ref_doc_id for node in vector_store.get_nodes(filters=filters)}

    assert ids(("year", "==", 2026)) == {"n2", "n3"}
    assert ids(("year", "!=", 2026), ("rating", ">=", 1)) == {"n1"}
    assert ids(("year", "<", 2026), ("year", ">", 2025), condition="or") == {"n1", "n2", "n3"}
    assert ids(("year", "in", [2025])) == {"n1"}
    assert ids(("year", "nin", [2025])) == {"n2", "n3"}
    assert ids(("tags", "contains", "a")) == {"n1"}
    assert ids(("tags", "all", ["a", "b"])) == {"n1"}
    assert ids(("tags", "any", ["b", "z"])) == {"n1"}
    assert ids(("year", "==", 2025), condition="not") == {"n2", "n3"}
    with pytest.raises(ValueError, match="filters cannot use 'colour'"):
        ids(("colour", "==", 1))
    with pytest.raises(ValueError, match="which Siskin lacks"):
        ids(("tags", "text_match", "a"))
    retriever = index.as_retriever(filters=MetadataFilters(filters=[MetadataFilter(key="year", value=2026)]))
    assert [one.node.ref_doc_id for one in retriever.retrieve("moths")] == ["n2"]
    index.delete_ref_doc("n2")
    assert [one.node.ref_doc_id for one in retriever.retrieve("moths")] == []
    vector_store.delete_nodes(node_ids=[found[0].node.node_id])
    assert [node.ref_doc_id for node in vector_store.get_nodes()] == ["n3"]
    vector_store.clear()
    assert vector_store.get_nodes() == []


def test_llama_index_async(server, client, vector_store, name):
    from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
    from llama_index.core.vector_stores import VectorStoreQuery

    def node(number):
        source = {NodeRelationship.SOURCE: RelatedNodeInfo(node_id=f"d{number}")}
        return TextNode(id_=f"t{number}", text=f"moth number {number}", relationships=source)

    async def run():
        async with AsyncSiskinClient(server.target, timeout_seconds=60) as async_client:
            store = type(vector_store)(client, name, async_client=async_client)
            assert await store.async_add([node(1), node(2)]) == ["t1", "t2"]
            both = await store.aquery(VectorStoreQuery(query_str="moths", similarity_top_k=5))
            one = await store.aquery(VectorStoreQuery(query_str="moths", doc_ids=["d2"]))
            await store.adelete("d1")
            return both.ids, one.ids, [found.node_id for found in await store.aget_nodes()]

    assert asyncio.run(run()) == (["t1", "t2"], ["t2"], ["t2"])
    with pytest.raises(ValueError, match="has no text"):
        vector_store.query(VectorStoreQuery())
    with pytest.raises(ValueError, match="node_ids"):
        vector_store.query(VectorStoreQuery(query_str="x", node_ids=["a"]))


def test_llama_index_with_vectors_of_its_own(client, name):
    module = adapter("llama_index", "llama_index.core")
    from llama_index.core.schema import TextNode
    from llama_index.core.vector_stores import VectorStoreQuery

    def words(text):
        return dict.fromkeys(text.split(), 1.0)

    store = module.SiskinVectorStore.create(client, name, encode_document=words, encode_query=words)
    store.add([TextNode(id_="a", text="Moths fly"), TextNode(id_="b", text="rain falls")])
    found = store.query(VectorStoreQuery(query_str="rain"))
    assert found.ids == ["b"] and found.nodes[0].text == "rain falls"


# PyTerrier


def test_pyterrier(client, name):
    module = adapter("pyterrier", "pyterrier")
    import pandas

    documents = [{"docno": one["id"], "text": one["text"], "title": one.get("title", "")} for one in NOTES]
    retriever = module.SiskinIndexer(client, name, encoder=Bm25()).index(iter(documents), fields=["text"])
    found = retriever.search("moths and lamps")
    assert found["docno"].tolist() == ["n1", "n2"] and found["rank"].tolist() == [0, 1]
    assert found["text"].tolist() == [NOTES[0]["text"], NOTES[1]["text"]]
    assert found["query"].tolist() == ["moths and lamps"] * 2
    frame = pandas.DataFrame([["q1", "rain"], ["q2", "xyzzy"], ["q3", "moths"]], columns=["qid", "query"])
    pipeline = retriever % 1
    assert pipeline(frame)[["qid", "docno"]].values.tolist() == [["q1", "n3"], ["q3", "n1"]]
    assert (retriever >> retriever)(frame)["docno"].tolist() == retriever(frame)["docno"].tolist()
    empty = retriever(frame.iloc[:0])
    assert len(empty) == 0 and list(empty.columns) == ["qid", "query", "docno", "score", "rank", "text"]
    with pytest.raises(ValueError, match="needed are qid"):
        retriever(pandas.DataFrame([["a"]], columns=["qid"]))


def test_pyterrier_with_tokens(client, name):
    module = adapter("pyterrier", "pyterrier")
    import pandas

    rows = [{"docno": "a", "toks": {"moth": 2.0, "lamp": 1.0}}, {"docno": "b", "toks": {"lamp": 3.0}, "text": "kept"}]
    retriever = module.SiskinIndexer(client, name).index(rows, num_results=5)
    frame = pandas.DataFrame([["q", {"lamp": 1.0}]], columns=["qid", "query_toks"])
    found = retriever(frame)
    assert found["docno"].tolist() == ["b", "a"]
    assert found["score"].tolist() == pytest.approx([3.0, 1.0], rel=0.01)
    assert client.get(name, "b")[0].text == "kept"
    with pytest.raises(ValueError, match="1 documents cannot be written, the first is c"):
        module.SiskinIndexer(client, name).index([{"docno": "c", "toks": {"moth": -1.0}}])


# BEIR

CORPUS = {one["id"]: {"title": one.get("title", ""), "text": one["text"]} for one in NOTES}
QUERIES = {"q1": "moths and lamps", "q2": "xyzzy", "q3": "rain"}


def test_beir(client, name):
    module = adapter("beir", "beir")
    from beir.retrieval.evaluation import EvaluateRetrieval

    evaluation = EvaluateRetrieval(module.SiskinSearch(client, name), k_values=[1, 3])
    results = evaluation.retrieve(CORPUS, QUERIES)
    assert list(results["q1"]) == ["n1", "n2"] and results["q2"] == {} and list(results["q3"]) == ["n3"]
    ndcg, *_ = evaluation.evaluate({"q1": {"n1": 1}, "q3": {"n3": 1}}, results, [1, 3])
    assert ndcg["NDCG@1"] == 1.0
    # The collection is there now, so nothing is indexed again.
    assert evaluation.retrieve({}, {"q": "rain"}) == {"q": {"n3": results["q3"]["n3"]}}
    with pytest.raises(NotImplementedError):
        evaluation.encode_and_retrieve(CORPUS, QUERIES)


def test_beir_with_functions_that_encode(client, name):
    module = adapter("beir", "beir")
    seen = []

    def encode(texts):
        seen.append(len(texts))
        return [dict.fromkeys(text.lower().replace(".", "").split(), 1.0) for text in texts]

    search = module.SiskinSearch(client, name, encode_documents=encode, encode_queries=encode, batch_size=2)
    results = search.search(CORPUS, {"q1": "lamp moths", "q2": "rain"}, 2, "dot")
    assert list(results["q1"]) == ["n1", "n2"] and list(results["q2"]) == ["n3"]
    assert seen == [2, 1, 2]
    with pytest.raises(ValueError, match="or neither"):
        module.SiskinSearch(client, name, encode_queries=encode)


# MTEB


def retrieval_task(queries, relevant, top_ranked=None):
    """A task of MTEB over the documents of these tests, which loads nothing."""
    import mteb
    from datasets import Dataset
    from mteb.abstasks import AbsTaskRetrieval

    class Notes(AbsTaskRetrieval):
        metadata = mteb.TaskMetadata(
            name="SiskinNotes",
            description="Notes.",
            reference=None,
            dataset={"path": "none/none", "revision": "1"},
            type="Retrieval",
            category="t2t",
            modalities=["text"],
            eval_splits=["test"],
            eval_langs=["eng-Latn"],
            main_score="ndcg_at_10",
            date=None,
            domains=None,
            task_subtypes=None,
            license=None,
            annotations_creators=None,
            dialect=None,
            sample_creation=None,
            bibtex_citation=None,
        )

        def load_data(self, num_proc=None, **kwargs):
            rows = [{"id": one, **content} for one, content in CORPUS.items()]
            split = {
                "corpus": Dataset.from_list(rows),
                "queries": Dataset.from_list([{"id": one, "text": text} for one, text in queries.items()]),
                "relevant_docs": relevant,
                "top_ranked": top_ranked,
            }
            self.dataset = {"default": {"test": split}}
            self.data_loaded = True

    return Notes()


def test_mteb(client, name, tmp_path):
    module = adapter("mteb", "mteb")
    import mteb

    model = module.SiskinSearchModel(client, "siskin/bm25", collection_prefix=f"{name}-")
    assert isinstance(model, mteb.SearchProtocol)
    task = retrieval_task({"q1": "moths and lamps", "q3": "rain"}, {"q1": {"n1": 1}, "q3": {"n3": 1}})
    cache = mteb.ResultCache(cache_path=tmp_path)
    result = mteb.evaluate(model, task, cache=cache, overwrite_strategy="always")
    scores = result.task_results[0].scores["test"][0]
    assert scores["ndcg_at_1"] == 1.0 and scores["recall_at_1"] == 1.0
    assert client.has_collection(f"{name}-SiskinNotes-default-test")
    # A wrong judgment must show.
    wrong = retrieval_task({"q3": "rain"}, {"q3": {"n1": 1}})
    result = mteb.evaluate(model, wrong, cache=cache, overwrite_strategy="always")
    assert result.task_results[0].scores["test"][0]["ndcg_at_10"] == 0.0


def test_mteb_scores_the_documents_of_a_reranking(client, name):
    module = adapter("mteb", "mteb")
    model = module.SiskinSearchModel(client, "siskin/bm25", collection_prefix=f"{name}-", recall_target=0.9)
    task = retrieval_task({}, {}).metadata
    place = {"task_metadata": task, "hf_split": "test", "hf_subset": "default"}
    rows = [{"id": one, **content} for one, content in CORPUS.items()]
    model.index(rows, **place)
    queries = [{"id": "q1", "text": "moths and lamps"}]
    free = model.search(queries, top_k=10, **place)["q1"]
    ranked = model.search(queries, top_k=10, top_ranked={"q1": ["n3", "n2"]}, **place)
    assert ranked == {"q1": {"n3": 0.0, "n2": free["n2"]}}


def test_mteb_with_functions_that_encode(client, name):
    module = adapter("mteb", "mteb")
    seen = []

    def encode(texts):
        seen.extend(texts)
        return [dict.fromkeys(text.lower().replace(".", "").split(), 1.0) for text in texts]

    model = module.SiskinSearchModel(
        client, "siskin/words", collection_prefix=f"{name}-", encode_documents=encode, encode_queries=encode, batch_size=2
    )
    place = {"task_metadata": retrieval_task({}, {}).metadata, "hf_split": "test", "hf_subset": "default"}
    model.index([{"id": one, **content} for one, content in CORPUS.items()], **place)
    found = model.search([{"id": "q", "text": "rain", "instruction": "find"}], top_k=2, **place)
    assert list(found["q"]) == ["n3"] and seen[-1] == "find rain" and len(seen) == 4


# The form of pyserini


def test_pyserini_form(client, notes):
    from siskin_client.adapters.pyserini import SiskinSearcher

    searcher = SiskinSearcher(client, notes)
    hits = searcher.search("moths and lamps", k=1)
    assert [hit.docid for hit in hits] == ["n1"] and hits[0].score > 0
    assert searcher.search({"rain": 1.0})[0].docid == "n3"
    found = searcher.batch_search(["rain", "xyzzy", "moths"], ["a", "b", "c"], k=5, threads=2)
    assert {qid: [hit.docid for hit in hits] for qid, hits in found.items()} == {"a": ["n3"], "b": [], "c": ["n1", "n2"]}
    assert searcher.doc("n3").contents() == "Only rain." and searcher.doc("none") is None
    assert searcher.num_docs == 3
    newer = SiskinSearcher(client, notes, filter="year >= 2026", encode_query=lambda _: SparseVector(("moth",), (1.0,)))
    assert [hit.docid for hit in newer.search("anything")] == ["n2"]
    with pytest.raises(ValueError, match="2 queries and 1 qids"):
        searcher.batch_search(["a", "b"], ["q"])


def test_instants_of_other_libraries():
    from siskin_client.adapters._instants import typed

    utc = datetime(2026, 5, 1, 12, tzinfo=timezone.utc)
    for text in ("2026-05-01T12:00:00", "2026-05-01T12:00:00Z", "2026-05-01T14:00:00+02:00"):
        assert typed(text, FieldType.TIMESTAMP) == utc
    assert typed(utc.replace(tzinfo=None), FieldType.TIMESTAMP) == utc
    assert typed(1, FieldType.DOUBLE) == 1.0 and isinstance(typed(1, FieldType.DOUBLE), float)
    assert typed("2026-05-01", FieldType.STRING) == "2026-05-01"
    with pytest.raises(ValueError):
        typed("soon", FieldType.TIMESTAMP)
