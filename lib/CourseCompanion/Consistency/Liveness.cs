using CourseCompanion.Augmentations;
using CourseCompanion.French;
using CourseCompanion.SemiSupervised;
using Microsoft.Data.Analysis;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>
/// Finds out whether the settings of a method do anything, and whom its gradient reaches, by a training of a second on a tiny network. Code that
/// runs, whose loss falls, can still be dead inside: a published library had a Mean Teacher whose consistency loss carried no gradient, and a UDA
/// whose temperature did nothing.
/// </summary>
/// <remarks>
/// A loss that does not change is a reason to look, not yet a proof: two thresholds may let the same guesses through. Try values further apart.
/// </remarks>
/// <example>
/// <code>
/// Console.WriteLine(Liveness.Check("temperature", value => new Uda(temperature: value), 0.4, 0.9));
/// Console.WriteLine(Liveness.Check("decay", (value, student, teacher) => new MeanTeacher(student, teacher, decay: value), 0.5, 0.97));
/// Console.WriteLine(Liveness.KeepsACopy(network => network.state_dict()));  // False: an alias
/// Console.WriteLine(Liveness.KeepsACopy(WeightSnapshot.Take, (network, best) => best.Restore(network)));  // True
/// </code>
/// </example>
public static class Liveness
{
    /// <summary>Number K of classes of <see cref="Network"/> and of <see cref="Batch"/>.</summary>
    public const int ClassCount = 4;

    /// <summary>Number U of unlabelled images that <see cref="Batch"/> takes its own from.</summary>
    public const int UnlabelledCount = 24;

    /// <summary>Steps of the training: enough for each unlabelled image to be seen four times.</summary>
    public const int Steps = 8;

    private const int Side = 4;
    private const int LabelledPerStep = 8;
    private const int UnlabelledPerStep = UnlabelledCount * 4 / Steps;

    /// <summary>Trains once with each value of a setting, everything else the same.</summary>
    /// <param name="setting">The name of the setting.</param>
    /// <param name="build">Makes the method with a value of the setting. Called once for each value, and once more with the first one.</param>
    /// <param name="values">Two values or more.</param>
    /// <returns>What was found; shows itself as a French sentence.</returns>
    /// <exception cref="ArgumentException">There are fewer than two values.</exception>
    public static LivenessResult Check(string setting, Func<double, SemiSupervisedMethod> build, params double[] values)
    {
        ArgumentNullException.ThrowIfNull(build);
        return Check(setting, (value, _, _) => build(value), values);
    }

    /// <summary>The same for a method that wants the network that learns, and a second one.</summary>
    /// <param name="setting">The name of the setting.</param>
    /// <param name="build">Makes the method from a value of the setting, the network that learns and a second network, its teacher.</param>
    /// <param name="values">Two values or more.</param>
    /// <returns>What was found; shows itself as a French sentence.</returns>
    /// <exception cref="ArgumentException">There are fewer than two values.</exception>
    public static LivenessResult Check(
        string setting,
        Func<double, nn.Module<Tensor, Tensor>, nn.Module<Tensor, Tensor>, SemiSupervisedMethod> build,
        params double[] values)
    {
        ArgumentNullException.ThrowIfNull(build);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length < 2)
        {
            throw new ArgumentException("Whether a setting changes the loss shows with two values of it or more.", nameof(values));
        }

