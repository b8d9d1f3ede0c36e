using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CourseCompanion.Data;
using CourseCompanion.Data.Sources;
using CourseCompanion.Evaluation;
using CourseCompanion.Files;
using CourseCompanion.Models;
using CourseCompanion.Results;
using CourseCompanion.SelfSupervised;
using CourseCompanion.Training;
using CourseCompanion.Transfer;
using CourseCompanion.Work;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Experiments;

/// <summary>A pass of a pretraining, as its curve keeps it.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Loss">Mean loss.</param>
/// <param name="Spread">See <see cref="CollapseMonitor.Spread"/>.</param>
/// <param name="EffectiveRank">See <see cref="CollapseMonitor.EffectiveRank"/>.</param>
/// <param name="Neighbours">Accuracy of the nearest neighbours (<see cref="KnnProbe"/>) on validation images: to look at, never to choose.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record ThesisEpoch(int Epoch, double Loss, double Spread, double EffectiveRank, double Neighbours, double Seconds);

/// <summary>
/// Chapter 5's comparison: runs any row of the thesis on one data set, with one of the two settings. Everything is kept in a folder: a row that is
/// done is read, an encoder that several rows need is pretrained once, and a pretraining goes on after the last whole pass, however it was stopped.
/// </summary>
/// <remarks>
/// <para>The folder holds, under setting, profile, seed and data set: <c>encoders/METHOD.safetensors</c>, and its curve; while it is made, also
/// <c>METHOD.training.safetensors</c>. Of each row its result, and its answers on validation and test images, of which fusions are made. Every file is
/// written whole or not at all. A classifier that is stopped in the middle begins again.</para>
/// <para>All classifiers keep the weights of the last step (or their average): validation images choose nothing, and serve for stacking alone. Pretext tasks see no
/// label; of the nearest neighbours' curve, which does, nothing comes back to them.</para>
/// </remarks>
public sealed class ThesisExperiment : IDisposable
{
    private const int WatchedTraining = 2000, WatchedValidation = 1000;  // images behind the curve of nearest neighbours
    private const double ProbePenalty = 0.01;                            // c of the linear probe: features are many, and correlated
    private const string ProtocolEntry = "protocol", StepsEntry = "steps", CommitEntry = "commit", CurveExtension = ".curve.json";

    private static readonly JsonSerializerOptions CurveFormat = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly MedicalDataset _data;
    private readonly ThesisProtocol _protocol;
    private readonly string _settingName;
    private readonly ThesisSetting _setting;
    private readonly ThesisSizes _sizes;
    private readonly Profile _profile;
    private readonly int _seed;
    private readonly string _folder;
    private readonly Func<string, MedicalDataset> _further;
    private readonly ThesisNetworks _networks;
    private readonly Part _train, _validation, _test;

    /// <param name="data">The data set; its name chooses the rows that can be run. Not disposed of with the experiment.</param>
    /// <param name="setting"><c>replication</c> or <c>improved</c>.</param>
    /// <param name="profile">Which sizes; it is noted with every figure.</param>
    /// <param name="folder">Where everything is kept.</param>
    /// <param name="seed">Seed of the labelled quarter, of initial weights and of every order; the thesis' if null.</param>
    /// <param name="protocol">The protocol; the course's if null.</param>
    /// <param name="further">Loads the data set of a name, for further unlabelled images; from the usual places if null, drawn ones only if the images are.</param>
    public ThesisExperiment(
        MedicalDataset data,
        string setting,
        Profile profile,
        string folder,
        int? seed = null,
        ThesisProtocol? protocol = null,
        Func<string, MedicalDataset>? further = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _protocol = protocol ?? ThesisProtocol.Default;
        _setting = _protocol.Settings.TryGetValue(setting, out ThesisSetting? found) ? found : throw new ArgumentException(
            $"There is no setting '{setting}': choose {string.Join(" or ", _protocol.Settings.Keys)}.", nameof(setting));
        (_data, _settingName, _profile, _sizes, _seed) = (data, setting, profile, _protocol.Profiles[profile.Name], seed ?? _protocol.Seed);
        _folder = Path.Combine(folder, setting, profile.Name, string.Create(CultureInfo.InvariantCulture, $"seed-{_seed}"), data.Info.Name);
        _further = further ?? (name => MedicalDataset.Load(name, new DataOptions { AllowSynthetic = data.Provenance.IsSynthetic, Device = data.Train.Device }));
        _networks = new ThesisNetworks(_setting, _sizes, data.Info.Name, (int)data.Train.Images.shape[1], _seed, data.Train.Device);
        (_train, _validation, _test) = (new Part(data.Train, _sizes.Images), new Part(data.Validation, _sizes.Images), new Part(data.Test, _sizes.Images));
    }

