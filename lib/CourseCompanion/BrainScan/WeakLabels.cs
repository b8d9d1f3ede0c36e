using CourseCompanion.Classifiers;
using CourseCompanion.Graphs;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.BrainScan;

/// <summary>Labels that a method gives to unlabelled images: some may be wrong, and not every image gets one.</summary>
/// <param name="Rows">Which of the unlabelled images [M], int64, in increasing order.</param>
/// <param name="Labels">Their labels [M], int64, 0 or 1.</param>
public sealed record WeakLabelling(Tensor Rows, Tensor Labels)
{
    /// <summary>Number of images that got a label.</summary>
    public int Count => (int)Rows.shape[0];

    internal static WeakLabelling Where(Tensor kept, Tensor labels)
    {
        using var scope = NewDisposeScope();
        Tensor rows = kept.nonzero().squeeze(1);
        return new WeakLabelling(rows.MoveToOuterDisposeScope(), labels.index_select(0, rows).MoveToOuterDisposeScope());
    }
}

/// <summary>
/// Three ways to label what nobody has labelled, from the features of an encoder. All see the labelled images of the training folds
/// and the unlabelled ones, nothing else: an image that judges has no part in them.
/// </summary>
public static class WeakLabels
{
    /// <summary>Clusters of <see cref="FromClusters"/>.</summary>
    public const int Clusters = 20;

    /// <summary>Probability that a label needs in <see cref="FromSelfTraining"/>.</summary>
    public const double Confidence = 0.9;

    /// <summary>Share of the unlabelled images that <see cref="FromSpreading"/> labels.</summary>
    public const double SpreadShare = 0.5;

    /// <summary>Self-training (Yarowsky, 1995): a classifier labels what it is sure of, learns from it, and starts again.</summary>
    /// <param name="labelled">Features [L, D] of the labelled images to learn from.</param>
    /// <param name="labels">Their labels [L], int64, 0 or 1.</param>
    /// <param name="unlabelled">Features [U, D] of the unlabelled images.</param>
    /// <param name="c">The classifier's <see cref="LogisticRegression.Fit"/> parameter.</param>
    /// <param name="confidence">Least probability of a label, in (0.5, 1].</param>
    /// <param name="rounds">How many times, 1 or more.</param>
    public static WeakLabelling FromSelfTraining(
        Tensor labelled, Tensor labels, Tensor unlabelled, double c, double confidence = Confidence, int rounds = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        using var scope = NewDisposeScope();
        LogisticRegression model = LogisticRegression.Fit(labelled, labels, c);
        WeakLabelling sure = Sure(model);
        for (int round = 1; round < rounds && sure.Count > 0; round++)
        {
            WorkContext.ThrowIfCancelled(default);
            model = Together(labelled, labels, unlabelled, sure, c);
            sure = Sure(model);  // All are asked again: nothing is final.
        }

        return new WeakLabelling(sure.Rows.MoveToOuterDisposeScope(), sure.Labels.MoveToOuterDisposeScope());

        WeakLabelling Sure(LogisticRegression classifier)
        {
            Tensor p = classifier.Probabilities(unlabelled);                       // [U]
            return WeakLabelling.Where(p.ge(confidence).logical_or(p.le(1 - confidence)), p.ge(0.5).to(ScalarType.Int64));
        }
    }

