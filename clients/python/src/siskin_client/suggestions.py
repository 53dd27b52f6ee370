"""Suggestions: what could be asked. ``docs/suggestions.md`` describes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping


@dataclass(frozen=True)
class Suggestion:
    """What could be asked.

    Attributes:
        text: The text, in lower case and with single spaces.
        is_term: Whether it ends with a term of the collection; otherwise it is a query of the log.
        score: Its score among those of the same kind, 0 to 1.
        count: How often the query was asked, or how many documents have the term.
        popularity: The part of the score that does not depend on earlier queries.
        context: The part that does.
    """

    text: str
    is_term: bool
    score: float
    count: int
    popularity: float
    context: float


@dataclass(frozen=True)
class LoggedQuery:
    """A query that was asked.

    Attributes:
        text: Its text, at most 256 characters.
        count: How often it was asked.
        next: By text: in how many sessions a query was asked later than this one; at most 100.
    """

    text: str
    count: int = 1
    next: Mapping[str, int] = field(default_factory=dict)
