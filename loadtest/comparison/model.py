"""A quantity as a power of the collection's size: a × N^b, fitted and checked."""

import dataclasses
import math


@dataclasses.dataclass(frozen=True)
class PowerLaw:
    """factor × size^exponent."""

    factor: float
    exponent: float

    def at(self, size):
        return self.factor * size**self.exponent


@dataclasses.dataclass(frozen=True)
class CheckedModel:
    """A power law fitted without the largest size, and how far it is from what was measured there.

    error: predicted over measured at the largest size, minus 1.
    """

    law: PowerLaw
    largest: float
    error: float


def fit(points):
    """Returns the law that is closest to (size, value) points in the squares of the logarithms.

    ValueError with fewer than two sizes, or with a size or value that is not above zero.
    """
    if len({size for size, _ in points}) < 2:
        raise ValueError(f"{len(points)} points, want at least two sizes")
    if any(size <= 0 or value <= 0 for size, value in points):
        raise ValueError("a power law has no size and no value of zero or less")
    xs = [math.log(size) for size, _ in points]
    ys = [math.log(value) for _, value in points]
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    exponent = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys)) / sum((x - x_mean) ** 2 for x in xs)
    return PowerLaw(math.exp(y_mean - exponent * x_mean), exponent)


def checked(points):
    """Returns the model fitted without the largest size and its error there; None with fewer than three sizes."""
    if len({size for size, _ in points}) < 3:
        return None
    largest = max(size for size, _ in points)
    law = fit([point for point in points if point[0] < largest])
    measured = [value for size, value in points if size == largest]
    return CheckedModel(law, largest, law.at(largest) / (sum(measured) / len(measured)) - 1)
