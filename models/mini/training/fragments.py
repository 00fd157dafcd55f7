"""Fragments of windows: random cuts of both strands, shuffled negatives, substitutions and runs of N."""

import numpy as np
from numpy.random import Generator

from codons import N, reverse_complement


def cut(codes: np.ndarray, rows: np.ndarray, length: int, rng: Generator) -> np.ndarray:
    """One fragment of each of the rows, at a random place of a random strand: uint8 [rows, length]."""
    start = rng.integers(0, codes.shape[1] - length + 1, len(rows))
    fragments = codes[rows[:, None], start[:, None] + np.arange(length)[None]]
    turned = rng.random(len(rows)) < 0.5
    fragments[turned] = reverse_complement(fragments[turned])
    return fragments


def shuffle(fragment: np.ndarray, step: int, rng: Generator) -> np.ndarray:
    """The fragment with its words of `step` letters in random order; letters behind the last word stay."""
    n = len(fragment) // step * step
    shuffled = fragment.copy()
    shuffled[:n] = rng.permutation(fragment[:n].reshape(-1, step)).reshape(-1)
    return shuffled


def damage(fragments: np.ndarray, rng: Generator) -> np.ndarray:
    """A quarter of the fragments with 0.5 to 4 % substitutions; one in twelve with single Ns or a run of N."""
    rows, length = fragments.shape
    damaged = rng.random(rows) < 0.25
    rate = rng.choice([0.005, 0.01, 0.02, 0.04], rows)[:, None] * damaged[:, None]
    hit = rng.random((rows, length)) < rate
    change = rng.integers(1, 4, (rows, length)).astype(np.uint8)
    out = np.where(hit & (fragments != N), (fragments + change) % 4, fragments).astype(np.uint8)
    for row in np.nonzero(rng.random(rows) < 0.08)[0]:
        if rng.random() < 0.5:
            out[row, rng.integers(0, length, rng.integers(1, 6))] = N
        else:
            start = rng.integers(0, length - 10)
            out[row, start : start + rng.integers(3, max(4, length // 8))] = N
    return out
