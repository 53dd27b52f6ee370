"""Tests of train_trees.py that need no library."""

import pathlib
import tempfile
import unittest

import train_trees


class TrainTreesTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def test_every_other_query_is_to_train_with(self):
        queries = self.path / "queries.jsonl"
        queries.write_text("a\nb\n\nc\n", encoding="utf-8")
        self.assertEqual(train_trees.split(queries, self.path / "halves"), (2, 1))
        self.assertEqual((self.path / "halves" / "train.jsonl").read_text(), "a\nc\n")
        self.assertEqual((self.path / "halves" / "test.jsonl").read_text(), "b\n")

    def test_a_table_is_read_by_query(self):
        table = self.path / "table.csv"
        table.write_text('query,document,grade,"x, y",z\nq1,"a,b",2,0.5,1\nq1,c,0,-1,2\nq2,a,0,1,3\n', encoding="utf-8")
        names, by_query = train_trees.read_table(table)
        self.assertEqual(names, ["x, y", "z"])
        self.assertEqual(by_query, {"q1": ([2, 0], [[0.5, 1.0], [-1.0, 2.0]]), "q2": ([0], [[1.0, 3.0]])})
        self.assertEqual(train_trees.answered(by_query), ["q1"])


if __name__ == "__main__":
    unittest.main()
