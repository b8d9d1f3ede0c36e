using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Portable.Tests.NN;

public class ModuleTests
{
    [Fact]
    public void Register_components_finds_modules_parameters_and_tensors_in_fields()
    {
        using var model = new Model();
        Assert.Equal(["scale", "conv.weight", "conv.bias", "norm.weight", "norm.bias", "blocks.0.weight", "blocks.0.bias", "blocks.1.weight", "blocks.1.bias"],
            model.named_parameters().Select(entry => entry.name));
        Assert.Equal(["offset", "norm.running_mean", "norm.running_var", "norm.num_batches_tracked"], model.named_buffers().Select(entry => entry.name));
        Assert.Equal(["conv", "norm", "blocks"], model.named_children().Select(child => child.name));
        Assert.Equal(["conv", "norm", "blocks", "blocks.0", "blocks.1"], model.named_modules().Select(entry => entry.name));
        Assert.Equal(["scale"], model.named_parameters(recurse: false).Select(entry => entry.name));
        Assert.Equal(["offset"], model.named_buffers(recurse: false).Select(entry => entry.name));
    }

    [Fact]
    public void Components_are_found_by_dotted_name()
    {
        using var model = new Model();
        Assert.True(model.has_parameter("blocks.1.weight"));
        Assert.True(model.has_buffer("norm.running_var"));
        Assert.False(model.has_parameter("blocks.2.weight"));
        Assert.Same(model.Convolution.bias, model.get_parameter("conv.bias"));
        Assert.Null(model.get_buffer("nothing"));
    }

    [Fact]
    public void State_dict_holds_the_modules_own_tensors()
    {
        using var model = new Model();
        var state = model.state_dict();
        Assert.Equal(13, state.Count);
        Assert.Same(model.Convolution.weight, state["conv.weight"]);
        Assert.Contains("inner.conv.weight", model.state_dict(prefix: "inner").Keys);
    }

    [Fact]
    public void Load_state_dict_copies_every_value()
    {
        using var scope = NewDisposeScope();
        using var source = new Model();
        using var target = new Model();
        source.norm.running_mean!.fill_(3);
        source.norm.num_batches_tracked!.fill_(7);

        var (missing, unexpected) = target.load_state_dict(source.state_dict());

        Assert.Empty(missing);
        Assert.Empty(unexpected);
        foreach (var (name, tensor) in source.state_dict())
        {
            var copied = target.state_dict()[name];
            Assert.True(copied.allclose(tensor, 0, 0), name);
            Assert.NotSame(tensor, copied);
        }
        Assert.True(target.Convolution.weight.is_leaf && target.Convolution.weight.requires_grad);
    }

    [Fact]
    public void Load_state_dict_names_what_does_not_fit_and_changes_nothing()
    {
        using var scope = NewDisposeScope();
        using var model = new Model();
        var before = model.Convolution.bias!.detach().clone();
        var source = new Dictionary<string, Tensor>(model.state_dict()) { ["stray"] = zeros(1), ["norm.weight"] = zeros(9), ["conv.bias"] = zeros(4) };
        source.Remove("offset");

        var exception = Assert.Throws<InvalidOperationException>(() => model.load_state_dict(source));

        Assert.Contains("missing: offset", exception.Message, StringComparison.Ordinal);
        Assert.Contains("unexpected: stray", exception.Message, StringComparison.Ordinal);
        Assert.Contains("norm.weight is [4] in the module but [9]", exception.Message, StringComparison.Ordinal);
        Assert.True(model.Convolution.bias.allclose(before, 0, 0));
    }

    [Fact]
    public void Load_state_dict_not_strict_reports_and_loads_the_rest()
    {
        using var scope = NewDisposeScope();
        using var model = new Model();
        var source = new Dictionary<string, Tensor> { ["conv.bias"] = full([4], 2.5), ["stray"] = zeros(1), ["skipped"] = zeros(1) };

        var (missing, unexpected) = model.load_state_dict(source, strict: false, skip: ["skipped", "scale"]);

        Assert.Equal(["stray"], unexpected);
        Assert.Equal(11, missing.Count);
        Assert.DoesNotContain("scale", missing);
        Assert.Equal(2.5f, model.Convolution.bias![3].item<float>());
    }