    private int ClassCount => _data.Train.ClassCount;

    /// <summary>The result of a row: read if it is there, else computed.</summary>
    /// <param name="row">The row.</param>
    /// <param name="cancellation">Stops the work, besides <see cref="WorkContext.Cancellation"/>; another call goes on.</param>
    /// <exception cref="ArgumentException">The row is of another data set, or its method is not in the protocol.</exception>
    /// <exception cref="InvalidDataException">The folder holds something else under this row's name; the message says what.</exception>
    /// <exception cref="DatasetException">The row needs further images, which are not here.</exception>
    public ThesisResult Run(ThesisRow row, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.Dataset != _data.Info.Name || (!_protocol.Methods.ContainsKey(row.Method) && !_protocol.Fusions.ContainsKey(row.Method)))
        {
            throw new ArgumentException($"{row} is no row of {_data.Info.Name} under this protocol.", nameof(row));
        }

        string path = PathOf(row, ThesisResult.Extension), protocol = ProtocolOf(row).ToJsonString();
        if (File.Exists(path) && File.Exists(AnswersOf(row)))
        {
            ThesisResult done = ThesisResult.Load(path);
            return done.Protocol == protocol ? done : throw new InvalidDataException(
                $"'{path}' was made with another protocol or other data ({done.Protocol}), not with this one ({protocol}): name another folder, or delete it.");
        }

        long started = Stopwatch.GetTimestamp();
        using DisposeScope scope = NewDisposeScope();
        var figures = new Dictionary<string, double>();
        Answers answers = _protocol.Fusions.TryGetValue(row.Method, out IReadOnlyList<string>? members)
            ? Fuse([.. members.Select(member => row with { Method = member, Thesis = null })], figures, cancellation)
            : Classify(row, figures, cancellation);
        Judge(answers.Test, _test, "", figures);
        Judge(answers.Validation, _validation, "validation_", figures);
        figures["seconds"] = Stopwatch.GetElapsedTime(started).TotalSeconds;

