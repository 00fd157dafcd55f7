"""Trains one stage of the model: train.py STAGE --windows DIR --work DIR. Run again after a stop, it goes on.

Loss: cross entropy of the calls (smoothed), cross entropy against the teachers' mean, the taxon, and the frame's codon
usage. What is kept is the running mean of the weights.
"""

import argparse
import copy
import json
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import checkpoint
import together
from batches import NO_TAXON, Batch, Batches
from encoders import Mini
from teacher import Teacher
from together import Alone
from watch import Watch
from windows import Windows

SAVE_EVERY = 240  # seconds
STOPPED = 3  # exit status


class Trainer:
    def __init__(self, group: Alone, settings: dict, stage: dict, windows: Windows, work: Path, device: str):
        self.group, self.stage, self.weights, self.device = group, stage, stage["loss"], device
        self.seed = settings["seed"]
        torch.manual_seed(self.seed)
        _, taxa = windows.taxa()
        self.model = Mini(stage["sizes"], taxa).to(device)
        if "from" in stage:
            self._take(checkpoint.load(work / f"{stage['from']}.pt", device)["mean"])
        self.mean = copy.deepcopy(self.model).requires_grad_(False)
        matrices = [x for x in self.model.parameters() if x.dim() > 1]
        vectors = [x for x in self.model.parameters() if x.dim() <= 1]
        groups = [{"params": matrices, "weight_decay": stage["weight_decay"]}, {"params": vectors, "weight_decay": 0}]
        self.optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98))
        self.teachers = []
        for name in stage["teachers"]:
            state = checkpoint.load(work / f"{name}.pt", device)
            teacher = Teacher(state["hidden"], taxa).to(device)
            teacher.load_state_dict(state["teacher"])
            self.teachers.append(teacher.eval())
        # bfloat16 keeps the matrix units of a CPU and a GPU busy; the weights stay float32.
        self.dtype = torch.bfloat16
        self.step = 0

    def _take(self, earlier: dict):
        """Starts from an earlier stage; what it did not have keeps its own start."""
        own = self.model.state_dict()
        own.update({k: v for k, v in earlier.items() if k in own and own[k].shape == v.shape})
        self.model.load_state_dict(own)

    def state(self) -> dict:
        return {
            "model": self.model.state_dict(),
            "mean": self.mean.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "sizes": self.stage["sizes"],
        }

    def resume(self, state: dict):
        self.model.load_state_dict(state["model"])
        self.mean.load_state_dict(state["mean"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]

    def learning_rate(self) -> float:
        """Warm-up, a plateau, a straight line down to 2 %."""
        top, steps = self.stage["learning_rate"], self.stage["steps"]
        if self.step < self.stage["warm_up"]:
            return top * (self.step + 1) / self.stage["warm_up"]
        decay = steps * self.stage["decay"]
        return top * max(0.02, min(1, (steps - self.step) / decay))

    def take_step(self, batch: Batch, stop: bool = False) -> tuple[dict[str, float], bool]:
        """Returns the parts of the loss, and whether to stop behind this step."""
        self.model.train()
        torch.manual_seed((self.seed * 1_000_003 + self.step) * self.group.size + self.group.rank)
        rate = self.learning_rate()
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        batch = self.group.share(batch).to(self.device)
        embedding = self.model.embed(batch.words, batch.residues, self.dtype)
        parts = self.loss(embedding, batch)
        loss = sum(parts[x] * self.weights[x] for x in parts)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        stop = self.group.average(self.model, stop)
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        self._average()
        return {"loss": loss.item(), **{k: v.item() for k, v in parts.items()}}, stop

    def loss(self, embedding: torch.Tensor, batch: Batch) -> dict[str, torch.Tensor]:
        taught = None
        if self.teachers:
            with torch.no_grad():
                taught = torch.sigmoid(sum(t(batch.counts)[0] for t in self.teachers) / len(self.teachers))
        # A fragment of another length is for both heads.
        shares = {300: {"300": 1.0}, 500: {"500": 1.0}}.get(batch.length, {"300": 0.5, "500": 0.5})
        parts = {"calls": torch.zeros((), device=self.device), "teachers": torch.zeros((), device=self.device)}
        for name, share in shares.items():
            logits = self.model.heads[name](embedding)
            smoothing = self.stage["label_smoothing"]
            parts["calls"] += share * F.cross_entropy(logits, batch.is_virus, label_smoothing=smoothing)
            if taught is not None:
                delta = logits[:, 1] - logits[:, 0]
                parts["teachers"] += share * F.binary_cross_entropy_with_logits(delta, taught)
        parts["taxon"] = F.cross_entropy(self.model.taxon(embedding), batch.taxon, ignore_index=NO_TAXON)
        usage = self.model.codon_usage(embedding).log_softmax(1)
        parts["codons"] = -(batch.codon_usage * usage).sum(1).mean()
        return parts

    @torch.no_grad()
    def _average(self):
        keep = min(0.999, self.step / (self.step + 200))
        torch._foreach_lerp_(list(self.mean.parameters()), list(self.model.parameters()), 1 - keep)
        for kept, new in zip(self.mean.buffers(), self.model.buffers()):
            kept.copy_(new)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("stage")
    arguments.add_argument("--windows", type=Path, required=True, help="folder of windows.{train,val}.{tsv,fna}.gz")
    arguments.add_argument("--work", type=Path, required=True, help="folder for checkpoints, logs, cache")
    arguments.add_argument("--settings", type=Path, default=Path(__file__).with_name("settings.json"))
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--processes", type=int, default=1, help="that share the work; for CPUs")
    arguments.add_argument("--workers", type=int, default=0, help="processes that make batches; for GPUs")
    arguments.add_argument("--until", type=int, help="stop behind this step, and print every loss")
    a = arguments.parse_args()
    return together.start(train, a.processes, a)


def train(group: Alone, a: argparse.Namespace) -> int:
    settings = json.loads(a.settings.read_text())
    stage = next(x for x in settings["stages"] if x["name"] == a.stage)
    path = a.work / f"{a.stage}.pt"
    torch.set_num_threads(a.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    windows = Windows(str(a.windows / "windows.train"), a.work)
    trainer = Trainer(group, settings, stage, windows, a.work, device)
    if path.exists():
        trainer.resume(checkpoint.load(path, device))
    last = stage["steps"] if a.until is None else a.until
    batches = Batches(windows, settings, stage, settings["seed"], trainer.step, last, encoded=True)
    stream = iter(torch.utils.data.DataLoader(batches, batch_size=None, num_workers=a.workers))
    if a.until is not None:
        for batch in stream:
            loss = trainer.take_step(batch)[0]["loss"]
            if group.rank == 0:
                print(trainer.step, loss.hex())
        if group.rank == 0:
            checkpoint.save(path, trainer.state())
        return 0
    first = group.rank == 0
    watch = Watch(Windows(str(a.windows / "windows.val"), a.work)) if first else None
    stop = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.append(True))
    log = (a.work / f"{a.stage}.jsonl").open("a") if first else None
    seen, saved, started, begun = [], time.monotonic(), time.monotonic(), trainer.step
    for batch in stream:
        parts, stops = trainer.take_step(batch, bool(stop))
        seen.append(parts)
        step, ends = trainer.step, trainer.step == stage["steps"]
        if first and (step % 100 == 0 or ends):
            seconds = time.monotonic() - started
            means = {k: round(float(np.mean([x[k] for x in seen])), 4) for k in seen[0]}
            rate = round((step - begun) * stage["rows"] / seconds)
            row = {"step": step, "minutes": round(seconds / 60, 1), "frames_per_second": rate, **means}
            if step % stage["watch_every"] == 0 or ends:
                row["watch"] = watch.model(trainer.mean, trainer.dtype, device)
            print(json.dumps(row), file=log, flush=True)
            seen = []
        if first and (time.monotonic() - saved > SAVE_EVERY or ends or stops):
            checkpoint.save(path, trainer.state())
            saved = time.monotonic()
        if stops:
            return STOPPED
    return 0


if __name__ == "__main__":
    sys.exit(main())