    [Fact]
    public void Buffers_that_are_not_persistent_stay_out_of_the_state()
    {
        using var module = new Bare();
        module.register_buffer("kept", zeros(2));
        module.register_buffer("cache", zeros(2), persistent: false);
        Assert.Equal(["kept"], module.state_dict().Keys);
        Assert.Equal(2, module.buffers().Count());
        Assert.Equal(["kept"], module.named_buffers(include_nonpersistent: false).Select(entry => entry.name));
    }

    [Fact]
    public void Registering_twice_or_under_a_bad_name_is_refused()
    {
        using var module = new Bare();
        module.register_buffer("a", zeros(2));
        module.register_parameter("b", Parameter(zeros(2)));
        module.register_module("c", Linear(1, 1));
        Assert.Throws<InvalidOperationException>(() => module.register_buffer("a", zeros(2)));
        Assert.Throws<InvalidOperationException>(() => module.register_parameter("b", Parameter(zeros(2))));
        Assert.Throws<InvalidOperationException>(() => module.register_module("c", Linear(1, 1)));
        Assert.Throws<ArgumentException>(() => module.register_module("d.e", Linear(1, 1)));
        Assert.Throws<ArgumentException>(() => module.register_module("", Linear(1, 1)));
    }

    [Fact]
    public void Train_and_eval_reach_every_module()
    {
        using var model = new Model();
        Assert.True(model.training && model.modules().All(module => module.training));
        model.eval();
        Assert.False(model.training || model.modules().Any(module => module.training));
        model.train();
        Assert.True(model.training && model.modules().All(module => module.training));
    }

