"""Tests how the calls of a burst are counted, by ghz and by the server."""

import unittest

import burst


def call(status, millis, error=""):
    return {"status": status, "latency": millis * 1e6, "error": error}


class BurstTest(unittest.TestCase):
    def test_calls_are_answered_in_time_refused_or_late(self):
        cut = "rpc error: code = Unavailable desc = grpc: the client connection is closing"
        report = {
            "total": 2e9,
            "details": [
                call("OK", 30),
                call("OK", 10),
                call("OK", 501),
                call("ResourceExhausted", 700),
                call("DeadlineExceeded", 500),
                call("Unavailable", 1),
                call("Unavailable", 1, cut),
            ],
        }
        found = burst.outcome(report, 500)
        self.assertEqual(found.answered, [10, 30])
        self.assertEqual(found.refused, [700])
        self.assertEqual(found.late, {"OK": 1, "DeadlineExceeded": 1, "Unavailable": 1})
        self.assertEqual((found.sent, found.admitted, found.late_count), (6, 5, 3))
        self.assertEqual(found.answered_per_second, 1)

    def test_the_servers_counts_are_those_of_searches(self):
        metrics = """# HELP siskin_grpc_calls Calls
siskin_grpc_calls_total{method="siskin.v1.SearchService/Search",status="OK"} 12.0
siskin_grpc_calls_total{method="siskin.v1.SearchService/Search",status="DEADLINE_EXCEEDED"} 3
siskin_grpc_calls_total{method="grpc.health.v1.Health/Check",status="OK"} 99
"""
        self.assertEqual(burst.searches(metrics), {"OK": 12, "DEADLINE_EXCEEDED": 3})

    def test_quantiles_of_few_and_of_none(self):
        self.assertEqual([burst.quantile([1, 2, 3], share) for share in (0, 0.5, 1)], [1, 2, 3])
        self.assertNotEqual(burst.quantile([], 0.5), burst.quantile([], 0.5), "not a number")


if __name__ == "__main__":
    unittest.main()
