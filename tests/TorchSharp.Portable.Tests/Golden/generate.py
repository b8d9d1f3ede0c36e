"""Writes golden.json: what PyTorch itself answers to the cases of GoldenTests.cs.

Run once, by hand: python3 tests/TorchSharp.Portable.Tests/Golden/generate.py
Each case has inputs (all float64 unless the dtype says otherwise) and the expected outputs.
"""
import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(20260101)


def r(*shape):
    return torch.randn(*shape, dtype=torch.float64).mul(1000).round().div(1000)


def dump(t):
    t = t.detach()
    return {"shape": list(t.shape), "dtype": str(t.dtype).removeprefix("torch."), "values": t.flatten().tolist()}


cases = {}


def case(name, inputs, function):
    outputs = function(*inputs)
    if isinstance(outputs, torch.Tensor):
        outputs = [outputs]
    cases[name] = {"inputs": [dump(t) for t in inputs], "outputs": [dump(t) for t in outputs]}


a, b, v = r(3, 4), r(3, 4), r(4)
p = a.abs() + 0.5
s = r(4, 4)
spd = s @ s.T + 2 * torch.eye(4, dtype=torch.float64)
index = torch.tensor([2, 0, 1])
x, w, wb = r(2, 3, 6, 6), r(4, 3, 3, 3), r(4)
labels = torch.tensor([1, 0, 3])

for name in "abs ceil cos erf exp expm1 floor frac neg relu round sigmoid sign sin tan tanh trunc square log_sigmoid gelu silu mish".split():
    function = getattr(F, {"log_sigmoid": "logsigmoid"}.get(name, name), None) or getattr(torch, name)
    case(name, [a], function)
for name in "log log10 log1p log2 sqrt rsqrt reciprocal lgamma digamma".split():
    case(name, [p], getattr(torch, name))
for name in "add sub mul div maximum minimum atan2 fmod remainder".split():
    case(name, [a, v], getattr(torch, name))
