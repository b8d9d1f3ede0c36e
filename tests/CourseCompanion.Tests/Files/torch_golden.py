"""Writes torch_golden.json: files of torch.save, of both formats, as base64, and the values of their tensors.

Run: /usr/bin/python3 torch_golden.py      (PyTorch 1.13)
"""

import base64
import io
import json
import os
from collections import OrderedDict

import torch
from torch import nn


def scatter(*shape):
    i = torch.arange(torch.Size(shape).numel(), dtype=torch.float64)
    return ((i + 1) * 0.6180339887498949 % 1 - 0.5).float().reshape(shape)


class Old:
    """A tensor as PyTorch wrote it before version 0.4."""

    def __init__(self, tensor):
        self.tensor = tensor

    def __reduce__(self):
        t = self.tensor
        return torch._utils._rebuild_tensor, (t.storage(), t.storage_offset(), tuple(t.size()), t.stride())


class OldParameter(Old):
    def __reduce__(self):
        return nn.Parameter, (Old(self.tensor),), (True, False, OrderedDict())


def saved(state, zipped):
    buffer = io.BytesIO()
    torch.save(state, buffer, _use_new_zipfile_serialization=zipped)
    buffer.seek(0)
    loaded = torch.load(buffer)
    values = {name: {"type": str(t.dtype).split(".")[1], "shape": list(t.shape), "values": t.detach().double().flatten().tolist()}
              for name, t in loaded.get("state_dict", loaded).items()}
    return {"base64": base64.b64encode(buffer.getvalue()).decode(), "tensors": values}


module = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
with torch.no_grad():
    for tensor in module.state_dict().values():
        tensor.copy_(scatter(*tensor.shape) if tensor.is_floating_point() else torch.tensor(7))
numbers = scatter(4, 5)
types = OrderedDict(
    float=scatter(2, 3), double=scatter(3).double() / 3, half=torch.tensor([1.5, -0.25]).half(), brain=torch.tensor([1.0, -2.0]).bfloat16(),
    long=torch.tensor([-5, 2**40]), int=torch.tensor([1, -(2**31)], dtype=torch.int32), short=torch.tensor([-300], dtype=torch.int16),
    small=torch.tensor([-7], dtype=torch.int8), byte=torch.tensor([[0, 127], [128, 255]], dtype=torch.uint8), mask=torch.tensor([True, False, True]),
    scalar=torch.tensor(2.5), none=torch.zeros(0, 4), parameter=nn.Parameter(scatter(2)))
views = OrderedDict(whole=numbers, transposed=numbers.t(), part=numbers[1:3, 2:4], step=numbers[:, ::2], tied=numbers)
files = {}
for name, zipped in (("zip", True), ("legacy", False)):
    files[f"module_{name}"] = saved(module.state_dict(), zipped)
    files[f"types_{name}"] = saved(types, zipped)
    files[f"views_{name}"] = saved(views, zipped)
    files[f"checkpoint_{name}"] = saved({"epoch": 3, "rate": 0.5, "name": "é", "state_dict": OrderedDict(a=scatter(2)),
                                         "optimizer": {"state": {0: {"step": 1}}, "param_groups": [{"params": [0, 1]}]}}, zipped)
files["old_legacy"] = saved(OrderedDict(weight=OldParameter(scatter(2, 3)), mean=Old(scatter(2))), False)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch_golden.json"), "w") as file:
    json.dump(files, file)
    file.write("\n")
