"""Filters: which documents qualify.

A filter is made of the fields that the collection's schema declares::

    recent = (field("year") >= 2020) & field("lang").is_in("en", "fr")
    client.search("notes", "moths", filter=recent)

Everything that takes a filter also takes the same as text, in the grammar of ``docs/filters.md``::

    client.search("notes", "moths", filter='year >= 2020 and lang in ("en", "fr")')
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Tuple, Union

from .documents import FieldValue


class Filter:
    """A condition on the declared fields of a document. Immutable.

    A document without a value of a field fails every condition on that field. Filters are combined by ``&``, ``|`` and
    ``~``, which bind more strongly than ``==`` and ``<``: put comparisons in parentheses. The server checks that a filter
    fits the schema, has at most 1,024 conditions and is nested at most 32 deep.
    """

    def __and__(self, other: Filter) -> Filter:
        """Both hold."""
        return AllOf((self, other)) if isinstance(other, Filter) else NotImplemented

    def __or__(self, other: Filter) -> Filter:
        """At least one holds."""
        return AnyOf((self, other)) if isinstance(other, Filter) else NotImplemented

    def __invert__(self) -> Filter:
        """This does not hold; documents without its field qualify too."""
        return Not(self)

    def __bool__(self) -> bool:
        """Refuses to be a truth value, which ``and``, ``or``, ``not`` and ``1 < field < 2`` would ask for.

        Raises:
            TypeError: Always.
        """
        raise TypeError("a filter is neither true nor false; use &, |, ~ and .between() instead of and, or, not and a < b < c")


@dataclass(frozen=True)
class AllOf(Filter):
    """All of these hold.

    Attributes:
        filters: The conditions; if there are none, every document qualifies.
    """

    filters: Tuple[Filter, ...]


@dataclass(frozen=True)
class AnyOf(Filter):
    """At least one of these holds.

    Attributes:
        filters: The conditions; if there are none, no document qualifies.
    """

    filters: Tuple[Filter, ...]


@dataclass(frozen=True)
class Not(Filter):
    """A condition does not hold. Documents without its field qualify too.

    Attributes:
        filter: The condition.
    """

    filter: Filter


@dataclass(frozen=True)
class In(Filter):
    """The field has one of these values.

    Attributes:
        field: The name of the field.
        values: 0 to 10,000 values of the field's type; texts for a field of several texts.
    """

    field: str
    values: Tuple[FieldValue, ...]


@dataclass(frozen=True)
class Bound:
    """One end of a range.

    Attributes:
        value: The value at the end.
        inclusive: Whether the value itself lies in the range.
    """

    value: FieldValue
    inclusive: bool


@dataclass(frozen=True)
class InRange(Filter):
    """The value of the field lies in a range. Texts are ordered by their bytes of UTF-8.

    Attributes:
        field: The name of the field, whose type is not ``BOOL``.
        lower: The lower end; ``None`` for none.
        upper: The upper end; ``None`` for none.
    """

    field: str
    lower: Optional[Bound] = None
    upper: Optional[Bound] = None


@dataclass(frozen=True)
class Exists(Filter):
    """The document has a value of the field, whatever it is.

    Attributes:
        field: The name of the field.
    """

    field: str


@dataclass(frozen=True)
class Prefix(Filter):
    """The text begins with another one.

    Attributes:
        field: The name of a field of texts.
        prefix: What the text begins with; empty holds for every text.
    """

    field: str
    prefix: str


FilterLike = Union[Filter, str]
"""A filter as an object, or as text in the grammar of ``docs/filters.md``."""


class Field:
    """A declared field, of which conditions are made by comparing. Made by :func:`field`."""

    __slots__ = ("_name",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, name: str) -> None:
        self._name = name

    def __eq__(self, value: FieldValue) -> Filter:  # type: ignore[override]
        """The value is this one."""
        return In(self._name, (value,))

    def __ne__(self, value: FieldValue) -> Filter:  # type: ignore[override]
        """The value is not this one; documents without the field qualify too."""
        return Not(In(self._name, (value,)))

    def __ge__(self, value: FieldValue) -> Filter:
        """At least this value."""
        return InRange(self._name, lower=Bound(value, True))

    def __gt__(self, value: FieldValue) -> Filter:
        """More than this value."""
        return InRange(self._name, lower=Bound(value, False))

    def __le__(self, value: FieldValue) -> Filter:
        """At most this value."""
        return InRange(self._name, upper=Bound(value, True))

    def __lt__(self, value: FieldValue) -> Filter:
        """Less than this value."""
        return InRange(self._name, upper=Bound(value, False))

    def between(
        self, lower: FieldValue, upper: FieldValue, *, include_lower: bool = True, include_upper: bool = True
    ) -> Filter:
        """Between two values.

        Args:
            lower: The lower end.
            upper: The upper end.
            include_lower: Whether the lower end itself qualifies.
            include_upper: Whether the upper end itself qualifies.
        """
        return InRange(self._name, Bound(lower, include_lower), Bound(upper, include_upper))

    def is_in(self, *values: FieldValue) -> Filter:
        """One of these values.

        Args:
            values: 0 to 10,000 values.
        """
        return In(self._name, values)

    def exists(self) -> Filter:
        """Any value."""
        return Exists(self._name)

    def starts_with(self, prefix: str) -> Filter:
        """A text that begins with this one.

        Args:
            prefix: The beginning.
        """
        return Prefix(self._name, prefix)


def field(name: str) -> Field:
    """Names a field of the schema, to make filters of it.

    Args:
        name: Its name.
    """
    return Field(name)
