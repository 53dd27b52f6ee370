"""Tests the table of encoders and the arguments of the script."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import effectiveness
import machine

ROW = {"collection": "birds", "encoder": "bm25", "ndcg@10": 0.5, "recall@100": 0.75, "index_bytes": 1_500_000}


class EffectivenessTest(unittest.TestCase):
    def test_an_encoder_a_row_a_collection_a_column(self):
        fused = {"collection": "fish", "encoder": "bm25 + idf", "ndcg@10": 0.25, "recall@100": 1}
        lines = effectiveness.table([ROW, fused], ["birds", "fish"])
        self.assertEqual(lines[2], "| encoder | birds | fish |")
        self.assertEqual(lines[4], "| bm25 | 0.500 / 0.750, 1.5 MB |  |")
        self.assertEqual(lines[5], "| bm25 + idf |  | 0.250 / 1.000 |")

    def test_what_cannot_be_done_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            place = f"--collection={folder}"
            self.assertIn("no corpus", self._refused([place]))
            for name in ("corpus.jsonl", "queries.jsonl", "qrels.tsv"):
                (pathlib.Path(folder) / name).touch()
            self.assertIn("expected NAME=VALUE", self._refused([place, "--encoder=splade"]))
            self.assertIn("--fusion x", self._refused([place, "--fusion=bm25+x"]))
            options = effectiveness.arguments([place, "--encoder=a=--encoder=bm25", "--fusion=bm25+a"])
            self.assertEqual(options.encoders["a"], "--encoder=bm25")
            self.assertEqual(options.fusion, [["bm25", "a"]])
            options = effectiveness.arguments([place, "--encoder=a=b", "--no-built-in"])
            self.assertEqual(options.encoders, {"a": "b"})

    def test_folders_are_left_out(self):
        for word, want in {
            "--collection=/a/b/fish": "--collection=fish",
            "/a/b": "b",
            "splade=--document-model /a/splade --document-terms-max 9": "splade=--document-model splade"
            " --document-terms-max 9",
            "bm25/idf": "bm25/idf",
        }.items():
            self.assertEqual(machine.without_folders(word), want)

    def _refused(self, words):
        said = io.StringIO()
        with self.assertRaises(SystemExit), contextlib.redirect_stderr(said):
            effectiveness.arguments(words)
        return said.getvalue()


if __name__ == "__main__":
    unittest.main()
