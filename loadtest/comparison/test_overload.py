"""What the generator says of a load, as a row of the table."""

import unittest

import overload

NONE = {"p50": 0, "p99": 0, "max": 0}


class OverloadTest(unittest.TestCase):
    def test_a_row_has_rates_and_the_share_of_the_peak(self):
        done = {
            "seconds": 2.0,
            "sent": 10_000,
            "answered": 1_800,
            "answered_late": 10,
            "failed": {"RESOURCE_EXHAUSTED": 8_000, "DEADLINE_EXCEEDED": 190},
            "answer_micros": {"p50": 20_000, "p99": 41_000, "max": 50_000},
            "server_micros": {"p50": 19_000, "p99": 30_000, "max": 40_000},
            "refusal_micros": NONE,
            "send_lag_micros": {"p50": 10, "p99": 2_500, "max": 3_000},
        }
        cells = overload.row("this one", "5 ×", done, 1_000, (0.98, 0.5, 0.01))
        self.assertEqual(
            cells,
            ["this one", "5 ×", "5,000", "900", "0.90", "4,000", "100 (DEADLINE_EXCEEDED)", "20.0 / 41.0"]
            + ["19.0 / 30.0", "", "2.5", "0.98 / 0.50 / 0.01"],
        )
        self.assertEqual(len(cells), len(overload.HEAD))

    def test_rates_settle_when_they_rise_no_more(self):
        self.assertFalse(overload.settled([100, 90]))
        self.assertFalse(overload.settled([100, 150, 200]))
        self.assertTrue(overload.settled([100, 200, 204]))
        self.assertTrue(overload.settled([100, 200, 150]))


if __name__ == "__main__":
    unittest.main()