        Training[] trainings = Array.ConvertAll(values, value => Train(build, value));
        Training again = Train(build, values[0]);
        return new LivenessResult(
            trainings[0].Method,
            setting,
            values,
            Array.ConvertAll(trainings, training => training.Loss),
            trainings.Max(training => training.StudentGradient),
            trainings.Max(training => training.TeacherGradient),
            again.Loss.Equals(trainings[0].Loss));
    }

    /// <summary>Whether weights that are kept stay as they were while the network learns on. An alias of them would learn along.</summary>
    /// <param name="keep">Keeps the weights of a network in some way, and gives what it kept.</param>
    public static bool KeepsACopy(Func<nn.Module<Tensor, Tensor>, IReadOnlyDictionary<string, Tensor>> keep)
    {
        ArgumentNullException.ThrowIfNull(keep);
        return KeepsACopy(keep, (network, kept) =>
        {
            foreach ((string name, Tensor value) in network.state_dict())
            {
                value.copy_(kept[name]);
            }
        });
    }

    /// <summary>Whether putting kept weights back makes the network what it was, after it has learnt on.</summary>
    /// <typeparam name="T">What is kept.</typeparam>
    /// <param name="keep">Keeps the weights of a network in some way.</param>
    /// <param name="restore">Puts them back.</param>
    public static bool KeepsACopy<T>(Func<nn.Module<Tensor, Tensor>, T> keep, Action<nn.Module<Tensor, Tensor>, T> restore)
    {
        ArgumentNullException.ThrowIfNull(keep);
        ArgumentNullException.ThrowIfNull(restore);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using nn.Module<Tensor, Tensor> network = Network();
        Tensor[] weights = [.. network.state_dict().Values], before = Array.ConvertAll(weights, value => value.clone());
        T kept = keep(network);
        foreach (Tensor value in weights)
        {
            value.add_(1);
        }

        restore(network, kept);
        (kept as IDisposable)?.Dispose();
        return weights.Zip(before, (value, first) => value.equal(first).all().item<bool>()).All(same => same);
    }

    /// <summary>Results below one another.</summary>
    /// <param name="results">What <see cref="Check(string, Func{double, SemiSupervisedMethod}, double[])"/> found.</param>
    /// <returns>A table with French columns.</returns>
    public static DataFrame Table(params IReadOnlyList<LivenessResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        return new DataFrame(
            new StringDataFrameColumn("Méthode", results.Select(result => result.Method)),
            new StringDataFrameColumn("Réglage", results.Select(result => result.Setting)),
            new BooleanDataFrameColumn("La perte change", results.Select(result => result.ChangesLoss)),
            new BooleanDataFrameColumn("Gradient vers l’élève", results.Select(result => result.ReachesStudent)),
            new BooleanDataFrameColumn("Gradient vers l’enseignant", results.Select(result => result.ReachesTeacher)));
    }

    /// <summary>
    /// A network with batch normalisation and one linear layer, always with the same weights: images [N, 1, 4, 4] to logits [N, 4], some of them
    /// sure and others not, some right and others wrong.
    /// </summary>
    /// <returns>A new network, the caller's to dispose of.</returns>
    public static nn.Module<Tensor, Tensor> Network() => new TinyNetwork();

    /// <summary>What a method sees at a step: 8 labelled images, 12 of 24 unlabelled ones.</summary>
    /// <param name="step">The step, from 0; the same step has always the same images.</param>
    /// <param name="generator">Where the chance of the step comes from; set to a seed of its own for this step.</param>
    public static SemiSupervisedBatch Batch(int step, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        Tensor patterns = Patterns(generator);
        Tensor noise = randn([LabelledPerStep + UnlabelledCount, 1, Side, Side], generator: generator);
        Tensor classes = arange(LabelledPerStep + UnlabelledCount).remainder(ClassCount);
        Tensor images = patterns.index_select(0, classes) + noise;                                                   // [B + U, 1, 4, 4]
        Tensor rows = arange(UnlabelledPerStep).add(step * UnlabelledPerStep).remainder(UnlabelledCount);             // [M]
        generator.manual_seed(step + 2);
        return new SemiSupervisedBatch(
            images.narrow(0, 0, LabelledPerStep), classes.narrow(0, 0, LabelledPerStep), images.index_select(0, rows + LabelledPerStep), rows, generator)
        {
            WeakAugmentation = new Noise(0.2),
            StrongAugmentation = new Noise(1),
            Progress = (double)step / Steps,
        };
    }

    // One for each class: [K, 1, 4, 4].
    private static Tensor Patterns(Generator generator)
    {
        generator.manual_seed(1);
        return randn([ClassCount, 1, Side, Side], generator: generator);
    }

    private static Training Train(Func<double, nn.Module<Tensor, Tensor>, nn.Module<Tensor, Tensor>, SemiSupervisedMethod> build, double value)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator();
        using nn.Module<Tensor, Tensor> student = Network(), teacher = Network();
        using SemiSupervisedMethod method = build(value, student, teacher);
        using SGD optimizer = optim.SGD(student.parameters(), 0.1);
        double loss = 0, studentGradient = 0, teacherGradient = 0;
        student.train();
        for (int step = 0; step < Steps; step++)
        {
            using var stepScope = NewDisposeScope();
            SemiSupervisedBatch batch = Batch(step, generator);
            StepLosses losses = method.Losses(student, batch);
            loss += losses.Total.item<float>();

            // What the unlabelled images alone have to say to the student.
            optimizer.zero_grad();
            foreach (NamedLoss part in losses.Parts.Where(part => part.Name != StepLosses.Labelled && part.Value.requires_grad))
            {
                (part.Value * part.Weight).backward(retain_graph: true);
            }

            studentGradient = Math.Max(studentGradient, Largest(student.parameters()));

            optimizer.zero_grad();
            losses.Total.backward();
            teacherGradient = Math.Max(teacherGradient, Largest(method.State.Values.Concat(teacher.parameters())));
            optimizer.step();
            method.AfterStep(student, batch);
        }

        return new Training(method.Name, loss / Steps, studentGradient, teacherGradient);
    }

    private static double Largest(IEnumerable<Tensor> weights) =>
        weights.Select(weight => weight.grad).OfType<Tensor>().Select(gradient => (double)gradient.abs().max().item<float>()).DefaultIfEmpty().Max();

    private sealed record Training(string Method, double Loss, double StudentGradient, double TeacherGradient);

    // Not torch's layers, which draw their first weights from the generator of the process: looking must not change what a notebook trains next.
    private sealed class TinyNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly BatchNorm2d _normalization = nn.BatchNorm2d(1);
        private readonly Parameter _weights;

        public TinyNetwork()
            : base(nameof(TinyNetwork))
        {
            // It knows a little of the patterns already.
            using var scope = NewDisposeScope();
            using var generator = new Generator();
            Tensor patterns = Patterns(generator).flatten(1).t();                                                    // [16, K]
            Tensor weights = (patterns * 0.3) + (randn([Side * Side, ClassCount], generator: generator) * 0.6);       // [16, K]
            _weights = new Parameter(weights.MoveToOuterDisposeScope());
            register_module("normalization", _normalization);
            register_parameter("weights", _weights);
        }

        public override Tensor forward(Tensor input) => _normalization.call(input).flatten(1).matmul(_weights);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _normalization.Dispose();
                _weights.Dispose();
            }

            base.Dispose(disposing);
        }
    }

    private sealed class Noise(double size) : Augmentation
    {
        public override int ParameterCount => Side * Side;

        protected internal override Tensor Transform(Tensor images, Tensor unit) => images + unit.sub(0.5).mul(2 * size).reshape(images.shape);
    }
}

