"""The PyTorch side of bench/encoder.ts: the same encoder in float32 on the CPU, in inference mode, with
scaled_dot_product_attention. Reads weights and token ids from files, runs all batches for each line on stdin, answers
with the seconds it took, and leaves the embeddings of the first run in a file. Needs torch only."""

import json
import math
import struct
import sys
import time

import torch
import torch.nn.functional as F

O = json.loads(sys.argv[1])
torch.set_num_threads(O["threads"])
LAYERS, WIDTH, HEADS, FEED, EPS = O["layers"], O["width"], O["heads"], O["feedForward"], O["layerNormEpsilon"]
ROWS, T, SIZE = O["rows"], O["length"], O["width"] // O["heads"]

with open(O["weights"], "rb") as f:
    header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
    data = bytearray(f.read())
W = {k: torch.frombuffer(data, dtype=torch.float32, offset=v["data_offsets"][0], count=v["shape"][0]) for k, v in header.items()}
tokens = torch.frombuffer(bytearray(open(O["tokens"], "rb").read()), dtype=torch.int32).view(O["batches"], ROWS, T).long()


def matrix(name, outputs, inputs):
    return W[f"{name}.weight"].view(outputs, inputs)


def linear(name, x, outputs, inputs):
    return F.linear(x, matrix(name, outputs, inputs), W.get(f"{name}.bias"))


def norm(name, x):
    return F.layer_norm(x, (WIDTH,), W[f"{name}.weight"], W[f"{name}.bias"], EPS)


def heads(x):
    return x.view(ROWS, T, HEADS, SIZE).transpose(1, 2)


def attend(q, k, v, bias=None):
    return F.scaled_dot_product_attention(q, k, v, attn_mask=bias).transpose(1, 2).reshape(ROWS, T, WIDTH)


def esm2(ids):
    x = W["embedding"].view(-1, WIDTH)[ids] * 0.88
    for i in range(LAYERS):
        at = f"layer.{i}"
        h = norm(f"{at}.attention_norm", x)
        q, k, v = (heads(linear(f"{at}.{n}", h, WIDTH, WIDTH)) for n in ("query", "key", "value"))
        x = x + linear(f"{at}.attention_output", attend(rotate(q), rotate(k), v), WIDTH, WIDTH)
        h = F.gelu(linear(f"{at}.feed_forward_in", norm(f"{at}.feed_forward_norm", x), FEED, WIDTH))
        x = x + linear(f"{at}.feed_forward_out", h, WIDTH, FEED)
    return norm("final_norm", x)[:, 1:-1].mean(1)


def mosaicbert(ids):
    x = norm("embedding_norm", W["embedding"].view(-1, WIDTH)[ids] + W["token_type"])
    for i in range(LAYERS):
        at = f"layer.{i}"
        q, k, v = (heads(linear(f"{at}.{n}", x, WIDTH, WIDTH)) for n in ("query", "key", "value"))
        x = norm(f"{at}.attention_norm", x + linear(f"{at}.attention_output", attend(q, k, v, ALIBI), WIDTH, WIDTH))
        h = F.gelu(linear(f"{at}.feed_forward_gate", x, FEED, WIDTH)) * linear(f"{at}.feed_forward_value", x, FEED, WIDTH)
        x = norm(f"{at}.feed_forward_norm", x + linear(f"{at}.feed_forward_out", h, WIDTH, FEED))
    return x.mean(1)


def rotate(x):
    return x * COS + torch.cat((-x[..., SIZE // 2 :], x[..., : SIZE // 2]), -1) * SIN


def slopes(n):
    def power(m):
        start = 2 ** (-(2 ** -(math.log2(m) - 3)))
        return [start ** (i + 1) for i in range(m)]

    if math.log2(n).is_integer():
        return power(n)
    closest = 2 ** math.floor(math.log2(n))
    return power(closest) + power(2 * closest)[0::2][: n - closest]


if O["kind"] == "esm2":
    angles = torch.outer(torch.arange(T).float(), W["layer.0.inv_freq"])
    angles = torch.cat((angles, angles), -1)
    COS, SIN = angles.cos(), angles.sin()
    forward = esm2
else:
    place = torch.arange(T)
    ALIBI = torch.tensor(slopes(HEADS)).view(1, HEADS, 1, 1) * -(place[:, None] - place[None]).abs().float()
    forward = mosaicbert

print("ready", flush=True)
first = True
for _ in sys.stdin:
    with torch.inference_mode():
        began = time.perf_counter()
        out = [forward(batch) for batch in tokens]
        seconds = time.perf_counter() - began
    if first:
        open(O["output"], "wb").write(bytes(torch.cat(out).contiguous().untyped_storage()))
        first = False
    print(seconds, flush=True)
