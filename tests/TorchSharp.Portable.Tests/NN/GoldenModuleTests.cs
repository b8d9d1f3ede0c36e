using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Portable.Tests.NN;

/// <summary>Outputs, gradients and running statistics of every layer against PyTorch's, and gradients against differences.</summary>
public class GoldenModuleTests
{
    private static readonly Golden Expected = Golden.Load("NN.golden_modules.json");

    private static readonly Dictionary<string, Func<Case>> Cases = new()
    {
        ["linear"] = () => new(Linear(5, 3), Wave(2, 5)),
        ["linear without bias"] = () => new(Linear(5, 3, hasBias: false), Wave(2, 4, 5)),
        ["conv1d"] = () => new(Conv1d(4, 6, 3, stride: 2, padding: 1), Wave(2, 4, 9)),
        ["conv1d same"] = () => new(Conv1d(4, 2, 4, Padding.Same), Wave(2, 4, 9)),
        ["conv2d"] = () => new(Conv2d(4, 3, 3, padding: 1), Image()),
        ["conv2d stride, dilation, groups"] = () => new(Conv2d(4, 6, (3, 2), stride: (2, 1), padding: (2, 1), dilation: (1, 2), groups: 2), Image()),
        ["conv2d same"] = () => new(Conv2d(4, 2, (3, 4), Padding.Same), Image()),
        ["conv2d reflect"] = () => new(Conv2d(4, 2, 3, padding: 1, padding_mode: PaddingModes.Reflect), Image()),
        ["conv2d circular"] = () => new(Conv2d(4, 2, (3, 3), padding: (1, 2), padding_mode: PaddingModes.Circular, bias: false), Image()),
        ["convtranspose2d"] = () => new(ConvTranspose2d(4, 3, 3, stride: 2, padding: 1, output_padding: 1), Image()),
        ["convtranspose2d groups"] = () => new(ConvTranspose2d(4, 6, (4, 2), stride: (2, 1), groups: 2, bias: false), Image()),
        ["embedding"] = () => new(Embedding(5, 3, padding_idx: 1), tensor(new long[] { 0, 1, 4, 2, 2, 3 }).reshape(2, 3)),
        ["batchnorm1d"] = () => new(BatchNorm1d(4), Wave(5, 4)),
        ["batchnorm1d of sequences"] = () => new(BatchNorm1d(4), Wave(5, 4, 3)),
        ["batchnorm2d"] = () => new(BatchNorm2d(4), Image()),
        ["batchnorm2d momentum, eps"] = () => new(BatchNorm2d(4, eps: 0.1, momentum: 0.3), Image()),
        ["batchnorm2d evaluation"] = () => new(BatchNorm2d(4), Image(), Evaluate: true),
        ["batchnorm2d without affine"] = () => new(BatchNorm2d(4, affine: false), Image()),
        ["batchnorm2d without statistics"] = () => new(BatchNorm2d(4, track_running_stats: false), Image(), Evaluate: true),
        ["instancenorm2d"] = () => new(InstanceNorm2d(4), Image()),
        ["instancenorm2d affine"] = () => new(InstanceNorm2d(4, affine: true, track_running_stats: true), Image()),
        ["instancenorm2d of one image"] = () => new(InstanceNorm2d(4, affine: true), Image()[0].clone()),
        ["groupnorm"] = () => new(GroupNorm(2, 4), Image()),
        ["layernorm"] = () => new(LayerNorm(6), Image()),
        ["layernorm of planes"] = () => new(LayerNorm([6, 6], eps: 0.01), Image()),
        ["relu"] = () => new(ReLU(), Image()),
        ["leakyrelu"] = () => new(LeakyReLU(0.2), Image()),
        ["gelu"] = () => new(GELU(), Image()),
        ["silu"] = () => new(SiLU(), Image()),
        ["tanh"] = () => new(Tanh(), Image()),
        ["sigmoid"] = () => new(Sigmoid(), Image()),
        ["softmax"] = () => new(Softmax(1), Image()),
        ["logsoftmax"] = () => new(LogSoftmax(-1), Image()),
        ["softplus"] = () => new(x => F.softplus(x, 2.0, 1.0), Image()),
        ["maxpool2d"] = () => new(MaxPool2d(2), Image()),
        ["maxpool2d stride, padding, ceil"] = () => new(MaxPool2d(3, 2, 1, ceil_mode: true), Image()),
        ["avgpool2d"] = () => new(AvgPool2d(2), Image()),
        ["avgpool2d padding"] = () => new(AvgPool2d(3, 2, 1, count_include_pad: false), Image()),
        ["adaptiveavgpool2d"] = () => new(AdaptiveAvgPool2d((4, 1)), Image()),
        ["flatten"] = () => new(Flatten(), Image()),
        ["unflatten"] = () => new(Unflatten(1, [2, 2]), Image()),
        ["upsample nearest"] = () => new(Upsample(scale_factor: [2.0, 1.5]), Image()),
        ["upsample bilinear"] = () => new(Upsample(size: [9, 4], mode: UpsampleMode.Bilinear, align_corners: false), Image()),
        ["upsample bilinear corners"] = () => new(Upsample(size: [9, 4], mode: UpsampleMode.Bilinear, align_corners: true), Image()),
        ["upsample bicubic"] = () => new(Upsample(scale_factor: [2.0, 2.0], mode: UpsampleMode.Bicubic), Image()),
        ["sequential"] = () => new(Sequential(Linear(5, 4), ReLU(), Linear(4, 2)), Wave(3, 5)),
        ["pad constant"] = () => new(x => F.pad(x, (1, 2, 0, 1), value: 0.5), Image()),
        ["pad replicate"] = () => new(x => F.pad(x, [1L, 2L, 0L, 1L], PaddingModes.Replicate), Image()),
        ["normalize"] = () => new(x => F.normalize(x, dim: 1), Image()),
        ["normalize p=1"] = () => new(x => F.normalize(x, p: 1.0, dim: -1), Image()),
        ["cosine_similarity"] = () => new(x => F.cosine_similarity(x, Golden.Wave([2, 4, 6, 6], 0.9).to(x)), Image()),
        ["unfold"] = () => new(x => F.unfold(x, 3, padding: 1, stride: 2), Image()),
        ["interpolate area"] = () => new(x => F.interpolate(x, size: [3, 4], mode: InterpolationMode.Area), Image()),
        ["interpolate 1d"] = () => new(x => F.interpolate(x, scale_factor: [1.5], mode: InterpolationMode.Linear, recompute_scale_factor: true), Wave(2, 3, 5)),
        ["grid_sample zeros"] = () => Sampled(GridSamplePaddingMode.Zeros),
        ["grid_sample border"] = () => Sampled(GridSamplePaddingMode.Border),
        ["grid_sample reflection"] = () => Sampled(GridSamplePaddingMode.Reflection),
        ["grid_sample nearest"] = () => Sampled(GridSamplePaddingMode.Zeros, GridSampleMode.Nearest, true),
    };