        // The result last: where it is, the answers are.
        Safetensors.Save(AnswersOf(row), new Dictionary<string, Tensor> { ["validation"] = answers.Validation, ["test"] = answers.Test });
        var result = new ThesisResult(
            row, _settingName, figures, Provenance.OfRuns(_data.Provenance, [_seed], _data.Train.Device) with { Profile = _profile.Name }, protocol)
        {
            EncoderCommit = answers.EncoderCommit,
        };
        result.Save(path);
        return result;
    }

    /// <summary>How the pretraining of a method went: as far as it has come, passes in order; none if it has not begun.</summary>
    /// <param name="method">The method, as the protocol names it.</param>
    public IReadOnlyList<ThesisEpoch> Curve(string method) => ReadCurve(EncoderPath(method, CurveExtension))?.Epochs ?? [];

    /// <inheritdoc/>
    public void Dispose()
    {
        _train.Dispose();
        _validation.Dispose();
        _test.Dispose();
    }

    /// <summary>One encoder, one classifier.</summary>
    private Answers Classify(ThesisRow row, Dictionary<string, double> figures, CancellationToken cancellation)
    {
        ThesisMethod method = _protocol.Methods[row.Method];
        ThesisTraining training = _setting.TrainingOf(row.Backbone, method.Encoder);
        bool frozen = row.Backbone == "frozen", pretrained = frozen || row.Backbone == "finetuned";
        (Encoder encoder, string? commit) = pretrained ? Pretrained(row.Method, figures, cancellation) : (_networks.NewEncoder(method.Encoder), null);
        using Classifier classifier = _networks.NewClassifier(encoder, training, ClassCount);
        using Classifier? averaged = training.Average > 0 ? _networks.NewClassifier(_networks.NewEncoder(method.Encoder), training, ClassCount) : null;
        using WeightAverage? average = averaged is null ? null : new WeightAverage(classifier, averaged, training.Average);

        LabelledImages labelled = row.Share == "quarter" ? _train.Quarter(_seed) : _train.All;
        TransferOptions options = _networks.TransferOf(training);
        TrainingHistory history;
        if (frozen)
        {
            Probe(encoder, labelled, figures, cancellation);
            history = TransferLearning.Frozen(classifier, labelled, options, average, cancellation: cancellation);
        }
        else
        {
            history = TransferLearning.EndToEnd(classifier, labelled, options, average, cancellation: cancellation);
        }

        (figures["labelled_images"], figures["epochs"]) = (labelled.Count, history.Epochs.Count);
        figures["steps"] = history.Epochs.Count * Math.Max(1, labelled.Count / options.BatchSize);
        return new Answers(
            Predictor.Probabilities(averaged ?? classifier, _validation.Images, cancellation: cancellation),
            Predictor.Probabilities(averaged ?? classifier, _test.Images, cancellation: cancellation),
            commit);
    }

    /// <summary>Several rows, whose answers are multiplied; beside, the other ways to make one of several.</summary>
    private Answers Fuse(IReadOnlyList<ThesisRow> members, Dictionary<string, double> figures, CancellationToken cancellation)
    {
        Tensor[] validation = new Tensor[members.Count], test = new Tensor[members.Count];
        for (int member = 0; member < members.Count; member++)
        {
            Run(members[member], cancellation);
            using SafetensorsFile answers = Safetensors.Load(AnswersOf(members[member]));
            (validation[member], test[member]) = (answers.Tensors["validation"].clone(), answers.Tensors["test"].clone());
        }

        Judge(Fusion.MostConfident(test), _test, "most_confident_", figures);
        Judge(Stacking.Probabilities(validation, _validation.All.Labels.cpu(), test), _test, "stacking_", figures);
        return new Answers(Fusion.Product(validation), Fusion.Product(test));
    }

    /// <summary>What the features of a frozen encoder are worth to classifiers that no learning rate decides about.</summary>
    private void Probe(Encoder encoder, LabelledImages labelled, Dictionary<string, double> figures, CancellationToken cancellation)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = Predictor.Apply(encoder, encoder.call, labelled.Images, labelled.Indices, cancellation: cancellation);  // [M, D]
        Tensor queries = Predictor.Apply(encoder, encoder.call, _test.Images, cancellation: cancellation);                        // [T, D]
        Judge(KnnProbe.Probabilities(features, labelled.Labels, queries, ClassCount), _test, "neighbours_", figures);
        Judge(LinearProbe.Probabilities(features, labelled.Labels, queries, ClassCount, ProbePenalty), _test, "linear_probe_", figures);
    }

    /// <summary>The encoder of a method, from its file, and the commit that pretrained it; pretrained now if there is none.</summary>
    private (Encoder Encoder, string? Commit) Pretrained(string name, Dictionary<string, double> figures, CancellationToken cancellation)
    {
        string path = EncoderPath(name, ".safetensors"), saved = EncoderPath(name, ".training.safetensors");
        if (!File.Exists(path))
        {
            Pretrain(name, path, saved, cancellation);
        }

        File.Delete(saved);
        using SafetensorsFile file = Safetensors.Load(path);
        CheckProtocol(path, file.Metadata.GetValueOrDefault(ProtocolEntry), name);
        Encoder encoder = _networks.NewEncoder(_protocol.Methods[name].Encoder);
        WeightImport.Into(encoder, file.Tensors, path);
        figures["pretraining_steps"] = double.Parse(file.Metadata[StepsEntry], CultureInfo.InvariantCulture);
        figures["pretraining_seconds"] = Curve(name).Sum(epoch => epoch.Seconds);
        return (encoder, file.Metadata.GetValueOrDefault(CommitEntry));
    }

    private void Pretrain(string name, string path, string saved, CancellationToken cancellation)
    {
        ThesisMethod method = _protocol.Methods[name];
        using PretextMethod task = _networks.NewMethod(method);
        using ResidentImages? more = method.FurtherImages is null ? null : WithFurther(method.FurtherImages);
        using var trainer = new Pretrainer(task, more ?? _train.Images, _networks.PretrainingOf(method.Pretext!));
        string curvePath = EncoderPath(name, CurveExtension), protocol = EncoderProtocol(name).ToJsonString();
        var epochs = new List<ThesisEpoch>();
        if (File.Exists(saved))
        {
            SavedCurve? before = ReadCurve(curvePath);
            CheckProtocol(saved, before?.Protocol, name);
            trainer.Resume(saved);
            epochs.AddRange(before!.Epochs.Take(trainer.EpochsDone));  // the curve is written first, and may be one ahead
        }

        trainer.Run(
            onEpoch: epoch =>
            {
                epochs.Add(new ThesisEpoch(epoch.Epoch, epoch.Loss, epoch.Spread, epoch.EffectiveRank, Neighbours(task.Encoder), epoch.Duration.TotalSeconds));
                AtomicFile.WriteAllText(curvePath, JsonSerializer.Serialize(new SavedCurve(protocol, epochs), CurveFormat) + "\n");
                trainer.Save(saved);
            },
            cancellation: cancellation);
        Safetensors.Save(path, task.Encoder, new Dictionary<string, string>
        {
            [ProtocolEntry] = protocol,
            [StepsEntry] = trainer.StepsDone.ToString(CultureInfo.InvariantCulture),
            [CommitEntry] = Provenance.OfRuns(null, [_seed]).Commit,
        });
    }

    private double Neighbours(Encoder encoder)
    {
        using DisposeScope scope = NewDisposeScope();
        LabelledImages known = _train.First(WatchedTraining), asked = _validation.First(WatchedValidation);
        Tensor features = Predictor.Apply(encoder, encoder.call, known.Images, known.Indices);
        Tensor queries = Predictor.Apply(encoder, encoder.call, asked.Images, asked.Indices);
        return KnnProbe.Probabilities(features, known.Labels, queries, ClassCount).argmax(1).eq(asked.Labels).@double().mean().item<double>();
    }

    private ResidentImages WithFurther(IReadOnlyList<string> names)
    {
        using DisposeScope scope = NewDisposeScope();
        var parts = new List<Tensor> { _train.Pixels };
        foreach (string name in names)
        {
            using MedicalDataset further = _further(name);
            long count = Math.Min(further.Train.Count, _sizes.Images ?? long.MaxValue);
            parts.Add(further.Train.Images.narrow(0, 0, count).to(_data.Train.Device, copy: true));
        }

        return new ResidentImages(cat(parts, 0));
    }

    private static void Judge(Tensor probabilities, Part part, string prefix, Dictionary<string, double> figures)
    {
        var report = ClassificationReport.Compute(probabilities, part.All.Labels);
        figures[prefix + "accuracy"] = report.Accuracy;
        figures[prefix + "balanced_accuracy"] = report.BalancedAccuracy;
        figures[prefix + "macro_f1"] = report.MacroF1;
        figures[prefix + "auc"] = report.MacroAuc;
        for (int label = 0; label < report.ClassCount && prefix.Length == 0; label++)
        {
            figures[string.Create(CultureInfo.InvariantCulture, $"recall_class{label}")] = report.PerClass[label].Recall;
        }
    }

    /// <summary>All that the figures of a row depend on, but the code.</summary>
    private JsonNode ProtocolOf(ThesisRow row)
    {
        if (_protocol.Fusions.TryGetValue(row.Method, out IReadOnlyList<string>? members))
        {
            return new JsonArray([.. members.Select(member => ProtocolOf(row with { Method = member }))]);
        }

        ThesisTraining training = _setting.TrainingOf(row.Backbone, _protocol.Methods[row.Method].Encoder);
        return new JsonObject
        {
            ["encoder"] = EncoderProtocol(row.Method),
            ["training"] = JsonNode.Parse(ThesisProtocol.Describe(training)),
            ["trainingEpochs"] = _sizes.TrainingEpochs,
            ["hidden"] = _sizes.Hidden,
            ["weighClasses"] = _setting.WeighClasses,
        };
    }

    private JsonObject EncoderProtocol(string method) => new()
    {
        ["method"] = JsonNode.Parse(_networks.Describe(_protocol.Methods[method])),
        ["seed"] = _seed,
        ["data"] = _data.Provenance.Md5,
    };

    private void CheckProtocol(string path, string? found, string method)
    {
        string wanted = EncoderProtocol(method).ToJsonString();
        if (found != wanted)
        {
            throw new InvalidDataException($"'{path}' was made with another protocol or other data ({found ?? "unknown"}), not with this one ({wanted}): name another folder, or delete it.");
        }
    }

    private static SavedCurve? ReadCurve(string path) => File.Exists(path) ? JsonSerializer.Deserialize<SavedCurve>(File.ReadAllText(path), CurveFormat) : null;

    private string PathOf(ThesisRow row, string extension) =>
        Path.Combine(_folder, $"{row.Share}-{row.Backbone}-{row.Method.Replace(' ', '-')}{extension}");

    private string AnswersOf(ThesisRow row) => PathOf(row, ".answers.safetensors");

    private string EncoderPath(string method, string extension) => Path.Combine(_folder, "encoders", method.Replace(' ', '-') + extension);

    private sealed record SavedCurve(string Protocol, IReadOnlyList<ThesisEpoch> Epochs);

    /// <summary>What a classifier says of validation and test images: probabilities [N, K] and [M, K].</summary>
    private sealed record Answers(Tensor Validation, Tensor Test, string? EncoderCommit = null);

    /// <summary>One of the three sets, or as much of it as the profile takes: in stored order, which says nothing about the classes.</summary>
    private sealed class Part : IDisposable
    {
        private readonly Tensor _labels;

        public Part(ImageSet set, int? limit)
        {
            long count = Math.Min(set.Count, limit ?? long.MaxValue);
            Pixels = set.Images.narrow(0, 0, count).DetachFromDisposeScope();
            _labels = set.Labels.narrow(0, 0, count).clone().DetachFromDisposeScope();
            Images = new ResidentImages(Pixels);
        }

        public Tensor Pixels { get; }

        public ResidentImages Images { get; }

        public LabelledImages All => LabelledImages.All(Images, _labels);

        public LabelledImages First(int count) => Of([.. Enumerable.Range(0, (int)Math.Min(count, Images.Count)).Select(index => (long)index)]);

        /// <summary>A random quarter, the same for all methods.</summary>
        public LabelledImages Quarter(int seed)
        {
            long[] order = [.. Enumerable.Range(0, (int)Images.Count).Select(index => (long)index)];
            PortableRandom.For(seed, PortableRandom.Series("labelled"), 0).Shuffle(order.AsSpan());
            return Of([.. order.Take((order.Length + 3) / 4).Order()]);
        }

        public void Dispose()
        {
            Images.Dispose();
            Pixels.Dispose();
            _labels.Dispose();
        }

        private LabelledImages Of(long[] positions)
        {
            Tensor indices = tensor(positions, device: _labels.device);
            return new LabelledImages(Images, indices, _labels.index_select(0, indices));
        }
    }
}
