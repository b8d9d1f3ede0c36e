namespace CourseCompanion.French;

/// <summary>Finds what someone may have meant by a name that does not exist.</summary>
public static class NearestNames
{
    /// <summary>The names that resemble a mistyped one, nearest first; none when nothing does.</summary>
    /// <param name="typed">The name that was not found.</param>
    /// <param name="names">The names there are.</param>
    /// <param name="limit">How many to return at most.</param>
    /// <returns>The names.</returns>
    public static IReadOnlyList<string> Find(string typed, IEnumerable<string> names, int limit = 3)
    {
        int tolerance = Math.Max(2, typed.Length / 3);
        return [.. names
            .Select(name => (Name: name, Distance: Distance(typed, name)))
            .Where(candidate => candidate.Distance <= tolerance)
            .OrderBy(candidate => candidate.Distance)
            .ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Take(limit)
            .Select(candidate => candidate.Name)];
    }

    /// <summary>A sentence such as " Did you mean 'run'?" to append to an error; empty when nothing resembles.</summary>
    /// <param name="typed">The name that was not found.</param>
    /// <param name="names">The names there are.</param>
    /// <returns>The sentence, with a space before it.</returns>
    public static string Suggest(string typed, IEnumerable<string> names)
    {
        IReadOnlyList<string> nearest = Find(typed, names);
        return nearest.Count == 0 ? "" : $" Did you mean {string.Join(" or ", nearest.Select(name => $"'{name}'"))}?";
    }

    /// <summary>How far apart two names are; a part of a name that was typed whole ("propagation" of "02-2-propagation") is near.</summary>
    private static int Distance(string typed, string name)
    {
        if (typed.Length >= 3 && name.Contains(typed, StringComparison.OrdinalIgnoreCase))
        {
            return 1;
        }

        // Levenshtein's edit distance, one row at a time.
        int[] previous = [.. Enumerable.Range(0, name.Length + 1)];
        for (int i = 1; i <= typed.Length; i++)
        {
            int[] current = new int[name.Length + 1];
            current[0] = i;
            for (int j = 1; j <= name.Length; j++)
            {
                int substitution = char.ToLowerInvariant(typed[i - 1]) == char.ToLowerInvariant(name[j - 1]) ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + substitution);
            }

            previous = current;
        }

        return previous[^1];
    }
}
