using System.Text.Json.Nodes;
using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.Graphs;
using CourseCompanion.Models;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Cli.Bench;

/// <summary>
/// What labels spread over a graph are worth: for several seeds (of the labelled images, the initial weights and the order
/// alike), chapter 2's procedure against the same network trained on the labelled images alone. Validation chooses k, kernel and
/// coverage; gains are differences of test scores.
/// </summary>
internal sealed class GraphPropagationGainBenchmark : IBenchmark
{
    private const int Seeds = 20;
    private const int Epochs = 5;
    private const string LabelledAlone = "labelled_alone";

    private static readonly int[] NeighbourCounts = [3, 5, 10, 20, 50];
    private static readonly double[] Coverages = [1, 0.5, 0.25];

    public string Name => "graph-propagation-gain";

    public string Description => $"Gain of labels spread over a graph over the labelled images alone on DermaMNIST, over {Seeds} seeds.";

    public Task<BenchmarkResult> RunAsync(TextWriter log, CancellationToken cancellation)
    {
        using var data = MedicalDataset.Load("dermamnist");
        using var train = new ResidentImages(data.Train.Images);
        using var validationImages = new ResidentImages(data.Validation.Images);
        using var test = new ResidentImages(data.Test.Images);
        var validation = LabelledImages.All(validationImages, data.Validation.Labels);
        SeedStudy hidden = new(), tested = new();
        for (int seed = 1; seed <= Seeds; seed++)
        {
            log.WriteLine($"seed {seed} of {Seeds}");
            using var scope = NewDisposeScope();
            using LabelledSplit split = LabelledSplit.PerClass(data.Train.Labels, 50, seed);
            var labelled = new LabelledImages(train, split.LabelledIndices, data.Train.Labels.index_select(0, split.LabelledIndices));

            SimpleCnn alone = Train(data, labelled, validation, 25, seed, cancellation).Model;
            SimpleCnn expert = NewModel(data, seed);
            PseudoLabeling.Run(expert, labelled, split.UnlabelledIndices, new PseudoLabelingOptions { Seed = seed }, cancellation: cancellation);

            Tensor embeddings = Embed(expert, train);
            using NeighbourGraph widest = NeighbourGraph.Build(embeddings, new GraphOptions { Neighbours = NeighbourCounts.Max() }, cancellation);
            Neighbours around = NearestNeighbours.Find(Embed(expert, validationImages), embeddings, NeighbourCounts.Max(), cancellation: cancellation);
            Tensor knownLabels = KnownLabels.Only(data.Train.Labels, split.LabelledIndices);
            long[] known = Numbers(knownLabels), validationTruth = Numbers(data.Validation.Labels);
            PropagationResult spread = NeighbourCounts
                .SelectMany(k => Enum.GetValues<EdgeWeights>().Select(kernel => LabelSpreading.Fit(
                    widest.With(new GraphOptions { Neighbours = k, Weights = kernel }), knownLabels, 0.2, options: new() { ClassCount = data.Train.ClassCount }, cancellation: cancellation)))
                .MaxBy(result => Judge(result.Predict(around), validationTruth).BalancedAccuracy)!;

            long[] unlabelled = Numbers(split.UnlabelledIndices), truth = Numbers(data.Train.Labels.index_select(0, split.UnlabelledIndices));
            using Tensor opinion = Predictor.Probabilities(expert, train, split.UnlabelledIndices, cancellation: cancellation);
            long[] expertLabels = Numbers(opinion.argmax(1));
            hidden.Add("expert", ClassificationReport.Compute(opinion, tensor(truth)));
            hidden.Add("graph", Judge(spread.Select(split.UnlabelledIndices), truth));

            long[] spreadLabels = Numbers(spread.Labels);
            float[] margins = [.. spread.Margins().cpu().data<float>()];
            long[] surest = [.. unlabelled.Where(point => spreadLabels[point] >= 0).OrderByDescending(point => margins[point])];
            (SimpleCnn Model, double Validation)[] students = [.. Coverages.Select(coverage => OnSpread(surest.Take((int)(coverage * surest.Length))))];
            long[] agreed = [.. unlabelled.Index().Where(image => spreadLabels[image.Item] == expertLabels[image.Index]).Select(image => image.Item)];

            tested.Add(LabelledAlone, Evaluate(alone, test, data, cancellation));
            tested.Add("pseudo_labels", Evaluate(expert, test, data, cancellation));
            tested.Add("propagated", Evaluate(students.MaxBy(student => student.Validation).Model, test, data, cancellation));
            tested.Add("agreed", Evaluate(OnSpread(agreed).Model, test, data, cancellation));
            tested.Add("graph", Judge(spread.Predict(Embed(expert, test), cancellation), Numbers(data.Test.Labels)));

            (SimpleCnn Model, double Validation) OnSpread(IEnumerable<long> points)
            {
                long[] indices = [.. Numbers(split.LabelledIndices), .. points];
                long[] labels = [.. indices.Select(point => known[point] >= 0 ? known[point] : spreadLabels[point])];
                return Train(data, new LabelledImages(train, tensor(indices), tensor(labels)), validation, Epochs, seed, cancellation);
            }

            Tensor Embed(SimpleCnn model, ResidentImages images) => Predictor.Apply(model, model.Features, images, cancellation: cancellation);
        }

        var figures = new Dictionary<string, double> { ["seeds"] = Seeds };
        hidden.WriteTo(figures, "hidden_");
        tested.WriteTo(figures, reference: LabelledAlone);
        return Task.FromResult(new BenchmarkResult(figures, JsonNode.Parse(Provenance.OfRuns(data.Provenance, Enumerable.Range(1, Seeds)).ToJson())!));
    }

    /// <summary>A new network after training, and the figure of validation that chose its epoch.</summary>
    private static (SimpleCnn Model, double Validation) Train(
        MedicalDataset data, LabelledImages images, LabelledImages validation, int epochs, int seed, CancellationToken cancellation)
    {
        SimpleCnn model = NewModel(data, seed);
        using var trainer = new Trainer(model, new TrainingOptions { Epochs = epochs, Seed = seed });
        TrainingHistory history = trainer.Fit(images, validation, cancellation);
        return (model, history.Epochs[history.BestEpoch - 1].Validation!.BalancedAccuracy);
    }

    private static SimpleCnn NewModel(MedicalDataset data, int seed)
    {
        random.manual_seed(seed);
        return new SimpleCnn((int)data.Train.Images.shape[1], data.Train.ClassCount);
    }

    /// <summary>Figures of the graph's answers; having none is an error.</summary>
    private static ClassificationReport Judge(ClassPredictions answers, long[] truth) =>
        ClassificationReport.Compute(answers.Probabilities, tensor(truth), Numbers(answers.Labels));

    private static ClassificationReport Evaluate(SimpleCnn model, ResidentImages test, MedicalDataset data, CancellationToken cancellation)
    {
        using Tensor scores = Predictor.Probabilities(model, test, cancellation: cancellation);
        return ClassificationReport.Compute(scores, data.Test.Labels);
    }

    private static long[] Numbers(Tensor tensor)
    {
        using Tensor host = tensor.cpu();
        return host.data<long>().ToArray();
    }
}
