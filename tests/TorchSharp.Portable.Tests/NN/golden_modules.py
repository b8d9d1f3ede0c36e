"""Writes golden_modules.json: outputs and gradients of PyTorch's modules, to compare ours with.

Inputs and parameters are a wave, cos(0.37 i + phase), that both sides compute, so that only results are stored.
Run: python3 golden_modules.py
"""

import json
import os

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)


def wave(shape, phase=0.0, scale=1.0):
    count = 1
    for size in shape:
        count *= size
    values = torch.cos(torch.arange(count, dtype=torch.float64) * 0.37 + phase) * scale
    return values.float().reshape(shape)


def numbers(tensor):
    return [float(f"{value:.7g}") for value in tensor.detach().double().flatten().tolist()]


def entry(tensor):
    return {"shape": list(tensor.shape), "values": numbers(tensor)}


def fill(module):
    with torch.no_grad():
        for i, (_, parameter) in enumerate(module.named_parameters()):
            parameter.copy_(wave(parameter.shape, i + 1.0, 0.5))


def run(module, *inputs):
    """The output, and the gradients of sum(output * wave) by the first input and every parameter."""
    fill(module)
    inputs = [i.clone() for i in inputs]
    if inputs[0].is_floating_point():
        inputs[0].requires_grad_()
    output = module(*inputs)
    result = {"output": entry(output)}
    if output.requires_grad:
        (output * wave(output.shape, 0.5)).sum().backward()
        result["gradients"] = {name: entry(p.grad) for name, p in module.named_parameters()}
        if inputs[0].is_floating_point():
            result["gradients"]["input"] = entry(inputs[0].grad)
    buffers = {name: entry(b) for name, b in module.named_buffers()}
    if buffers:
        result["buffers"] = buffers
    return result


def loss(function):
    scores = wave((4, 3), 0.2, 2.0).requires_grad_()
    value = function(scores)
    (value * wave(value.shape, 0.5)).sum().backward()
    return {"output": entry(value), "gradients": {"input": entry(scores.grad)}}


image = wave((2, 4, 6, 6))
cases = {}
cases["linear"] = run(nn.Linear(5, 3), wave((2, 5)))
cases["linear without bias"] = run(nn.Linear(5, 3, bias=False), wave((2, 4, 5)))
cases["conv1d"] = run(nn.Conv1d(4, 6, 3, stride=2, padding=1), wave((2, 4, 9)))
cases["conv1d same"] = run(nn.Conv1d(4, 2, 4, padding="same"), wave((2, 4, 9)))
cases["conv2d"] = run(nn.Conv2d(4, 3, 3, padding=1), image)
cases["conv2d stride, dilation, groups"] = run(nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(2, 1), dilation=(1, 2), groups=2), image)
cases["conv2d same"] = run(nn.Conv2d(4, 2, (3, 4), padding="same"), image)
cases["conv2d reflect"] = run(nn.Conv2d(4, 2, 3, padding=1, padding_mode="reflect"), image)
cases["conv2d circular"] = run(nn.Conv2d(4, 2, 3, padding=(1, 2), padding_mode="circular", bias=False), image)
cases["convtranspose2d"] = run(nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1, output_padding=1), image)
cases["convtranspose2d groups"] = run(nn.ConvTranspose2d(4, 6, (4, 2), stride=(2, 1), groups=2, bias=False), image)
cases["embedding"] = run(nn.Embedding(5, 3, padding_idx=1), torch.tensor([[0, 1, 4], [2, 2, 3]]))


def batch_norm(module, x, evaluate=False):
    if evaluate:
        fill(module)
        module(x)
        module.eval()
    return run(module, x)


