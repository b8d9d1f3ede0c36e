using CourseCompanion.Labelling.Shards;

namespace CourseCompanion.Labelling.Dashboard;

/// <summary>
/// Journals who looked at what, once in a while each: a page that refreshes itself, or a stranger who knocks without end, must not fill the database.
/// </summary>
/// <param name="store">Where the journal is.</param>
internal sealed class VisitLog(ShardStore store)
{
    private const int MostAtOnce = 1000;
    private static readonly TimeSpan While = TimeSpan.FromMinutes(10);

    private readonly Dictionary<(string Who, string What), long> _noted = [];

    /// <summary>Journals it, unless the same was journalled a moment ago.</summary>
    /// <param name="who">Address and program.</param>
    /// <param name="what">What was asked for.</param>
    public void Note(string who, string what)
    {
        long now = Environment.TickCount64;
        lock (_noted)
        {
            if (_noted.TryGetValue((who, what), out long before) && now - before < While.TotalMilliseconds)
            {
                return;
            }

            foreach ((string Who, string What) old in _noted.Where(entry => now - entry.Value >= While.TotalMilliseconds).Select(entry => entry.Key).ToList())
            {
                _noted.Remove(old);
            }

            if (_noted.Count >= MostAtOnce)
            {
                return;  // someone tries names without end; the thousand before tell of it
            }

            _noted[(who, what)] = now;
        }

        store.Journal(who, what);
    }
}
