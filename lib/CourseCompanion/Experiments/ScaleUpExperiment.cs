using System.Globalization;
using System.Text.Json;
using CourseCompanion.BrainScan;
using CourseCompanion.Classifiers;
using CourseCompanion.Data;
using CourseCompanion.Data.Images;
using CourseCompanion.Evaluation;
using CourseCompanion.Files;
using CourseCompanion.Models;
using CourseCompanion.Projection;
using CourseCompanion.Work;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Experiments;

/// <summary>Opinions on the labelled images by models that had not seen them.</summary>
/// <param name="Probabilities">Rows [R L, K]: all L images once per repetition.</param>
/// <param name="Labels">True classes [R L].</param>
/// <param name="Families">Number of each row's family: opinions on copies of one image belong together.</param>
/// <param name="Repeats">Number of repetitions R.</param>
/// <param name="Thresholds">The probability of cancer [R L] from which the training folds call each image a cancer; none where they chose none.</param>
public sealed record HeldOutOpinions(
    float[,] Probabilities, IReadOnlyList<long> Labels, IReadOnlyList<long> Families, int Repeats, IReadOnlyList<double> Thresholds)
{
    /// <summary>Number L of images.</summary>
    public int ImageCount => Labels.Count / Repeats;

    /// <summary>The mean opinion on each image over the repetitions, judged.</summary>
    public ClassificationReport Report
    {
        get
        {
            int classCount = Probabilities.GetLength(1);
            var mean = new float[ImageCount, classCount];
            for (int row = 0; row < Labels.Count; row++)
            {
                for (int column = 0; column < classCount; column++)
                {
                    mean[row % ImageCount, column] += Probabilities[row, column] / Repeats;
                }
            }

            return ClassificationReport.Compute(mean, [.. Labels.Take(ImageCount)]);
        }
    }

    /// <summary>Mean of the thresholds that the training folds chose: what one tells, and not what judges.</summary>
    public double MeanThreshold => Thresholds.Average();

    /// <summary>A score of the repetitions with its 95 % interval: whole families are drawn, with all opinions on them. The likelier class is the answer.</summary>
    /// <param name="score">The score.</param>
    /// <param name="seed">Seed of the resampling.</param>
    public ConfidenceInterval Interval(Func<ConfusionMatrix, double> score, int seed = 42) =>
        Interval(score, row => Rows.ArgMax(Probabilities, row), seed);

    /// <summary>The same where the answer is cancer from the threshold on that the training folds chose; the images that judge had no part in it.</summary>
    /// <param name="score">The score.</param>
    /// <param name="seed">Seed of the resampling.</param>
    /// <exception cref="InvalidOperationException">No threshold was chosen.</exception>
    public ConfidenceInterval IntervalAtThreshold(Func<ConfusionMatrix, double> score, int seed = 42) => Thresholds.Count == Labels.Count
        ? Interval(score, row => Probabilities[row, ScanClass.Cancer] >= Thresholds[row] ? ScanClass.Cancer : ScanClass.Normal, seed)
        : throw new InvalidOperationException($"{Thresholds.Count} thresholds for {Labels.Count} opinions: one each is needed.");

    private ConfidenceInterval Interval(Func<ConfusionMatrix, double> score, Func<int, int> answer, int seed)
    {
        ArgumentNullException.ThrowIfNull(score);
        long[] predicted = [.. Enumerable.Range(0, Labels.Count).Select(row => (long)answer(row))];
        return Bootstrap.ByGroup(
            Families,
            rows => score(ConfusionMatrix.Count([.. rows.Select(row => Labels[row])], [.. rows.Select(row => predicted[row])], Probabilities.GetLength(1))),
            seed: seed);
    }
}

/// <summary>
/// Chapter 6.4: what it takes to label millions. Opinions on images that the model has not seen, throughput of this machine, active learning
/// played on known labels, and a drift that is planted to see whether it is found.
/// </summary>
public sealed class ScaleUpExperiment
{
    /// <param name="mission">The set, with its features.</param>
    /// <param name="seed">Seed of all divisions.</param>
    /// <param name="c">Strength of the data against the penalty of the model's weights, above 0.</param>
    public ScaleUpExperiment(BrainScanMission mission, int seed, double c = 0.01)
    {
        ArgumentNullException.ThrowIfNull(mission);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(c);
        C = c;
        Mission = mission;
        Seed = seed;
    }

