"""Sparse collections in memory: the .csr layout, exact answers and recall.

The layout is that of the NeurIPS'23 BigANN sparse track. It is little-endian and has int64 rows, columns, entries;
int64 indptr[rows + 1]; int32 indices[entries]; float32 data[entries].
"""

import dataclasses
import hashlib
import pathlib

import numpy as np

HEADER_BYTES = 24
# A document that ties with the k-th exact one counts as found. The tolerance allows for sums in
# single precision. `siskin bench --truth` has the same rule.
TIE = 1 - 1e-6


class BadCollection(ValueError):
    """A .csr file that does not agree with its header."""


@dataclasses.dataclass(frozen=True)
class Csr:
    """A sparse matrix by rows. Its arrays may be maps of the file, so do not write to them."""

    columns: int
    indptr: np.ndarray
    indices: np.ndarray
    data: np.ndarray

    @property
    def rows(self):
        return len(self.indptr) - 1

    def row(self, number):
        """Returns the terms and the weights of one row."""
        span = slice(self.indptr[number], self.indptr[number + 1])
        return self.indices[span], self.data[span]

    def sorted_rows(self):
        """Returns the same matrix with ascending terms in each row, which engines with sorted merges need."""
        rises = np.diff(self.indices) > 0
        starts = self.indptr[1:-1]
        rises[starts[(starts > 0) & (starts < len(self.indices))] - 1] = True
        if rises.all():
            return self
        row = np.repeat(np.arange(self.rows), np.diff(self.indptr))
        order = np.lexsort((self.indices, row))
        return Csr(self.columns, self.indptr, self.indices[order], self.data[order])

    def head(self, rows_max):
        """Returns the first rows, at most rows_max."""
        rows = min(rows_max, self.rows)
        end = int(self.indptr[rows])
        return Csr(self.columns, self.indptr[: rows + 1], self.indices[:end], self.data[:end])


def read_csr(path):
    """Maps a .csr file. Raises BadCollection if its length does not agree with its header."""
    path = pathlib.Path(path)
    length = path.stat().st_size
    if length < HEADER_BYTES:
        raise BadCollection(f"{path}: {length} bytes, but a .csr header has {HEADER_BYTES}")
    rows, columns, entries = (int(x) for x in np.fromfile(path, "<i8", 3))
    want = HEADER_BYTES + 8 * (rows + 1) + 8 * entries
    if min(rows, columns, entries) < 0 or length != want:
        raise BadCollection(
            f"{path}: {length} bytes, want {want} for {rows} rows and {entries} entries; "
            "is it an unpacked .csr of BigANN?"
        )
    terms_at = HEADER_BYTES + 8 * (rows + 1)
    indptr = np.fromfile(path, "<i8", rows + 1, offset=HEADER_BYTES)
    if indptr[0] != 0 or indptr[-1] != entries or np.any(np.diff(indptr) < 0):
        raise BadCollection(f"{path}: row offsets do not rise from 0 to {entries}")
    if entries == 0:
        return Csr(columns, indptr, np.zeros(0, "<i4"), np.zeros(0, "<f4"))
    indices = np.memmap(path, "<i4", "r", terms_at, (entries,))
    data = np.memmap(path, "<f4", "r", terms_at + 4 * entries, (entries,))
    return Csr(columns, indptr, indices, data)


def write_csr(path, matrix):
    """Writes a matrix in the layout that read_csr reads."""
    with open(path, "wb") as out:
        out.write(np.array([matrix.rows, matrix.columns, len(matrix.data)], "<i8").tobytes())
        out.write(matrix.indptr.astype("<i8").tobytes())
        out.write(matrix.indices.astype("<i4").tobytes())
        out.write(matrix.data.astype("<f4").tobytes())


def fingerprint(path):
    """Returns 16 hexadecimal digits that identify the bytes of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


@dataclasses.dataclass(frozen=True)
class Truth:
    """The exact top k by float inner product.

    rows[query] and scores[query] have the best first. If fewer documents match, the last rows are -1.
    """

    rows: np.ndarray
    scores: np.ndarray

    def save(self, path):
        np.savez(path, rows=self.rows, scores=self.scores)

    @staticmethod
    def load(path):
        with np.load(path) as file:
            return Truth(file["rows"], file["scores"])


def exact_top_k(base, queries, k, progress=lambda done: None, accepted=None):
    """Scores every document for every query. Ties are ordered by row number.

    progress is called with the number of finished queries. accepted: one flag per row, which tells whether it may be
    found; None: all may.
    """
    from scipy.sparse import csr_matrix

    lists = csr_matrix((base.data, base.indices, base.indptr), shape=(base.rows, base.columns)).tocsc()
    rows = np.full((queries.rows, k), -1, np.int64)
    scores = np.zeros((queries.rows, k), np.float32)
    sums = np.zeros(base.rows, np.float32)
    for query in range(queries.rows):
        sums[:] = 0
        for term, weight in zip(*queries.row(query)):
            if term < base.columns:
                postings = slice(lists.indptr[term], lists.indptr[term + 1])
                sums[lists.indices[postings]] += weight * lists.data[postings]
        matching = np.flatnonzero(sums > 0 if accepted is None else (sums > 0) & accepted)
        if len(matching) > k:
            kth = np.partition(sums[matching], len(matching) - k)[len(matching) - k]
            matching = matching[sums[matching] >= kth]
        best = matching[np.lexsort((matching, -sums[matching]))][:k]
        rows[query, : len(best)] = best
        scores[query, : len(best)] = sums[best]
        progress(query + 1)
    return Truth(rows, scores)


def recall(truth, found, base, queries):
    """Returns the mean over the queries of |found and exact| / |exact|. Ties with the last exact answer count as found.

    found has one list of row numbers per query. A row counts once, and rows after the k-th do not count.
    """
    total = 0.0
    for query in range(queries.rows):
        exact = truth.rows[query]
        exact = exact[exact >= 0]
        if len(exact) == 0:
            total += 1
            continue
        kept = np.unique(np.asarray(found[query][: truth.rows.shape[1]], np.int64))
        right = np.isin(kept, exact)
        hits = int(right.sum())
        if hits < len(exact):
            floor = truth.scores[query, len(exact) - 1] * TIE
            hits += sum(score(base, queries, row, query) >= floor for row in kept[~right] if 0 <= row < base.rows)
        total += min(hits, len(exact)) / len(exact)
    return total / queries.rows


def score(base, queries, row, query):
    """Returns the exact product of one document and one query."""
    terms, weights = queries.row(query)
    document, values = base.row(row)
    _, of_query, of_document = np.intersect1d(terms, document, assume_unique=True, return_indices=True)
    return float(np.dot(weights[of_query], values[of_document]))
