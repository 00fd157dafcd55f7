"""The teacher: a network over counts, whose answers the small model is also trained on.

Counts carry over to unseen families better than anything a small encoder finds by itself, but a network over counts is
not of the method's form; its knowledge is passed on by distillation (Hinton et al. 2015).
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from codons import FIRST_RESIDUE, Frame, N

PIECE = 6


def _either_strand(size: int) -> tuple[np.ndarray, int]:
    """Class of every piece of `size` letters joined with its reverse complement; the last entry: pieces with N."""
    piece = np.arange(4**size)
    reverse, rest = np.zeros_like(piece), piece.copy()
    for _ in range(size):
        reverse, rest = reverse * 4 + (3 - rest % 4), rest // 4
    found, number = np.unique(np.minimum(piece, reverse), return_inverse=True)
    return np.append(number, len(found)), len(found)


_CLASS, _CLASSES = _either_strand(PIECE)
RESIDUES = 20
WIDTH = _CLASSES + 64 + 2 * RESIDUES**2 + RESIDUES + 1 + 1


def counts(fragment: np.ndarray, frames: list[Frame]) -> torch.Tensor:
    """One frame of each fragment (codes, uint8 [rows, length]) to float32 [rows, WIDTH]: square roots of the counts of
    6-letter pieces of the fragment, of the frame's codons, of its residue pairs at distance 1 and 2, of its residues;
    and the fragment's length."""
    rows, length = fragment.shape
    of_row = np.repeat(np.arange(rows), [len(x.residues) for x in frames])
    residues = np.concatenate([x.residues for x in frames]).astype(np.int64) - FIRST_RESIDUE
    codons = np.concatenate([x.codons for x in frames]).astype(np.int64)

    piece = np.zeros((rows, length - PIECE + 1), np.int64)
    has_n = np.zeros(piece.shape, bool)
    for i in range(PIECE):
        letter = fragment[:, i : length - PIECE + 1 + i]
        piece = piece * 4 + letter % 4
        has_n |= letter == N
    piece = _CLASS[np.where(has_n, 4**PIECE, piece)]
    known = piece < _CLASSES
    pieces = _count(np.broadcast_to(np.arange(rows)[:, None], piece.shape)[known], piece[known], rows, _CLASSES)

    def pairs(distance: int) -> np.ndarray:
        same = of_row[distance:] == of_row[:-distance]
        pair = residues[:-distance] * RESIDUES + residues[distance:]
        return _count(of_row[distance:][same], pair[same], rows, RESIDUES**2)

    n = np.array([len(x.residues) for x in frames])[:, None]
    columns = (
        np.sqrt(pieces / (length - PIECE + 1) * 500),
        np.sqrt(_count(of_row, codons, rows, 64) / n * 30),
        np.sqrt(pairs(1) / n * 200),
        np.sqrt(pairs(2) / n * 200),
        np.sqrt(_count(of_row, residues, rows, RESIDUES + 1) / n * 20),
        np.full((rows, 1), np.log(length / 300) * 2),
    )
    return torch.tensor(np.concatenate(columns, 1), dtype=torch.float32)


def _count(row: np.ndarray, what: np.ndarray, rows: int, kinds: int) -> np.ndarray:
    return np.bincount(row * kinds + what, minlength=rows * kinds).reshape(rows, kinds)


class Teacher(nn.Module):
    def __init__(self, hidden: int, taxa: int):
        super().__init__()
        self.scale = nn.BatchNorm1d(WIDTH, affine=False, eps=0.02)
        self.input_dropout = nn.Dropout(0.3)
        self.hidden = nn.Linear(WIDTH, hidden)
        self.norm = nn.BatchNorm1d(hidden)
        self.dropout = nn.Dropout(0.4)
        self.out = nn.Linear(hidden, 1)
        self.taxon = nn.Linear(hidden, taxa)

    def forward(self, x):
        """Logit of P(virus) [batch], logits of the taxa [batch, taxa]"""
        x = self.hidden(self.input_dropout(self.scale(x).clamp(-6, 6)))
        x = self.dropout(F.relu(self.norm(x)))
        return self.out(x)[:, 0], self.taxon(x)
