"""Several processes that train one model: each computes its share of a batch's rows, gradients are averaged.

On a CPU this uses its cores better than threads inside an operator do: the operators are small.
"""

import os
import tempfile

import torch
from torch import distributed, multiprocessing

from batches import Batch


class Alone:
    """One process."""

    rank, size = 0, 1

    def share(self, batch: Batch) -> Batch:
        return batch

    def average(self, model: torch.nn.Module, stop: bool) -> bool:
        """Averages the gradients. Returns whether any process was asked to stop: all must stop behind the same step."""
        return stop


class Together(Alone):
    def __init__(self, rank: int, size: int, meeting: str):
        self.rank, self.size = rank, size
        distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=size)

    def share(self, batch: Batch) -> Batch:
        rows = slice(self.rank, None, self.size)
        return Batch(batch.length, **{k: v[rows] for k, v in vars(batch).items() if torch.is_tensor(v)})

    def average(self, model: torch.nn.Module, stop: bool) -> bool:
        gradients = [x.grad for x in model.parameters() if x.grad is not None]
        flat = torch.cat([*(x.flatten() for x in gradients), torch.tensor([float(stop)])])
        distributed.all_reduce(flat)
        start = 0
        for gradient in gradients:
            gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient) / self.size)
            start += gradient.numel()
        return bool(flat[-1] > 0)


def start(work, processes: int, *arguments) -> int:
    """Runs work(group, *arguments) in as many processes; returns what the first one returned."""
    if processes == 1:
        return work(Alone(), *arguments)
    with tempfile.TemporaryDirectory() as folder:
        answer = multiprocessing.get_context("spawn").SimpleQueue()
        meeting = os.path.join(folder, "meeting")
        multiprocessing.spawn(_member, (work, processes, meeting, answer, arguments), nprocs=processes)
        return answer.get()


def _member(rank: int, work, processes: int, meeting: str, answer, arguments) -> None:
    status = work(Together(rank, processes, meeting), *arguments)
    if rank == 0:
        answer.put(status)
    distributed.destroy_process_group()