    /// <summary>
    /// Labels spread over the graph of the ten nearest neighbours (Zhou et al., 2004, with its alpha of 0.99); the surest are kept. Labels that
    /// travel far leave the two classes close to each other everywhere, so that it is the rank of the lead that counts, not its size.
    /// </summary>
    /// <param name="labelled">Features [L, D] of the labelled images to learn from.</param>
    /// <param name="labels">Their labels [L], int64, 0 or 1.</param>
    /// <param name="unlabelled">Features [U, D] of the unlabelled images.</param>
    /// <param name="share">Share of the unlabelled images to keep, those of the largest lead, in (0, 1].</param>
    public static WeakLabelling FromSpreading(Tensor labelled, Tensor labels, Tensor unlabelled, double share = SpreadShare)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        using var scope = NewDisposeScope();
        Tensor all = cat([labelled, unlabelled], 0);                               // [L + U, D]
        Tensor points = Standardization.Fit(all).Apply(all).to(ScalarType.Float32);
        using NeighbourGraph graph = NeighbourGraph.Build(points);
        Tensor known = cat([labels, full(unlabelled.shape[0], KnownLabels.Unknown, ScalarType.Int64)], 0);
        PropagationResult spread = LabelSpreading.Fit(graph, known, options: new PropagationOptions { ClassCount = 2, ShowsProgress = false });
        Tensor answers = spread.Labels.narrow(0, labelled.shape[0], unlabelled.shape[0]);       // [U]
        Tensor lead = spread.Margins().narrow(0, labelled.shape[0], unlabelled.shape[0]);       // [U]
        long kept = Math.Max(1, (long)(share * unlabelled.shape[0]));
        Tensor least = lead.topk((int)kept).values[-1];
        WeakLabelling sure = WeakLabelling.Where(answers.ge(0).logical_and(lead.ge(least)), answers);
        return new WeakLabelling(sure.Rows.MoveToOuterDisposeScope(), sure.Labels.MoveToOuterDisposeScope());
    }

    /// <summary>
    /// Labels from clusters: each cluster takes the label of most of the labelled images in it, one without any, or with as many of
    /// each, stays unlabelled.
    /// </summary>
    /// <param name="clusters">Cluster [L] of each labelled image to learn from, int64, 0 or more.</param>
    /// <param name="labels">Their labels [L], int64, 0 or 1.</param>
    /// <param name="unlabelledClusters">Cluster [U] of each unlabelled image, int64.</param>
    public static WeakLabelling FromClusters(Tensor clusters, Tensor labels, Tensor unlabelledClusters)
    {
        ArgumentNullException.ThrowIfNull(clusters);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(unlabelledClusters);
        using var scope = NewDisposeScope();
        long count = Math.Max(clusters.max().item<long>(), unlabelledClusters.max().item<long>()) + 1;
        Tensor votes = zeros(count, ScalarType.Int64).index_add_(0, clusters, labels.mul(2).sub(1), 1);   // [K], cancers minus normals
        Tensor vote = votes.index_select(0, unlabelledClusters);                                            // [U]
        WeakLabelling named = WeakLabelling.Where(vote.ne(0), vote.gt(0).to(ScalarType.Int64));
        return new WeakLabelling(named.Rows.MoveToOuterDisposeScope(), named.Labels.MoveToOuterDisposeScope());
    }

    /// <summary>
    /// Logistic regression on true and weak labels together. All weak ones weigh together as much as all true ones, however many
    /// they are.
    /// </summary>
    /// <param name="labelled">Features [L, D] of the labelled images to learn from.</param>
    /// <param name="labels">Their labels [L], int64, 0 or 1.</param>
    /// <param name="unlabelled">Features [U, D] of the unlabelled images.</param>
    /// <param name="c">The classifier's <see cref="LogisticRegression.Fit"/> parameter.</param>
    /// <param name="weak">Labels of some of the unlabelled images.</param>
    public static LogisticRegression Together(Tensor labelled, Tensor labels, Tensor unlabelled, WeakLabelling weak, double c)
    {
        ArgumentNullException.ThrowIfNull(weak);
        if (weak.Count == 0)
        {
            return LogisticRegression.Fit(labelled, labels, c);
        }

        using var scope = NewDisposeScope();
        long count = labels.shape[0];
        Tensor weights = cat([ones(count), full(weak.Count, (double)count / weak.Count)], 0);
        return LogisticRegression.Fit(
            cat([labelled, unlabelled.index_select(0, weak.Rows)], 0), cat([labels, weak.Labels], 0), c, weights);
    }
}
