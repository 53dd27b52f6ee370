"""The peer engines. Each has the same four methods: which indexes, which searches, build and open.

Grids are written for any collection. What depends on the size of a collection is given as a share of it. An engine gets
its documents as arrays if it accepts arrays. Only Seismic's raw index reads a file.
"""

import dataclasses
import json
import pathlib

import numpy as np


@dataclasses.dataclass(frozen=True)
class Shape:
    """The facts about a collection that the grids depend on."""

    rows: int
    columns: int
    entries: int
    terms: int  # the number of columns that at least one document has
    row_entries_max: int  # the largest number of entries of a document or a query

    @property
    def mean_list(self):
        return self.entries / max(1, self.terms)


def shape_of(base, queries):
    longest = max(int(np.diff(m.indptr).max(initial=1)) for m in (base, queries))
    terms = int(np.count_nonzero(np.bincount(base.indices, minlength=base.columns)))
    return Shape(base.rows, base.columns, len(base.data), terms, longest)


def files_bytes(directory):
    """Returns the length of all files of an index in bytes."""
    return sum(f.stat().st_size for f in pathlib.Path(directory).iterdir() if f.is_file())


class Seismic:
    """Seismic: clustered posting lists with summaries. Documents are raw or compressed with DotVByte.

    Published settings limit a list to an absolute length, which does not suit collections of other sizes. So the limit
    here is a share of the mean length of a list.
    """

    SHARES = (
        (0.08, 0.2, 0.5),
        (0.16, 0.2, 0.5),
        (0.25, 0.2, 0.5),
        (0.5, 0.2, 0.5),
        (0.5, 0.1, 0.4),
        (1.0, 0.1, 0.4),
    )
    QUERY_CUTS = (3, 4, 6, 8, 12, 20)
    HEAP_FACTORS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
    COMPONENTS_MAX = 1 << 16

    packages = ("pyseismic-lsr",)

    def __init__(self, compressed):
        self.compressed = compressed
        self.name = "seismic-dotvbyte" if compressed else "seismic-raw"

    def unsupported(self, shape):
        """Returns why this engine cannot hold the collection, or None."""
        if self.compressed and shape.columns > self.COMPONENTS_MAX:
            return f"DotVByte holds at most {self.COMPONENTS_MAX} terms"
        return None

    def indexes(self, shape):
        return [
            {
                "n_postings": max(20, round(share * shape.mean_list)),
                "centroid_fraction": centroids,
                "summary_energy": energy,
                "max_fraction": 6.0,
            }
            for share, centroids, energy in self.SHARES
        ]

    def searches(self, index, k):
        return [{"query_cut": cut, "heap_factor": factor} for cut in self.QUERY_CUTS for factor in self.HEAP_FACTORS]

    def _raw_class(self, columns):
        import seismic

        return seismic.SeismicIndexRaw if columns <= self.COMPONENTS_MAX else seismic.SeismicIndexRawLV

    def build(self, base, shape, index, directory, threads):
        import seismic

        options = dict(index, min_cluster_size=2)
        if not self.compressed:
            documents = directory.parent / "documents.bin"
            if not documents.exists():
                write_seismic(documents, base)
            built = self._raw_class(base.columns).build(str(documents), **options)
        else:
            dataset = seismic.SeismicDataset(dim=base.columns)
            dataset.add_documents_by_id(
                [str(row) for row in range(base.rows)],
                base.indices.astype(np.int64),
                base.data.astype(np.float32),
                base.indptr.astype(np.int64),
            )
            built = seismic.SeismicIndexDotVByte.build_from_dataset(dataset, num_threads=threads, **options)
        return lambda: built.save(str(directory / "index"))

    def open(self, directory, shape, index, queries):
        import seismic

        if self.compressed:
            opened = seismic.SeismicIndexDotVByte.load(str(directory / "index.index.seismic"))
            return _OpenDotVByte(opened, queries, seismic.get_seismic_string())
        # load() adds the extension of the file for this class, but not for the other class.
        opened = self._raw_class(shape.columns).load(str(directory / "index"))
        return _OpenRaw(opened, queries, directory / "queries.bin")


def write_seismic(path, matrix):
    """Writes Seismic's own format.

    It has the number of rows (uint32). Each row has the number of entries (uint32), the terms (uint32, ascending) and
    the weights (float32).
    """
    with open(path, "wb") as out:
        out.write(np.uint32(matrix.rows).tobytes())
        for row in range(matrix.rows):
            terms, weights = matrix.row(row)
            out.write(np.uint32(len(terms)).tobytes())
            out.write(terms.astype("<u4").tobytes())
            out.write(weights.astype("<f4").tobytes())


