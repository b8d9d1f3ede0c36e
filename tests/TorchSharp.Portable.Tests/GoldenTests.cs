using System.Text.Json;
using static TorchSharp.torch;

namespace TorchSharp.Portable.Tests;

/// <summary>Our operations against what PyTorch answered (Golden/generate.py).</summary>
public class GoldenTests
{
    private static readonly long[] One = [1, 1];

    private static readonly Dictionary<string, JsonElement> Golden = Load();

    private static readonly Dictionary<string, Func<Tensor[], Tensor[]>> Operations = new()
    {
        ["abs"] = x => [x[0].abs()],
        ["ceil"] = x => [x[0].ceil()],
        ["cos"] = x => [x[0].cos()],
        ["erf"] = x => [x[0].erf()],
        ["exp"] = x => [x[0].exp()],
        ["expm1"] = x => [x[0].expm1()],
        ["floor"] = x => [x[0].floor()],
        ["frac"] = x => [x[0].frac()],
        ["neg"] = x => [-x[0]],
        ["relu"] = x => [x[0].relu()],
        ["round"] = x => [x[0].round()],
        ["sigmoid"] = x => [x[0].sigmoid()],
        ["sign"] = x => [x[0].sign()],
        ["sin"] = x => [x[0].sin()],
        ["tan"] = x => [x[0].tan()],
        ["tanh"] = x => [x[0].tanh()],
        ["trunc"] = x => [x[0].trunc()],
        ["square"] = x => [x[0].square()],
        ["log_sigmoid"] = x => [Functional.log_sigmoid(x[0])],
        ["gelu"] = x => [x[0].gelu()],
        ["silu"] = x => [x[0].silu()],
        ["mish"] = x => [Functional.mish(x[0])],
        ["log"] = x => [x[0].log()],
        ["log10"] = x => [x[0].log10()],
        ["log1p"] = x => [x[0].log1p()],
        ["log2"] = x => [x[0].log2()],
        ["sqrt"] = x => [x[0].sqrt()],
        ["rsqrt"] = x => [x[0].rsqrt()],
        ["reciprocal"] = x => [x[0].reciprocal()],
        ["lgamma"] = x => [x[0].lgamma()],
        ["digamma"] = x => [x[0].digamma()],
        ["add"] = x => [x[0] + x[1]],
        ["sub"] = x => [x[0] - x[1]],
        ["mul"] = x => [x[0] * x[1]],
        ["div"] = x => [x[0] / x[1]],
        ["maximum"] = x => [maximum(x[0], x[1])],
        ["minimum"] = x => [minimum(x[0], x[1])],
        ["atan2"] = x => [atan2(x[0], x[1])],
        ["fmod"] = x => [x[0].fmod(x[1])],
        ["remainder"] = x => [x[0] % x[1]],
        ["pow"] = x => [x[0].pow(x[1])],
        ["rsub"] = x => [2 - x[0]],
        ["floor_div"] = x => [x[0].div(x[1], RoundingMode.floor)],
        ["clamp"] = x => [x[0].clamp(-0.5, 0.7)],
        ["lerp"] = x => [x[0].lerp(x[1], full_like(x[0], 0.25))],
        ["addcmul"] = x => [x[0].addcmul(x[1], x[2], 0.5)],
        ["addcdiv"] = x => [x[0].addcdiv(x[1], x[2], 0.5)],
        ["sum_dim"] = x => [x[0].sum(1, keepdim: true)],
        ["mean_dim"] = x => [x[0].mean([0, 1])],
        ["var"] = x => [x[0].var(1)],
        ["std_biased"] = x => [x[0].std(0, unbiased: false)],
        ["max_dim"] = x => Pair(x[0].max(1)),
        ["min_dim"] = x => Pair(x[0].min(0)),
        ["argmax"] = x => [x[0].argmax(1)],
        ["logsumexp"] = x => [x[0].logsumexp(1)],
        ["norm3"] = x => [x[0].norm(1, p: 3)],
        ["softmax"] = x => [x[0].softmax(1)],
        ["log_softmax"] = x => [x[0].log_softmax(0)],
        ["cumsum"] = x => [x[0].cumsum(1)],
        ["sort"] = x => Pair(x[0].sort(1, descending: true)),
        ["topk"] = x => Pair(x[0].topk(2, 1)),
        ["unique"] = x => x[0].unique(return_inverse: true, return_counts: true) is var (values, inverse, counts) ? [values, inverse!, counts!] : [],
        ["bincount"] = x => [x[0].bincount(null, minlength: 7)],
        ["histc"] = x => [x[0].histc(5, -1, 1)],
        ["quantile"] = x => [x[0].quantile(tensor(0.3), 1)],
        ["all_any"] = x => [(x[0] > -9).all(1), (x[0] > 1).any(1)],
        ["matmul"] = x => [x[0].matmul(x[1])],
        ["einsum"] = x => [einsum("bij,bjk->ik", x)],
        ["cdist"] = x => [cdist(x[0], x[1])],
        ["inv"] = x => [linalg.inv(x[0])],
        ["solve"] = x => [linalg.solve(x[0], x[1])],
        ["eigh"] = x => [linalg.eigh(x[0]).Item1],
        ["svd"] = x => [linalg.svd(x[0], fullMatrices: false).S],
        ["qr_abs"] = x => [linalg.qr(x[0]).R.abs()],
        ["det"] = x => [linalg.det(x[0])],
        ["cholesky"] = x => [linalg.cholesky(x[0])],
        ["gather"] = x => [x[0].gather(1, x[1])],
        ["scatter_add"] = x => [x[0].scatter_add(0, x[1], x[2])],
        ["index_select"] = x => [x[0].index_select(0, x[1])],
        ["index_add"] = x => [x[0].index_add(0, x[1], x[2], 0.5)],
        ["take_along_dim"] = x => [x[0].take_along_dim(x[1], 1)],
        ["where"] = x => [where(x[0] > x[1], x[0], x[1])],
        ["masked_fill"] = x => [x[0].masked_fill(x[0] > 0, -7.0)],
        ["nonzero"] = x => [(x[0] > 0.3).nonzero()],
        ["index_slice"] = x => [x[0][1.., TensorIndex.Ellipsis, TensorIndex.Slice(step: 2)]],
        ["index_mixed"] = x => [x[0][TensorIndex.Tensor(x[1]), 2.., TensorIndex.None, 1]],
        ["index_mask"] = x => [x[0][x[0] > 0.2]],
        ["flip"] = x => [x[0].flip(1)],
        ["roll"] = x => [x[0].roll(2, 1)],
        ["rot90"] = x => [rot90(x[0])],
        ["tril"] = x => [x[0].tril(-1)],
        ["diag_embed"] = x => [diag_embed(x[0])],
        ["repeat_interleave"] = x => [x[0].repeat_interleave(2, 0)],
        ["split"] = x => x[0].split([1, 3], 1),
        ["stack"] = x => [stack(x, 1)],
        ["cat"] = x => [cat(x, 1)],
        ["one_hot"] = x => [Functional.one_hot(x[0], 5)],
        ["conv2d"] = x => [Functional.conv2d(x[0], x[1], x[2], [2, 2], One, One, 1)],
        ["conv_transpose2d"] = x => [Functional.conv_transpose2d(x[0], x[1], x[2], [2, 2], One, One, 1, One)],
        ["batch_norm_train"] = x => [Functional.batch_norm(x[0], x[1], x[2], null, null, true, 0.1, 1e-5)],
        ["layer_norm"] = x => [Functional.layer_norm(x[0], [5], x[1], x[2], 1e-5)],
        ["group_norm"] = x => [Functional.group_norm(x[0], 2, x[1], x[2], 1e-5)],
        ["max_pool2d"] = x => [Functional.max_pool2d(x[0], [2, 2], [], [0, 0], One, false)],
        ["avg_pool2d"] = x => [Functional.avg_pool2d(x[0], [3, 3], [2, 2], One, false, true, null)],
        ["adaptive_avg_pool2d"] = x => [Functional.adaptive_avg_pool2d(x[0], [2, 2])],
        ["cross_entropy"] = x => [Functional.cross_entropy(x[0], x[1], x[2], 1, -100, 0.1)],
        ["nll_loss"] = x => [Functional.nll_loss(x[0], x[1], null, 0, -100)],
        ["bce_logits"] = x => [Functional.binary_cross_entropy_with_logits(x[0], x[1], null, null, 1)],
        ["kl_div"] = x => [Functional.kl_div(x[0].log_softmax(1), x[1].softmax(1), 2, false)],
        ["smooth_l1"] = x => [Functional.smooth_l1_loss(x[0], x[1], 1, 0.5)],
        ["cosine_similarity"] = x => [Functional.cosine_similarity(x[0], x[1], 1, 1e-8)],
        ["normalize"] = x => [Functional.normalize(x[0], 2, 1, 1e-12)],
        ["pad_reflect"] = x => [Functional.pad(x[0], [1, 2, 0, 1], "reflect", null)],
        ["pad_constant"] = x => [Functional.pad(x[0], [1, -1], "constant", 2.5)],
        ["grid"] = x => [Functional.grid_sample(x[0], Functional.affine_grid(x[1], [2, 3, 4, 4], false), 0, 2, false)],
        ["bilinear"] = x => [Functional.upsample_bilinear(x[0], [4, 9], null, false)],
        ["bicubic"] = x => [Functional.upsample_bicubic(x[0], [4, 9], null, true)],
        ["nearest"] = x => [Functional.upsample_nearest(x[0], null, [2.0, 2.0])],
        ["antialias"] = x => [Functional.upsample_bilinear_antialiased(x[0], [3, 3], null, false)],
        ["embedding"] = x => [Functional.embedding(x[0], x[1])],
        ["attention"] = x => [Functional.scaled_dot_product_attention(x[0], x[1], x[2], null, 0, false)],
        ["seed_42"] = _ =>
        {
            manual_seed(42);
            return [rand(5), randn(20), randperm(10), randint(0, 9, [6]), bernoulli(full([8], 0.5))];
        },
    };

