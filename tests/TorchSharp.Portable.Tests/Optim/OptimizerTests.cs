using TorchSharp.Modules;
using TorchSharp.Portable.Tests.NN;
using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests.Optim;

public class OptimizerTests
{
    private static readonly Golden Expected = Golden.Load("Optim.golden_optim.json");

    private static readonly Dictionary<string, Func<Parameter[], optim.Optimizer>> Optimizers = new()
    {
        ["sgd"] = p => optim.SGD(p, 0.05),
        ["sgd momentum"] = p => optim.SGD(p, 0.05, momentum: 0.9),
        ["sgd dampening, decay"] = p => optim.SGD(p, 0.05, momentum: 0.8, dampening: 0.3, weight_decay: 0.1),
        ["sgd nesterov"] = p => optim.SGD(p, 0.03, momentum: 0.9, nesterov: true, weight_decay: 5e-4),
        ["sgd maximize"] = p => optim.SGD(p, 0.01, momentum: 0.5, maximize: true),
        ["sgd missing gradients"] = p => optim.SGD(p, 0.05, momentum: 0.9),
        ["adam"] = p => optim.Adam(p),
        ["adam betas, eps"] = p => optim.Adam(p, 0.05, 0.5, 0.9, eps: 0.1),
        ["adam decay"] = p => optim.Adam(p, 0.05, weight_decay: 0.1),
        ["adam amsgrad"] = p => optim.Adam(p, 0.1, amsgrad: true),
        ["adam maximize"] = p => optim.Adam(p, 0.05, maximize: true),
        ["adam missing gradients"] = p => optim.Adam(p, 0.05),
        ["adam groups"] = p => optim.Adam(
            new Adam.ParamGroup[]
            {
                new() { Parameters = [p[0]] },
                new([p[1]], new Adam.Options { LearningRate = 0.2, beta1 = 0.8, beta2 = 0.9 }),
            },
            0.01),
        ["adamw"] = p => optim.AdamW(p, 0.05, weight_decay: 0.1),
        ["adamw amsgrad"] = p => optim.AdamW(p, 0.05, 0.9, 0.95, weight_decay: 0.05, amsgrad: true),
        ["rmsprop"] = p => optim.RMSProp(p, 0.02),
        ["rmsprop centered"] = p => optim.RMSProp(p, 0.02, alpha: 0.9, eps: 1e-3, centered: true),
        ["rmsprop momentum, decay"] = p => optim.RMSProp(p, 0.02, momentum: 0.8, weight_decay: 0.1),
        ["rmsprop maximize"] = p => optim.RMSProp(p, 0.02, maximize: true),
    };

