"""What is read of the results of loadtest/load and of ghz."""

import unittest

import agreement


class AgreementTest(unittest.TestCase):
    def test_results_of_both_become_rows(self):
        step = {
            "sent_per_second": 299.9,
            "statuses": {"OK": 599, "DEADLINE_EXCEEDED": 1},
            "latency_millis": {"p50": 1.1, "p90": 2.2, "p99": 3.3},
            "since_sent_millis": {"p50": 1.0, "p90": 2.0, "p99": 3.0},
        }
        due, sent = agreement.of_load({"steps": [step]})
        self.assertEqual(due, {"sent": 299.9, "ok": 599, "p50": 1.1, "p90": 2.2, "p99": 3.3})
        self.assertEqual(sent["p99"], 3.0)
        report = {
            "details": [{"status": "OK", "latency": i * 1_000_000} for i in range(100, 0, -1)]
            + [{"status": "DeadlineExceeded", "latency": 10**9}],
            "statusCodeDistribution": {"OK": 100, "DeadlineExceeded": 1},
            "total": 2 * 10**9,
            "options": {"skipFirst": 49},
        }
        ghz = agreement.of_ghz(report)
        self.assertEqual(ghz, {"sent": 75.0, "ok": 100, "p50": 51.0, "p90": 91.0, "p99": 100.0})
        self.assertEqual(len(agreement.cells("ghz", ghz)), len(agreement.HEAD))

    def test_medians_are_compared(self):
        def rows(ours, theirs):
            return [{"p50": 9.0, "p99": 9.0}, {"p50": ours, "p99": ours}, {"p50": theirs, "p99": 2 * theirs}]

        middle = agreement.medians([rows(1.0, 1.0), rows(2.0, 2.2), rows(3.0, 7.0)])
        found = agreement.differences(middle)
        self.assertAlmostEqual(found["p50"], 0.1)
        self.assertAlmostEqual(found["p99"], 1.2)


if __name__ == "__main__":
    unittest.main()
