"""Speed of ingestion, and its memory over files of any size: pages a second, MB of text a second, the peak of a run.

    python -m training.bench_ingest [--mb 500 2000] [--data ../shared/data]

Speed is of one core, in processor time: saved pages of DATA/ingest, the first time and the best of three more; text of
the shipped corpus put together anew a thousand times, the best of four. For memory, a JSONL and a WARC file of each
size are made, every article another; `hearsay ingest` reads each in a process of its own. A peak that does not grow
with the size is the point.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.ingest import read_corpus
from pipeline.ingest.language import detect_language
from pipeline.schema import Article

HEARSAY = Path(sys.executable).with_name("hearsay")
MB = 1_000_000
PARAGRAPHS = 20  # of a made article
PAGE = "<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article>{rest}</body></html>"
REST = "<ul>" + "<li><a href=/{n}>Elsewhere</a></li>" * 200 + "</ul>"


def articles(corpus: Path) -> Iterator[tuple[str, list[str]]]:
    """Articles without end, each of other paragraphs of the corpus in another order: (title, paragraphs)."""
    chance = random.Random(1)
    found = [item for item in read_corpus(corpus) if isinstance(item, Article)]
    pool = [p for article in found for p in article.text.split("\n\n")[1:]]
    number = 0
    while True:
        number += 1
        yield f"Story number {number}", chance.sample(pool, PARAGRAPHS)


def write_jsonl(path: Path, corpus: Path, size: int) -> None:
    """About `size` bytes of JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        for title, body in articles(corpus):
            file.write(json.dumps({"id": title, "title": title, "text": "\n\n".join(body)}) + "\n")
            if file.tell() >= size:
                return


def write_warc(path: Path, corpus: Path, size: int) -> None:
    """About `size` bytes of archived pages."""
    with path.open("wb") as file:
        for title, body in articles(corpus):
            paragraphs = "".join(f"<p>{p}</p>" for p in body)
            page = PAGE.format(title=title, body=paragraphs, rest=REST).encode()
            http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
            file.write(
                b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/%s\r\n"
                b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n"
                % (title.replace(" ", "-").encode(), len(http), http)
            )
            if file.tell() >= size:
                return


def peak(folder: Path, write: Callable[[Path, Path, int], None], name: str, corpus: Path, size: int) -> str:
    """What `hearsay ingest` over one such file takes, in words."""
    made = folder / "corpus"
    made.mkdir(exist_ok=True)
    write(made / name, corpus, size)
    start = time.perf_counter()
    process = subprocess.Popen([HEARSAY, "ingest", made, "--out", folder / "out"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    (made / name).unlink()
    csv.field_size_limit(2**31 - 1)
    with (folder / "out/articles.csv").open(encoding="utf-8", newline="") as file:
        n = sum(1 for _ in csv.DictReader(file))
    memory = usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    processor = usage.ru_utime + usage.ru_stime
    return f"{n:,} articles, {memory:,.0f} MiB at the peak, {seconds:.0f} s ({processor:.0f} s of processor)"


def times(folder: Path) -> list[float]:
    """Seconds of processor for reading a folder in this process, four times."""
    found = []
    for _ in range(4):
        start = time.process_time()
        for _ in read_corpus(folder):
            pass
        found.append(time.process_time() - start)
    return found


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--mb", nargs="*", type=int, default=[500, 2000], help="sizes of the files for memory")
    ap.add_argument("--corpus", type=Path, default=Path("corpus"))
    ap.add_argument("--data", type=Path, default=Path("../shared/data"))
    args = ap.parse_args()
    list(read_corpus(args.corpus))  # so that imports and the model of languages do not count
    detect_language("Le ministre a déclaré lundi que le pont du port pourrait coûter plus cher que prévu.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts = folder / "texts"
        texts.mkdir()
        for n, (title, body) in zip(range(1000), articles(args.corpus)):
            (texts / f"{n}.txt").write_text("\n\n".join([title, *body]), encoding="utf-8")
        size = sum(path.stat().st_size for path in texts.iterdir())
        print(f"text: {size / min(times(texts)) / MB:.1f} MB a second", flush=True)
        pages = folder / "pages"
        pages.mkdir()
        for path in args.data.glob("ingest/*/html/*.html.gz"):
            (pages / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
        if n := len(list(pages.iterdir())):
            first, *again = times(pages)
            print(f"saved pages: {n / first:.1f} a second, then {n / min(again):.1f}", flush=True)
        for size in args.mb:
            for write, file in ((write_jsonl, "made.jsonl"), (write_warc, "made.warc")):
                print(f"{size} MB of {file}: {peak(folder, write, file, args.corpus, size * MB)}", flush=True)


if __name__ == "__main__":
    main()
