"""How live.py talks to engines, and what its tables say."""

import contextlib
import importlib.util
import io
import pathlib
import sys
import tempfile
import unittest

import live
import process

ECHO = """\
import json, sys
for line in sys.stdin:
    if line.startswith("fail"):
        sys.exit("it broke")
    print(json.dumps({"words": line.split()}), flush=True)
"""


class LiveTest(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.work = pathlib.Path(self._folder.name)

    def tearDown(self):
        self._folder.cleanup()

    def engine(self):
        return live.Engine("echo", [sys.executable, "-c", ECHO], None, self.work)

    def test_an_engine_answers_one_line_with_one_object(self):
        with self.engine() as engine:
            self.assertEqual(engine.ask("fill", 0, 10), {"words": ["fill", "0", "10"]})
            self.assertEqual(engine.ask("search", "-", 0.95), {"words": ["search", "-", "0.95"]})

    def test_an_engine_that_ends_fails_with_the_end_of_its_output(self):
        with self.engine() as engine:
            with self.assertRaisesRegex(process.Failed, "it broke"):
                engine.ask("fail")

    def test_a_table_is_markdown(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            live.table(["a", "b"], [[1, "x"]])
        self.assertEqual(out.getvalue(), "| a | b |\n| --- | --- |\n| 1 | x |\n\n")

    def test_shares_are_named_as_percent(self):
        self.assertEqual([live.share(group) for group in ["-", *live.SHARES]], ["none", "50.0%", "10.0%", "1.0%", "0.1%"])

    @unittest.skipUnless(importlib.util.find_spec("numpy"), "needs numpy")
    def test_groups_have_their_shares(self):
        letters = live.groups(100_000)
        self.assertEqual(letters, live.groups(100_000))
        for group, share in live.SHARES.items():
            count = letters.count(group.encode())
            self.assertAlmostEqual(count / len(letters), share, delta=4 * (share / len(letters)) ** 0.5)

    @unittest.skipUnless(importlib.util.find_spec("numpy"), "needs numpy")
    def test_a_summary_is_the_median_of_the_passes(self):
        mean, median, top = live.summary([[1, 2, 3], [2, 3, 7], [100, 100, 100]])
        self.assertEqual((mean, median), (4, 3))
        self.assertAlmostEqual(top, 6.92)

    def test_the_size_can_be_chosen(self):
        options = live.arguments(["churn", "--base", "b", "--queries", "q", "--cycles", "10"])
        self.assertEqual((options.command, options.cycles, options.rounds), ("churn", 10, 3))


if __name__ == "__main__":
    unittest.main()
