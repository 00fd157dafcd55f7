"""The PyTorch side of bench/gpu.ts: the same two encoders with the same weights, read from the product's own model files,
eagerly in inference mode with scaled_dot_product_attention; fp16 is all of it in half precision, fp32 is without TF32.

Settings are the first argument, as JSON. Answers one JSON line for each line on standard input:
{"do": "run", encoder, rows, length, tokens, times} -> {"seconds"}   from token ids in main memory to embeddings there
{"do": "embed", ..., output} -> {}                                   embeddings as float32 in a file
{"do": "peak"} -> {"flops"}                                          rate of large matrix products alone
What fails is answered as {"error"}. Needs torch only."""

import json
import os
import struct
import sys
import time

import torch
import torch.nn.functional as F

S = json.loads(sys.argv[1])
DEVICE = torch.device(S["device"])
DTYPE = torch.float16 if S["arithmetic"] == "fp16" else torch.float32
PEAK_SECONDS = 0.5
torch.set_num_threads(S["threads"])
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False


def fields(data):
    """Fields of a protobuf message: (number, value); value is an int or a memoryview."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            size = varint() if key & 7 == 2 else {1: 8, 5: 4}[key & 7]
            yield key >> 3, data[at : at + size]
            at += size


def read_model(path):
    """Initialisers of an ONNX model by name, on the device. Numbers of the fields are those of onnx.proto."""
    folder = os.path.dirname(path)
    files, weights = {}, {}
    types = {1: torch.float32, 10: torch.float16}
    graph = next(value for number, value in fields(memoryview(open(path, "rb").read())) if number == 7)
    for tensor in (value for number, value in fields(graph) if number == 5):
        dims, kind, name, at = [], 0, "", {}
        for number, value in fields(tensor):
            if number == 1:
                dims.append(value)
            elif number == 2:
                kind = value
            elif number == 8:
                name = bytes(value).decode()
            elif number == 13:
                key, text = (bytes(part).decode() for _, part in fields(value))
                at[key] = text
        if not at:
            raw = next((bytes(value) for number, value in fields(tensor) if number == 9), b"")
            if kind == 1:
                weights[name] = torch.tensor(struct.unpack(f"<{len(raw) // 4}f", raw)).view(dims).to(DEVICE, DTYPE)
            continue
        file = os.path.join(folder, at["location"])
        if file not in files:
            files[file] = torch.from_file(file, shared=False, size=os.path.getsize(file), dtype=torch.uint8)
        start, size = int(at["offset"]), int(at["length"])
        stored = files[file][start : start + size].view(types[kind]).view(dims).to(DEVICE)
        name = name.removesuffix(".float16")
        # A Linear weight is stored as [in, out]; PyTorch has it the other way round.
        if len(dims) == 2 and name.endswith(".weight"):
            stored = stored.t().contiguous()
        weights[name] = stored if name.startswith("rotary") else stored.to(DTYPE)
    return weights


class Encoder:
    """What both have in common."""

    def __init__(self, shape):
        self.layers, self.width, self.heads = shape["layers"], shape["width"], shape["heads"]
        self.epsilon = shape["layerNormEpsilon"]
        self.w = read_model(shape["path"])
        self.known = {}

    def linear(self, name, x):
        return F.linear(x, self.w[f"{name}.weight"], self.w.get(f"{name}.bias"))

    def norm(self, name, x):
        return F.layer_norm(x, (self.width,), self.w[f"{name}.weight"], self.w[f"{name}.bias"], self.epsilon)

    def project(self, at, x):
        """Query, key and value as [rows, heads, tokens, head size]."""
        shape = (x.shape[0], x.shape[1], self.heads, self.width // self.heads)
        return (self.linear(f"{at}.{name}", x).view(shape).transpose(1, 2) for name in ("query", "key", "value"))

    def attend(self, at, q, k, v, bias=None):
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=bias).transpose(1, 2).flatten(2)
        return self.linear(f"{at}.attention_output", mixed)

    def of_length(self, tokens):
        """Tables that depend on the row's tokens alone are made once."""
        if tokens not in self.known:
            self.known[tokens] = self.tables(tokens)
        return self.known[tokens]


