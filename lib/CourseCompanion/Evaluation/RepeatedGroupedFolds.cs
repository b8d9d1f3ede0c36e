namespace CourseCompanion.Evaluation;

/// <summary>One division of the images: some to learn from, the others to judge.</summary>
/// <param name="Repeat">Number of the repetition, from 0.</param>
/// <param name="Number">Number of the fold in it, from 0.</param>
/// <param name="Train">Images to learn from, in increasing order.</param>
/// <param name="Test">Images to judge, in increasing order.</param>
public sealed record Fold(int Repeat, int Number, IReadOnlyList<int> Train, IReadOnlyList<int> Test);

/// <summary>
/// Cross-validation, stratified, repeated and grouped: every image is judged once a repetition, by a model that saw neither it nor any
/// image of its group (copies of it, images of the same patient). The classes keep their shares in each fold, as far as groups allow.
/// </summary>
public static class RepeatedGroupedFolds
{
    /// <summary>Divides the images.</summary>
    /// <param name="labels">Class of each image, 0 or more.</param>
    /// <param name="groups">Group of each image; images of one group are never separated.</param>
    /// <param name="folds">Folds of a repetition, 2 or more.</param>
    /// <param name="repeats">Repetitions, 1 or more, each with other folds.</param>
    /// <param name="seed">Seed of the divisions.</param>
    /// <returns>The folds, repetition after repetition.</returns>
    /// <exception cref="ArgumentException">Not one group per label, or fewer groups than folds.</exception>
    public static IReadOnlyList<Fold> Split(IReadOnlyList<long> labels, IReadOnlyList<long> groups, int folds = 5, int repeats = 10, int seed = 42)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 1);
        if (labels.Count != groups.Count)
        {
            throw new ArgumentException($"{labels.Count} labels but {groups.Count} groups: give each image one.", nameof(groups));
        }

        int[][] members = [.. Enumerable.Range(0, groups.Count).GroupBy(image => groups[image]).Select(group => group.ToArray())];
        if (members.Length < folds)
        {
            throw new ArgumentException($"{members.Length} groups cannot fill {folds} folds: ask for fewer.", nameof(folds));
        }

        int classCount = (int)labels.Max() + 1;
        var random = new Random(seed);
        var divisions = new List<Fold>();
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            random.Shuffle(members);
            int[] foldOf = Assign(members, labels, classCount, folds);
            divisions.AddRange(Enumerable.Range(0, folds).Select(fold => new Fold(
                repeat,
                fold,
                [.. Enumerable.Range(0, labels.Count).Where(image => foldOf[image] != fold)],
                [.. Enumerable.Range(0, labels.Count).Where(image => foldOf[image] == fold)])));
        }

        return divisions;
    }

    // Largest groups first, each to the fold in which it leaves the counts of the classes most even.
    private static int[] Assign(int[][] members, IReadOnlyList<long> labels, int classCount, int folds)
    {
        var counts = new int[folds, classCount];
        var foldOf = new int[labels.Count];
        foreach (int[] group in members.OrderByDescending(group => group.Length))
        {
            int[] added = [.. Enumerable.Range(0, classCount).Select(label => group.Count(image => labels[image] == label))];

            // The sum of squares grows by sum of a (2 n + a): least where there are the fewest images of the group's classes.
            int best = Enumerable.Range(0, folds).MinBy(fold => (
                Enumerable.Range(0, classCount).Sum(label => added[label] * counts[fold, label]),
                Enumerable.Range(0, classCount).Sum(label => counts[fold, label])));
            for (int label = 0; label < classCount; label++)
            {
                counts[best, label] += added[label];
            }

            Array.ForEach(group, image => foldOf[image] = best);
        }

        return foldOf;
    }
}