class _OpenRaw:
    def __init__(self, opened, queries, batch):
        self._opened = opened
        self._batch = str(batch)
        write_seismic(batch, queries)
        self._queries = [
            (terms.astype(np.int32), weights.astype(np.float32))
            for terms, weights in (queries.row(q) for q in range(queries.rows))
        ]

    def all(self, search, k):
        """Answers all queries in one call, so that the binding takes the least time."""
        found = self._opened.batch_search(self._batch, k, search["query_cut"], search["heap_factor"], 0, True, 1)
        return lambda: [[hit[1] for hit in hits] for hits in found]

    def one(self, query, search, k):
        terms, weights = self._queries[query]
        self._opened.search(terms, weights, k, search["query_cut"], search["heap_factor"], 0, True)


class _OpenDotVByte:
    def __init__(self, opened, queries, string):
        self._opened = opened
        rows = [queries.row(q) for q in range(queries.rows)]
        self._ids = np.array([str(q) for q in range(queries.rows)], dtype=string)
        self._terms = [terms.astype(str).astype(string) for terms, _ in rows]
        self._weights = [weights.astype(np.float32) for _, weights in rows]

    def all(self, search, k):
        found = self._opened.batch_search(
            queries_ids=self._ids,
            query_components=self._terms,
            query_values=self._weights,
            k=k,
            query_cut=search["query_cut"],
            heap_factor=search["heap_factor"],
            n_knn=0,
            sorted=True,
            num_threads=1,
        )

        def rows():
            ordered = [[] for _ in self._terms]
            for hits in found:
                if hits:
                    ordered[int(hits[0][0])] = [int(hit[2]) for hit in hits]
            return ordered

        return rows

    def one(self, query, search, k):
        self._opened.search(
            query_id="0",
            query_components=self._terms[query],
            query_values=self._weights[query],
            k=k,
            query_cut=search["query_cut"],
            heap_factor=search["heap_factor"],
            n_knn=0,
            sorted=True,
        )


class Sindi:
    """VSAG's SINDI. It has windowed inverted lists, prunes documents and queries, and scores candidates again."""

    # The share of a document's mass that is pruned, 8-bit values, and whether whole vectors score
    # candidates again.
    INDEXES = (
        (0.0, False, False),
        (0.0, True, False),
        (0.0, False, True),
        (0.2, True, True),
        (0.4, False, True),
        (0.4, True, True),
        (0.6, True, True),
    )
    PRUNING = ((0.0, 0.0), (0.2, 0.0), (0.3, 0.1), (0.5, 0.1), (0.7, 0.2))
    CANDIDATES = (2, 5, 10)
    CANDIDATES_MAX = 5000

    name = "sindi"
    packages = ("pyvsag",)

    def unsupported(self, shape):
        return None

    def indexes(self, shape):
        return [
            {"doc_prune_ratio": prune, "use_quantization": quantized, "use_reorder": again}
            for prune, quantized, again in self.INDEXES
        ]

    def searches(self, index, k):
        # Without a second scoring, more candidates than k would change nothing.
        counts = [k]
        if index["use_reorder"]:
            counts = [k * times for times in self.CANDIDATES if times == 2 or k * times <= self.CANDIDATES_MAX]
        return [
            {"query_prune_ratio": query, "term_prune_ratio": term, "n_candidate": count}
            for query, term in self.PRUNING
            for count in counts
        ]

    def _index(self, shape, index):
        import pyvsag

        options = dict(index, term_id_limit=shape.columns, window_size=50000)
        text = json.dumps(
            {"dtype": "sparse", "dim": shape.row_entries_max, "metric_type": "ip", "index_param": options}
        )
        return pyvsag.Index("sindi", text)

    def build(self, base, shape, index, directory, threads):
        built = self._index(shape, index)
        built.build(
            index_pointers=base.indptr.astype(np.uint32),
            indices=base.indices.astype(np.uint32),
            values=base.data.astype(np.float32),
            ids=np.arange(base.rows, dtype=np.int64),
        )
        return lambda: built.save(str(directory / "index"))

    def open(self, directory, shape, index, queries):
        opened = self._index(shape, index)
        opened.load(str(directory / "index"))
        return _OpenSindi(opened, queries)


class _OpenSindi:
    def __init__(self, opened, queries):
        self._opened = opened
        self._queries = (
            queries.indptr.astype(np.uint32),
            queries.indices.astype(np.uint32),
            queries.data.astype(np.float32),
        )
        self._single = [
            (np.array([0, len(terms)], np.uint32), terms.astype(np.uint32), weights.astype(np.float32))
            for terms, weights in (queries.row(q) for q in range(queries.rows))
        ]

    def all(self, search, k):
        found = self._opened.knn_search(*self._queries, k, json.dumps({"sindi": search}))
        return lambda: np.asarray(found[0]).reshape(len(self._single), -1).tolist()

    def one(self, query, search, k):
        self._opened.knn_search(*self._single[query], k, json.dumps({"sindi": search}))


