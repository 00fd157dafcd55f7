"""A quick look at how good a model is on the validation windows, during training. The figures that count come from
../evaluate, which asks the executable."""

import numpy as np
import torch

from batches import encode
from codons import OpenFrames
from fragments import cut
from teacher import counts
from windows import Windows

FRAGMENTS = 4000
ROWS = 128


class Watch:
    def __init__(self, windows: Windows, lengths=(300, 500)):
        self.windows = windows
        self.sets = {}
        for length in lengths:
            rng = np.random.default_rng(7 * length + 1)
            rows = rng.choice(len(windows), min(FRAGMENTS, len(windows)), replace=False)
            self.sets[length] = (rows, OpenFrames(cut(windows.codes, rows, length, rng)))

    @torch.no_grad()
    def model(self, model, dtype, device: str) -> list[dict]:
        model.eval()

        def virus(fragments, frames, length):
            words, residues = encode(frames)
            logits = model.heads[str(length)](model.embed(words.to(device), residues.to(device), dtype))
            return logits.softmax(1)[:, 1].cpu().numpy()

        return self._look(virus)

    @torch.no_grad()
    def teachers(self, teachers: list, device: str) -> list[dict]:
        def virus(fragments, frames, length):
            x = counts(fragments, frames).to(device)
            return torch.sigmoid(sum(t(x)[0] for t in teachers) / len(teachers)).cpu().numpy()

        for teacher in teachers:
            teacher.eval()
        return self._look(virus)

    def _look(self, virus) -> list[dict]:
        seen = []
        for length, (rows, frames) in self.sets.items():
            parts = [range(i, min(i + ROWS, len(frames.row))) for i in range(0, len(frames.row), ROWS)]
            score = np.concatenate(
                [virus(frames.codes[frames.row[p]], [frames.frame(i) for i in p], length) for p in parts]
            )
            highest, lowest = np.full(len(rows), -1.0), np.full(len(rows), 2.0)
            np.maximum.at(highest, frames.row, score)
            np.minimum.at(lowest, frames.row, score)
            called = highest >= 0
            delta = (highest + lowest - 1)[called]  # max P(virus) - max P(others)
            is_virus, kind = self.windows.is_virus[rows][called], self.windows.kind[rows][called]
            false = {k: round(float((delta[kind == k] > 0).mean()), 3) for k in np.unique(kind[~is_virus])}
            seen.append({"length": length, "auroc": round(auroc(delta, is_virus), 4), "called_virus": false})
        return seen


def auroc(score: np.ndarray, is_virus: np.ndarray) -> float:
    """Area under the ROC curve by ranks (Mann-Whitney), ties counted half."""
    _, rank, count = np.unique(score, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - (count - 1) / 2
    positives, n = is_virus.sum(), len(score)
    return float((middle[rank][is_virus].sum() - positives * (positives + 1) / 2) / (positives * (n - positives)))
