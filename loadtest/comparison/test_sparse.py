"""Tests the .csr layout, exact answers and recall against slow twins. It needs numpy and scipy."""

import pathlib
import random
import tempfile
import unittest

try:
    import numpy as np
    import scipy.sparse  # noqa: F401

    import sparse
except ImportError:
    np = None


def random_rows(rng, count, columns, entries_max):
    rows = []
    for _ in range(count):
        terms = rng.sample(range(columns), rng.randint(0, entries_max))
        rows.append({term: rng.choice((0.25, 0.5, 1.0, 2.0)) for term in terms})
    return rows


def csr(rows, columns):
    indptr = np.cumsum([0] + [len(row) for row in rows])
    indices = np.array([term for row in rows for term in row], np.int32)
    data = np.array([weight for row in rows for weight in row.values()], np.float32)
    return sparse.Csr(columns, indptr, indices, data)


def product(left, right):
    return sum(weight * right.get(term, 0) for term, weight in left.items())


@unittest.skipIf(np is None, "needs numpy and scipy")
class SparseTest(unittest.TestCase):
    def test_exact_answers_and_recall_are_those_of_a_loop(self):
        seed = random.randrange(1 << 32)
        rng = random.Random(seed)
        for _ in range(20):
            with self.subTest(seed=seed):
                self._check(rng, k=rng.choice((1, 3, 10)))

    def _check(self, rng, k):
        documents, queries = random_rows(rng, 40, 20, 6), random_rows(rng, 5, 20, 5)
        base, asked = csr(documents, 20), csr(queries, 20)
        truth = sparse.exact_top_k(base, asked, k)
        accepted = np.array([rng.random() < 0.3 for _ in documents])
        filtered = sparse.exact_top_k(base, asked, k, accepted=accepted)
        wanted = []
        for query, row, of_filter in zip(queries, truth.rows, filtered.rows):
            ranked = sorted((-product(query, d), n) for n, d in enumerate(documents) if product(query, d) > 0)
            self.assertEqual([n for n in row if n >= 0], [n for _, n in ranked[:k]])
            self.assertEqual([n for n in of_filter if n >= 0], [n for _, n in ranked if accepted[n]][:k])
            wanted.append(ranked)
        found = [rng.sample(range(40), k) for _ in queries]
        total = 0
        for ranked, rows in zip(wanted, found):
            count = min(k, len(ranked))
            right = {n for score, n in ranked if score <= ranked[count - 1][0]} if count else set()
            total += min(count, len(right & set(rows))) / count if count else 1
        self.assertAlmostEqual(sparse.recall(truth, found, base, asked), total / len(queries))

    def test_what_is_written_is_read(self):
        rows = [{3: 1.0, 1: 2.0}, {}, {0: 0.5}]
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "x.csr"
            sparse.write_csr(path, csr(rows, 5))
            read = sparse.read_csr(path)
            self.assertEqual((read.rows, read.columns), (3, 5))
            self.assertEqual(read.row(0)[0].tolist(), [3, 1])
            self.assertEqual(read.sorted_rows().row(0)[0].tolist(), [1, 3])
            self.assertEqual(read.sorted_rows().row(0)[1].tolist(), [2, 1])
            self.assertEqual(read.head(2).rows, 2)
            path.write_bytes(path.read_bytes()[:-1])
            with self.assertRaisesRegex(sparse.BadCollection, "want"):
                sparse.read_csr(path)


if __name__ == "__main__":
    unittest.main()