class Bmp:
    """BMP: block-max pruning over 8-bit impacts with one scale for all documents."""

    BLOCKS = (8, 32)
    PRUNING = ((1.0, 1.0), (1.0, 0.9), (0.9, 1.0), (0.9, 0.8), (0.8, 0.8), (0.7, 0.6), (0.6, 0.5))
    IMPACT_MAX = 255

    name = "bmp"
    packages = ("bmp",)

    def unsupported(self, shape):
        return None

    def indexes(self, shape):
        return [{"block": block} for block in self.BLOCKS]

    def searches(self, index, k):
        return [{"alpha": alpha, "beta": beta} for alpha, beta in self.PRUNING]

    def build(self, base, shape, index, directory, threads):
        import bmp
        from scipy.sparse import csr_matrix

        scale = self.IMPACT_MAX / float(base.data.max(initial=1e-9))
        impacts = np.clip(np.rint(base.data * scale), 1, self.IMPACT_MAX).astype(np.uint32)
        writer = bmp.InvertedIndexer(str(directory / "index"), index["block"], True)
        for row in range(base.rows):
            span = slice(base.indptr[row], base.indptr[row + 1])
            writer.add_document(str(row), list(zip(base.indices[span].tolist(), impacts[span].tolist())))
        lists = csr_matrix((impacts, base.indices, base.indptr), shape=(base.rows, base.columns)).tocsc()
        # All columns are added, even empty ones, because documents name a term by its place among
        # the added terms.
        for term in range(base.columns):
            span = slice(lists.indptr[term], lists.indptr[term + 1])
            writer.add_term(str(term), list(zip(lists.indices[span].tolist(), lists.data[span].tolist())))
        writer.finish()
        return lambda: None

    def open(self, directory, shape, index, queries):
        import bmp

        return _OpenBmp(bmp.Searcher(str(directory / "index")), queries)


class _OpenBmp:
    def __init__(self, opened, queries):
        self._opened = opened
        self._queries = [
            {str(term): float(weight) for term, weight in zip(*queries.row(q))} for q in range(queries.rows)
        ]

    def all(self, search, k):
        alpha, beta = search["alpha"], search["beta"]
        found = [self._opened.search(query, k, alpha, beta) for query in self._queries]
        return lambda: [[int(document) for document in hits[0]] for hits in found]

    def one(self, query, search, k):
        self._opened.search(self._queries[query], k, search["alpha"], search["beta"])


class Kannolo:
    """kANNolo: HNSW over sparse vectors."""

    INDEXES = (("SparseDotPacking8HNSW", 16, 100), ("SparseFixedU16HNSW", 32, 200))
    EXPANSIONS = (1, 2, 4, 6, 10, 16, 25, 40)
    EXPANSION_MAX = 4000

    name = "kannolo"
    packages = ("kannolo",)

    def unsupported(self, shape):
        return None

    def indexes(self, shape):
        return [{"values": values, "m": m, "ef_construction": ef} for values, m, ef in self.INDEXES]

    def searches(self, index, k):
        widths = [round(k * times) for times in self.EXPANSIONS]
        return [{"ef_search": width} for width in widths if width <= max(k, self.EXPANSION_MAX)]

    def build(self, base, shape, index, directory, threads):
        import kannolo

        built = getattr(kannolo, index["values"]).build_from_arrays(
            base.indices.astype(np.int32),
            base.data.astype(np.float32),
            base.indptr.astype(np.int64),
            m=index["m"],
            ef_construction=index["ef_construction"],
        )
        return lambda: built.save(str(directory / "index"))

    def open(self, directory, shape, index, queries):
        import kannolo

        return _OpenKannolo(getattr(kannolo, index["values"]).load(str(directory / "index")), queries)


class _OpenKannolo:
    def __init__(self, opened, queries):
        self._opened = opened
        self._queries = (
            queries.indices.astype(np.int32),
            queries.data.astype(np.float32),
            queries.indptr.astype(np.int64),
        )
        self._single = [
            (terms.astype(np.int32), weights.astype(np.float32))
            for terms, weights in (queries.row(q) for q in range(queries.rows))
        ]

    def all(self, search, k):
        found = self._opened.batch_search(*self._queries, k=k, ef_search=search["ef_search"], num_threads=1)
        return lambda: np.asarray(found[1]).reshape(len(self._single), -1).tolist()

    def one(self, query, search, k):
        self._opened.search(*self._single[query], k, search["ef_search"])


# The engines are in the order of their turns.
PEERS = {engine.name: engine for engine in (Seismic(True), Seismic(False), Sindi(), Bmp(), Kannolo())}
