"""Tests the power law with laws that are known."""

import random
import unittest

import model


class PowerLawTest(unittest.TestCase):
    def test_finds_the_law_that_made_the_points(self):
        seed = random.randrange(1 << 32)
        rng = random.Random(seed)
        for _ in range(100):
            law = model.PowerLaw(10 ** rng.uniform(-6, 3), rng.uniform(-0.5, 2))
            sizes = rng.sample(range(1, 10_000_000), rng.randint(2, 6))
            found = model.fit([(size, law.at(size)) for size in sizes])
            with self.subTest(seed=seed, law=law, sizes=sizes):
                self.assertAlmostEqual(found.exponent, law.exponent, delta=1e-6)
                self.assertAlmostEqual(found.at(8.8e6) / law.at(8.8e6), 1, delta=1e-4)

    def test_no_other_law_nearby_is_closer_in_logarithms(self):
        import math

        points = [(1e5, 10), (2e5, 25), (4e5, 35), (1e6, 120)]
        found = model.fit(points)

        def squares(law):
            return sum((math.log(law.at(x)) - math.log(y)) ** 2 for x, y in points)

        for factor in (0.99, 1, 1.01):
            for step in (-0.01, 0, 0.01):
                other = model.PowerLaw(found.factor * factor, found.exponent + step)
                self.assertLessEqual(squares(found), squares(other) + 1e-12)

    def test_refuses_what_has_no_law(self):
        for points in ([], [(10, 1)], [(10, 1), (10, 2)], [(10, 0), (20, 1)], [(0, 1), (20, 1)]):
            with self.subTest(points=points), self.assertRaises(ValueError):
                model.fit(points)


class CheckedModelTest(unittest.TestCase):
    def test_the_largest_size_is_for_checking_only(self):
        checked = model.checked([(100, 1), (200, 2), (400, 5)])
        self.assertAlmostEqual(checked.law.exponent, 1)
        self.assertEqual(checked.largest, 400)
        self.assertAlmostEqual(checked.error, 4 / 5 - 1)

    def test_two_sizes_leave_nothing_to_check(self):
        self.assertIsNone(model.checked([(100, 1), (200, 2)]))


if __name__ == "__main__":
    unittest.main()
