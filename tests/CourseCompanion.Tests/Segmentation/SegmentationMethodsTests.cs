using CourseCompanion.Augmentations;
using CourseCompanion.Models;
using CourseCompanion.Segmentation;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Segmentation;

/// <summary>What all methods for masks have in common: alive, without leaks, learning, resumed exactly.</summary>
public sealed class SegmentationMethodsTests : IDisposable
{
    private const int Labelled = 4;

    private static readonly Dictionary<string, Func<UNet, UNet, double, SemiSupervisedMethod>> Plain = new()
    {
        ["supervised"] = (_, _, _) => new SupervisedSegmentation(),
        ["Mean Teacher"] = (student, second, _) => new MeanTeacherSegmentation(student, second),
        ["pseudo-masks"] = (_, _, _) => new PseudoMasks(threshold: 0.7),
        ["FixMatch"] = (_, _, _) => new FixMatchSegmentation(threshold: 0.7),
        ["cross"] = (student, second, _) => new CrossPseudoSupervision(student, second),
    };

    private static readonly (string Name, Func<UNet, UNet, double, SemiSupervisedMethod> Build, double[] Values)[] AllSettings =
    [
        ("Mean Teacher: weight", (student, second, value) => new MeanTeacherSegmentation(student, second, weight: value), [1, 10]),
        ("Mean Teacher: decay", (student, second, value) => new MeanTeacherSegmentation(student, second, decay: value), [0.1, 0.97]),
        ("Mean Teacher: rise", (student, second, value) => new MeanTeacherSegmentation(student, second, rise: value), [0.2, 0.8]),
        ("pseudo-masks: threshold", (_, _, value) => new PseudoMasks(threshold: value), [0, 0.7]),
        ("pseudo-masks: weight", (_, _, value) => new PseudoMasks(threshold: 0.7, weight: value), [0.5, 1]),
        ("pseudo-masks: begin", (_, _, value) => new PseudoMasks(threshold: 0.7, begin: value), [0, 0.1]),
        ("pseudo-masks: end", (_, _, value) => new PseudoMasks(threshold: 0.7, end: value), [0.6, 1]),
        ("FixMatch: threshold", (_, _, value) => new FixMatchSegmentation(threshold: value), [0.5, 0.7]),
        ("FixMatch: weight", (_, _, value) => new FixMatchSegmentation(threshold: 0.7, weight: value), [0.5, 1]),
        ("cross: weight", (student, second, value) => new CrossPseudoSupervision(student, second, weight: value), [0.5, 1]),
        ("cross: rise", (student, second, value) => new CrossPseudoSupervision(student, second, rise: value), [0, 0.8]),
    ];

    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly Discs _discs = new(24);
    private readonly string _folder = Directory.CreateTempSubdirectory("course-segmentation-").FullName;

    public static TheoryData<string> Methods => [.. Plain.Keys];

    public static TheoryData<string> SemiSupervised => [.. Plain.Keys.Where(name => name != "supervised")];

    public static TheoryData<string> Settings => [.. AllSettings.Select(setting => setting.Name)];

