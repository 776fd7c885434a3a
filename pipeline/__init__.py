"""hearsay: news articles in, tidy tables out. `load`, `extract` and `read_tables` are the whole public API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.reader import load
    from pipeline.run import extract
    from pipeline.tables import read_tables

__version__ = "0.1.0"
__all__ = ["extract", "load", "read_tables"]

_HOMES = {"load": "pipeline.reader", "extract": "pipeline.run", "read_tables": "pipeline.tables"}


def __getattr__(name: str) -> Any:
    """Import a public function when it is first asked for: `hearsay --help` must not wait for spaCy."""
    if name not in _HOMES:
        raise AttributeError(f"module 'pipeline' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