    /// <summary>The set.</summary>
    public BrainScanMission Mission { get; }

    /// <summary>Seed of all divisions.</summary>
    public int Seed { get; }

    /// <summary>Strength of the data against the penalty of the model's weights.</summary>
    public double C { get; }

    /// <summary>Features [L, D] of the labelled images.</summary>
    public Tensor LabelledFeatures => Mission.Features.narrow(0, 0, Mission.LabelledCount);

    /// <summary>Their classes [L], int64.</summary>
    public Tensor LabelledClasses => Mission.Labels.narrow(0, 0, Mission.LabelledCount);

    /// <summary>Their families [L], int64.</summary>
    public Tensor LabelledFamilies => Mission.Families.narrow(0, 0, Mission.LabelledCount);

    /// <summary>Features [U, D] of the images without a label.</summary>
    public Tensor UnlabelledFeatures => Mission.Features.narrow(0, Mission.LabelledCount, Mission.Scans.Count - Mission.LabelledCount);

    /// <summary>The model of the chapter: logistic regression on the features, for more than two classes one against the others.</summary>
    /// <param name="features">Features [L, D].</param>
    /// <param name="labels">Classes [L], int64.</param>
    /// <param name="others">Features [M, D] to judge.</param>
    /// <returns>Probabilities [M, K], float32.</returns>
    public Tensor FitAndPredict(Tensor features, Tensor labels, Tensor others)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        using DisposeScope scope = NewDisposeScope();
        int classCount = (int)labels.max().item<long>() + 1;
        Tensor Of(int label) => LogisticRegression.Fit(features, labels.eq(label).to(ScalarType.Int64), C).Probabilities(others);   // [M]
        Tensor p;
        if (classCount == 2)
        {
            Tensor second = Of(1);
            p = stack([1 - second, second], 1);                                       // [M, 2]
        }
        else
        {
            // One class against the others, the opinions brought to a sum of 1.
            p = stack([.. Enumerable.Range(0, classCount).Select(Of)], 1);            // [M, K]
            p = p / p.sum(dim: 1, keepdim: true).clamp_min(1e-12);
        }

        return p.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Cross-validation, several times over: folds of whole families, each class spread over all of them; every image is judged by models that
    /// saw neither it nor a copy of it. Folds within the training folds choose the threshold that finds <see cref="BrainScanExperiment.WantedRecall"/>
    /// of the cancers, as in chapter 6.3.
    /// </summary>
    /// <param name="folds">Number of folds.</param>
    /// <param name="repeats">Number of divisions.</param>
    public HeldOutOpinions CrossValidate(int folds = 5, int repeats = 10)
    {
        long[] labels = Check.ToArray(LabelledClasses), families = Check.ToArray(LabelledFamilies);
        int count = labels.Length;
        var probabilities = new float[count * repeats, 2];
        var thresholds = new double[count * repeats];
        foreach (Fold fold in RepeatedGroupedFolds.Split(labels, families, folds, repeats, Seed))
        {
            WorkContext.ThrowIfCancelled(default);
            double threshold = RecallThreshold.Choose(Inner(fold.Train), [.. fold.Train.Select(image => labels[image] == ScanClass.Cancer)], BrainScanExperiment.WantedRecall);
            float[,] opinion = Opinion(fold.Train, fold.Test);
            foreach ((int row, int image) in fold.Test.Index())
            {
                int place = (fold.Repeat * count) + image;
                (probabilities[place, 0], probabilities[place, 1]) = (opinion[row, 0], opinion[row, 1]);
                thresholds[place] = threshold;
            }
        }

        return new HeldOutOpinions(
            probabilities,
            [.. Enumerable.Repeat(labels, repeats).SelectMany(one => one)],
            [.. Enumerable.Repeat(families, repeats).SelectMany(one => one)],
            repeats,
            thresholds);

        float[,] Opinion(IEnumerable<int> train, IEnumerable<int> test)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor known = tensor(train.Select(image => (long)image).ToArray()), judged = tensor(test.Select(image => (long)image).ToArray());
            return Check.ToMatrix(FitAndPredict(LabelledFeatures[known], LabelledClasses[known], LabelledFeatures[judged]));
        }

