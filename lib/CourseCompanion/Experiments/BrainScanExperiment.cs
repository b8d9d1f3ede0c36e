using CourseCompanion.BrainScan;
using CourseCompanion.Classifiers;
using CourseCompanion.Clustering;
using CourseCompanion.Data.Images;
using CourseCompanion.Evaluation;
using CourseCompanion.Models;
using CourseCompanion.Training;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Experiments;

/// <summary>What a method learns from in one fold; nothing of the scans that judge is in it.</summary>
/// <param name="Rows">Rows [n] of the labelled scans among <see cref="BrainScanMission.Scans"/>, int64.</param>
/// <param name="Labels">Their labels [n], int64, 0 or 1.</param>
/// <param name="C">The strength of the data chosen in these folds (see <see cref="LogisticRegression.Fit"/>).</param>
/// <param name="Seed">Seed of whatever is random.</param>
public sealed record ScanLesson(Tensor Rows, Tensor Labels, double C, int Seed);

/// <summary>A method that the mission compares.</summary>
/// <param name="Key">Name for machines.</param>
/// <param name="Name">French name.</param>
/// <param name="Scores">Learns from a lesson, then gives scores [m], float64, of other rows [m].</param>
/// <param name="IsLight">Whether it learns in a fraction of a second, so that folds within folds choose its threshold.</param>
public sealed record ScanMethod(string Key, string Name, Func<ScanLesson, Tensor, Tensor> Scores, bool IsLight = true);

/// <summary>
/// The mission's comparison: light classifiers, classifiers with weak labels, and a network that learns from weak labels first, all judged by
/// the same repeated cross-validation, which never separates a family of copies. The notebook and <c>course bench brainscan</c> run it.
/// </summary>
/// <param name="mission">The scans and their features.</param>
/// <param name="seed">Seed of the folds and of the methods.</param>
/// <param name="folds">Folds of a repetition.</param>
/// <param name="grouped">Whether families stay together; only to show what happens when they do not.</param>
public sealed class BrainScanExperiment(BrainScanMission mission, int seed = 42, int folds = 5, bool grouped = true) : IDisposable
{
    /// <summary>The recall of cancer for which thresholds are chosen, decided before any result.</summary>
    public const double WantedRecall = 0.96;

    /// <summary>Height and width, in pixels, at which the network of the mission sees the scans.</summary>
    public const int ImageSize = 32;

    /// <summary>Height and width, in pixels, at which ResNet-18 goes on learning: a quarter of the work that 224 would be.</summary>
    public const int FineTunedSize = 112;

    private static readonly double[] s_strengths = [1e-4, 1e-3, 1e-2, 1e-1];

    private readonly int _labelled = mission.LabelledCount;
    private readonly long[] _labels = mission.Labels.narrow(0, 0, mission.LabelledCount).data<long>().ToArray();
    private readonly long[] _families = mission.Families.narrow(0, 0, mission.LabelledCount).data<long>().ToArray();
    private readonly Dictionary<string, double> _chosen = [];
    private ResidentImages? _images;
    private ResidentImages? _largeImages;
    private (Standardization Scale, Tensor Centres, Tensor Unlabelled)? _clusters;
    private WeakLabelling? _leak;

    /// <summary>The truth: for each labelled scan, whether it shows a cancer.</summary>
    public IReadOnlyList<bool> IsCancer { get; } =
        [.. mission.Labels.narrow(0, 0, mission.LabelledCount).data<long>().ToArray().Select(label => label == ScanClass.Cancer)];

    /// <summary>The scans without label, as rows [U] of the mission, int64; those that are near copies of a labelled one, which may judge, are left out.</summary>
    public Tensor UnlabelledRows { get; } = WithoutLabelledFamilies(mission);

