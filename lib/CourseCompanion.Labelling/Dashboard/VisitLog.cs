using System.Globalization;
using CourseCompanion.Labelling.Shards;

namespace CourseCompanion.Labelling.Dashboard;

/// <summary>
/// Journals who looked at what, and who was refused, each once in ten minutes: a page that refreshes itself must not fill the database. Nor must
/// a stranger who knocks without end, under ever new names: of refusals, so many are journalled and the others counted. Whoever is let in is
/// journalled whatever strangers do.
/// </summary>
/// <param name="store">Where the journal is.</param>
/// <param name="clock">The time; null: the system's.</param>
internal sealed class VisitLog(ShardStore store, TimeProvider? clock = null)
{
    /// <summary>Different refusals that are journalled in ten minutes.</summary>
    internal const int MostRefusals = 1000;

    /// <summary>Who writes down how many were left out.</summary>
    internal const string Self = "dashboard";

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly HashSet<(string Who, string What)> _visits = [];
    private readonly HashSet<(string Who, string What)> _refusals = [];
    private long _begin = (clock ?? TimeProvider.System).GetTimestamp();
    private long _leftOut;

    /// <summary>Journals what someone who was let in looked at.</summary>
    /// <param name="who">Address and program.</param>
    /// <param name="what">What was asked for.</param>
    public void Visit(string who, string what) => Note(_visits, int.MaxValue, who, what);

    /// <summary>Journals that someone was refused.</summary>
    /// <param name="who">Address and program, as the stranger says.</param>
    /// <param name="what">What was asked for.</param>
    public void Refusal(string who, string what) => Note(_refusals, MostRefusals, who, what);

    /// <summary>Writes down how many refusals were left out since that was last said.</summary>
    public void Close()
    {
        long leftOut;
        lock (_gate)
        {
            (leftOut, _leftOut) = (_leftOut, 0);
        }

        WriteLeftOut(leftOut);
    }

    private void Note(HashSet<(string Who, string What)> noted, int most, string who, string what)
    {
        long leftOut = 0;
        bool isNew;
        lock (_gate)
        {
            if (_clock.GetElapsedTime(_begin) >= Period)
            {
                _begin = _clock.GetTimestamp();
                _visits.Clear();
                _refusals.Clear();
                (leftOut, _leftOut) = (_leftOut, 0);
            }

            isNew = noted.Count < most && noted.Add((who, what));
            if (!isNew && !noted.Contains((who, what)))
            {
                _leftOut++;
            }
        }

        WriteLeftOut(leftOut);
        if (isNew)
        {
            store.Journal(who, what);
        }
    }

    private void WriteLeftOut(long count)
    {
        if (count > 0)
        {
            store.Journal(Self, string.Create(CultureInfo.InvariantCulture, $"dashboard: {count} more refusals within ten minutes, not listed"));
        }
    }
}
