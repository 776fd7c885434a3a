"""Speed of the reader and of the whole run: words a second on one core, start-up, peak memory.

    python -m training.bench [FOLDER]        FOLDER: articles to read, by default the shipped corpus

With an installed official spaCy pipeline (en_core_web_sm), its figures stand beside.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

READ = """
import csv, resource, sys, time
csv.field_size_limit(2**31 - 1)
start = time.perf_counter()
import pipeline
nlp = pipeline.load({name})
loaded = time.perf_counter() - start
with open(sys.argv[1], encoding="utf-8", newline="") as file:
    texts = [row["text"] for row in csv.DictReader(file)] * 3
list(nlp.pipe(texts[:1]))
start = time.process_time()
for doc in nlp.pipe(texts):
    pass
seconds = time.process_time() - start
words = sum(len(t.split()) for t in texts)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{{loaded:.1f}} s to load, {{words / seconds:.0f}} words/s, {{peak:.0f}} MiB at the peak")
"""


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("folder", nargs="?", type=Path, default=Path("corpus"))
    args = ap.parse_args()
    hearsay = Path(sys.executable).with_name("hearsay")
    with tempfile.TemporaryDirectory() as out:
        start = time.perf_counter()
        done = subprocess.run(
            [hearsay, "extract", args.folder, "--out", out], env=ONE_THREAD, capture_output=True, check=False
        )
        seconds = time.perf_counter() - start
        if done.returncode == 2:
            sys.exit(done.stderr.decode("utf-8", "replace"))
        csv.field_size_limit(2**31 - 1)
        articles = Path(out) / "articles.csv"
        with articles.open(encoding="utf-8", newline="") as file:
            words = sum(len(row["text"].split()) for row in csv.DictReader(file))
        print(f"whole run: {words} words in {seconds:.1f} s with start-up, {words / seconds:.0f} words/s")
        for label, name in (("reader alone", ""), ("en_core_web_sm with our heads", "'en_core_web_sm'")):
            got = subprocess.run(
                [sys.executable, "-c", READ.format(name=name), str(articles)],
                env=ONE_THREAD,
                capture_output=True,
                text=True,
            )
            print(f"{label}: {got.stdout.strip() or 'not installed'}")


if __name__ == "__main__":
    main()
