"""What the generator says of a load, as rows of the table and as verdicts."""

import unittest

import overload

NONE = {"p50": 0, "p99": 0, "max": 0}


def step(operation, in_time, p99, **statuses):
    return {
        "operation": operation,
        "asked": 10_000,
        "asked_per_second": 5_000.0,
        "sent_per_second": 4_990.0,
        "answered": statuses.get("OK", 0),
        "in_time": in_time,
        "statuses": statuses,
        "latency_millis": {"p50": 20.0, "p99": p99, "max": p99 + 1},
        "server_millis": {"p50": 19.0, "p99": 30.0, "max": 40.0},
        "failed_millis": NONE,
        "send_lag_millis": {"p50": 0.01, "p99": 2.5, "max": 3.0},
    }


def load(in_time, p99, resident):
    return {
        "seconds": 2.0,
        "steps": [
            step("reads", in_time, p99, OK=in_time + 10, RESOURCE_EXHAUSTED=8_000, DEADLINE_EXCEEDED=190),
            step("writes", 77, 9_999.0, OK=77),
        ],
        "beside": ["writes"],
        "server": {
            "samples": [
                {"resident_memory": 500.0, "heap_used": 90.0},
                {"resident_memory": resident, "heap_used": 20.0},
                {"resident_memory": resident - 1, "heap_used": 40.0},
            ]
        },
    }


class OverloadTest(unittest.TestCase):
    def test_rows_have_rates_and_the_share_of_the_peak(self):
        found = overload.rows("this one", "5 ×", load(1_800, 41.0, 520.0), 1_000, (0.98, 0.5, 0.01))
        self.assertEqual(
            found[0],
            ["this one", "5 ×", "reads", "5,000", "4,990", "900", "0.90", "4,000", "100 (DEADLINE_EXCEEDED)", "20.0 / 41.0"]
            + ["19.0 / 30.0", "", "2.5", "500 / 519 / 520", "20 / 90", "0.98 / 0.50 / 0.01"],
        )
        self.assertEqual([len(cells) for cells in found], [len(overload.HEAD)] * 2)
        self.assertEqual(found[1][2], "writes, beside")
        self.assertEqual(found[1][6], "")

    def test_only_operations_with_a_weight_are_judged(self):
        self.assertEqual(overload.in_time(load(1_800, 41.0, 520.0)), 900)
        self.assertEqual(overload.slowest(load(1_800, 41.0, 520.0)), 41.0)

    def test_verdicts_say_what_is_met(self):
        def one(in_time, p99, resident):
            return {"peak": 1_000, "uncongested": load(1_000, 20.0, 510.0), "overload": load(in_time, p99, resident)}

        said = overload.verdicts([one(1_800, 40.0, 520.0), one(1_800, 40.0, 530.0)])
        self.assertEqual([sentence.endswith(" met.") for sentence in said], [True] * 3)
        self.assertIn("0.90 of the peak", said[0])
        self.assertIn("40.0 ms, 2.0 times the 20.0 ms", said[1])
        self.assertIn("520 MiB in the first round, 530 MiB in the last (+1.9%)", said[2])
        said = overload.verdicts([one(1_700, 41.0, 520.0), one(1_700, 41.0, 560.0)])
        self.assertEqual([sentence.endswith(" MISSED.") for sentence in said], [True] * 3)

    def test_steps_go_on_while_the_last_one_is_the_best(self):
        class Pair:
            name = "stub"
            sent = []

            def send(self, kind, size, seconds):
                self.sent.append(size)
                return load(2 * min(size, 1_300), 41.0, 520.0), (0, 0, 0)

        class Options:
            steps, seconds = [0.9, 1.0], 2

        pair = Pair()
        self.assertEqual(overload.seek_peak(Options, pair, 1_000, lambda rows: None), 1_300)
        self.assertEqual(pair.sent[:5], [900, 1_000, 1_100, 1_210, 1_330])
        self.assertEqual(len(pair.sent), overload.STEPS_MAX)

    def test_rates_settle_when_they_rise_no_more(self):
        self.assertFalse(overload.settled([100, 90]))
        self.assertFalse(overload.settled([100, 150, 200]))
        self.assertTrue(overload.settled([100, 200, 204]))
        self.assertTrue(overload.settled([100, 200, 150]))


if __name__ == "__main__":
    unittest.main()