class Esm2(Encoder):
    """Pre-LN, rotary position over the whole head, exact GELU; the mean leaves <cls> and <eos> out."""

    def tables(self, tokens):
        tables = (self.w[name][:tokens] for name in ("rotary_cosine", "rotary_sine"))
        return tuple(torch.cat((table, table), -1).to(DTYPE) for table in tables)

    def forward(self, ids):
        cosine, sine = self.of_length(ids.shape[1])
        half = self.width // self.heads // 2

        def rotate(x):
            return x * cosine + torch.cat((-x[..., half:], x[..., :half]), -1) * sine

        x = F.embedding(ids, self.w["embedding"]) * 0.88
        for i in range(self.layers):
            at = f"layer.{i}"
            q, k, v = self.project(at, self.norm(f"{at}.attention_norm", x))
            x = x + self.attend(at, rotate(q), rotate(k), v)
            inner = F.gelu(self.linear(f"{at}.feed_forward_in", self.norm(f"{at}.feed_forward_norm", x)))
            x = x + self.linear(f"{at}.feed_forward_out", inner)
        return self.norm("final_norm", x)[:, 1:-1].float().mean(1)


class MosaicBert(Encoder):
    """Post-LN, ALiBi added to the scores, gated feed-forward GELU(x G) * (x V)."""

    def tables(self, tokens):
        place = torch.arange(tokens, device=DEVICE)
        distance = -(place[:, None] - place[None]).abs()
        return (self.w["alibi_slopes"].float().view(1, -1, 1, 1) * distance).to(DTYPE)

    def forward(self, ids):
        bias = self.of_length(ids.shape[1]).expand(ids.shape[0], -1, -1, -1)
        x = self.norm("embedding_norm", F.embedding(ids, self.w["embedding"]) + self.w["token_type"])
        for i in range(self.layers):
            at = f"layer.{i}"
            q, k, v = self.project(at, x)
            x = self.norm(f"{at}.attention_norm", x + self.attend(at, q, k, v, bias))
            inner = F.gelu(self.linear(f"{at}.feed_forward_gate", x)) * self.linear(f"{at}.feed_forward_value", x)
            x = self.norm(f"{at}.feed_forward_norm", x + self.linear(f"{at}.feed_forward_out", inner))
        return x.float().mean(1)


def synchronize():
    if DEVICE.type == "cuda":
        torch.cuda.synchronize(DEVICE)


def encode(question, times):
    with open(question["tokens"], "rb") as f:
        tokens = torch.frombuffer(bytearray(f.read()), dtype=torch.int32).view(question["rows"], question["length"])
    if DEVICE.type == "cuda":
        tokens = tokens.pin_memory()
    encoder = ENCODERS[question["encoder"]]
    synchronize()
    began = time.perf_counter()
    found = [encoder.forward(tokens.to(DEVICE, non_blocking=True)) for _ in range(times)]
    found = [one.cpu() for one in found]
    synchronize()
    return found, time.perf_counter() - began


def peak():
    """Products of random square matrices, as many as take half a second."""
    size = S["matrixSize"]
    a, b = (torch.randn(size, size, device=DEVICE, dtype=DTYPE) for _ in range(2))
    out = torch.empty_like(a)
    products = 1
    while True:
        synchronize()
        began = time.perf_counter()
        for _ in range(products):
            torch.mm(a, b, out=out)
        synchronize()
        seconds = time.perf_counter() - began
        # The first one, which chooses kernels, never counts.
        if products > 1 and seconds >= PEAK_SECONDS:
            return 2 * size**3 * products / seconds
        products *= 2


def answer(question):
    if question["do"] == "peak":
        return {"flops": peak()}
    found, seconds = encode(question, question.get("times", 1))
    if question["do"] == "run":
        return {"seconds": seconds}
    with open(question["output"], "wb") as f:
        f.write(bytes(found[0].contiguous().untyped_storage()))
    return {}


def tell(answer):
    print(json.dumps(answer), flush=True)


with torch.inference_mode():
    try:
        ENCODERS = {"protein": Esm2(S["protein"]), "nucleotide": MosaicBert(S["nucleotide"])}
        name = torch.cuda.get_device_name(DEVICE) if DEVICE.type == "cuda" else "CPU"
        tell({"on": f"{S['device']}, {name}, PyTorch {torch.__version__}"})
    except Exception as error:
        tell({"error": f"PyTorch: {error}"})
        sys.exit()
    for line in sys.stdin:
        try:
            tell(answer(json.loads(line)))
        except torch.OutOfMemoryError:
            torch.cuda.empty_cache()
            tell({"error": "out of memory"})
        except Exception as error:
            tell({"error": f"PyTorch: {error}"})