    /// <summary>Methods that learn from the labelled scans alone.</summary>
    public IReadOnlyList<ScanMethod> Supervised =>
    [
        Light("logistic", "Régression logistique", lesson => LogisticRegression.Fit(Features(lesson.Rows), lesson.Labels, lesson.C)),
        Light("svm", "SVM linéaire", lesson => LinearSvm.Fit(Features(lesson.Rows), lesson.Labels, lesson.C)),
        Light("knn", "5 plus proches voisins", lesson => NearestNeighboursClassifier.Fit(Features(lesson.Rows), lesson.Labels)),
    ];

    /// <summary>The logistic regression again, with weak labels besides the true ones.</summary>
    public IReadOnlyList<ScanMethod> SemiSupervised =>
    [
        WithWeak("clusters", "Étiquettes faibles des groupes", lesson => FromClusters(lesson)),
        WithWeak("spreading", "Étiquettes diffusées", lesson => WeakLabels.FromSpreading(Features(lesson.Rows), lesson.Labels, Features(UnlabelledRows))),
        WithWeak("self_training", "Auto-apprentissage", lesson =>
            WeakLabels.FromSelfTraining(Features(lesson.Rows), lesson.Labels, Features(UnlabelledRows), lesson.C)),
    ];

    /// <summary>The network, with true labels alone and after weak ones.</summary>
    /// <param name="weak">The first phase; its number of steps is also what <c>cnn_strong_as_long</c> gets.</param>
    /// <param name="strong">The second phase.</param>
    public IReadOnlyList<ScanMethod> Networks(TrainingPhase weak, TrainingPhase strong)
    {
        ArgumentNullException.ThrowIfNull(weak);
        ArgumentNullException.ThrowIfNull(strong);
        return
        [
            new("cnn_strong", "CNN, étiquettes vraies", (lesson, judged) => Network(lesson, judged, null, weak, strong), IsLight: false),
            new("cnn_strong_as_long", "CNN, étiquettes vraies, autant de pas", (lesson, judged) => Network(lesson, judged, null, AsLong(lesson, weak), strong), IsLight: false),
            new("cnn_weak_then_strong", "CNN, faibles puis vraies", (lesson, judged) => Network(lesson, judged, Spread(lesson), weak, strong), IsLight: false),
        ];
    }

    /// <summary>ResNet-18, every weight of which goes on learning from the true labels.</summary>
    /// <param name="weights">Its weights from ImageNet (<see cref="ResNet18.WeightFile"/>).</param>
    /// <param name="phase">How long and at which rate it learns.</param>
    public ScanMethod FineTuned(string weights, TrainingPhase phase) => new("resnet18_fine_tuned", "ResNet-18 affiné", (lesson, judged) =>
    {
        _largeImages ??= Resident(FineTunedSize);
        random.manual_seed(lesson.Seed);
        using var model = new ScanResNet(ResNet18.Load(weights, size: FineTunedSize));
        WeakThenStrong.Train(model, _largeImages, lesson.Rows, lesson.Labels, phase, lesson.Seed);
        return WeakThenStrong.Scores(model, _largeImages, judged);
    }, IsLight: false);

    /// <summary>Weak labels for the unlabelled scans, from some labelled ones.</summary>
    /// <param name="lesson">The labelled scans to learn from.</param>
    public WeakLabelling FromClusters(ScanLesson lesson)
    {
        ArgumentNullException.ThrowIfNull(lesson);
        using var scope = NewDisposeScope();

        // The unlabelled scans are clustered once for all folds: no label and no scan that judges has a part in it.
        (Standardization scale, Tensor centres, Tensor unlabelled) = _clusters ??= Clusters();
        WeakLabelling weak = WeakLabels.FromClusters(
            KMeans.Assign(scale.Apply(Features(lesson.Rows)), centres), lesson.Labels, unlabelled);
        return new WeakLabelling(weak.Rows.MoveToOuterDisposeScope(), weak.Labels.MoveToOuterDisposeScope());
    }

    /// <summary>The divisions of the labelled scans by which methods are judged.</summary>
    /// <param name="repeats">Repetitions.</param>
    public IReadOnlyList<Fold> Divisions(int repeats) => Divide([.. Enumerable.Range(0, _labelled)], repeats, seed);