    public static TheoryData<string> Names => [.. Optimizers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Twenty_steps_agree_with_pytorch(string name) => Check(name, CPU);

    [GpuTheory]
    [Trait("Device", "GPU")]
    [MemberData(nameof(Names))]
    public void Twenty_steps_agree_with_pytorch_on_a_gpu(string name) => Check(name, CUDA);

    [Theory]
    [InlineData("adam amsgrad")]
    [InlineData("adamw")]
    [InlineData("sgd nesterov")]
    [InlineData("rmsprop centered")]
    public void Training_continues_from_a_loaded_state(string name)
    {
        using var scope = NewDisposeScope();
        var uninterrupted = Start();
        using var first = (OptimizerHelper)Optimizers[name](uninterrupted);
        for (var step = 1; step <= 6; step++)
        {
            Pull(uninterrupted, step);
            first.step();
        }
        Parameter[] resumed = [.. uninterrupted.Select(parameter => new Parameter(parameter.detach().clone()))];
        using var second = (OptimizerHelper)Optimizers[name](resumed);

        second.load_state_dict(first.state_dict());

        for (var step = 7; step <= 12; step++)
        {
            Pull(uninterrupted, step);
            Pull(resumed, step);
            first.step();
            second.step();
        }
        Assert.All(uninterrupted.Zip(resumed), pair => Assert.True(pair.First.allclose(pair.Second, 0, 0)));
    }

    [Fact]
    public void A_state_of_another_size_is_refused()
    {
        using var scope = NewDisposeScope();
        var parameters = Start();
        using var both = new SGD(parameters, 0.1);
        using var one = new SGD([parameters[0]], 0.1);
        Assert.Throws<ArgumentException>(() => one.load_state_dict(both.state_dict()));
    }

    [Fact]
    public void Zero_grad_removes_gradients()
    {
        using var scope = NewDisposeScope();
        var parameters = Start();
        using var optimizer = optim.Adam(parameters);
        Pull(parameters, 1);
        optimizer.zero_grad();
        Assert.All(parameters, parameter => Assert.Null(parameter.grad));
    }

    [Fact]
    public void A_closure_is_evaluated_with_gradients_and_its_loss_returned()
    {
        using var scope = NewDisposeScope();
        var parameters = Start();
        using var optimizer = optim.SGD(parameters, 0.1);
        using var frozen = no_grad();
        var before = parameters[0].detach().clone();
        var loss = optimizer.step(() =>
        {
            var value = parameters[0].square().sum();
            value.backward();
            return value;
        });
        Assert.True(loss!.item<float>() > 0);
        Assert.True(parameters[0].allclose(before.mul(0.8)));
    }

    [Fact]
    public void Learning_rates_are_set_per_group()
    {
        using var scope = NewDisposeScope();
        var parameters = Start();
        using var optimizer = optim.SGD([new SGD.ParamGroup([parameters[0]], 0.5), new SGD.ParamGroup { Parameters = [parameters[1]] }], 0.25);
        var groups = optimizer.ParamGroups.ToArray();
        Assert.Equal([0.5, 0.25], groups.Select(group => group.LearningRate));
        var untouched = parameters[1].detach().clone();
        groups[1].LearningRate = 0;
        Pull(parameters, 1);
        optimizer.step();
        Assert.True(parameters[1].allclose(untouched, 0, 0));
        Assert.Equal(2, optimizer.parameters().Count());
    }

    [Fact]
    public void Parameters_given_as_a_query_are_read_once()
    {
        using var model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 1));
        using var optimizer = optim.Adam(model.parameters());
        using var named = optim.Adam(model.named_parameters());
        Assert.Equal(4, optimizer.parameters().Count());
        Assert.Equal(4, named.parameters().Count());
    }

    [Fact]
    public void A_parameter_in_two_groups_is_refused()
    {
        using var scope = NewDisposeScope();
        var parameters = Start();
        using var optimizer = optim.SGD(parameters, 0.1);
        Assert.Throws<ArgumentException>(() => optimizer.add_param_group(new SGD.ParamGroup { Parameters = [parameters[0]] }));
    }

    [Fact]
    public void Nonsense_hyper_parameters_are_refused()
    {
        using var scope = NewDisposeScope();
        var parameters = Start();
        Assert.Throws<ArgumentException>(() => optim.SGD(parameters, -1));
        Assert.Throws<ArgumentException>(() => optim.SGD(parameters, 0.1, nesterov: true));
        Assert.Throws<ArgumentException>(() => optim.Adam(parameters, beta1: 1));
        Assert.Throws<ArgumentException>(() => optim.AdamW(parameters, eps: -1));
        Assert.Throws<ArgumentException>(() => optim.RMSProp(parameters, alpha: -1));
    }

    [Fact]
    public void State_survives_the_scope_it_was_made_in_and_steps_leak_nothing()
    {
        using var scope = NewDisposeScope();
        var parameters = Start();
        using var optimizer = optim.SGD(parameters, 0.05, momentum: 0.9, nesterov: true);
        using var adam = optim.Adam(parameters, 0.05, amsgrad: true);
        void Train(int step)
        {
            using var inner = NewDisposeScope();
            Pull(parameters, step);
            optimizer.step();
            adam.step();
            optimizer.zero_grad();
        }
        Train(1);
        var alive = Tensor.TotalCount;
        for (var step = 2; step < 50; step++)
        {
            Train(step);
        }
        Assert.Equal(alive, Tensor.TotalCount);
    }

    private static void Check(string name, Device device)
    {
        using var scope = NewDisposeScope();
        var parameters = Start(device);
        using var optimizer = Optimizers[name](parameters);
        for (var step = 1; step <= 20; step++)
        {
            Pull(parameters, step);
            if (name.Contains("missing", StringComparison.Ordinal) && step % 3 == 0)
            {
                parameters[1].grad = null;
            }
            optimizer.step();
            if (Expected[name].TryGetProperty($"{step}", out var expected))
            {
                Golden.AssertClose(expected[0], parameters[0], $"{name}, step {step}, first");
                Golden.AssertClose(expected[1], parameters[1], $"{name}, step {step}, second");
            }
        }
    }

    private static Parameter[] Start(Device? device = null) =>
        [new(Golden.Wave([2, 3], 0).to(device ?? CPU)), new(Golden.Wave([4], 1).to(device ?? CPU))];

    private static void Pull(Parameter[] parameters, int step)
    {
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                var shape = parameters[i].shape;
                var pull = Golden.Wave(shape, 0.3).add(1.5).to(parameters[i]);
                parameters[i].grad = pull.mul(parameters[i].sub(Golden.Wave(shape, 2.0 + i).to(pull))).add(Golden.Wave(shape, step, 0.05).to(pull));
            }
        }
    }
}
