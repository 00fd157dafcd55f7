"""Codons, frames and words: from nucleotide codes to what the two encoders read.

Nucleotide codes are uint8: A 0, C 1, G 2, T 3, anything else 4 (written N). Codon codes are 16a + 4b + c; 64 is a codon
with an N. Residue ids are those of ESM-2. Words are those of ../tokenizer.json: a frame's nucleotides start with its
first codon, so words of six letters are pairs of codons.
"""

from typing import NamedTuple

import numpy as np

LETTERS = np.frombuffer(b"ACGTN", np.uint8)
COMPLEMENT = np.array([3, 2, 1, 0, 4], np.uint8)
N = 4
N_CODON = 64

RESIDUE_CLS, RESIDUE_PAD, RESIDUE_EOS = 0, 1, 2
FIRST_RESIDUE = 4
_RESIDUES = "LAGVSERTIDPKQNFYMHWC"
# Standard genetic code (table 1), codons in the order A C G T.
_CODE = "KNKNTTTTRSRSIIMIQHQHPPPPRRRRLLLLEDEDAAAAGGGGVVVV*Y*YSSSS*CWCLFLF"
STOP, DROPPED = 0, 255
CODON_RESIDUE = np.array(
    [STOP if x == "*" else FIRST_RESIDUE + _RESIDUES.index(x) for x in _CODE] + [DROPPED], np.uint8
)

WORD_UNK, WORD_CLS, WORD_SEP, WORD_PAD = 0, 1, 2, 3
FIRST_LETTER, FIRST_CODON, FIRST_PAIR = 5, 9, 73
WORDS = FIRST_PAIR + 4096


def reverse_complement(codes: np.ndarray) -> np.ndarray:
    """Of each row of codes [..., length]."""
    return COMPLEMENT[codes[..., ::-1]]


def codons_everywhere(codes: np.ndarray) -> np.ndarray:
    """Codon code that starts at each position: [rows, length] -> int16 [rows, length - 2]."""
    a, b, c = (codes[:, i : codes.shape[1] - 2 + i].astype(np.int16) for i in range(3))
    return np.where((a == N) | (b == N) | (c == N), N_CODON, 16 * a + 4 * b + c)


class Frame(NamedTuple):
    residues: np.ndarray  # ids
    nucleotides: np.ndarray  # codes
    codons: np.ndarray  # codes, without dropped ones


class OpenFrames:
    """The frames without a stop of fragments of one length, by the method's rule (a codon with N is dropped).

    `row`, `strand` (0 forward, 1 reverse) and `offset` (0 to 2) of every kept frame, ordered by row, strand, offset.
    """

    def __init__(self, codes: np.ndarray):
        """codes: uint8 [rows, length]"""
        self.codes = codes
        self._strands = [codes, reverse_complement(codes)]
        self._codons = [codons_everywhere(x) for x in self._strands]
        kept = []
        for strand, codons in enumerate(self._codons):
            residues = CODON_RESIDUE[codons]
            for offset in range(3):
                frame = residues[:, offset::3]
                rows = np.nonzero(~(frame == STOP).any(1) & (frame != DROPPED).any(1))[0]
                kept.append(np.stack([rows, np.full_like(rows, strand), np.full_like(rows, offset)]))
        row, strand, offset = np.concatenate(kept, 1)
        order = np.lexsort((offset, strand, row))
        self.row, self.strand, self.offset = row[order], strand[order], offset[order]

    def frame(self, i: int) -> Frame:
        """With dropped codons the nucleotides follow the shorter protein, as the method has it; there is one base more
        than the codons."""
        row, strand, offset = self.row[i], self.strand[i], self.offset[i]
        codons = self._codons[strand][row, offset::3]
        residues = CODON_RESIDUE[codons]
        residues = residues[residues != DROPPED]
        nucleotides = self._strands[strand][row, offset : offset + 1 + 3 * len(residues)]
        return Frame(residues, nucleotides, codons[codons != N_CODON])


def words(nucleotides: np.ndarray) -> np.ndarray:
    """Word ids of one frame, [CLS] and [SEP] included: pairs of codons, then a codon, then single letters."""
    x = nucleotides.astype(np.int64)
    n = len(x) // 3
    triples = x[: 3 * n].reshape(n, 3)
    codons = np.where((triples == N).any(1), N_CODON, triples @ [16, 4, 1])
    first, second = codons[: n // 2 * 2 : 2], codons[1 : n // 2 * 2 : 2]
    pairs = np.where((first == N_CODON) | (second == N_CODON), WORD_UNK, FIRST_PAIR + 64 * first + second)
    codon = codons[n - n % 2 :]
    rest = x[3 * n :]
    return np.concatenate(
        (
            [WORD_CLS],
            pairs,
            np.where(codon == N_CODON, WORD_UNK, FIRST_CODON + codon),
            np.where(rest == N, WORD_UNK, FIRST_LETTER + rest),
            [WORD_SEP],
        )
    )


def protein(residues: np.ndarray) -> np.ndarray:
    """Residue ids with <cls> and <eos>."""
    return np.concatenate(([RESIDUE_CLS], residues, [RESIDUE_EOS])).astype(np.int64)
