"""Tests metrics and fusion with rankings that can be checked by hand."""

import math
import pathlib
import tempfile
import unittest

import rankings


class RankingsTest(unittest.TestCase):
    def test_gain_by_hand(self):
        grades = {"a": 2, "b": 1, "c": 0}
        ideal = 2 + 1 / math.log2(3)
        self.assertAlmostEqual(rankings.ndcg(["a", "b"], grades, 10), 1)
        self.assertAlmostEqual(rankings.ndcg(["x", "a", "b"], grades, 10), (2 / math.log2(3) + 1 / 2) / ideal)
        self.assertAlmostEqual(rankings.ndcg(["x", "a"], grades, 1), 0)
        self.assertEqual(rankings.ndcg([], grades, 10), 0)

    def test_recall_by_hand(self):
        grades = {"a": 2, "b": 1, "c": 0}
        self.assertEqual(rankings.recall(["c", "a"], grades, 100), 0.5)
        self.assertEqual(rankings.recall(["c", "a"], grades, 1), 0)

    def test_queries_without_a_relevant_document_do_not_count(self):
        run = {"1": ["a"], "2": ["b"]}
        judgments = {"1": {"a": 1}, "2": {"b": 0}, "3": {"c": 1}}
        self.assertEqual(rankings.means(run, judgments), (0.5, 0.5))

    def test_fusion_prefers_what_both_found(self):
        one = {"1": ["a", "b", "c"]}
        two = {"1": ["d", "b"], "2": ["e"]}
        # The scores are 1/62 + 1/62 for b, 1/61 for a and for d, and 1/63 for c. The tie of a and
        # d is in the order of ids.
        self.assertEqual(rankings.fuse([one, two]), {"1": ["b", "a", "d", "c"], "2": ["e"]})

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            run = pathlib.Path(folder) / "run.trec"
            run.write_text("1 Q0 b 2 0.5 siskin\n1 Q0 a 1 0.7 siskin\n", encoding="utf-8")
            self.assertEqual(rankings.read_run(run), {"1": ["a", "b"]})
            qrels = pathlib.Path(folder) / "qrels.tsv"
            qrels.write_text("query-id\tcorpus-id\tscore\n1\ta\t2\n1\tb\t0\n", encoding="utf-8")
            self.assertEqual(rankings.read_judgments(qrels), {"1": {"a": 2, "b": 0}})


if __name__ == "__main__":
    unittest.main()
