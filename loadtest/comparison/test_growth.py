"""Tests how rows of several sizes become panels and a table."""

import unittest

import growth
import model


def build(documents, postings, forward):
    files = {"forward.dat": forward, "meta.dat": 10}
    total = forward + 10
    return {"kind": "build", "documents": documents, "postings": postings, "bytes": total, "files": files,
            "seconds": documents / 1000, "peak_rss_bytes": None}  # fmt: skip


def latency(documents, mean_us):
    return {"kind": "latency", "name": "exact", "documents": documents, "mean_us": mean_us, "p99_us": 3 * mean_us}


class GrowthTest(unittest.TestCase):
    def test_panels_of_quantities(self):
        panels = growth.quantities([build(1000, 5000, 15000), latency(1000, 20)])
        self.assertEqual(panels[growth.BYTES]["forward.dat"], [(1000, 3)])
        self.assertNotIn("meta.dat", panels[growth.BYTES], "under a hundredth of all")
        self.assertEqual(panels[growth.LATENCY]["exact, p99"], [(1000, 60)])
        self.assertEqual(panels[growth.MEMORY], {}, "unknown memory is no point")

    def test_table_with_law_error_and_predictions(self):
        rows = [latency(size, size / 1000) for size in (1000, 10_000)] + [latency(100_000, 200)]
        text = growth.markdown(growth.modelled(growth.quantities(rows)))
        line = next(line for line in text.splitlines() if "µs: exact |" in line)
        self.assertIn("| 1 | 10 | 200 | 0.001 × N^1.000 | -50% | 8,800 | 138,000 |", line)
        self.assertEqual(len({each.count("|") for each in text.strip().splitlines()}), 1)

    def test_two_sizes_have_no_model(self):
        rows = [latency(1000, 1), latency(2000, 2)]
        panels = growth.modelled(growth.quantities(rows))
        self.assertIsNone(panels[growth.LATENCY]["exact"][1])
        self.assertIn("| – | – | – | – |", growth.markdown(panels))

    def test_model_is_of_the_models_module(self):
        rows = [latency(size, size) for size in (1, 2, 3)]
        _, fitted = growth.modelled(growth.quantities(rows))[growth.LATENCY]["exact"]
        self.assertIsInstance(fitted, model.CheckedModel)


if __name__ == "__main__":
    unittest.main()