    [Fact]
    public void Dropout_acts_only_in_training_and_keeps_the_mean()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var dropout = Dropout(0.25);
        var x = ones(100, 100);
        var trained = dropout.call(x);
        Assert.Equal(0.25, trained.eq(0).to(ScalarType.Float32).mean().item<float>(), 0.02);
        Assert.Equal(1, trained.mean().item<float>(), 0.03);
        dropout.eval();
        Assert.True(dropout.call(x).allclose(x, 0, 0));
    }

    [Fact]
    public void Batch_norm_of_null_momentum_averages_all_batches()
    {
        using var scope = NewDisposeScope();
        var norm = BatchNorm1d(2);
        norm.momentum = null;
        norm.call(full([4, 2], 1.0));
        norm.call(full([4, 2], 4.0));
        norm.call(full([4, 2], 7.0));
        Assert.Equal(4, norm.running_mean![0].item<float>(), 5);
        Assert.Equal(3, norm.num_batches_tracked!.item<long>());
    }

    [Fact]
    public void Batch_norm_in_evaluation_leaves_its_statistics()
    {
        using var scope = NewDisposeScope();
        var norm = BatchNorm2d(3);
        norm.eval();
        norm.call(randn(2, 3, 4, 4));
        Assert.Equal(0, norm.num_batches_tracked!.item<long>());
        Assert.Equal(0, norm.running_mean!.abs().sum().item<float>());
    }

    // Values of torch.nn.functional.interpolate(x, size=(2, 3), mode=..., antialias=True).
    [Theory]
    [InlineData(InterpolationMode.Bilinear, 18.014286f, 27.07143f, 38.928574f, 97.214287f, 121.35714f, 148.3f)]
    [InlineData(InterpolationMode.Bicubic, 10.619987f, 19.053408f, 30.779886f, 101.0646f, 128.64018f, 159.50883f)]
    public void Interpolate_without_aliasing_averages_as_pytorch_does(InterpolationMode mode, params float[] expected)
    {
        using var scope = NewDisposeScope();
        var x = arange(16, dtype: float32).square().reshape(1, 1, 4, 4);

        var small = functional.interpolate(x, [2, 3], mode: mode, antialias: true);

        Assert.True(allclose(small.flatten(), tensor(expected), rtol: 1e-6));
    }

    [Fact]
    public void Initialization_draws_from_the_generator_it_is_given()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        foreach (Func<Tensor, Tensor> fill in new Func<Tensor, Tensor>[]
        {
            x => init.uniform_(x, generator: generator), x => init.normal_(x, generator: generator), x => init.trunc_normal_(x, generator: generator),
        })
        {
            generator.manual_seed(5);
            var first = fill(zeros(20));
            generator.manual_seed(5);
            Assert.True(first.Equals(fill(zeros(20))));
            Assert.False(first.Equals(fill(zeros(20))));
        }
    }

    [Fact]
    public void Layers_refuse_inputs_of_the_wrong_shape_and_name_it()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("3 channels", Assert.Throws<ArgumentException>(() => Conv2d(3, 4, 3).call(zeros(1, 2, 8, 8))).Message, StringComparison.Ordinal);
        Assert.Contains("4D", Assert.Throws<ArgumentException>(() => BatchNorm2d(3).call(zeros(2, 3))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => InstanceNorm2d(3).call(zeros(1, 2, 8, 8)));
        Assert.Throws<ArgumentException>(() => Conv2d(3, 4, 3, groups: 2));
        Assert.Throws<ArgumentException>(() => Conv2d(3, 4, 3, Padding.Same, stride: 2));
        Assert.Throws<ArgumentException>(() => GroupNorm(2, 3));
        Assert.Throws<ArgumentException>(() => functional.interpolate(zeros(1, 1, 4, 4)));
        Assert.Throws<ArgumentException>(() => functional.interpolate(zeros(1, 1, 4, 4), [2, 2], mode: InterpolationMode.Linear));
        Assert.Throws<ArgumentException>(() => functional.interpolate(zeros(1, 1, 4, 4), [2, 2], antialias: true));
    }

    [Fact]
    public void Transposed_convolution_reaches_the_output_size_asked_for()
    {
        using var scope = NewDisposeScope();
        var layer = ConvTranspose2d(1, 1, 3, stride: 2, padding: 1);
        var x = zeros(1, 1, 4, 4);
        Assert.Equal([1, 1, 7, 7], layer.call(x).shape);
        Assert.Equal([1, 1, 8, 7], layer.forward(x, [8, 7]).shape);
        Assert.Throws<ArgumentException>(() => layer.forward(x, [9, 7]));
    }

    [Fact]
    public void Converting_keeps_identity_gradients_and_integers()
    {
        using var scope = NewDisposeScope();
        using var model = new Model();
        var weight = model.Convolution.weight;
        model.call(randn(2, 3, 5, 5)).sum().backward();

        var same = model.to(ScalarType.Float64);

        Assert.Same(model, same);
        Assert.Same(weight, model.Convolution.weight);
        Assert.Equal(ScalarType.Float64, weight.dtype);
        Assert.Equal(ScalarType.Float64, weight.grad!.dtype);
        Assert.True(weight.is_leaf && weight.requires_grad);
        Assert.Equal(ScalarType.Float64, model.norm.running_mean!.dtype);
        Assert.Equal(ScalarType.Int64, model.norm.num_batches_tracked!.dtype);
        Assert.Equal(ScalarType.Float64, model.call(randn([2, 3, 5, 5], ScalarType.Float64)).dtype);
        Assert.Throws<ArgumentException>(() => model.to(ScalarType.Int32));
    }

    [Fact]
    public void Zero_grad_removes_or_clears()
    {
        using var scope = NewDisposeScope();
        using var layer = Linear(2, 1);
        layer.call(ones(1, 2)).sum().backward();
        layer.zero_grad(set_to_none: false);
        Assert.Equal(0, layer.weight.grad!.abs().sum().item<float>());
        layer.zero_grad();
        Assert.Null(layer.weight.grad);
    }

    [Fact]
    public void Apply_visits_children_before_the_module()
    {
        using var model = new Model();
        var visited = new List<string>();
        model.apply(module => visited.Add(module.GetName()));
        Assert.Equal(["Conv2d", "BatchNorm2d", "Linear", "Linear", "ModuleList", "Model"], visited);
    }

    [Fact]
    public void Hooks_see_and_replace_inputs_and_outputs_until_removed()
    {
        using var scope = NewDisposeScope();
        using var layer = Identity();
        var before = layer.register_forward_pre_hook((_, input) => input.mul(2));
        var after = layer.register_forward_hook((_, input, output) => output.add(input));
        Assert.Equal(8, layer.call(full([1], 2.0)).item<float>());
        Assert.Equal(2, layer.forward(full([1], 2.0)).item<float>());
        before.remove();
        Assert.Equal(4, layer.call(full([1], 2.0)).item<float>());
        after.remove();
        Assert.Equal(2, layer.call(full([1], 2.0)).item<float>());
    }

    [Fact]
    public void Parameters_made_in_a_scope_outlive_it()
    {
        Model model;
        using (NewDisposeScope())
        {
            model = new Model();
        }
        using (model)
        {
            Assert.DoesNotContain(model.parameters(), parameter => parameter.IsInvalid);
            Assert.DoesNotContain(model.buffers(), buffer => buffer.IsInvalid);
        }
    }

    [Fact]
    public void Dispose_frees_every_tensor()
    {
        var model = new Model();
        var tensors = model.parameters().Concat(model.buffers()).ToArray();
        model.Dispose();
        model.Dispose();
        Assert.All(tensors, tensor => Assert.True(tensor.IsInvalid));
    }

    [Fact]
    public void Replacing_a_weight_registers_the_new_one_and_frees_the_old()
    {
        using var layer = Linear(2, 2);
        var old = layer.weight;
        layer.weight = Parameter(ones(2, 2));
        Assert.True(old.IsInvalid);
        Assert.Same(layer.weight, layer.get_parameter("weight"));
        layer.bias = null;
        Assert.Single(layer.parameters());
    }

    [Fact]
    public void Sequential_frees_intermediates_but_neither_input_nor_output()
    {
        using var scope = NewDisposeScope();
        using var model = Sequential(("first", Linear(4, 4)), ("same", new Bare()), ("act", ReLU()), ("last", Linear(4, 1)));
        var x = randn(2, 4);
        var alive = Tensor.TotalCount;
        var y = model.call(x);
        Assert.Equal(alive + 1, Tensor.TotalCount);
        Assert.False(x.IsInvalid || y.IsInvalid);
        y.sum().backward();
        Assert.NotNull(model.get_parameter("first.weight")!.grad);
        Assert.Equal(4, model.Count);
    }

    [Fact]
    public void Empty_sequential_hands_on_an_alias()
    {
        using var scope = NewDisposeScope();
        var x = ones(2);
        Sequential().call(x).Dispose();
        Assert.False(x.IsInvalid);
    }

    [Fact]
    public void Module_dict_registers_under_its_keys()
    {
        using var model = new Keyed();
        Assert.Equal(["heads.a.weight", "heads.b.weight"], model.named_parameters().Select(entry => entry.name));
        Assert.True(model.heads.TryGetValue("b", out var found));
        Assert.Same(model.heads["b"], found);
    }

    [Fact]
    public void Batch_normalisation_of_one_value_per_channel_is_refused_while_training()
    {
        // Its variance is 0 / 0, which would stay in the running statistics.
        using var scope = NewDisposeScope();
        using var norm = BatchNorm1d(3);

        Assert.Contains("more than 1 value per channel", Assert.Throws<ArgumentException>(() => norm.call(ones(1, 3))).Message, StringComparison.Ordinal);
        Assert.True(isfinite(norm.running_var!).all().item<bool>());
        Assert.Equal(0, norm.num_batches_tracked!.item<long>());
        norm.call(ones(1, 3, 2));
        norm.eval();
        norm.call(ones(1, 3));
    }

    [Fact]
    public void Clip_grad_norm_scales_all_gradients_together()
    {
        using var scope = NewDisposeScope();
        Parameter[] parameters = [Parameter(zeros(2)), Parameter(zeros(1)), Parameter(zeros(1))];
        parameters[0].grad = tensor(new[] { 3f, 0f });
        parameters[1].grad = tensor(new[] { 4f });

        Assert.Equal(5, nn.utils.clip_grad_norm_(parameters, 1), 5);
        Assert.Equal(0.6f, parameters[0].grad![0].item<float>(), 5);
        Assert.Equal(0.8f, parameters[1].grad![0].item<float>(), 5);
        Assert.Equal(1, nn.utils.clip_grad_norm_(parameters, 10), 4);

        using var precise = nn.Linear(2, 1, hasBias: false, dtype: ScalarType.Float64);
        precise.weight.grad = tensor(new[,] { { 3.0, 4.0 } });
        Assert.Equal(5, nn.utils.clip_grad_norm_(precise.parameters(), 1), 12);
        Assert.Equal(0.6, precise.weight.grad![0, 0].item<double>(), 6);
        Assert.Equal(0.6f, parameters[0].grad![0].item<float>(), 5);

        nn.utils.clip_grad_value_(parameters, 0.7);
        Assert.Equal(0.7f, parameters[1].grad![0].item<float>(), 5);
    }

    [Fact]
    public void Parameters_become_a_vector_and_return()
    {
        using var scope = NewDisposeScope();
        using var layer = Linear(2, 3);
        var vector = nn.utils.parameters_to_vector(layer.parameters());
        Assert.Equal([9], vector.shape);
        nn.utils.vector_to_parameters(arange(9, ScalarType.Float32), layer.parameters());
        Assert.Equal(5, layer.weight[2, 1].item<float>());
        Assert.Equal(8, layer.bias![2].item<float>());
    }

    [Fact]
    public void Embedding_renormalises_long_vectors_when_read()
    {
        using var scope = NewDisposeScope();
        using var embedding = Embedding(3, 4, max_norm: 1.0);
        using (no_grad())
        {
            embedding.weight!.fill_(2);
        }
        var rows = embedding.call(tensor(new long[] { 1 }));
        Assert.Equal(1, rows.norm().item<float>(), 4);
        Assert.Equal(2, embedding.weight![0, 0].item<float>());
    }

    [Fact]
    public void A_small_network_learns_with_every_optimizer()
    {
        foreach (var make in new Func<IEnumerable<Parameter>, optim.Optimizer>[]
        {
            p => optim.SGD(p, 0.1, momentum: 0.9, nesterov: true),
            p => optim.Adam(p, 0.01),
            p => optim.AdamW(p, 0.01, weight_decay: 0.01),
            p => optim.RMSProp(p, 0.01),
        })
        {
            using var scope = NewDisposeScope();
            manual_seed(3);
            using var model = Sequential(Linear(2, 16), Tanh(), Linear(16, 2));
            using var optimizer = make(model.parameters());
            var x = randn(64, 2);
            var y = x.prod(1).gt(0).to(ScalarType.Int64);  // exclusive or of the signs
            double loss = 0;
            for (var step = 0; step < 150; step++)
            {
                using var inner = NewDisposeScope();
                var value = functional.cross_entropy(model.call(x), y);
                optimizer.zero_grad();
                value.backward();
                optimizer.step();
                loss = value.item<float>();
            }
            Assert.True(loss < 0.3, $"{optimizer.GetType().Name}: {loss}");
        }
    }

    private sealed class Model : Module<Tensor, Tensor>
    {
        public readonly BatchNorm2d norm = BatchNorm2d(4);
        private readonly Conv2d conv = Conv2d(3, 4, 3);
        private readonly ModuleList<Linear> blocks = ModuleList(Linear(4, 4), Linear(4, 2));
        private readonly Parameter scale = Parameter(ones(1));
        private readonly Tensor offset = zeros(1);

        public Model()
            : base(nameof(Model))
        {
            // Registered first by hand, so that the order is the one of the forward pass.
            register_module(nameof(conv), conv);
            RegisterComponents();
        }

        public Conv2d Convolution => conv;

        public override Tensor forward(Tensor input)
        {
            using var features = norm.call(conv.call(input)).mean([2, 3]);
            return blocks.Aggregate(features.mul(scale).add(offset), (x, block) => block.call(x));
        }
    }

    private sealed class Keyed : Module
    {
        public readonly ModuleDict<Linear> heads = ModuleDict(("a", Linear(1, 1, hasBias: false)), ("b", Linear(1, 1, hasBias: false)));

        public Keyed()
            : base(nameof(Keyed))
        {
            RegisterComponents();
        }
    }

    /// <summary>Returns its input itself.</summary>
    private sealed class Bare : Module<Tensor, Tensor>
    {
        public Bare()
            : base(nameof(Bare))
        {
        }

        public override Tensor forward(Tensor input) => input;
    }
}
