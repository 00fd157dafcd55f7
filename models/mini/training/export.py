"""Writes a stage's mean weights in the published forms, for `virnucpro models import`, and the scores PyTorch gives to
a few validation fragments, which a test compares with the executable's:

export.py STAGE --windows DIR --work DIR --out DIR
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import torch

import checkpoint
from batches import encode
from codons import LETTERS, RESIDUE_PAD, WORDS, OpenFrames
from encoders import RESIDUES, Mini
from fragments import cut
from windows import Windows

PARITY_FRAGMENTS = 24
TOKENIZER = Path(__file__).parent.parent / "tokenizer.json"

NUCLEOTIDE_LAYER = {
    "attention.self.Wqkv": "query_key_value",
    "attention.output.dense": "attention_out",
    "attention.output.LayerNorm": "attention_norm",
    "mlp.gated_layers": "gated",
    "mlp.wo": "out",
    "mlp.layernorm": "norm",
}
PROTEIN_LAYER = {
    "attention.LayerNorm": "attention_norm",
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "attention_out",
    "LayerNorm": "norm",
    "intermediate.dense": "up",
    "output.dense": "out",
}


def nucleotide_tensors(model: Mini) -> dict[str, torch.Tensor]:
    encoder = model.nucleotide
    tensors = {
        "bert.embeddings.word_embeddings.weight": encoder.words.rows(torch.arange(WORDS)),
        "bert.embeddings.token_type_embeddings.weight": torch.stack(
            [encoder.token_type, torch.zeros_like(encoder.token_type)]
        ),
        **_named("bert.embeddings.LayerNorm", encoder.norm),
    }
    for i, layer in enumerate(encoder.layers):
        for theirs, ours in NUCLEOTIDE_LAYER.items():
            tensors |= _named(f"bert.encoder.layer.{i}.{theirs}", getattr(layer, ours))
    return tensors


def protein_tensors(model: Mini) -> dict[str, torch.Tensor]:
    encoder = model.protein
    tensors = {
        "esm.embeddings.word_embeddings.weight": encoder.residues.weight,
        **_named("esm.encoder.emb_layer_norm_after", encoder.norm),
    }
    for i, layer in enumerate(encoder.layers):
        for theirs, ours in PROTEIN_LAYER.items():
            tensors |= _named(f"esm.encoder.layer.{i}.{theirs}", getattr(layer, ours))
    return tensors


def _named(name: str, module: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {f"{name}.{k}": v for k, v in module.named_parameters()}


def configs(sizes: dict) -> tuple[dict, dict]:
    def common(encoder: dict) -> dict:
        return {
            "hidden_size": encoder["width"],
            "num_hidden_layers": encoder["layers"],
            "num_attention_heads": encoder["heads"],
            "intermediate_size": encoder["feed_forward"],
            "hidden_act": "gelu",
        }

    nucleotide = {"model_type": "bert", **common(sizes["nucleotide"]), "layer_norm_eps": 1e-12, "vocab_size": WORDS}
    rotary = {
        "position_embedding_type": "rotary",
        "rope_theta": 10000.0,
        "token_dropout": True,
        "emb_layer_norm_before": False,
    }
    protein = {
        "model_type": "esm",
        **common(sizes["protein"]),
        **rotary,
        "layer_norm_eps": 1e-5,
        "vocab_size": RESIDUES,
    }
    return nucleotide, {**protein, "pad_token_id": RESIDUE_PAD}


@torch.no_grad()
def parity(model: Mini, windows: Windows) -> dict:
    """Fragments of 500 nt and P(virus) of each of their frames by the 500 head, float32."""
    rng = np.random.default_rng(2026)
    rows = rng.choice(len(windows), PARITY_FRAGMENTS, replace=False)
    fragments = cut(windows.codes, rows, 500, rng)
    fragments[0, 250] = fragments[1, 100:130] = 4
    frames = OpenFrames(fragments)
    names = [f"r{r}_chunk_1{'FR'[s]}{o + 1}" for r, s, o in zip(frames.row, frames.strand, frames.offset)]
    scores = {}
    for i, name in enumerate(names):
        words, residues = encode([frames.frame(i)])
        scores[name] = float(model.heads["500"](model.embed(words, residues)).softmax(1)[0, 1])
    return {"fragments": {f"r{i}": LETTERS[x].tobytes().decode() for i, x in enumerate(fragments)}, "virus": scores}


@torch.no_grad()
def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("stage")
    arguments.add_argument("--windows", type=Path, required=True)
    arguments.add_argument("--work", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    a = arguments.parse_args()
    state = checkpoint.load(a.work / f"{a.stage}.pt", "cpu")
    model = Mini(state["sizes"], len(state["mean"]["taxon.bias"]))
    model.load_state_dict(state["mean"])
    model.eval()
    nucleotide, protein = configs(state["sizes"])
    for name, config, tensors in (
        ("dnaberts", nucleotide, nucleotide_tensors(model)),
        ("esm2", protein, protein_tensors(model)),
    ):
        folder = a.out / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
        torch.save({k: v.detach().contiguous() for k, v in tensors.items()}, folder / "pytorch_model.bin")
    shutil.copy(TOKENIZER, a.out / "dnaberts" / "tokenizer.json")
    for length, head in model.heads.items():
        torch.save(head.state_dict(), a.out / f"{length}_state_dict.pth")
    (a.out / "parity.json").write_text(
        json.dumps(parity(model, Windows(str(a.windows / "windows.val"), a.work))) + "\n"
    )


if __name__ == "__main__":
    main()
