"""Training batches. A batch is a function of (seed, step) alone: stops, resumes and worker counts change nothing."""

from dataclasses import dataclass

import numpy as np
import torch

from codons import RESIDUE_PAD, WORD_PAD, Frame, OpenFrames, protein, words
from fragments import cut, damage, shuffle
from teacher import counts
from windows import Windows

NO_TAXON = -100  # what torch's cross entropy ignores


@dataclass
class Batch:
    """One open frame of each of `rows` fragments of one length."""

    length: int  # nt
    words: torch.Tensor  # int64 [rows, tokens]
    residues: torch.Tensor  # int64 [rows, tokens]
    counts: torch.Tensor  # float32 [rows, teacher.WIDTH]
    is_virus: torch.Tensor  # int64 [rows]
    taxon: torch.Tensor  # int64 [rows]
    codon_usage: torch.Tensor  # float32 [rows, 64], sums to 1

    def to(self, device: str) -> "Batch":
        moved = {k: v.to(device) if torch.is_tensor(v) else v for k, v in vars(self).items()}
        return Batch(**moved)


class Batches(torch.utils.data.IterableDataset):
    """Batches of the steps from `first` to `last` (not included)."""

    def __init__(self, windows: Windows, settings: dict, part: dict, seed: int, first: int, last: int, encoded: bool):
        """part: a teacher or stage of the settings; encoded: with words and residues, which a teacher does without."""
        self.windows, self.lengths, self.rows, self.shuffled = (
            windows,
            settings["lengths"],
            part["rows"],
            part["shuffled"],
        )
        self.seed, self.first, self.last, self.encoded = seed, first, last, encoded
        self.taxon, self.taxa = windows.taxa()
        self.cumulative = np.cumsum(windows.weights(settings["sampling"], part["others"]))
        self.cumulative /= self.cumulative[-1]

    def __iter__(self):
        worker = torch.utils.data.get_worker_info()
        if worker is not None:
            torch.set_num_threads(1)
        start, step = (worker.id, worker.num_workers) if worker else (0, 1)
        for number in range(self.first + start, self.last, step):
            yield self.batch(number)

    def batch(self, step: int) -> Batch:
        rng = np.random.default_rng((self.seed, step))
        length = self.lengths[rng.integers(len(self.lengths))]
        if isinstance(length, list):
            length = int(rng.integers(*length))
        # About half of the fragments have an open frame; draw until there are enough.
        drawn = int(self.rows * 1.9)
        while True:
            window = np.searchsorted(self.cumulative, rng.random(drawn))
            fragments = cut(self.windows.codes, window, length, rng)
            is_virus = self.windows.is_virus[window].astype(np.int64)
            taxon = self.taxon[window].copy()
            shuffled = int(drawn * self.shuffled)
            for i in range(shuffled):
                fragments[i] = shuffle(fragments[i], 1 + (i + 1) % 2, rng)
            is_virus[:shuffled], taxon[:shuffled] = 0, NO_TAXON
            frames = OpenFrames(damage(fragments, rng))
            rows, first, count = np.unique(frames.row, return_index=True, return_counts=True)
            if len(rows) >= self.rows:
                break
            drawn = int(drawn * self.rows / max(len(rows), 8) * 1.15) + 8
        chosen = rng.permutation(len(rows))[: self.rows]
        picked = first[chosen] + (rng.random(len(chosen)) * count[chosen]).astype(int)
        row = frames.row[picked]
        each = [frames.frame(i) for i in picked]
        return Batch(
            length,
            *(encode(each) if self.encoded else (torch.zeros(1), torch.zeros(1))),
            counts(frames.codes[row], each),
            torch.tensor(is_virus[row]),
            torch.tensor(taxon[row]),
            torch.tensor(np.stack([_usage(frame.codons) for frame in each])),
        )


def encode(frames: list[Frame]) -> tuple[torch.Tensor, torch.Tensor]:
    """Words and residues of frames, padded: int64 [frames, tokens] each."""
    nucleotides = [words(x.nucleotides) for x in frames]
    return _padded(nucleotides, WORD_PAD), _padded([protein(x.residues) for x in frames], RESIDUE_PAD)


def _padded(rows: list[np.ndarray], pad: int) -> torch.Tensor:
    out = np.full((len(rows), max(map(len, rows))), pad, np.int64)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return torch.tensor(out)


def _usage(codons: np.ndarray) -> np.ndarray:
    return (np.bincount(codons, minlength=64) / max(len(codons), 1)).astype(np.float32)