/// <summary>What <see cref="Liveness"/> found of one setting of a method.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Setting">The setting's name.</param>
/// <param name="Values">The values it was given.</param>
/// <param name="Losses">The mean loss of the steps with each of them.</param>
/// <param name="StudentGradient">The largest gradient that the unlabelled images alone gave a weight of the student.</param>
/// <param name="TeacherGradient">The largest gradient in the second network and in all that the method remembers: 0 if all is well.</param>
/// <param name="Repeats">Whether the same seed gave the same loss again.</param>
public sealed record LivenessResult(
    string Method, string Setting, IReadOnlyList<double> Values, IReadOnlyList<double> Losses, double StudentGradient, double TeacherGradient, bool Repeats)
{
    /// <summary>Whether each value gave a loss of its own.</summary>
    public bool ChangesLoss => Losses.Order().ToArray() is var sorted
        && sorted.Zip(sorted.Skip(1)).All(pair => pair.Second - pair.First > 1e-6 * Math.Max(1, Math.Abs(pair.First)));

    /// <summary>Whether the unlabelled images teach the student anything.</summary>
    public bool ReachesStudent => StudentGradient > 0;

    /// <summary>Whether a gradient reaches the teacher, as none should.</summary>
    public bool ReachesTeacher => TeacherGradient > 0;

    /// <summary>All as it should be.</summary>
    public bool IsAlive => ChangesLoss && ReachesStudent && !ReachesTeacher && Repeats;

    /// <summary>What was found.</summary>
    /// <returns>French sentences.</returns>
    public override string ToString()
    {
        IEnumerable<string> trials = Values.Zip(Losses, (value, loss) => $"{FrenchNumbers.Compact(value)} donne {FrenchNumbers.Number(loss, 4)}");
        return FrenchText.Typeset(
            $"{Method}, réglage {Setting} : la perte {(ChangesLoss ? "change" : "ne change pas")} ({string.Join(" ; ", trials)}). " +
            $"Le gradient des images non étiquetées {(ReachesStudent ? "atteint" : "n’atteint pas")} l’élève " +
            $"et {(ReachesTeacher ? "atteint" : "n’atteint pas")} l’enseignant." +
            (Repeats ? "" : " La même graine ne redonne pas la même perte."));
    }
}
