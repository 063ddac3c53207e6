"""Articles a second and peak memory of reading each format, and of large files: a part of `make bench`.

Each format is read in a process of its own, from a file with many copies of the fixtures' articles; reading is opening,
parsing, rendering and finding zones, identifiers and language. Memory is what the process holds at most, beyond what it
held after reading one small file of the format.
"""

from __future__ import annotations

import gzip
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from pipeline.read import read
from pipeline.records import Article
from tests.fixtures import make

COPIES = 100
FIVE = make.papers()


def _archive(render: Callable[[make.Paper], str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for copy in range(COPIES):
            for each in FIVE:
                archive.writestr(f"{each.stem}-{copy}", render(each))
    return data.getvalue()


def _workbook() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        make.xlsx(FIVE * COPIES, Path(folder, "x.xlsx"))
        return Path(folder, "x.xlsx").read_bytes()


def files() -> dict[str, Callable[[], bytes]]:
    """A file of each format, made when it is its turn."""
    made: dict[str, Callable[[], bytes]] = {
        name.replace("five.", ""): lambda render=render: render(FIVE * COPIES).encode()
        for name, render in make.WHOLE.items()
    }
    made |= {
        f"zip of {name.split('/')[0]}": lambda render=render: _archive(render) for name, render in make.EACH.items()
    }
    made["xlsx"] = _workbook
    made["pubmed, 30,000 articles"] = lambda: make.pubmed(FIVE * 6000).encode()
    made["pubmed in gzip, 30,000 articles"] = lambda: gzip.compress(make.pubmed(FIVE * 6000).encode(), 1)
    return made


def measure(path: Path, small: Path) -> tuple[int, float, float]:
    """Articles, seconds and megabytes of reading a file, after a small one."""
    list(read(small, small.name))
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    articles = sum(isinstance(each, Article) for each in read(path, path.name))
    seconds = time.perf_counter() - start
    return articles, seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) / 1024


def main() -> None:
    """Print the table."""
    print("\n| format | file, MB | articles | articles a second | peak memory, MB |")
    print("|---|--:|--:|--:|--:|")
    small = Path(make.__file__).parent / "jats" / f"{FIVE[0].stem}.nxml"
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files().items():
            path = Path(folder, "file.tsv" if name.startswith("tsv") else "file")
            path.write_bytes(data())
            code = (
                "import json; from pathlib import Path; from tests.benchmarks.formats import measure\n"
                f"print(json.dumps(measure(Path({str(path)!r}), Path({str(small)!r}))))"
            )
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
            articles, seconds, megabytes = json.loads(done.stdout.splitlines()[-1])
            size = path.stat().st_size / 1_000_000
            print(f"| {name} | {size:.1f} | {articles:,} | {articles / seconds:,.0f} | {megabytes:.0f} |", flush=True)


if __name__ == "__main__":
    main()
