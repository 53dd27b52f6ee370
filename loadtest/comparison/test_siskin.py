"""Tests how the options and the output of bin/siskin are handled."""

import unittest

import siskin

ROW = {
    "mode": "clustered",
    "query_cut": 4,
    "heap_factor": 0.85,
    "first_sorted": True,
    "k": 10,
    "threads": 1,
    "recall": 0.95,
    "mean_us": 100.0,
    "p50_us": 90.0,
    "p95_us": 200.0,
    "p99_us": 300.0,
    "index_bytes": 1000,
}


class SiskinTest(unittest.TestCase):
    def test_a_setting_is_what_stands_before_k(self):
        setting = {"mode": "clustered", "query_cut": 4, "heap_factor": 0.85, "first_sorted": True}
        self.assertEqual(siskin.setting_of(ROW), setting)
        with self.assertRaises(ValueError):
            siskin.setting_of({"mode": "exact"})

    def test_a_setting_as_options(self):
        want = ["--mode=clustered", "--query-cut=4", "--heap-factor=0.85", "--first-sorted=true"]
        self.assertEqual(siskin.options_of(siskin.setting_of(ROW)), want)

    def test_no_budget_is_no_option(self):
        self.assertEqual(siskin.options_of({"candidates_max": 0, "budget_micros": 0}), ["--candidates-max=0"])
        self.assertEqual(siskin.options_of({"budget_micros": 50}), ["--time-budget-micros=50"])
        self.assertEqual(siskin.options_of({"query_cut": None}), [])

    def test_a_row_of_the_comparison(self):
        row = siskin.row_of(ROW, {"options": None}, {"seconds": 12.345})
        self.assertEqual((row["engine"], row["bytes"], row["build_s"]), ("siskin", 1000, 12.35))

    def test_passes_fill_the_seconds_within_bounds(self):
        self.assertEqual(siskin.passes_for(2, 200, 1000), 10)
        self.assertEqual(siskin.passes_for(2, 5000, 1000), siskin.PASSES_MIN)
        self.assertEqual(siskin.passes_for(60, 1, 10), siskin.PASSES_MAX)


if __name__ == "__main__":
    unittest.main()
