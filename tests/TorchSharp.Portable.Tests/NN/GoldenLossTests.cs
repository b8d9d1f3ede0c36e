using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Portable.Tests.NN;

public class GoldenLossTests
{
    private static readonly Golden Expected = Golden.Load("NN.golden_modules.json");

    private static readonly Dictionary<string, Func<Tensor, Tensor>> Losses = new()
    {
        ["cross_entropy"] = s => CrossEntropyLoss().call(s, Indices()),
        ["cross_entropy weights, sum"] = s => CrossEntropyLoss(Weights(), reduction: Reduction.Sum).call(s, Indices()),
        ["cross_entropy weights, mean"] = s => F.cross_entropy(s, Indices(), Weights()),
        ["cross_entropy none"] = s => F.cross_entropy(s, Indices(), reduction: Reduction.None),
        ["cross_entropy ignore"] = s => CrossEntropyLoss(ignore_index: 2).call(s, Indices()),
        ["cross_entropy smoothing"] = s => new Modules.CrossEntropyLoss(label_smoothing: 0.1).call(s, Indices()),
        ["cross_entropy probabilities"] = s => F.cross_entropy(s, Probabilities()),
        ["nll_loss"] = s => NLLLoss(Weights()).call(F.log_softmax(s, 1), Indices()),
        ["mse_loss"] = s => MSELoss().call(s, Probabilities()),
        ["l1_loss"] = s => L1Loss(Reduction.Sum).call(s, Probabilities()),
        ["smooth_l1_loss"] = s => SmoothL1Loss(beta: 0.5).call(s, Probabilities()),
        ["huber_loss"] = s => HuberLoss(0.7).call(s, Probabilities()),
        ["bce"] = s => BCELoss().call(s.sigmoid(), Probabilities()),
        ["bce_with_logits"] = s => BCEWithLogitsLoss(Weights(), pos_weights: tensor(new[] { 2f, 1f, 0.5f })).call(s, Probabilities()),
        ["kl_div"] = s => KLDivLoss(log_target: false).call(F.log_softmax(s, 1), Probabilities()),
        ["kl_div log"] = s => KLDivLoss(reduction: Reduction.Sum).call(F.log_softmax(s, 1), Probabilities().log()),
    };

    public static TheoryData<string> Names => [.. Losses.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Loss_agrees_with_pytorch(string name)
    {
        using var scope = NewDisposeScope();
        var scores = Golden.Wave([4, 3], 0.2, 2.0).requires_grad_();

        var value = Losses[name](scores);
        value.mul(Golden.Wave(value.shape, 0.5)).sum().backward();

        Golden.AssertClose(Expected[name].GetProperty("output"), value, name);
        Golden.AssertClose(Expected[name].GetProperty("gradients").GetProperty("input"), scores.grad!, name + ", gradient");
    }

    [Fact]
    public void Cross_entropy_with_a_class_out_of_range_says_so()
    {
        using var scope = NewDisposeScope();
        var exception = Assert.ThrowsAny<Exception>(() => F.cross_entropy(randn(2, 3), tensor(new long[] { 0, 3 })));
        Assert.Contains("out of bounds", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_hot_agrees_with_pytorch_and_wants_integers()
    {
        using var scope = NewDisposeScope();
        Golden.AssertClose(Expected["one_hot"].GetProperty("output"), F.one_hot(tensor(new long[] { 2, 0, 1 }), 4), "one_hot");
        Assert.Throws<ArgumentException>(() => F.one_hot(zeros(3)));
    }

    private static Tensor Indices() => tensor(new long[] { 0, 2, 1, 2 });

    private static Tensor Weights() => tensor(new[] { 0.2f, 0.5f, 1.5f });

    private static Tensor Probabilities() => Golden.Wave([4, 3], 0.7).softmax(1);
}