    /// <summary>Judges a method by cross-validation.</summary>
    /// <param name="method">The method.</param>
    /// <param name="repeats">Repetitions.</param>
    /// <param name="cancellation">Stops the work.</param>
    public ScanScores Judge(ScanMethod method, int repeats, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(method);
        double[][] scores = [.. Enumerable.Range(0, repeats).Select(_ => new double[_labelled])];
        double[][] thresholds = [.. Enumerable.Range(0, repeats).Select(_ => Enumerable.Repeat(double.NaN, _labelled).ToArray())];
        IReadOnlyList<Fold> divisions = Divisions(repeats);
        using IProgressTask progress = WorkContext.Progress.Start(method.Name, divisions.Count);
        for (int i = 0; i < divisions.Count; i++)
        {
            WorkContext.ThrowIfCancelled(cancellation);
            using var scope = NewDisposeScope();
            Fold fold = divisions[i];
            double c = Strength(fold.Train);
            Put(scores[fold.Repeat], fold.Test, Scores(method, fold.Train, c, fold.Test));
            if (method.IsLight)
            {
                double threshold = RecallThreshold.Choose(
                    InnerScores(method, fold.Train, c), [.. fold.Train.Select(scan => IsCancer[scan])], WantedRecall);
                Put(thresholds[fold.Repeat], fold.Test, [.. fold.Test.Select(_ => threshold)]);
            }

            progress.Report(i + 1);
        }

        if (!method.IsLight)
        {
            // Folds within folds would take a network five times as long: the threshold of a fold comes from the scores of the others, whose
            // networks have learnt from this fold. It is a little too well chosen, and not to be held against that of a light method.
            foreach (Fold fold in divisions)
            {
                double threshold = RecallThreshold.Choose(
                    [.. fold.Train.Select(scan => scores[fold.Repeat][scan])], [.. fold.Train.Select(scan => IsCancer[scan])], WantedRecall);
                Put(thresholds[fold.Repeat], fold.Test, [.. fold.Test.Select(_ => threshold)]);
            }
        }

        return new ScanScores(IsCancer, _families, scores, thresholds);
    }

    /// <summary>
    /// The leak, on purpose: the copies of labelled scans stay among the unlabelled ones, and labels are spread from <b>all</b> labelled scans,
    /// once, before the division. The scans that judge have then been learnt from, under their true labels.
    /// </summary>
    public ScanMethod Leaking => WithLeak("leaking", "Régression logistique, avec la fuite", (lesson, pool, weak) =>
        WeakLabels.Together(Features(lesson.Rows), lesson.Labels, pool, weak, lesson.C));

    /// <summary>A classifier that remembers every image, on true and spread labels.</summary>
    public ScanMethod Remembering => Light("remembering", "Plus proche voisin", lesson =>
    {
        Tensor pool = Features(UnlabelledRows);
        return Remember(lesson, pool, WeakLabels.FromSpreading(Features(lesson.Rows), lesson.Labels, pool));
    });

    /// <summary>The same with the leak: it finds the copy of the scan that it is asked about.</summary>
    public ScanMethod RememberingLeaking => WithLeak("remembering_leaking", "Plus proche voisin, avec la fuite", Remember);

    /// <summary>The labelled scans of which the set holds a copy among the unlabelled files, which <see cref="BrainScanMission"/> leaves out.</summary>
    public IReadOnlyList<int> Copied
    {
        get
        {
            HashSet<string> unlabelled = [.. mission.Folder.Files.Where(file => file.Label == ScanClass.Unlabelled).Select(file => file.Sha256)];
            return [.. Enumerable.Range(0, _labelled).Where(scan => unlabelled.Contains(mission.Scans[scan].Sha256))];
        }
    }

