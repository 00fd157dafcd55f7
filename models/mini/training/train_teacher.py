"""Trains one teacher: train_teacher.py NAME --windows DIR --work DIR. Run again after a stop, it goes on."""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import checkpoint
from batches import Batches
from teacher import Teacher
from watch import Watch
from windows import Windows

SAVE_EVERY = 240  # seconds
TAXON_WEIGHT = 0.15
SMOOTHING = 0.03


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("name")
    arguments.add_argument("--windows", type=Path, required=True, help="folder of windows.{train,val}.{tsv,fna}.gz")
    arguments.add_argument("--work", type=Path, required=True, help="folder for checkpoints, logs, cache")
    arguments.add_argument("--settings", type=Path, default=Path(__file__).with_name("settings.json"))
    arguments.add_argument("--threads", type=int, default=1)
    a = arguments.parse_args()
    settings = json.loads(a.settings.read_text())
    own = next(x for x in settings["teachers"] if x["name"] == a.name)
    finished, unfinished = a.work / f"{a.name}.pt", a.work / f"{a.name}.part.pt"
    if finished.exists():
        return
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(a.threads)
    windows = Windows(str(a.windows / "windows.train"), a.work)
    watch = Watch(Windows(str(a.windows / "windows.val"), a.work))
    _, taxa = windows.taxa()
    torch.manual_seed(own["seed"])
    teacher = Teacher(own["hidden"], taxa).to(device)
    optimizer = torch.optim.AdamW(teacher.parameters(), lr=1e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, own["learning_rate"], total_steps=own["steps"], pct_start=0.15
    )
    first = 0
    if unfinished.exists():
        state = checkpoint.load(unfinished, device)
        teacher.load_state_dict(state["teacher"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        first = state["step"]
    log = (a.work / f"{a.name}.jsonl").open("a")
    losses, saved, started = [], time.monotonic(), time.monotonic()
    batches = Batches(windows, settings, own, 100 + own["seed"], first, own["steps"], encoded=False)
    for step, batch in enumerate(batches, first + 1):
        torch.manual_seed(own["seed"] * 7919 + step)
        batch = batch.to(device)
        teacher.train()
        virus, taxon = teacher(batch.counts)
        target = batch.is_virus.float() * (1 - 2 * SMOOTHING) + SMOOTHING
        loss = F.binary_cross_entropy_with_logits(virus, target)
        losses.append(loss.item())
        loss = loss + TAXON_WEIGHT * F.cross_entropy(taxon, batch.taxon)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        last = step == own["steps"]
        if step % 250 == 0 or last:
            row = {
                "step": step,
                "minutes": round((time.monotonic() - started) / 60, 1),
                "loss": np.mean(losses).round(4),
            }
            if step % 2000 == 0 or last:
                row["watch"] = watch.teachers([teacher], device)
            print(json.dumps(row), file=log, flush=True)
            losses = []
        if time.monotonic() - saved > SAVE_EVERY or last:
            state = {"teacher": teacher.state_dict(), "optimizer": optimizer.state_dict()}
            checkpoint.save(unfinished, {**state, "schedule": schedule.state_dict(), "step": step})
            saved = time.monotonic()
    checkpoint.save(finished, {"teacher": teacher.state_dict(), "hidden": own["hidden"]})
    unfinished.unlink()


if __name__ == "__main__":
    main()
