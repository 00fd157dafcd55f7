"""Checkpoints that survive a stop: written beside the old one, then put in its place."""

import os
from pathlib import Path

import torch


def save(path: Path, state: dict) -> None:
    temporary = path.with_suffix(".new")
    torch.save(state, temporary)
    os.replace(temporary, path)


def load(path: Path, device: str) -> dict:
    return torch.load(path, map_location=device, weights_only=True)
