"""Libraries that only some users have."""

from __future__ import annotations

import importlib
from typing import Any


def need(module: str, extra: str) -> Any:
    """Returns a module, or says how to install it.

    Args:
        module: The name of the module.
        extra: The extra of this package that brings it.

    Raises:
        ImportError: It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as missing:
        raise ImportError(
            f"{module} is needed for this and cannot be imported ({missing}); install siskin-client[{extra}]"
        ) from missing