        // Probabilities of cancer of the training images, each by a model that did not learn from it: what the threshold may be chosen on.
        double[] Inner(IReadOnlyList<int> train)
        {
            var chances = new double[train.Count];
            foreach (Fold inner in RepeatedGroupedFolds.Split(
                [.. train.Select(image => labels[image])], [.. train.Select(image => families[image])], folds, repeats: 1, Seed + 1))
            {
                float[,] opinion = Opinion(inner.Train.Select(i => train[i]), inner.Test.Select(i => train[i]));
                foreach ((int row, int i) in inner.Test.Index())
                {
                    chances[i] = opinion[row, ScanClass.Cancer];
                }
            }

            return chances;
        }
    }

    /// <summary>Mean size of a file of the set with its features, in megabytes.</summary>
    public double MegabytesPerImage => (Mission.Scans.Average(scan => scan.Bytes) + (sizeof(float) * Mission.Features.shape[1])) / 1e6;

    /// <summary>Opinion of a model that learnt from all labelled images.</summary>
    /// <param name="features">Features [M, D] to judge.</param>
    /// <returns>Probabilities [M, 2].</returns>
    public Tensor Judge(Tensor features) => FitAndPredict(LabelledFeatures, LabelledClasses, features);

    /// <summary>Writes the model that learnt from all labelled images, with all that <c>course label</c> needs to use it by itself.</summary>
    /// <param name="path">A safetensors file.</param>
    /// <param name="curve">Risk at every coverage on images that the model has not seen; without it, the file does not say how sure the model has to be.</param>
    /// <param name="maximalError">Largest share of wrong labels that is accepted, in [0, 1]: the threshold is that of the largest share within it.</param>
    /// <returns>The path.</returns>
    public string SaveHead(string path, IReadOnlyList<RiskCoveragePoint>? curve = null, double maximalError = 0.05)
    {
        using DisposeScope scope = NewDisposeScope();
        using ScanEncoder encoder = Mission.LoadEncoder();
        LogisticRegression head = LogisticRegression.Fit(LabelledFeatures, LabelledClasses, C);
        Dictionary<string, string> about = new()
        {
            ["encoder"] = Mission.Encoder,
            ["encoder_sha256"] = encoder.Checksum,
            ["dataset_md5"] = Mission.Provenance.Md5,
            ["classes"] = JsonSerializer.Serialize(ScanClass.FrenchNames),
        };
        if (curve is not null)
        {
            // Where no share is good enough, only certainty labels: nothing, then.
            RiskCoveragePoint? last = curve.Where(point => point.Risk <= maximalError).MaxBy(point => point.Coverage);
            about["label_threshold"] = (last?.Confidence ?? 1).ToString("R", CultureInfo.InvariantCulture);
            about["risk_coverage"] = JsonSerializer.Serialize(Thinned(curve, last).Select(point => new[] { point.Coverage, point.Risk, point.Confidence }));
        }

        Safetensors.Save(
            path,
            new Dictionary<string, Tensor>
            {
                ["means"] = tensor(head.Scale.Means.ToArray()),
                ["deviations"] = tensor(head.Scale.Deviations.ToArray()),
                ["weights"] = tensor(head.Weights.ToArray()),
                ["intercept"] = tensor(new[] { head.Intercept }),
            },
            about);
        return path;

        // Every job carries the curve along: a hundred points draw it as well as thousands.
        static IEnumerable<RiskCoveragePoint> Thinned(IReadOnlyList<RiskCoveragePoint> points, RiskCoveragePoint? kept)
        {
            int step = Math.Max(1, points.Count / 100);
            return points.Where((point, i) => i % step == 0 || i == points.Count - 1 || point == kept);
        }
    }

    /// <summary>Features of images as a scanner with other settings would give them: a drift planted to see whether it is found.</summary>
    /// <param name="scans">Indices [M] into the mission's scans, int64.</param>
    /// <param name="brightness">Factor of all grey values; 1 changes nothing.</param>
    /// <returns>Features [M, D].</returns>
    public Tensor Rescanned(Tensor scans, double brightness)
    {
        using DisposeScope scope = NewDisposeScope();
        using ScanEncoder encoder = Mission.LoadEncoder();
        string[] paths = [.. Check.ToArray(scans).Select(scan => Mission.Folder.PathOf(Mission.Scans[(int)scan]))];
        Tensor pixels = ImageFile.Load(paths, 1, (encoder.Size, encoder.Size), default);         // uint8 [M, 1, S, S]
        pixels = pixels.to(ScalarType.Float32).mul(brightness).round().clamp(0, 255).to(ScalarType.Byte);
        return encoder.Embed(pixels).MoveToOuterDisposeScope();
    }

    /// <summary>Throughput of this machine, on files of the set with the mission's encoder.</summary>
    /// <param name="images">How many files.</param>
    /// <param name="repeats">Number of goes.</param>
    public Throughput MeasureThroughput(int images = 128, int repeats = 3)
    {
        using ScanEncoder encoder = Mission.LoadEncoder();
        string[] paths = [.. Mission.Scans.TakeLast(Math.Min(images, Mission.Scans.Count)).Select(Mission.Folder.PathOf)];
        using Tensor batch = ImageFile.Load(paths, 1, (encoder.Size, encoder.Size), default);
        return Throughput.Measure(
            paths.Length,
            () => ImageFile.Load(paths, 1, (encoder.Size, encoder.Size), default).Dispose(),
            () => encoder.Embed(batch).Dispose(),
            repeats);
    }

    /// <summary>Active learning on images whose labels are known.</summary>
    /// <param name="features">Features [N, D].</param>
    /// <param name="labels">Classes [N], int64.</param>
    /// <param name="strategies">The strategies, <see cref="QueryStrategy.Random"/> among them.</param>
    /// <param name="start">Labels at the start.</param>
    /// <param name="batch">Labels bought each round.</param>
    /// <param name="rounds">Number of rounds.</param>
    /// <param name="seeds">Number of draws.</param>
    /// <param name="families">Families [N]; null where every image stands alone.</param>
    public IReadOnlyList<LearningCurve> PlayActiveLearning(
        Tensor features, Tensor labels, IReadOnlyList<QueryStrategy> strategies, int start, int batch, int rounds, int seeds, Tensor? families = null) =>
        ActiveLearningSimulation.Run(features, labels, FitAndPredict, strategies, start, batch, rounds, seeds, families: families, seed: Seed);

    /// <summary>Features of images of MedMNIST, as SqueezeNet sees them; pixels by their principal directions where its weights are absent.</summary>
    /// <param name="data">The set.</param>
    /// <param name="count">How many training images, the same number of each class as far as there are.</param>
    /// <returns>Features [N, D], classes [N], and what the features are, in French.</returns>
    public (Tensor Features, Tensor Labels, string Name) MedMnistFeatures(MedicalDataset data, int count)
    {
        ArgumentNullException.ThrowIfNull(data);
        using DisposeScope scope = NewDisposeScope();
        using var noGradient = no_grad();
        using LabelledSplit split = LabelledSplit.PerClass(data.Train.Labels, (int)Math.Min(count / data.Train.ClassCount, data.Train.CountByClass().Min()), Seed);
        Tensor images = data.Train.Images.index_select(0, split.LabelledIndices).cpu();      // [N, C, H, W]
        Tensor labels = data.Train.Labels.index_select(0, split.LabelledIndices).cpu();      // [N]
        Tensor pixels = Preprocessing.Normalize(images);                                      // [N, C, H, W] in [-1, 1]
        if (PretrainedWeights.Find(SqueezeNet.WeightFile).Path is not { } path)
        {
            Tensor flat = pixels.flatten(1);                                                  // [N, C * H * W]
            using Pca pca = Pca.Fit(flat, components: 64);
            return (pca.Transform(flat).MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope(), "64 composantes principales des pixels");
        }

        using SqueezeNet network = SqueezeNet.Load(path, device: CPU);
        network.eval();
        Tensor features = cat([.. pixels.split(128).Select(network.Features)], 0);            // [N, 512]
        return (features.MoveToOuterDisposeScope(), labels.MoveToOuterDisposeScope(), "descripteurs de SqueezeNet");
    }

    /// <summary>One image of each family, in two halves drawn at random: what a drift check compares when nothing has changed.</summary>
    /// <returns>Indices [A] and [B] into the mission's scans, int64.</returns>
    public (Tensor Reference, Tensor Current) Halves(int most = 300)
    {
        long[] one = [.. Check.ToArray(Mission.Families).Index().GroupBy(family => family.Item).Select(group => (long)group.First().Index)];
        var random = PortableRandom.For(Seed, PortableRandom.Series("halves"), 0);
        random.Shuffle<long>(one);
        int half = Math.Min(most, one.Length / 2);
        return (tensor(one[..half]), tensor(one[half..(2 * half)]));
    }
}