    /// <summary>
    /// Where a logistic regression finds what speaks for cancer in a labelled scan, drawn over it (Grad-CAM). It has learnt without the scan and
    /// its family. Its score is a weighted sum of averages of the encoder's maps, so that the slopes are its weights.
    /// </summary>
    /// <param name="scan">Number of the scan, in [0, L).</param>
    /// <param name="encoder">The encoder of the mission's features.</param>
    /// <returns>The scan in grey and with its heat: uint8 [2, 3, S, S].</returns>
    public Tensor Explain(int scan, ScanEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentOutOfRangeException.ThrowIfNegative(scan);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(scan, _labelled);
        using var scope = NewDisposeScope();
        int[] others = [.. Enumerable.Range(0, _labelled).Where(other => _families[other] != _families[scan])];
        LogisticRegression model = LogisticRegression.Fit(Features(Rows(others)), mission.Labels.index_select(0, Rows(others)), Strength(others));
        Tensor scale = tensor(model.Weights.Zip(model.Scale.Deviations, (weight, deviation) => (float)(weight / deviation)).ToArray());
        string path = mission.Folder.PathOf(mission.Scans[scan]);
        Tensor image = ImageFile.Load(path, channels: 1, (encoder.Size, encoder.Size)).unsqueeze(0);          // [1, 1, S, S]
        Tensor heat = GradCam.Explain(encoder.Maps(image), maps => maps.mean([2, 3]).mv(scale), encoder.Size, encoder.Size);
        return cat([image.expand(-1, 3, -1, -1), GradCam.Overlay(image, heat)], 0).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _images?.Dispose();
        _largeImages?.Dispose();
        _clusters?.Centres.Dispose();
        _clusters?.Unlabelled.Dispose();
        _leak?.Rows.Dispose();
        _leak?.Labels.Dispose();
        UnlabelledRows.Dispose();
    }

    private ScanMethod Light(string key, string name, Func<ScanLesson, IBinaryClassifier> learn) => new(key, name, (lesson, judged) =>
    {
        using var scope = NewDisposeScope();
        return learn(lesson).Scores(Features(judged)).MoveToOuterDisposeScope();
    });

    private ScanMethod WithWeak(string key, string name, Func<ScanLesson, WeakLabelling> label) => Light(key, name, lesson =>
        WeakLabels.Together(Features(lesson.Rows), lesson.Labels, Features(UnlabelledRows), label(lesson), lesson.C));

    private ScanMethod WithLeak(string key, string name, Func<ScanLesson, Tensor, WeakLabelling, IBinaryClassifier> learn) => Light(key, name, lesson =>
    {
        Tensor pool = cat([Features(Rows(Copied)), Features(UnlabelledRows)], 0);
        return learn(lesson, pool, _leak ??= Leak(pool));
    });

    private WeakLabelling Leak(Tensor pool)
    {
        WeakLabelling weak = WeakLabels.FromSpreading(
            Features(Rows(Enumerable.Range(0, _labelled))), mission.Labels.narrow(0, 0, _labelled), pool);
        return new WeakLabelling(weak.Rows.DetachFromDisposeScope(), weak.Labels.DetachFromDisposeScope());
    }

    private (Standardization Scale, Tensor Centres, Tensor Unlabelled) Clusters()
    {
        using var scope = NewDisposeScope();
        Tensor unlabelled = Features(UnlabelledRows);
        Standardization scale = Standardization.Fit(unlabelled);
        KMeansResult found = KMeans.Fit(scale.Apply(unlabelled), Math.Min(WeakLabels.Clusters, (int)unlabelled.shape[0]), seed, restarts: 3);
        return (scale, found.Centres.DetachFromDisposeScope(), KMeans.Assign(scale.Apply(unlabelled), found.Centres).DetachFromDisposeScope());
    }

    private static Tensor WithoutLabelledFamilies(BrainScanMission mission)
    {
        long[] families = mission.Families.data<long>().ToArray();
        HashSet<long> labelled = [.. families[..mission.LabelledCount]];
        return tensor(Enumerable.Range(mission.LabelledCount, families.Length - mission.LabelledCount)
            .Where(scan => !labelled.Contains(families[scan])).Select(scan => (long)scan).ToArray()).DetachFromDisposeScope();
    }

