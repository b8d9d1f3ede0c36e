using CourseCompanion.Data;
using CourseCompanion.Data.Synthetic;
using CourseCompanion.Graphs;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Experiments;

/// <summary>What label spreading meets on the two moons of chapter 0.</summary>
/// <param name="Noise">Noise of the points: see <see cref="TwoMoons.Generate"/>.</param>
/// <param name="PerClass">Labelled points of each class.</param>
/// <param name="WrongLabels">How many of them have the label of the other class; taken from both classes in turn.</param>
/// <param name="Strangers">Further unlabelled points that belong to neither moon.</param>
/// <param name="LeftOrRight">Whether the classes are the left and the right half of the plane, whose border cuts both moons.</param>
public sealed record Situation(double Noise = 0.1, int PerClass = 3, int WrongLabels = 0, int Strangers = 0, bool LeftOrRight = false);

/// <summary>Shares of new points that four methods answer rightly, after learning from one draw.</summary>
/// <param name="Network">Supervised: a small network learns the labelled points.</param>
/// <param name="Nearest">Supervised: each place takes the label of the nearest labelled point.</param>
/// <param name="KMeans">Unsupervised: two groups, each named after the class that suits better.</param>
/// <param name="Spreading">Semi-supervised: label spreading.</param>
public sealed record FourMethods(double Network, double Nearest, double KMeans, double Spreading);

/// <summary>What unlabelled points bring in some situations, over several draws.</summary>
/// <param name="Without">Accuracy of the nearest label for each situation and draw.</param>
/// <param name="With">Accuracy of label spreading, which follows the same idea and sees the unlabelled points besides.</param>
public sealed record UnlabelledEffect(double[][] Without, double[][] With)
{
    /// <summary>What unlabelled points add to the accuracy of each situation, on average.</summary>
    public double[] MeanGains => [.. With.Zip(Without, (with, without) => with.Average() - without.Average())];
}

/// <summary>
/// Chapter 0: 300 points on two moons, few of them labelled, and what different methods make of them. The notebook shows the methods
/// one by one on one draw; this class repeats them over many.
/// </summary>
public static class TwoMoonsExperiment
{
    private const int PerMoon = 150;

    /// <summary>Four methods on one draw, judged on 1,000 new points.</summary>
    /// <param name="situation">The situation.</param>
    /// <param name="seed">Seed of the points, the choice of labelled ones, the network and the first centres.</param>
    public static FourMethods Compare(Situation situation, int seed)
    {
        using var scope = NewDisposeScope();
        var draw = new Draw(situation, seed, freshPerMoon: 500);
        double groups = draw.Accuracy(KMeans(draw.Points, draw.Fresh, seed));
        return new FourMethods(
            draw.Accuracy(Network(draw.LabelledPoints, draw.GivenLabels, draw.Fresh, seed)),
            draw.Accuracy(Nearest(draw.LabelledPoints, draw.GivenLabels, draw.Fresh)),
            Math.Max(groups, 1 - groups),
            draw.Accuracy(Spreading(draw.Points, draw.Known, draw.Fresh)));
    }

    /// <summary>Situations with and without their unlabelled points, each over several draws and judged on 500 new points.</summary>
    /// <param name="title">What is being tried, in French, for the progress bar.</param>
    /// <param name="situations">The situations.</param>
    /// <param name="first">The first seed; the others follow one by one.</param>
    /// <param name="draws">How many seeds, 1 or more.</param>
    /// <param name="cancellation">Stops between two draws, besides <see cref="WorkContext.Cancellation"/>.</param>
    public static UnlabelledEffect Try(
        string title, IEnumerable<Situation> situations, int first, int draws, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(situations);
        Situation[] all = [.. situations];
        (double Without, double With)[][] byDraw = Repeat.WithSeeds(
            title, first, draws, seed => Array.ConvertAll(all, situation => Try(situation, seed)), cancellation);
        return new UnlabelledEffect(
            [.. all.Select((_, s) => Array.ConvertAll(byDraw, draw => draw[s].Without))],
            [.. all.Select((_, s) => Array.ConvertAll(byDraw, draw => draw[s].With))]);
    }

    private static (double Without, double With) Try(Situation situation, int seed)
    {
        using var scope = NewDisposeScope();
        var draw = new Draw(situation, seed, freshPerMoon: 250);
        return (
            draw.Accuracy(Nearest(draw.LabelledPoints, draw.GivenLabels, draw.Fresh)),
            draw.Accuracy(Spreading(draw.Points, draw.Known, draw.Fresh)));
    }

