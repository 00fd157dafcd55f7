"""The model: a MosaicBERT-type nucleotide encoder, an ESM-2-type protein encoder, and the classifier's heads.

Shapes and operators are those of the published encoders (ALiBi, post-norm, gated GELU; rotary, pre-norm, exact GELU,
embeddings scaled by 0.88), so the trained weights are ordinary checkpoints of both. Sizes come from the settings.
Weights are float32; activations have the dtype asked for (bfloat16 in training, where CPUs have matrix units for it).
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from codons import RESIDUE_CLS, RESIDUE_EOS, RESIDUE_PAD, WORD_PAD, WORDS
from content import word_content

MASKED = -1e4  # added to the scores of padding; finite in bfloat16
RESIDUES = 33
CODONS = 64
TOKEN_DROPOUT_SCALE = 0.88


class Linear(nn.Linear):
    """Computes in the dtype of its input."""

    def forward(self, x):
        return F.linear(x, self.weight.to(x.dtype), None if self.bias is None else self.bias.to(x.dtype))


class LayerNorm(nn.LayerNorm):
    def forward(self, x):
        return F.layer_norm(x, self.normalized_shape, self.weight.to(x.dtype), self.bias.to(x.dtype), self.eps)


class ChannelDropout(nn.Module):
    """Dropout with one mask per sequence and channel: as good here, and it costs next to nothing."""

    def __init__(self, rate: float):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        if not self.training or self.rate == 0:
            return x
        kept = torch.rand(x.shape[0], 1, x.shape[2], device=x.device) > self.rate
        return x * (kept.to(x.dtype) / (1 - self.rate))


def attend(query, key, value, bias):
    """Softmax attention of scaled queries. On a CPU the plain form is twice as fast in bfloat16 as the fused one."""
    if query.is_cuda:
        return F.scaled_dot_product_attention(query, key, value, attn_mask=bias, scale=1.0)
    scores = query @ key.transpose(-1, -2)
    return (scores if bias is None else scores + bias).softmax(-1) @ value


def alibi_slopes(heads: int) -> list[float]:
    """Press et al. 2022, with their rule for a number of heads that is no power of two."""
    if math.log2(heads).is_integer():
        first = 2 ** (-(2 ** -(math.log2(heads) - 3)))
        return [first ** (i + 1) for i in range(heads)]
    closest = 2 ** math.floor(math.log2(heads))
    return alibi_slopes(closest) + alibi_slopes(2 * closest)[0::2][: heads - closest]


class WordEmbedding(nn.Module):
    """A word's row is the sum of its features' rows (see content.py) and a free row of its own. In training, features
    are left out at random, the same ones for a whole batch."""

    def __init__(self, width: int, feature_dropout: float):
        super().__init__()
        self.feature_dropout = feature_dropout
        index, weight, features = word_content()
        self.register_buffer("index", index, persistent=False)
        self.register_buffer("weight", weight, persistent=False)
        self.shared = nn.Parameter(torch.randn(features, width) * 0.35)
        self.free = nn.Embedding(WORDS, width)
        with torch.no_grad():
            self.free.weight.normal_(std=0.02)
            self.free.weight[:5].normal_(std=0.5)

    def rows(self, ids):
        index, weight = self.index[ids], self.weight[ids]
        if self.training and self.feature_dropout > 0:
            kept = torch.rand(len(self.shared), device=ids.device) > self.feature_dropout
            weight = weight * (kept.float() / (1 - self.feature_dropout))[index]
        shared = F.embedding_bag(index, self.shared, per_sample_weights=weight, mode="sum")
        return shared + self.free(ids)

    def forward(self, ids):
        """Rows of the different words of a batch [words, width], and which of them stands where, like ids."""
        found, place = torch.unique(ids, return_inverse=True)
        return self.rows(found), place


class NucleotideLayer(nn.Module):
    def __init__(self, width: int, heads: int, feed_forward: int, dropout: float):
        super().__init__()
        self.heads = heads
        self.query_key_value = Linear(width, 3 * width)
        self.attention_out = Linear(width, width)
        self.attention_norm = LayerNorm(width, eps=1e-12)
        self.gated = Linear(width, 2 * feed_forward, bias=False)
        self.out = Linear(feed_forward, width)
        self.norm = LayerNorm(width, eps=1e-12)
        self.dropout = ChannelDropout(dropout)

    def forward(self, x, bias):
        batch, length, width = x.shape
        size = width // self.heads
        query, key, value = self.query_key_value(x).view(batch, length, 3, self.heads, size).permute(2, 0, 3, 1, 4)
        mixed = attend(query * size**-0.5, key, value, bias).transpose(1, 2).reshape(batch, length, width)
        x = self.attention_norm(x + self.dropout(self.attention_out(mixed)))
        gate, up = self.gated(x).chunk(2, -1)
        return self.norm(x + self.dropout(self.out(F.gelu(gate) * up)))


class NucleotideEncoder(nn.Module):
    def __init__(self, width: int, layers: int, heads: int, feed_forward: int, dropout: float, feature_dropout: float):
        super().__init__()
        self.words = WordEmbedding(width, feature_dropout)
        self.token_type = nn.Parameter(torch.zeros(width))
        self.norm = LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(NucleotideLayer(width, heads, feed_forward, dropout) for _ in range(layers))
        self.dropout = ChannelDropout(dropout)
        self.register_buffer("slopes", torch.tensor(alibi_slopes(heads)), persistent=False)
        _start(self.layers, small=("attention_out.weight", "out.weight"))

    def forward(self, ids, dtype):
        """Mean over all tokens, [CLS] and [SEP] included: [batch, length] -> float32 [batch, width]."""
        mask = ids != WORD_PAD
        rows, place = self.words(ids)
        rows = self.norm(rows + self.token_type)
        if len(self.layers) == 0:
            return self.dropout(_mean_of_bag(rows, place, mask)[:, None])[:, 0]
        at = torch.arange(ids.shape[1], device=ids.device)
        distance = (at[:, None] - at[None]).abs().float()
        bias = (-distance * self.slopes[:, None, None])[None] + (~mask)[:, None, None].float() * MASKED
        bias = bias.to(dtype)
        x = self.dropout(F.embedding(place, rows.to(dtype)))
        for layer in self.layers:
            x = layer(x, bias)
        return _mean(x, mask)


class ProteinLayer(nn.Module):
    def __init__(self, width: int, heads: int, feed_forward: int, dropout: float):
        super().__init__()
        self.heads = heads
        self.attention_norm = LayerNorm(width)
        self.query, self.key, self.value = (Linear(width, width) for _ in range(3))
        self.attention_out = Linear(width, width)
        self.norm = LayerNorm(width)
        self.up = Linear(width, feed_forward)
        self.out = Linear(feed_forward, width)
        self.dropout = ChannelDropout(dropout)

    def forward(self, x, bias, cos, sin):
        batch, length, width = x.shape
        size = width // self.heads
        y = self.attention_norm(x)

        def split(z):
            return z.view(batch, length, self.heads, size).transpose(1, 2)

        def rotate(z):
            a, b = z.chunk(2, -1)
            return z * cos + torch.cat((-b, a), -1) * sin

        query = rotate(split(self.query(y) * size**-0.5))
        mixed = attend(query, rotate(split(self.key(y))), split(self.value(y)), bias)
        x = x + self.dropout(self.attention_out(mixed.transpose(1, 2).reshape(batch, length, width)))
        return x + self.dropout(self.out(F.gelu(self.up(self.norm(x)))))


class ProteinEncoder(nn.Module):
    # Residues a head starts by looking at, relative to its own place.
    SHIFTS = (-1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -7, 7)

    def __init__(self, width: int, layers: int, heads: int, feed_forward: int, dropout: float):
        super().__init__()
        self.residues = nn.Embedding(RESIDUES, width, padding_idx=RESIDUE_PAD)
        self.layers = nn.ModuleList(ProteinLayer(width, heads, feed_forward, dropout) for _ in range(layers))
        self.norm = LayerNorm(width)
        size = width // heads
        frequency = 1 / (10000 ** (torch.arange(0, size, 2).float() / size))
        self.register_buffer("frequency", frequency, persistent=False)
        nn.init.normal_(self.residues.weight, std=0.5)
        _start(self.layers, small=("attention_out.weight", "out.weight"), small_scale=0.03)
        self._start_as_shifts(heads, size)

    @torch.no_grad()
    def _start_as_shifts(self, heads: int, size: int):
        """Biases of query and key that make a head look one to seven residues away: the encoder starts as a network of
        convolutions, which a small model hardly finds by itself. Later layers keep a quarter of their heads free."""
        strength = 4.0
        half, used = size // 2, min(6, size // 2)
        for number, layer in enumerate(self.layers):
            for head in range(heads):
                if number > 0 and head >= heads * 3 // 4:
                    continue
                turn = self.frequency[:used] * self.SHIFTS[(number * heads + head) % len(self.SHIFTS)]
                rows = slice(head * size, (head + 1) * size)
                layer.query.weight[rows] *= 0.25
                layer.key.weight[rows] *= 0.25
                layer.query.bias[rows] = F.pad(torch.full((used,), strength), (0, size - used))
                key = torch.zeros(size)
                key[:used] = strength * turn.cos()
                key[half : half + used] = -strength * turn.sin()
                layer.key.bias[rows] = key

    def forward(self, ids, dtype):
        """Mean over the residues without <cls> and <eos>: [batch, length] -> float32 [batch, width]."""
        mask = ids != RESIDUE_PAD
        inner = mask & (ids != RESIDUE_CLS) & (ids != RESIDUE_EOS)
        if len(self.layers) == 0:
            return _mean_of_bag(self.norm(self.residues.weight * TOKEN_DROPOUT_SCALE), ids, inner)
        bias = None if bool(mask.all()) else ((~mask)[:, None, None].float() * MASKED).to(dtype)
        angle = torch.arange(ids.shape[1], device=ids.device).float()[:, None] * self.frequency[None]
        angle = torch.cat((angle, angle), -1)
        cos, sin = angle.cos().to(dtype), angle.sin().to(dtype)
        x = (self.residues(ids) * TOKEN_DROPOUT_SCALE * mask[..., None]).to(dtype)
        for layer in self.layers:
            x = layer(x, bias, cos, sin)
        return _mean(self.norm(x), inner)


class Head(nn.Module):
    """The classifier of the method; attribute names are those of its published files."""

    def __init__(self, inputs: int, hidden: int, dropout: float):
        super().__init__()
        self.hidden_layer = nn.Linear(inputs, hidden)
        self.bn1 = nn.BatchNorm1d(hidden)
        self.dropout = nn.Dropout(dropout)
        self.output_layer = nn.Linear(hidden, 2)

    def forward(self, x):
        return self.output_layer(self.dropout(F.relu(self.bn1(self.hidden_layer(x)))))


class Mini(nn.Module):
    """Both encoders, one head per chunk length, and the auxiliary heads that are not exported."""

    def __init__(self, sizes: dict, taxa: int):
        super().__init__()
        nucleotide, protein, dropout = sizes["nucleotide"], sizes["protein"], sizes["dropout"]
        self.nucleotide = NucleotideEncoder(**nucleotide, dropout=dropout, feature_dropout=sizes["feature_dropout"])
        self.protein = ProteinEncoder(**protein, dropout=dropout)
        width = nucleotide["width"] + protein["width"]
        self.heads = nn.ModuleDict({x: Head(width, sizes["hidden"], sizes["head_dropout"]) for x in ("300", "500")})
        self.taxon = nn.Linear(width, taxa)
        self.codon_usage = nn.Linear(width, CODONS)

    def embed(self, words, residues, dtype=torch.float32):
        """float32 [batch, nucleotide width + protein width]"""
        return torch.cat((self.nucleotide(words, dtype), self.protein(residues, dtype)), 1)


def _mean(x, mask):
    weight = mask.to(x.dtype)[..., None]
    return (x * weight).float().sum(1) / weight.float().sum(1).clamp(min=1)


def _mean_of_bag(rows, place, mask):
    """The same for a model without layers, where a token's vector depends on the token alone: shares of the tokens
    times their rows, a fraction of the work."""
    weight = mask.float() / mask.float().sum(1, keepdim=True).clamp(min=1)
    shares = torch.zeros(len(place), len(rows), device=rows.device).scatter_add_(1, place, weight)
    return shares @ rows


def _start(layers: nn.ModuleList, small: tuple[str, ...], small_scale: float = 0.05):
    """Normal weights scaled by their inputs, zero biases. What a layer adds to its input starts near nothing, so that a
    layer can be added to a trained model without undoing it."""
    for name, parameter in layers.named_parameters():
        if "norm" in name:
            continue
        if parameter.dim() == 2:
            scale = small_scale if name.endswith(small) else 0.8
            nn.init.normal_(parameter, std=scale / math.sqrt(parameter.shape[1]))
        else:
            nn.init.zeros_(parameter)