cases["batchnorm1d"] = batch_norm(nn.BatchNorm1d(4), wave((5, 4)))
cases["batchnorm1d of sequences"] = batch_norm(nn.BatchNorm1d(4), wave((5, 4, 3)))
cases["batchnorm2d"] = batch_norm(nn.BatchNorm2d(4), image)
cases["batchnorm2d momentum, eps"] = batch_norm(nn.BatchNorm2d(4, eps=0.1, momentum=0.3), image)
cases["batchnorm2d evaluation"] = batch_norm(nn.BatchNorm2d(4), image, evaluate=True)
cases["batchnorm2d without affine"] = batch_norm(nn.BatchNorm2d(4, affine=False), image)
cases["batchnorm2d without statistics"] = batch_norm(nn.BatchNorm2d(4, track_running_stats=False), image, evaluate=True)
cases["instancenorm2d"] = run(nn.InstanceNorm2d(4), image)
cases["instancenorm2d affine"] = run(nn.InstanceNorm2d(4, affine=True, track_running_stats=True), image)
cases["instancenorm2d of one image"] = run(nn.InstanceNorm2d(4, affine=True), image[0])
cases["groupnorm"] = run(nn.GroupNorm(2, 4), image)
cases["layernorm"] = run(nn.LayerNorm(6), image)
cases["layernorm of planes"] = run(nn.LayerNorm((6, 6), eps=0.01), image)
cases["relu"] = run(nn.ReLU(), image)
cases["leakyrelu"] = run(nn.LeakyReLU(0.2), image)
cases["gelu"] = run(nn.GELU(), image)
cases["silu"] = run(nn.SiLU(), image)
cases["tanh"] = run(nn.Tanh(), image)
cases["sigmoid"] = run(nn.Sigmoid(), image)
cases["softmax"] = run(nn.Softmax(1), image)
cases["logsoftmax"] = run(nn.LogSoftmax(-1), image)
cases["softplus"] = run(nn.Softplus(2.0, 1.0), image)
cases["maxpool2d"] = run(nn.MaxPool2d(2), image)
cases["maxpool2d stride, padding, ceil"] = run(nn.MaxPool2d(3, 2, 1, ceil_mode=True), image)
cases["avgpool2d"] = run(nn.AvgPool2d(2), image)
cases["avgpool2d padding"] = run(nn.AvgPool2d(3, 2, 1, count_include_pad=False), image)
cases["adaptiveavgpool2d"] = run(nn.AdaptiveAvgPool2d((4, 1)), image)
cases["flatten"] = run(nn.Flatten(), image)
cases["unflatten"] = run(nn.Unflatten(1, (2, 2)), image)
cases["upsample nearest"] = run(nn.Upsample(scale_factor=(2.0, 1.5)), image)
cases["upsample bilinear"] = run(nn.Upsample(size=(9, 4), mode="bilinear", align_corners=False), image)
cases["upsample bilinear corners"] = run(nn.Upsample(size=(9, 4), mode="bilinear", align_corners=True), image)
cases["upsample bicubic"] = run(nn.Upsample(scale_factor=(2.0, 2.0), mode="bicubic"), image)
cases["sequential"] = run(nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 2)), wave((3, 5)))


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


cases["pad constant"] = run(Function(lambda x: F.pad(x, (1, 2, 0, 1), value=0.5)), image)
cases["pad replicate"] = run(Function(lambda x: F.pad(x, (1, 2, 0, 1), mode="replicate")), image)
cases["normalize"] = run(Function(lambda x: F.normalize(x, dim=1)), image)
cases["normalize p=1"] = run(Function(lambda x: F.normalize(x, p=1.0, dim=-1)), image)
cases["cosine_similarity"] = run(Function(lambda x, y: F.cosine_similarity(x, y)), image, wave((2, 4, 6, 6), 0.9))
cases["unfold"] = run(Function(lambda x: F.unfold(x, 3, padding=1, stride=2)), image)
cases["interpolate area"] = run(Function(lambda x: F.interpolate(x, size=(3, 4), mode="area")), image)
cases["interpolate 1d"] = run(Function(lambda x: F.interpolate(x, scale_factor=1.5, mode="linear", recompute_scale_factor=True)), wave((2, 3, 5)))
theta = torch.tensor([[[0.8, -0.3, 0.1], [0.3, 0.8, -0.2]], [[1.0, 0.0, 0.5], [0.0, 1.2, 0.0]]])
for padding in ("zeros", "border", "reflection"):
    cases["grid_sample " + padding] = run(
        Function(lambda x: F.grid_sample(x, F.affine_grid(theta, [2, 4, 5, 5], align_corners=False), padding_mode=padding, align_corners=False)), image)
cases["grid_sample nearest"] = run(
    Function(lambda x: F.grid_sample(x, F.affine_grid(theta, [2, 4, 5, 5], align_corners=True), mode="nearest", align_corners=True)), image)
cases["one_hot"] = {"output": entry(F.one_hot(torch.tensor([2, 0, 1]), 4))}

indices = torch.tensor([0, 2, 1, 2])
probabilities = torch.softmax(wave((4, 3), 0.7), 1)
weights = torch.tensor([0.2, 0.5, 1.5])
cases["cross_entropy"] = loss(lambda s: F.cross_entropy(s, indices))
cases["cross_entropy weights, sum"] = loss(lambda s: F.cross_entropy(s, indices, weights, reduction="sum"))
cases["cross_entropy weights, mean"] = loss(lambda s: F.cross_entropy(s, indices, weights))
cases["cross_entropy none"] = loss(lambda s: F.cross_entropy(s, indices, reduction="none"))
cases["cross_entropy ignore"] = loss(lambda s: F.cross_entropy(s, indices, ignore_index=2))
cases["cross_entropy smoothing"] = loss(lambda s: F.cross_entropy(s, indices, label_smoothing=0.1))
cases["cross_entropy probabilities"] = loss(lambda s: F.cross_entropy(s, probabilities))
cases["nll_loss"] = loss(lambda s: F.nll_loss(F.log_softmax(s, 1), indices, weights))
cases["mse_loss"] = loss(lambda s: F.mse_loss(s, probabilities))
cases["l1_loss"] = loss(lambda s: F.l1_loss(s, probabilities, reduction="sum"))
cases["smooth_l1_loss"] = loss(lambda s: F.smooth_l1_loss(s, probabilities, beta=0.5))
cases["huber_loss"] = loss(lambda s: F.huber_loss(s, probabilities, delta=0.7))
cases["bce"] = loss(lambda s: F.binary_cross_entropy(torch.sigmoid(s), probabilities))
cases["bce_with_logits"] = loss(lambda s: F.binary_cross_entropy_with_logits(s, probabilities, weights, pos_weight=torch.tensor([2.0, 1.0, 0.5])))
cases["kl_div"] = loss(lambda s: F.kl_div(F.log_softmax(s, 1), probabilities, log_target=False, reduction="mean"))
cases["kl_div log"] = loss(lambda s: F.kl_div(F.log_softmax(s, 1), probabilities.log(), log_target=True, reduction="sum"))