    public static TheoryData<string> Names() => [.. Golden.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Operation_gives_what_PyTorch_gives(string name)
    {
        using var scope = NewDisposeScope();
        var expected = Tensors(Golden[name].GetProperty("outputs"));
        var actual = Operations[name](Tensors(Golden[name].GetProperty("inputs")));
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].shape, actual[i].shape);
            Assert.Equal(expected[i].dtype, actual[i].dtype);
            Assert.True(actual[i].allclose(expected[i], rtol: 1e-6, atol: 1e-9), $"{name}, output {i}");
        }
    }

    [GpuTheory]
    [Trait("Device", "GPU")]
    [MemberData(nameof(Names))]
    public void Operation_gives_the_same_on_the_gpu(string name)
    {
        if (name == "seed_42")
        {
            return; // Random numbers differ between devices by design.
        }
        using var scope = NewDisposeScope();
        var expected = Tensors(Golden[name].GetProperty("outputs"));
        var actual = Operations[name](Array.ConvertAll(Tensors(Golden[name].GetProperty("inputs")), input => input.cuda()));
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(actual[i].is_cuda, $"{name}, output {i} left the device");
            Assert.True(actual[i].cpu().allclose(expected[i], rtol: 1e-5, atol: 1e-7), $"{name}, output {i}");
        }
    }

    private static Tensor[] Pair((Tensor, Tensor) pair) => [pair.Item1, pair.Item2];

    private static Tensor[] Tensors(JsonElement list) => [.. list.EnumerateArray().Select(Parse)];

    private static Tensor Parse(JsonElement element)
    {
        var shape = element.GetProperty("shape").EnumerateArray().Select(dim => dim.GetInt64()).ToArray();
        var values = element.GetProperty("values").EnumerateArray();
        return element.GetProperty("dtype").GetString() switch
        {
            "float64" => tensor(values.Select(value => value.GetDouble()).ToArray(), shape),
            "float32" => tensor(values.Select(value => value.GetSingle()).ToArray(), shape),
            "int64" => tensor(values.Select(value => value.GetInt64()).ToArray(), shape),
            "bool" => tensor(values.Select(value => value.GetBoolean()).ToArray(), shape),
            var type => throw new InvalidDataException($"golden.json holds a tensor of type {type}"),
        };
    }

    private static Dictionary<string, JsonElement> Load()
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "golden.json"));
        return JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(stream)!;
    }
}