    private static readonly float[] Affine = [0.8f, -0.3f, 0.1f, 0.3f, 0.8f, -0.2f, 1, 0, 0.5f, 0, 1.2f, 0];

    public static TheoryData<string> Names => [.. Cases.Keys];

    public static TheoryData<string> DifferentiableNames => [.. Cases.Keys.Where(name => name != "embedding")];

    [Theory]
    [MemberData(nameof(Names))]
    public void Layer_agrees_with_pytorch(string name) => Check(name, CPU, 2e-5);

    [GpuTheory]
    [Trait("Device", "GPU")]
    [MemberData(nameof(Names))]
    public void Layer_agrees_with_pytorch_on_a_gpu(string name) => Check(name, CUDA, 5e-3);  // TF32 convolutions

    [Theory]
    [MemberData(nameof(DifferentiableNames))]
    public void Gradients_agree_with_differences(string name)
    {
        using var scope = NewDisposeScope();
        var subject = Cases[name]();
        using var module = subject.Module;
        subject.Prepare();
        subject.Module?.to(ScalarType.Float64);
        var input = subject.Input.to(ScalarType.Float64).requires_grad_();

        Tensor Scalar() => subject.Apply(input).mul(Golden.Wave(subject.Apply(input).shape, 0.5).to(ScalarType.Float64)).sum();
        Scalar().backward();
        var variables = new List<Tensor> { input };
        variables.AddRange(subject.Module?.parameters() ?? []);
        const double Step = 1e-6;
        foreach (var variable in variables)
        {
            // Along one direction: enough to see a wrong gradient, and cheap.
            var direction = Golden.Wave(variable.shape, 2.3).to(ScalarType.Float64);
            var predicted = variable.grad!.mul(direction).sum().item<double>();
            using (no_grad())
            {
                variable.add_(direction, Step);
                var above = Scalar().item<double>();
                variable.add_(direction, -2 * Step);
                var below = Scalar().item<double>();
                variable.add_(direction, Step);
                Assert.Equal(predicted, (above - below) / (2 * Step), 1e-4 * Math.Max(1, Math.Abs(predicted)));
            }
        }
    }

