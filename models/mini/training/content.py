"""What each word of the nucleotide encoder holds, as numbered features with weights.

A table of 4,169 unrelated rows learns the families it was trained on by heart; rows that are sums over shared
features (the word's codons; its 1- to 6-letter pieces, as they are and joined with their reverse complements) carry over
to families it never saw. The table is exported as plain rows, so the model's form is the ordinary one.
"""

import itertools

import numpy as np
import torch

LONGEST_PIECE = 6
LONGEST_DIRECTED_PIECE = 4
_COMPLEMENT = str.maketrans("ACGT", "TGCA")


def word_content() -> tuple[torch.Tensor, torch.Tensor, int]:
    """Feature numbers int64 [words, most], their weights float32 [words, most] (0 = padding), number of features."""
    codons = ["".join(x) for x in itertools.product("ACGT", repeat=3)]
    pairs = [a + b for a in codons for b in codons]
    numbers: dict[str, int] = {}
    rows: list[dict[int, float]] = [{} for _ in range(5)]
    for word in [*"ACGT", *codons, *pairs]:
        row: dict[int, float] = {}
        for name, weight in _features(word):
            number = numbers.setdefault(name, len(numbers))
            row[number] = row.get(number, 0) + weight
        length = max(1.0, sum(x * x for x in row.values()) ** 0.5) / 1.5
        rows.append({number: weight / length for number, weight in row.items()})
    most = max(len(row) for row in rows)
    index = np.zeros((len(rows), most), np.int64)
    weight = np.zeros((len(rows), most), np.float32)
    for i, row in enumerate(rows):
        index[i, : len(row)] = list(row)
        weight[i, : len(row)] = list(row.values())
    return torch.tensor(index), torch.tensor(weight), len(numbers)


def _features(word: str):
    if len(word) > 1:
        for at in range(0, len(word), 3):
            yield "codon " + word[at : at + 3], 1.5
    for size in range(1, LONGEST_PIECE + 1):
        for at in range(len(word) - size + 1):
            piece = word[at : at + size]
            if size <= LONGEST_DIRECTED_PIECE:
                yield piece, 0.5
            yield "either strand " + min(piece, piece[::-1].translate(_COMPLEMENT)), 1.0