    public void Dispose()
    {
        _discs.Dispose();
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void Every_setting_changes_the_loss(string name)
    {
        (_, var build, double[] values) = AllSettings.Single(setting => setting.Name == name);
        double[] losses = [.. values.Append(values[0]).Select(value => Train(build, value, 4).Sum())];

        Assert.True(Math.Abs(losses[0] - losses[1]) > 1e-6, string.Join(" ", losses));
        Assert.Equal(losses[0], losses[2]);                          // the same seed, the same training
    }

    [Fact]
    public void Every_parameter_of_every_constructor_is_in_the_list()
    {
        var names = new Dictionary<string, string>
        {
            [nameof(MeanTeacherSegmentation)] = "Mean Teacher", [nameof(FixMatchSegmentation)] = "FixMatch", [nameof(PseudoMasks)] = "pseudo-masks",
            [nameof(CrossPseudoSupervision)] = "cross", [nameof(SupervisedSegmentation)] = "supervised",
        };
        Assert.Empty(
            from type in typeof(PseudoMasks).Assembly.GetExportedTypes()
            where type.Namespace == typeof(PseudoMasks).Namespace && type.IsSubclassOf(typeof(SemiSupervisedMethod))
            from parameter in type.GetConstructors().Single().GetParameters()
            where parameter.Name is not ("student" or "teacher" or "second")
            where !AllSettings.Any(setting => setting.Name == $"{names[type.Name]}: {parameter.Name}")
            select $"{type.Name}: {parameter.Name}");
    }

    [Theory]
    [MemberData(nameof(SemiSupervised))]
    public void Images_without_masks_teach_the_student_and_of_the_second_network_only_one_that_learns(string name)
    {
        using UNet student = Discs.Network(1), second = Discs.Network(2);
        using SemiSupervisedMethod method = Plain[name](student, second, 0);
        if (name == "Mean Teacher")
        {
            Shake(second);                                           // it began as a copy
        }

        StepLosses losses = method.Losses(student, _discs.Batch());
        losses.Parts.Single(part => part.Name == StepLosses.Unlabelled).Value.backward();

        Assert.All(student.named_parameters(), one => Assert.True(one.parameter.grad is { } gradient && gradient.abs().max().item<float>() > 0, one.name));
        Assert.All(second.named_parameters(), one =>
            Assert.Equal(name == "cross", one.parameter.grad is { } gradient && gradient.abs().max().item<float>() > 0));
        Assert.Equal(name == "cross" ? second.parameters().Count() : 0, method.Parameters.Count());
        Assert.Equal([4, Discs.Side, Discs.Side], losses.Guesses!.shape);
        Assert.True(losses.Trust is null || losses.Trust.shape.SequenceEqual(losses.Guesses.shape));
    }

    /// <summary>A batch of garbage where masks of images without a mask would be: there is no way for it to matter.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void Masks_of_images_without_a_mask_cannot_reach_the_training(string name)
    {
        float[] Run(bool garbage)
        {
            using Tensor masks = _discs.Masks.clone();
            if (garbage)
            {
                masks.narrow(0, Labelled, masks.shape[0] - Labelled).copy_(1 - masks.narrow(0, Labelled, masks.shape[0] - Labelled));
            }

            using UNet student = Discs.Network(1), averaged = Discs.Network(1), second = Discs.Network(2);
            using SemiSupervisedMethod method = Plain[name](student, second, 0);
            using Tensor indices = arange(Labelled), given = masks.index_select(0, indices), rest = _discs.Rest(Labelled);
            using var trainer = new SemiSupervisedTrainer(student, averaged, method, new LabelledImages(_discs.Images, indices, given), rest, Discs.Options(3));
            trainer.Run();
            return Flat(student);
        }

        Assert.Equal(Run(garbage: false), Run(garbage: true));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_training_that_was_saved_and_resumed_ends_like_one_that_never_stopped(string name)
    {
        string path = Path.Combine(_folder, "training.safetensors");
        float[] whole = Run(trainer => trainer.Run());
        Run(trainer =>
        {
            trainer.Run(steps: 3);
            trainer.Save(path);
        });
        float[] resumed = Run(trainer =>
        {
            trainer.Resume(path);
            trainer.Run();
        });
        Assert.Equal(whole, resumed);

        float[] Run(Action<SemiSupervisedTrainer> train)
        {
            using UNet student = Discs.Network(1), averaged = Discs.Network(1), second = Discs.Network(2);
            using SemiSupervisedMethod method = Plain[name](student, second, 0);
            using Tensor rest = _discs.Rest(Labelled);
            using var trainer = new SemiSupervisedTrainer(student, averaged, method, _discs.First(Labelled), rest, Discs.Options(6));
            train(trainer);
            return [.. Flat(student), .. Flat(averaged), .. Flat(second)];
        }
    }

    /// <summary>Discs that lie in four images teach where they lie in twenty others; all bright would have a Dice of 0.16.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void Discs_are_found(string name)
    {
        using UNet student = Discs.Network(1), averaged = Discs.Network(1), second = Discs.Network(2);
        using SemiSupervisedMethod method = Plain[name](student, second, 0);
        using Tensor rest = _discs.Rest(Labelled);
        using var trainer = new SemiSupervisedTrainer(student, averaged, method, _discs.First(Labelled), rest, Discs.Options(60));
        double before = _discs.Dice(student, Labelled);
        trainer.Run();
        double after = _discs.Dice(student, Labelled);
        Assert.True(after > 0.6 && after > before + 0.2, $"{before} {after}");
    }

    [Fact]
    public void FixMatch_learns_on_the_strong_view_what_it_is_sure_of_in_the_weak_one_also_when_strong_views_move()
    {
        using var student = new Bright();
        using var method = new FixMatchSegmentation(threshold: 0.8);
        SemiSupervisedBatch batch = _discs.Batch() with { StrongAugmentation = new Flip(1, 0) };

        StepLosses losses = method.Losses(student, batch);

        // The network calls a pixel tumour where it is bright: the guess for the mirrored image is the mirrored guess.
        Tensor mirrored = student.Seen[1].narrow(0, 4, 4);
        Assert.Equal(2, student.Seen.Count);
        Assert.True(mirrored.equal(student.Seen[0].flip(3)).all().item<bool>());
        Assert.True(losses.Guesses!.equal(mirrored.squeeze(1).gt(0).to(ScalarType.Int64)).all().item<bool>());
        Assert.True(losses.Trust!.gt(0).equal(mirrored.squeeze(1).abs().mul(4).sigmoid().ge(0.8)).all().item<bool>());
    }

    [Fact]
    public void The_teachers_answer_moves_along_and_agreement_costs_nothing()
    {
        using Bright student = new(), teacher = new();
        using var method = new MeanTeacherSegmentation(student, teacher, weight: 3, rise: 0);
        SemiSupervisedBatch batch = _discs.Batch() with { StrongAugmentation = new Flip(0.5, 0.5) };

        NamedLoss agreement = method.Losses(student, batch).Parts[1];

        // Student and teacher judge by brightness alone: in the same geometry they agree to the last bit.
        Assert.Equal(0, agreement.Value.item<float>());
        Assert.Equal(3, agreement.Weight);
    }

    [Fact]
    public void Cross_supervision_is_what_each_says_of_the_others_masks()
    {
        using Bright student = new(4), second = new(-2);
        using var method = new CrossPseudoSupervision(student, second, weight: 2, rise: 0);
        SemiSupervisedBatch batch = _discs.Batch() with { WeakAugmentation = null };

        StepLosses losses = method.Losses(student, batch);

        Tensor all = cat([batch.Labelled, batch.Unlabelled], 0), first = student.call(all), other = second.call(all);
        double expected = (SegmentationLosses.DiceAndCrossEntropy(first, all.squeeze(1).lt(0).to(ScalarType.Int64))
            + SegmentationLosses.DiceAndCrossEntropy(other, all.squeeze(1).gt(0).to(ScalarType.Int64))).item<float>();
        Assert.Equal(expected, losses.Parts[2].Value.item<float>(), 5);
        Assert.Equal(2, losses.Parts[2].Weight);
        Assert.Equal(SegmentationLosses.DiceAndCrossEntropy(second.call(batch.Labelled), batch.Labels).item<float>(), losses.Parts[1].Value.item<float>(), 5);
    }

    [Fact]
    public void Cross_supervision_refuses_two_networks_that_would_never_disagree()
    {
        using UNet student = Discs.Network(1), same = Discs.Network(1);
        Assert.Contains("another seed", Assert.Throws<ArgumentException>(() => new CrossPseudoSupervision(student, same)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pseudo_masks_are_the_networks_own_where_it_is_sure()
    {
        Tensor logits = tensor(new[] { 0f, 2, -3, 0.5f }).reshape(1, 1, 2, 2);
        (Tensor guesses, Tensor trust) = PseudoMasks.Guess(cat([zeros_like(logits), logits], 1), 0.8);
        Assert.Equal([0L, 1, 0, 1], guesses.data<long>().ToArray());
        Assert.Equal([0f, 1, 1, 0], trust.data<float>().ToArray());
    }

    private static double[] Train(Func<UNet, UNet, double, SemiSupervisedMethod> build, double value, int steps)
    {
        using var discs = new Discs(12);
        using UNet student = Discs.Network(1), averaged = Discs.Network(1), second = Discs.Network(2);
        using SemiSupervisedMethod method = build(student, second, value);
        using Tensor rest = discs.Rest(Labelled);
        using var trainer = new SemiSupervisedTrainer(student, averaged, method, discs.First(Labelled), rest, Discs.Options(steps));
        var losses = new List<double>();
        trainer.Run(onStep: (_, step) => losses.Add(step.Total.item<float>()));
        return [.. losses];
    }

    private static void Shake(nn.Module network)
    {
        using var noGradient = no_grad();
        foreach (Parameter weight in network.parameters())
        {
            weight.mul_(1.5);
        }
    }

    private static float[] Flat(nn.Module network) => [.. network.state_dict().Values
        .SelectMany(value => value.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray())];

    /// <summary>Takes bright pixels for tumour, the surer the brighter; keeps what it was shown.</summary>
    private sealed class Bright : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter _factor;

        public Bright(double factor = 4)
            : base(nameof(Bright))
        {
            _factor = new Parameter(tensor((float)factor));
            register_parameter("factor", _factor);
        }

        public List<Tensor> Seen { get; } = [];

        public override Tensor forward(Tensor input)
        {
            Seen.Add(input);
            return cat([zeros_like(input), input * _factor], 1);
        }

        protected override void Dispose(bool disposing)
        {
            _factor.Dispose();
            base.Dispose(disposing);
        }
    }
}