    [Fact]
    public void Every_golden_case_is_tested()
    {
        var elsewhere = Expected.Names.Where(name => !Cases.ContainsKey(name));
        Assert.All(elsewhere, name => Assert.Matches("^(initial |init |cross_entropy|nll_loss|mse_loss|l1_loss|smooth_l1_loss|huber_loss|bce|kl_div|attention|dropout|one_hot)", name));
        Assert.True(Cases.Keys.All(Expected.Names.Contains));
    }

    private static void Check(string name, Device device, double tolerance)
    {
        using var scope = NewDisposeScope();
        var expected = Expected[name];
        var subject = Cases[name]();
        using var module = subject.Module;
        subject.Prepare();
        subject.Module?.to(device);

        var input = subject.Input.to(device).clone();
        var output = subject.Apply(input.is_floating_point() ? input.requires_grad_() : input);

        Golden.AssertClose(expected.GetProperty("output"), output, name, tolerance);
        if (expected.TryGetProperty("gradients", out var gradients))
        {
            output.mul(Golden.Wave(output.shape, 0.5).to(device)).sum().backward();
            foreach (var gradient in gradients.EnumerateObject())
            {
                var actual = gradient.Name == "input" ? input.grad : subject.Module!.get_parameter(gradient.Name)!.grad;
                Golden.AssertClose(gradient.Value, actual!, $"{name}, gradient of {gradient.Name}", tolerance);
            }
        }
        if (expected.TryGetProperty("buffers", out var buffers))
        {
            foreach (var buffer in buffers.EnumerateObject())
            {
                Golden.AssertClose(buffer.Value, subject.Module!.get_buffer(buffer.Name)!, $"{name}, {buffer.Name}", tolerance);
            }
        }
        Assert.Equal(
            expected.TryGetProperty("gradients", out gradients) ? gradients.EnumerateObject().Select(property => property.Name).Where(key => key != "input") : [],
            subject.Module?.named_parameters().Select(entry => entry.name) ?? []);
    }

    private static Case Sampled(GridSamplePaddingMode padding, GridSampleMode mode = GridSampleMode.Bilinear, bool corners = false) =>
        new(
            x => F.grid_sample(
                x, F.affine_grid(tensor(Affine).reshape(2, 2, 3).to(x), [2, 4, 5, 5], corners), mode, padding, corners),
            Image());

    private static Tensor Wave(params long[] shape) => Golden.Wave(shape);

    private static Tensor Image() => Golden.Wave([2, 4, 6, 6]);

    private sealed record Case(Func<Tensor, Tensor> Apply, Tensor Input, Module<Tensor, Tensor>? Module = null, bool Evaluate = false)
    {
        public Case(Module<Tensor, Tensor> module, Tensor input, bool Evaluate = false)
            : this(module.call, input, module, Evaluate)
        {
        }

        public void Prepare()
        {
            using (no_grad())
            {
                var index = 0;
                foreach (var parameter in Module?.parameters() ?? [])
                {
                    parameter.copy_(Golden.Wave(parameter.shape, ++index, 0.5));
                }
            }
            if (Evaluate)
            {
                Apply(Input);
                Module!.eval();
            }
        }
    }
}