case("pow", [p, v], torch.pow)
case("rsub", [a], lambda t: 2 - t)
case("floor_div", [a, v], lambda t, u: torch.div(t, u, rounding_mode="floor"))
case("clamp", [a], lambda t: t.clamp(-0.5, 0.7))
case("lerp", [a, b], lambda t, u: torch.lerp(t, u, 0.25))
case("addcmul", [a, b, b], lambda t, u, q: torch.addcmul(t, u, q, value=0.5))
case("addcdiv", [a, b, p], lambda t, u, q: torch.addcdiv(t, u, q, value=0.5))
case("sum_dim", [a], lambda t: t.sum(1, keepdim=True))
case("mean_dim", [a], lambda t: t.mean([0, 1]))
case("var", [a], lambda t: t.var(1))
case("std_biased", [a], lambda t: t.std(0, unbiased=False))
case("max_dim", [a], lambda t: tuple(t.max(1)))
case("min_dim", [a], lambda t: tuple(t.min(0)))
case("argmax", [a], lambda t: t.argmax(1))
case("logsumexp", [a], lambda t: t.logsumexp(1))
case("norm3", [a], lambda t: t.norm(3, 1))
case("softmax", [a], lambda t: t.softmax(1))
case("log_softmax", [a], lambda t: t.log_softmax(0))
case("cumsum", [a], lambda t: t.cumsum(1))
case("sort", [a], lambda t: tuple(t.sort(1, descending=True)))
case("topk", [a], lambda t: tuple(t.topk(2, 1)))
case("unique", [torch.tensor([3, 1, 3, 2, 1])], lambda t: t.unique(return_inverse=True, return_counts=True))
case("bincount", [torch.tensor([0, 2, 2, 5])], lambda t: t.bincount(minlength=7))
case("histc", [a], lambda t: t.histc(5, -1, 1))
case("quantile", [a], lambda t: t.quantile(torch.tensor(0.3, dtype=torch.float64), 1))
case("all_any", [a], lambda t: ((t > -9).all(1), (t > 1).any(1)))
case("matmul", [r(2, 3, 4), r(4, 2)], torch.matmul)
case("einsum", [r(2, 3, 4), r(2, 4, 5)], lambda t, u: torch.einsum("bij,bjk->ik", t, u))
case("cdist", [r(3, 4), r(5, 4)], torch.cdist)
case("inv", [spd], torch.linalg.inv)
case("solve", [spd, r(4, 2)], torch.linalg.solve)
case("eigh", [spd], lambda t: torch.linalg.eigh(t)[0])
case("svd", [r(4, 3)], lambda t: torch.linalg.svd(t, full_matrices=False)[1])
case("qr_abs", [r(4, 3)], lambda t: torch.linalg.qr(t)[1].abs())
case("det", [spd], torch.linalg.det)
case("cholesky", [spd], torch.linalg.cholesky)
case("gather", [a, torch.tensor([[0, 3], [1, 1], [2, 0]])], lambda t, i: t.gather(1, i))
case("scatter_add", [a, index.unsqueeze(0), r(1, 3)], lambda t, i, u: t.scatter_add(0, i, u))
case("index_select", [a, index], lambda t, i: t.index_select(0, i))
case("index_add", [a, index, b], lambda t, i, u: t.index_add(0, i, u, alpha=0.5))
case("take_along_dim", [a, torch.tensor([[0], [3], [1]])], lambda t, i: t.take_along_dim(i, 1))
case("where", [a, b], lambda t, u: torch.where(t > u, t, u))
case("masked_fill", [a], lambda t: t.masked_fill(t > 0, -7.0))
case("nonzero", [a], lambda t: (t > 0.3).nonzero())
case("index_slice", [r(4, 5, 6)], lambda t: t[1:, ..., ::2])
case("index_mixed", [r(4, 5, 6), index], lambda t, i: t[i, 2:, None, 1])
case("index_mask", [a], lambda t: t[t > 0.2])
case("flip", [a], lambda t: t.flip(1))
case("roll", [a], lambda t: t.roll(2, 1))
case("rot90", [a], torch.rot90)
case("tril", [s], lambda t: t.tril(-1))
case("diag_embed", [v], torch.diag_embed)
case("repeat_interleave", [a], lambda t: t.repeat_interleave(2, 0))
case("split", [a], lambda t: tuple(t.split([1, 3], 1)))
case("stack", [a, b], lambda t, u: torch.stack([t, u], 1))
case("cat", [a, b], lambda t, u: torch.cat([t, u], 1))
case("one_hot", [labels], lambda t: F.one_hot(t, 5))
case("conv2d", [x, w, wb], lambda t, k, c: F.conv2d(t, k, c, stride=2, padding=1))
case("conv_transpose2d", [r(2, 4, 3, 3), w, r(3)], lambda t, k, c: F.conv_transpose2d(t, k, c, stride=2, padding=1, output_padding=1))
case("batch_norm_train", [x, r(3), r(3)], lambda t, g, c: F.batch_norm(t, None, None, g, c, True, 0.1, 1e-5))
case("layer_norm", [r(2, 3, 5), r(5), r(5)], lambda t, g, c: F.layer_norm(t, [5], g, c))
case("group_norm", [r(2, 4, 3), r(4), r(4)], lambda t, g, c: F.group_norm(t, 2, g, c))
case("max_pool2d", [x], lambda t: F.max_pool2d(t, 2))
case("avg_pool2d", [x], lambda t: F.avg_pool2d(t, 3, 2, 1))
case("adaptive_avg_pool2d", [x], lambda t: F.adaptive_avg_pool2d(t, 2))
case("cross_entropy", [r(3, 5), labels, r(5).abs()], lambda t, y, c: F.cross_entropy(t, y, c, label_smoothing=0.1))
case("nll_loss", [r(3, 5), labels], lambda t, y: F.nll_loss(t, y, reduction="none"))
case("bce_logits", [a, torch.rand(3, 4, dtype=torch.float64)], F.binary_cross_entropy_with_logits)
case("kl_div", [a, b], lambda t, u: F.kl_div(t.log_softmax(1), u.softmax(1), reduction="sum"))
case("smooth_l1", [a, b], lambda t, u: F.smooth_l1_loss(t, u, beta=0.5))
case("cosine_similarity", [a, b], lambda t, u: F.cosine_similarity(t, u))
case("normalize", [a], lambda t: F.normalize(t))
case("pad_reflect", [x], lambda t: F.pad(t, (1, 2, 0, 1), mode="reflect"))
case("pad_constant", [x], lambda t: F.pad(t, (1, -1), value=2.5))
case("grid", [x, r(2, 2, 3).mul(0.4)], lambda t, m: F.grid_sample(t, F.affine_grid(m, [2, 3, 4, 4], align_corners=False), mode="bilinear", padding_mode="reflection", align_corners=False))
case("bilinear", [x], lambda t: F.interpolate(t, size=(4, 9), mode="bilinear"))
case("bicubic", [x], lambda t: F.interpolate(t, size=(4, 9), mode="bicubic", align_corners=True))
case("nearest", [x], lambda t: F.interpolate(t, scale_factor=2, mode="nearest"))
case("antialias", [x], lambda t: F.interpolate(t, size=(3, 3), mode="bilinear", antialias=True))
case("embedding", [r(5, 3), labels], lambda t, i: F.embedding(i, t))
case("attention", [r(1, 2, 3, 4), r(1, 2, 5, 4), r(1, 2, 5, 4)], lambda q, k, u: (q @ k.transpose(-2, -1) / 2).softmax(-1) @ u)

torch.manual_seed(42)
cases["seed_42"] = {"inputs": [], "outputs": [dump(t) for t in (torch.rand(5), torch.randn(20), torch.randperm(10), torch.randint(0, 9, (6,)), torch.bernoulli(torch.full((8,), 0.5)))]}

path = pathlib.Path(__file__).with_name("golden.json")
lines = [f"  {json.dumps(name)}: {json.dumps(value, separators=(',', ':'))}" for name, value in cases.items()]
path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
print(f"{len(cases)} cases with torch {torch.__version__}")
