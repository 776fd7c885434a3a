"""What the tests share: the reference data where there is any, the shipped corpus read once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from spacy.language import Language

    from pipeline.tables import Tables

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("HEARSAY_DATA", ROOT.parent / "shared"))

settings.register_profile("hearsay", deadline=None)  # a busy machine is no failure
settings.load_profile("hearsay")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on reference data are skipped, with the reason, where it is not there."""
    if SHARED.is_dir():
        return
    reason = "needs the reference data: put it in ../shared, or name its folder in HEARSAY_DATA"
    for item in items:
        if "shared" in item.keywords:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data; for tests marked `shared`."""
    return SHARED


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The shipped corpus."""
    return ROOT / "corpus"


@pytest.fixture(scope="session")
def nlp() -> Language:
    """The shipped reader."""
    import pipeline

    return pipeline.load()


@pytest.fixture(scope="session")
def corpus_out(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of the shipped corpus, as `make extract` writes them."""
    import pipeline

    out = tmp_path_factory.mktemp("outputs")
    pipeline.extract(corpus, out)
    return out


@pytest.fixture(scope="session")
def corpus_tables(corpus_out: Path) -> Tables:
    """The tables of the shipped corpus, read back."""
    import pipeline

    return pipeline.read_tables(corpus_out)