    private NearestNeighboursClassifier Remember(ScanLesson lesson, Tensor pool, WeakLabelling weak) => NearestNeighboursClassifier.Fit(
        cat([Features(lesson.Rows), pool.index_select(0, weak.Rows)], 0), cat([lesson.Labels, weak.Labels], 0), neighbours: 1);

    private WeakLabelling Spread(ScanLesson lesson)
    {
        WeakLabelling weak = WeakLabels.FromSpreading(Features(lesson.Rows), lesson.Labels, Features(UnlabelledRows));
        return weak with { Rows = UnlabelledRows.index_select(0, weak.Rows) };
    }

    // As many steps on the true labels as the weak phase takes on the weak ones.
    private TrainingPhase AsLong(ScanLesson lesson, TrainingPhase weak)
    {
        using var scope = NewDisposeScope();
        return weak with { Epochs = (int)Math.Ceiling(weak.Epochs * (double)Spread(lesson).Count / lesson.Rows.shape[0]) };
    }

    private Tensor Network(ScanLesson lesson, Tensor judged, WeakLabelling? weak, TrainingPhase first, TrainingPhase second)
    {
        _images ??= Resident(ImageSize);
        random.manual_seed(lesson.Seed);
        using var model = new ScanCnn(ImageSize);
        WeakThenStrong.Train(model, _images, weak?.Rows ?? lesson.Rows, weak?.Labels ?? lesson.Labels, first, lesson.Seed);
        WeakThenStrong.Train(model, _images, lesson.Rows, lesson.Labels, second, lesson.Seed + 1);
        return WeakThenStrong.Scores(model, _images, judged);
    }

    private ResidentImages Resident(int size)
    {
        using Tensor images = mission.LoadImages(size);
        return new ResidentImages(images);
    }

    private Tensor Features(Tensor rows) => mission.Features.index_select(0, rows);

    private IReadOnlyList<Fold> Divide(IReadOnlyList<int> scans, int repeats, int divisionSeed) => RepeatedGroupedFolds.Split(
        [.. scans.Select(scan => _labels[scan])], [.. scans.Select(scan => grouped ? _families[scan] : scan)], folds, repeats, divisionSeed);

    private double[] Scores(ScanMethod method, IReadOnlyList<int> train, double c, IReadOnlyList<int> test)
    {
        using var scope = NewDisposeScope();
        Tensor rows = Rows(train);
        return method.Scores(new ScanLesson(rows, mission.Labels.index_select(0, rows), c, seed), Rows(test)).data<double>().ToArray();
    }

    /// <summary>Scores of the training scans, each by a model that did not learn from it: what a threshold and a strength may be chosen on.</summary>
    private double[] InnerScores(ScanMethod method, IReadOnlyList<int> train, double c)
    {
        var scores = new double[train.Count];
        foreach (Fold inner in Divide(train, 1, seed + 1))
        {
            Put(scores, inner.Test, Scores(method, [.. inner.Train.Select(i => train[i])], c, [.. inner.Test.Select(i => train[i])]));
        }

        return scores;
    }

    /// <summary>The strength of the data at which held-out training scans have the least log loss; chosen once for all methods of a fold.</summary>
    private double Strength(IReadOnlyList<int> train)
    {
        string key = string.Join(' ', train);
        if (!_chosen.TryGetValue(key, out double best))
        {
            best = s_strengths.MinBy(c => InnerScores(Supervised[0], train, c).Select((score, i) =>
                Math.Log(1 + Math.Exp(IsCancer[train[i]] ? -score : score))).Average());
            _chosen[key] = best;
        }

        return best;
    }

    private static Tensor Rows(IEnumerable<int> scans) => tensor(scans.Select(scan => (long)scan).ToArray());

    private static void Put(double[] into, IReadOnlyList<int> scans, double[] values)
    {
        for (int i = 0; i < scans.Count; i++)
        {
            into[scans[i]] = values[i];
        }
    }
}