def attention(module, query, key, value, **options):
    fill(module)
    query = query.clone().requires_grad_()
    output, shares = module(query, key, value, **options)
    (output * wave(output.shape, 0.5)).sum().backward()
    result = {"output": entry(output), "gradients": {name: entry(p.grad) for name, p in module.named_parameters()}}
    result["gradients"]["input"] = entry(query.grad)
    if shares is not None:
        result["shares"] = entry(shares)
    return result


query, key, value = wave((3, 2, 4)), wave((5, 2, 4), 0.3), wave((5, 2, 4), 0.6)
padding = torch.tensor([[False, False, False, False, True], [False, True, False, False, False]])
hidden = torch.ones(3, 5, dtype=torch.bool).triu(2)
cases["attention"] = attention(nn.MultiheadAttention(4, 2), query, key, value)
cases["attention masks"] = attention(nn.MultiheadAttention(4, 2, bias=False), query, key, value, key_padding_mask=padding, attn_mask=hidden)
cases["attention sizes, added keys"] = attention(
    nn.MultiheadAttention(4, 2, add_bias_kv=True, add_zero_attn=True, kdim=3, vdim=6), query, wave((5, 2, 3)), wave((5, 2, 6)),
    key_padding_mask=padding, attn_mask=wave((3, 5)))


def initial(make):
    torch.manual_seed(7)
    return {"parameters": {name: entry(p) for name, p in make().named_parameters()}}


def initialised(function, shape=(3, 4)):
    torch.manual_seed(7)
    return {"output": entry(function(torch.empty(shape)))}


cases["initial linear"] = initial(lambda: nn.Linear(4, 3))
cases["initial conv1d"] = initial(lambda: nn.Conv1d(3, 2, 2))
cases["initial conv2d"] = initial(lambda: nn.Conv2d(4, 6, 3, groups=2))
cases["initial convtranspose2d"] = initial(lambda: nn.ConvTranspose2d(4, 6, 2))
cases["initial embedding"] = initial(lambda: nn.Embedding(4, 3, padding_idx=2))
cases["initial attention"] = initial(lambda: nn.MultiheadAttention(4, 2))
cases["initial batchnorm2d"] = initial(lambda: nn.BatchNorm2d(3))
cases["init kaiming_uniform_"] = initialised(lambda t: nn.init.kaiming_uniform_(t, nonlinearity="relu"), (3, 4, 2, 2))
cases["init kaiming_normal_"] = initialised(lambda t: nn.init.kaiming_normal_(t, mode="fan_out", nonlinearity="relu"), (3, 4, 2, 2))
cases["init xavier_uniform_"] = initialised(lambda t: nn.init.xavier_uniform_(t, 2.0))
cases["init xavier_normal_"] = initialised(nn.init.xavier_normal_)
cases["init trunc_normal_"] = initialised(lambda t: nn.init.trunc_normal_(t, mean=0.1, std=0.8, a=-1.0, b=0.5), (5, 6))
cases["init orthogonal_ wide"] = initialised(lambda t: nn.init.orthogonal_(t, 2.0), (3, 5))
cases["init orthogonal_ tall"] = initialised(nn.init.orthogonal_, (4, 1, 3))
cases["init uniform_"] = initialised(lambda t: nn.init.uniform_(t, -2.0, 3.0))
cases["init normal_"] = initialised(lambda t: nn.init.normal_(t, 1.0, 2.0))


def dropped(function):
    torch.manual_seed(7)
    return {"output": entry(function(torch.ones(4, 3, 2, 2)))}


cases["dropout"] = dropped(lambda x: F.dropout(x, 0.3))
cases["dropout2d"] = dropped(lambda x: F.dropout2d(x, 0.4))

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden_modules.json"), "w") as file:
    file.write("{\n")
    file.write(",\n".join(f"{json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items()))
    file.write("\n}\n")
