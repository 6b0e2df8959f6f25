"""The statements of a policy document."""

from __future__ import annotations

import json
from typing import Any


def statements_of(document: str | bytes) -> list[Any]:
    """Empty if it has none. Raises ValueError for what is not JSON."""
    parsed = json.loads(document)
    return as_list(parsed.get("Statement")) if isinstance(parsed, dict) else []


def as_list(value: Any) -> list[Any]:
    """A list element may be one value without its list."""
    return value if isinstance(value, list) else [] if value is None else [value]
