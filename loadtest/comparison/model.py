"""Fits and checks power laws a × N^b, where N is the size of a collection."""

import dataclasses
import math


@dataclasses.dataclass(frozen=True)
class PowerLaw:
    """The law factor × size^exponent."""

    factor: float
    exponent: float

    def at(self, size):
        return self.factor * size**self.exponent


@dataclasses.dataclass(frozen=True)
class CheckedModel:
    """A power law that is fitted without the largest size, and its error there.

    error: predicted / measured − 1, at the largest size.
    """

    law: PowerLaw
    largest: float
    error: float


def fit(points):
    """Returns the power law with the least squares of errors of logarithms, for (size, value) points.

    Raises ValueError if there are fewer than two sizes, or if a size or a value is not above zero.
    """
    if len({size for size, _ in points}) < 2:
        raise ValueError(f"{len(points)} points, but at least two sizes are needed")
    if any(size <= 0 or value <= 0 for size, value in points):
        raise ValueError("a power law needs sizes and values above zero")
    xs = [math.log(size) for size, _ in points]
    ys = [math.log(value) for _, value in points]
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    exponent = sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys)) / sum((x - x_mean) ** 2 for x in xs)
    return PowerLaw(math.exp(y_mean - exponent * x_mean), exponent)


def checked(points):
    """Returns the model that is fitted without the largest size, or None if there are fewer than three sizes."""
    if len({size for size, _ in points}) < 3:
        return None
    largest = max(size for size, _ in points)
    law = fit([point for point in points if point[0] < largest])
    measured = [value for size, value in points if size == largest]
    return CheckedModel(law, largest, law.at(largest) / (sum(measured) / len(measured)) - 1)
