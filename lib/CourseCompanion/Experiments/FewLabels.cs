using CourseCompanion.Data;
using CourseCompanion.Evaluation;
using CourseCompanion.Models;
using CourseCompanion.Training;
using static TorchSharp.torch;

namespace CourseCompanion.Experiments;

/// <summary>
/// The course's scenario: a few labelled images of each class, all the other training images without labels, and one protocol for
/// whatever learns from them.
/// </summary>
/// <remarks>
/// <para>All methods start from the same weights, take the same number of optimiser steps and keep the weights of the last one. What
/// has to be chosen is chosen on a validation set smaller than the labelled one, for labels are what is scarce (Oliver and others,
/// 2018, <i>Realistic Evaluation of Deep Semi-Supervised Learning Algorithms</i>). The test set judges once.</para>
/// <para>The hidden truth of the unlabelled images serves to look behind the scenes, never to train or to choose.</para>
/// </remarks>
public sealed class FewLabels : IDisposable
{
    private readonly ResidentImages _validationImages;
    private readonly ResidentImages _testImages;

    /// <param name="data">Images and labels; most training labels stay hidden.</param>
    /// <param name="seed">Seed of the labelled images, of the initial weights and of the order of training.</param>
    /// <param name="perClass">Labelled images of each class.</param>
    /// <param name="validationPerClass">Validation images of each class, or all of a class that has fewer.</param>
    public FewLabels(MedicalDataset data, int seed, int perClass = 50, int validationPerClass = 10)
    {
        ArgumentNullException.ThrowIfNull(data);
        Data = data;
        Seed = seed;
        Images = new ResidentImages(data.Train.Images);
        Split = LabelledSplit.PerClass(data.Train.Labels, perClass, seed);
        Labelled = new LabelledImages(Images, Split.LabelledIndices, Pick(data.Train.Labels, Split.LabelledIndices));
        HiddenTruth = Pick(data.Train.Labels, Split.UnlabelledIndices);

        _validationImages = new ResidentImages(data.Validation.Images);
        WholeValidation = LabelledImages.All(_validationImages, data.Validation.Labels);
        using LabelledSplit validation = LabelledSplit.PerClass(data.Validation.Labels, validationPerClass, seed, orFewer: true);
        Tensor chosen = validation.LabelledIndices.clone().DetachFromDisposeScope();
        Validation = new LabelledImages(_validationImages, chosen, Pick(data.Validation.Labels, chosen));

        _testImages = new ResidentImages(data.Test.Images);
        Test = LabelledImages.All(_testImages, data.Test.Labels);
    }

    /// <summary>The data set.</summary>
    public MedicalDataset Data { get; }

    /// <summary>Seed of the labelled images, of the initial weights and of the order of training.</summary>
    public int Seed { get; }

    /// <summary>All N training images.</summary>
    public ResidentImages Images { get; }

    /// <summary>Which of them are labelled.</summary>
    public LabelledSplit Split { get; }

    /// <summary>The L labelled ones, with their labels.</summary>
    public LabelledImages Labelled { get; }

    /// <summary>Indices [U] of the unlabelled ones, int64.</summary>
    public Tensor Unlabelled => Split.UnlabelledIndices;

    /// <summary>True classes [U] of the unlabelled images, int64: to look behind the scenes only.</summary>
    public Tensor HiddenTruth { get; }

    /// <summary>The few validation images, as many of each class as far as there are: what a project with few labels could afford.</summary>
    public LabelledImages Validation { get; }

    /// <summary>The whole validation set, which has more labels than the training set of this scenario.</summary>
    public LabelledImages WholeValidation { get; }

    /// <summary>The test images.</summary>
    public LabelledImages Test { get; }

    /// <summary>A network with the initial weights of the seed.</summary>
    public SimpleCnn NewModel()
    {
        random.manual_seed(Seed);
        return new SimpleCnn((int)Data.Train.Images.shape[1], Data.Train.ClassCount, device: Data.Train.Device);
    }

    /// <summary>Scores of a network.</summary>
    /// <param name="model">Maps images [B, C, H, W] to logits [B, K].</param>
    /// <param name="on">The images that judge it: <see cref="Test"/> once, at the end.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static ClassificationReport Judge(nn.Module<Tensor, Tensor> model, LabelledImages on, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(on);
        using Tensor scores = Predictor.Probabilities(model, on.Images, on.Indices, cancellation: cancellation);  // [M, K]
        return ClassificationReport.Compute(scores, on.Labels);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Split.Dispose();
        Labelled.Labels.Dispose();
        HiddenTruth.Dispose();
        Validation.Indices.Dispose();
        Validation.Labels.Dispose();
        _validationImages.Dispose();
        _testImages.Dispose();
    }

    private static Tensor Pick(Tensor labels, Tensor indices) => labels.index_select(0, indices).DetachFromDisposeScope();
}