    /// <summary>Trains a small network on the points x [L, 2] with labels y [L]; its classes for the points asked for.</summary>
    private static Tensor Network(Tensor x, Tensor y, Tensor asked, int seed)
    {
        manual_seed(seed);
        using var net = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 2));
        using var optimizer = optim.Adam(net.parameters(), lr: 0.05);
        for (int step = 0; step < 100; step++)
        {
            using var scope = NewDisposeScope();
            Tensor loss = nn.functional.cross_entropy(net.call(x), y);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
        }

        return net.call(asked).argmax(1);
    }

    /// <summary>The label of the nearest labelled point.</summary>
    private static Tensor Nearest(Tensor x, Tensor y, Tensor asked) => y.index_select(0, cdist(asked, x).argmin(1));

    /// <summary>Two groups by k-means; the group of each point asked for.</summary>
    private static Tensor KMeans(Tensor points, Tensor asked, int seed)
    {
        manual_seed(seed);
        Tensor centres = points.index_select(0, randperm(points.shape[0]).narrow(0, 0, 2));  // [2, 2]
        for (int turn = 0; turn < 20; turn++)
        {
            Tensor group = cdist(points, centres).argmin(1);                                  // [N]
            centres = stack([Centre(0), Centre(1)]);

            Tensor Centre(long number) => points.index_select(0, group.eq(number).nonzero().squeeze(1)).mean([0L]);
        }

        return cdist(asked, centres).argmin(1);
    }

    /// <summary>Label spreading over the ten nearest neighbours.</summary>
    private static Tensor Spreading(Tensor points, Tensor known, Tensor asked)
    {
        NeighbourGraph graph = NeighbourGraph.Build(points, new GraphOptions { Neighbours = 10 });
        return LabelSpreading.Fit(graph, known, alpha: 0.99, new PropagationOptions { MaxIterations = 300, ClassCount = 2 }).Predict(asked).Labels;
    }

    /// <summary>One draw of a situation.</summary>
    private sealed class Draw
    {
        private readonly Tensor _truth;

        public Draw(Situation situation, int seed, int freshPerMoon)
        {
            PlanePoints moons = TwoMoons.Generate(PerMoon, situation.Noise, seed);
            PlanePoints fresh = TwoMoons.Generate(freshPerMoon, situation.Noise, seed + 1000);
            (Fresh, _truth) = (fresh.Points, Classes(fresh));
            using var split = LabelledSplit.PerClass(Classes(moons), situation.PerClass, seed);
            Tensor labelled = split.LabelledIndices;
            GivenLabels = Swapped(Classes(moons).index_select(0, labelled), situation.WrongLabels);
            LabelledPoints = moons.Points.index_select(0, labelled);
            Tensor none = full([moons.Count + situation.Strangers], KnownLabels.Unknown, ScalarType.Int64);
            Known = none.index_copy_(0, labelled, GivenLabels);
            Points = situation.Strangers == 0 ? moons.Points : cat([moons.Points, TwoMoons.Strangers(situation.Strangers, seed)]);

            Tensor Classes(PlanePoints points) =>
                situation.LeftOrRight ? points.Points.select(1, 0).gt(0.5).to(ScalarType.Int64) : points.Labels;
        }

        /// <summary>All points to learn from [N, 2].</summary>
        public Tensor Points { get; }

        /// <summary>Their labels [N] as far as they are known, right or wrong.</summary>
        public Tensor Known { get; }

        /// <summary>The labelled points [L, 2].</summary>
        public Tensor LabelledPoints { get; }

        /// <summary>Their labels [L], right or wrong.</summary>
        public Tensor GivenLabels { get; }

        /// <summary>New points [M, 2] to judge on.</summary>
        public Tensor Fresh { get; }

        public double Accuracy(Tensor answers) => answers.eq(_truth).to(ScalarType.Float64).mean().item<double>();

        /// <summary>The first, the last, the second, the last but one ... label turned into the other class.</summary>
        private static Tensor Swapped(Tensor labels, int count)
        {
            long[] values = labels.data<long>().ToArray();
            for (int n = 0; n < count; n++)
            {
                int i = n % 2 == 0 ? n / 2 : values.Length - 1 - (n / 2);
                values[i] = 1 - values[i];
            }

            return tensor(values);
        }
    }
}
