"""The labelled windows of 1,000 nt, and how often each is drawn.

A split is two files, PREFIX.tsv.gz (one row per window: id, label, class, group, organism, ...) and PREFIX.fna.gz.
"""

import csv
import gzip
from pathlib import Path

import numpy as np

from codons import N

TAILED_PHAGES = "Caudoviricetes"


class Windows:
    """codes: uint8 [windows, 1000]; is_virus: bool; kind: class; family; group (family:genus); organism: str arrays."""

    def __init__(self, prefix: str, cache: Path):
        stored = cache / f"{Path(prefix).name}.npz"
        if not stored.exists():
            cache.mkdir(parents=True, exist_ok=True)
            np.savez(stored, **_read(prefix))
        columns = np.load(stored)
        self.codes = columns["codes"]
        self.is_virus = columns["label"] == "virus"
        self.kind, self.group, self.organism = (columns[x] for x in ("class", "group", "organism"))
        self.family = np.array([x.split(":")[0] for x in self.group])

    def __len__(self) -> int:
        return len(self.codes)

    def taxa(self) -> tuple[np.ndarray, int]:
        """Number of each window's taxon, the target of the auxiliary head: family (for tailed phages genus) of a virus,
        class and family of anything else."""
        deep = np.where(self.family == TAILED_PHAGES, self.group, self.family)
        names = np.where(self.is_virus, deep, np.char.add(self.kind, self.family))
        found, number = np.unique(names, return_inverse=True)
        return number, len(found)

    def weights(self, sampling: dict, others: dict[str, float]) -> np.ndarray:
        """Probability of each window, float64 summing to 1. Half are viruses. Families, and genera within them, are
        drawn in proportion to a power of their windows, so that big ones neither rule nor vanish; tailed phages, the
        most diverse group, get a fixed share. What is no
        virus is drawn by class, in the shares of `others`, then by group (eukaryotes: by organism)."""
        weight = np.zeros(len(self))
        power = sampling["power"]

        def spread(rows: np.ndarray, keys: np.ndarray, total: float):
            found, member, count = np.unique(keys[rows], return_inverse=True, return_counts=True)
            share = count**power / (count**power).sum() * total
            return found, member, count, share

        half = sampling["viruses"]
        viruses = np.nonzero(self.is_virus)[0]
        found, member, _, share = spread(viruses, self.family, half)
        phages = list(found).index(TAILED_PHAGES) if TAILED_PHAGES in found else None
        if phages is not None:
            share *= half * (1 - sampling["tailed_phages"]) / (share.sum() - share[phages])
            share[phages] = half * sampling["tailed_phages"]
        for i in range(len(found)):
            rows = viruses[member == i]
            _, inner, count, part = spread(rows, self.group, share[i])
            weight[rows] = (part / count)[inner]
        for kind, part_of_others in others.items():
            rows = np.nonzero(~self.is_virus & (self.kind == kind))[0]
            if len(rows) == 0:
                continue
            keys = self.organism if kind == "eukaryote" else self.group
            _, inner, count, part = spread(rows, keys, part_of_others * (1 - half))
            weight[rows] = (part / count)[inner]
        return weight / weight.sum()


def _read(prefix: str) -> dict[str, np.ndarray]:
    code = np.full(256, N, np.uint8)
    for i, letter in enumerate(b"ACGT"):
        code[letter] = code[letter + 32] = i
    sequences: dict[str, list[bytes]] = {}
    with gzip.open(f"{prefix}.fna.gz", "rb") as lines:
        for line in lines:
            if line.startswith(b">"):
                current = sequences.setdefault(line[1:].split()[0].decode(), [])
            else:
                current.append(line.strip())
    with gzip.open(f"{prefix}.tsv.gz", "rt") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    columns = {x: np.array([row[x] for row in rows]) for x in ("label", "class", "group", "organism")}
    codes = np.stack([code[np.frombuffer(b"".join(sequences[row["id"]]), np.uint8)] for row in rows])
    return {"codes": codes, **columns}
