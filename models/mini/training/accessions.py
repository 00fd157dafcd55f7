"""Writes the list of the sequences that the windows were cut from: accessions.py --windows DIR --out FILE.tsv.gz"""

import argparse
import csv
import gzip
from collections import Counter
from pathlib import Path

COLUMNS = ("split", "class", "group", "organism", "source", "sequence", "windows")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--windows", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    a = arguments.parse_args()
    found: Counter[tuple[str, ...]] = Counter()
    for split in ("train", "val"):
        with gzip.open(a.windows / f"windows.{split}.tsv.gz", "rt") as table:
            for row in csv.DictReader(table, delimiter="\t"):
                found[(split, *(row[x] for x in ("class", "group", "organism", "source", "seq")))] += 1
    # No time of writing in the file: the same windows give the same bytes.
    with a.out.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as file:
        for row in [COLUMNS, *((*key, str(n)) for key, n in sorted(found.items()))]:
            file.write(("\t".join(row) + "\n").encode())


if __name__ == "__main__":
    main()
