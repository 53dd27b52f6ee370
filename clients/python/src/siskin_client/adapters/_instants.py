"""Instants that other libraries keep as text."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from .. import FieldType


def typed(value: Any, kind: FieldType) -> Any:
    """Returns a value as a field of a type takes it.

    A text in the form of ISO 8601 becomes an instant for a field of instants, in UTC if it names no time zone. A whole number
    becomes a number for a field of numbers. Every other value stays as it is.

    Raises:
        ValueError: The text is no instant.
    """
    if kind is FieldType.TIMESTAMP and isinstance(value, str):
        # Python 3.10 does not know that Z means UTC.
        value = datetime.fromisoformat(value[:-1] + "+00:00" if value.endswith("Z") else value)
    if kind is FieldType.TIMESTAMP and isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=timezone.utc)
    if kind is FieldType.DOUBLE and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
