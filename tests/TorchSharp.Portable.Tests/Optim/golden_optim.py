"""Writes golden_optim.json: trajectories of PyTorch's optimizers and schedulers, to compare ours with.

The parameters are pulled to a target by gradients that both sides compute. Run: python3 golden_optim.py
"""

import json
import os
import warnings

import torch

warnings.simplefilter("ignore")


def wave(shape, phase=0.0, scale=1.0):
    count = 1
    for size in shape:
        count *= size
    values = torch.cos(torch.arange(count, dtype=torch.float64) * 0.37 + phase) * scale
    return values.float().reshape(shape)


SHAPES = [(2, 3), (4,)]


def entry(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{v:.7g}") for v in tensor.detach().double().flatten().tolist()]}


def trajectory(make, skip=False):
    parameters = [torch.nn.Parameter(wave(shape, i)) for i, shape in enumerate(SHAPES)]
    optimizer = make(parameters)
    steps = {}
    for step in range(1, 21):
        for i, p in enumerate(parameters):
            pull = wave(p.shape, 0.3) + 1.5
            p.grad = pull * (p.detach() - wave(p.shape, 2.0 + i)) + wave(p.shape, step, 0.05)
        if skip and step % 3 == 0:
            parameters[1].grad = None
        optimizer.step()
        if step in (1, 5, 20):
            steps[str(step)] = [entry(p) for p in parameters]
    return steps


optim = torch.optim
optimizers = {
    "sgd": trajectory(lambda p: optim.SGD(p, 0.05)),
    "sgd momentum": trajectory(lambda p: optim.SGD(p, 0.05, momentum=0.9)),
    "sgd dampening, decay": trajectory(lambda p: optim.SGD(p, 0.05, momentum=0.8, dampening=0.3, weight_decay=0.1)),
    "sgd nesterov": trajectory(lambda p: optim.SGD(p, 0.03, momentum=0.9, nesterov=True, weight_decay=5e-4)),
    "sgd maximize": trajectory(lambda p: optim.SGD(p, 0.01, momentum=0.5, maximize=True)),
    "sgd missing gradients": trajectory(lambda p: optim.SGD(p, 0.05, momentum=0.9), skip=True),
    "adam": trajectory(lambda p: optim.Adam(p)),
    "adam betas, eps": trajectory(lambda p: optim.Adam(p, 0.05, betas=(0.5, 0.9), eps=0.1)),
    "adam decay": trajectory(lambda p: optim.Adam(p, 0.05, weight_decay=0.1)),
    "adam amsgrad": trajectory(lambda p: optim.Adam(p, 0.1, amsgrad=True)),
    "adam maximize": trajectory(lambda p: optim.Adam(p, 0.05, maximize=True)),
    "adam missing gradients": trajectory(lambda p: optim.Adam(p, 0.05), skip=True),
    "adam groups": trajectory(lambda p: optim.Adam([{"params": [p[0]]}, {"params": [p[1]], "lr": 0.2, "betas": (0.8, 0.9)}], 0.01)),
    "adamw": trajectory(lambda p: optim.AdamW(p, 0.05, weight_decay=0.1)),
    "adamw amsgrad": trajectory(lambda p: optim.AdamW(p, 0.05, betas=(0.9, 0.95), weight_decay=0.05, amsgrad=True)),
    "rmsprop": trajectory(lambda p: optim.RMSprop(p, 0.02)),
    "rmsprop centered": trajectory(lambda p: optim.RMSprop(p, 0.02, alpha=0.9, eps=1e-3, centered=True)),
    "rmsprop momentum, decay": trajectory(lambda p: optim.RMSprop(p, 0.02, momentum=0.8, weight_decay=0.1)),
    "rmsprop maximize": trajectory(lambda p: optim.RMSprop(p, 0.02, maximize=True)),
}


def rates(make, kind=None, momentum=None):
    parameters = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]
    groups = [{"params": [parameters[0]]}, {"params": [parameters[1]], "lr": 0.05}]
    optimizer = (kind or (lambda g: optim.SGD(g, 0.5, momentum=0.9)))(groups)
    scheduler = make(optimizer)
    result = []
    for _ in range(25):
        row = [g["lr"] for g in optimizer.param_groups]
        if momentum:
            row += [momentum(g) for g in optimizer.param_groups]
        result.append(row)
        optimizer.step()
        scheduler.step()
    return result


lrs = optim.lr_scheduler


def plateau(measures, **options):
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = optim.SGD([parameter], 0.5)
    scheduler = lrs.ReduceLROnPlateau(optimizer, **options)
    result = []
    for measure in measures:
        scheduler.step(measure)
        result.append(optimizer.param_groups[0]["lr"])
    return result


schedulers = {
    "lambda": rates(lambda o: lrs.LambdaLR(o, lambda e: 0.9 ** e + 0.01 * e)),
    "step": rates(lambda o: lrs.StepLR(o, 4, 0.5)),
    "multistep": rates(lambda o: lrs.MultiStepLR(o, [3, 7, 7, 15], 0.3)),
    "exponential": rates(lambda o: lrs.ExponentialLR(o, 0.9)),
    "constant": rates(lambda o: lrs.ConstantLR(o, 0.25, 6)),
    "linear": rates(lambda o: lrs.LinearLR(o, 0.1, 0.8, 7)),
    "linear default": rates(lambda o: lrs.LinearLR(o)),
    "cosine": rates(lambda o: lrs.CosineAnnealingLR(o, 10, 0.02)),
    "sequential": rates(lambda o: lrs.SequentialLR(o, [lrs.LinearLR(o, 0.1, total_iters=5), lrs.CosineAnnealingLR(o, 12)], [5])),
    "sequential of three": rates(lambda o: lrs.SequentialLR(o, [lrs.ConstantLR(o, 0.1, 4), lrs.ExponentialLR(o, 0.8), lrs.StepLR(o, 3)], [4, 12])),
    "onecycle": rates(lambda o: lrs.OneCycleLR(o, 0.8, total_steps=25), momentum=lambda g: g["momentum"]),
    "onecycle three phases, linear": rates(
        lambda o: lrs.OneCycleLR(o, [0.8, 0.2], epochs=6, steps_per_epoch=5, pct_start=0.4, anneal_strategy="linear", three_phase=True, div_factor=10, final_div_factor=100),
        kind=lambda g: optim.Adam(g, 0.1), momentum=lambda g: g["betas"][0]),
    "onecycle without momentum": rates(lambda o: lrs.OneCycleLR(o, 0.8, total_steps=30, cycle_momentum=False)),
}
MEASURES = [1.0, 0.9, 0.91, 0.9, 0.899999, 0.95, 0.7, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, 0.5, 0.6, 0.6, 0.6, 0.6]
schedulers["plateau"] = plateau(MEASURES, patience=2, factor=0.5)
schedulers["plateau max, abs, cooldown"] = plateau(
    MEASURES, mode="max", patience=1, factor=0.2, threshold=0.01, threshold_mode="abs", cooldown=2, min_lr=0.001)

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden_optim.json"), "w") as file:
    lines = [f"{json.dumps(name)}: {json.dumps(case)}" for name, case in {**optimizers, **schedulers}.items()]
    file.write("{\n" + ",\n".join(lines) + "\n}\n")
