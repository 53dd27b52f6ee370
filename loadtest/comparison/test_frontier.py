"""Tests the frontier, the medians and the tables with rows that are written by hand."""

import unittest

import frontier


def row(engine, recall, mean_us, search="s", **more):
    search = {"mode": search} if isinstance(search, str) else search
    times = {"mean_us": mean_us, "p50_us": mean_us * 0.9, "p99_us": mean_us * 3}
    facts = {"engine": engine, "index": {}, "search": search, "recall": recall, "bytes": 1e6, "build_s": 1}
    return {**facts, **times, **more}


class FrontierTest(unittest.TestCase):
    def test_fastest_is_the_fastest_that_reaches_the_floor(self):
        rows = [row("a", 0.96, 30, "x"), row("a", 0.95, 20, "y"), row("a", 0.90, 10, "z")]
        self.assertEqual(frontier.fastest(rows, 0.95)["mean_us"], 20)
        self.assertEqual(frontier.fastest(rows, 0.90)["mean_us"], 10)
        self.assertIsNone(frontier.fastest(rows, 0.99))

    def test_finalists_are_each_engines_fastest_at_each_floor_once(self):
        rows = [row("a", 0.99, 30, "x"), row("a", 0.91, 10, "y"), row("b", 0.97, 5, "z"), row("b", 0.97, 6, "w")]
        kept = frontier.finalists(rows, (0.90, 0.95, 0.97))
        self.assertEqual([(r["engine"], r["mean_us"]) for r in kept], [("a", 10), ("a", 30), ("b", 5)])

    def test_finalists_within_the_slack_only(self):
        rows = [row("a", 0.9, 10, "x"), row("a", 0.9, 11, "y"), row("a", 0.9, 13, "z")]
        self.assertEqual(len(frontier.finalists(rows, (0.9,), count=3, slack=1.2)), 2)
        self.assertEqual(len(frontier.finalists(rows, (0.9,), count=3, slack=2)), 3)

    def test_finalists_by_another_time(self):
        rows = [row("a", 0.9, 10, "x", p50_us=9), row("a", 0.9, 11, "y", p50_us=5)]
        (kept,) = frontier.finalists(rows, (0.9,), time="p50_us")
        self.assertEqual(kept["search"], {"mode": "y"})

    def test_medians_over_the_measurements_of_a_configuration(self):
        rows = [row("a", 0.9, mean, round=n, kind="round") for n, mean in enumerate((10, 90, 20))]
        (merged,) = frontier.medians(rows)
        self.assertEqual((merged["mean_us"], merged["measured"]), (20, 3))
        self.assertEqual((merged["mean_us_min"], merged["mean_us_max"]), (10, 90))
        self.assertNotIn("round", merged)

    def test_two_indexes_of_one_search_are_two_configurations(self):
        rows = [row("a", 0.9, 10), {**row("a", 0.9, 20), "index": {"block": 8}}]
        self.assertEqual(len(frontier.medians(rows)), 2)

    def test_pareto_leaves_out_what_another_row_beats(self):
        rows = [row("a", 0.90, 10, "x"), row("a", 0.95, 9, "y"), row("a", 0.99, 30, "z"), row("b", 1, 1, "w")]
        self.assertEqual([r["mean_us"] for r in frontier.pareto(rows, "a")], [9, 30])

    def test_near_is_who_comes_close_to_the_fastest_peer_anywhere(self):
        rows = [row("us", 1, 1), row("p", 0.95, 10), row("q", 0.95, 30), row("q", 0.99, 40, "x"), row("r", 0.95, 50)]
        self.assertEqual(frontier.near(rows, (0.95, 0.99), 2, "us"), {"p", "q"})

    def test_summary_sets_us_beside_the_fastest_peer(self):
        rows = [row("us", 0.95, 10), row("p", 0.95, 40), row("q", 0.96, 20)]
        reached, missed = frontier.summary(rows, (0.95, 0.99), "us")
        self.assertEqual((reached["peer"]["engine"], reached["ratio"]), ("q", 0.5))
        self.assertEqual((missed["ours"], missed["peer"], missed["ratio"]), (None, None, None))


class MarkdownTest(unittest.TestCase):
    def test_every_row_has_as_many_cells_as_its_head(self):
        rows = [row("us", 0.96, 10, {"mode": "exact"}), row("p", 0.91, 40, {"alpha": 0.8, "sorted": True})]
        for table in frontier.markdown(rows, (0.90, 0.95, 0.999), "us", 10).split("\n\n"):
            counts = {line.count("|") for line in table.strip().splitlines()}
            self.assertEqual(len(counts), 1, table)

    def test_figures_and_gaps(self):
        text = frontier.markdown([row("us", 0.96, 10.4), row("p", 0.91, 40)], (0.90, 0.995), "us", 100)
        self.assertIn("| .90 | 10 | 40 (p) | 0.26 | 1 | 1 |", text)
        self.assertIn("| .995 | – | – | – | – | – |", text)
        self.assertIn("| .995 | us | not reached |", text)
        self.assertIn("recall@100", text)

    def test_an_engine_that_was_not_measured_reached_nothing(self):
        text = frontier.markdown([row("us", 0.96, 10)], (0.90,), "us", 10, ["us", "slow"])
        self.assertIn("| .90 | slow | not reached |", text)

    def test_options_in_words(self):
        options = {"query_cut": 4, "heap_factor": 0.85, "first_sorted": True, "unset": None}
        self.assertEqual(frontier.describe(options), "query cut 4, heap factor 0.85, first sorted yes")
        self.assertEqual(frontier.describe({"options": None}), "defaults")


if __name__ == "__main__":
    unittest.main()
