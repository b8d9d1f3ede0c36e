using CourseCompanion.Labelling.Dashboard;
using CourseCompanion.Labelling.Shards;

namespace CourseCompanion.Labelling.Tests.Dashboard;

public sealed class VisitLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("course-visits-").FullName;
    private readonly SqliteShardStore _store;
    private readonly Clock _clock = new();
    private readonly VisitLog _visits;

    public VisitLogTests()
    {
        _store = new SqliteShardStore(Path.Combine(_folder, "job.sqlite"));
        _visits = new VisitLog(_store, _clock);
    }

    private IEnumerable<string> Whats => _store.Journal(int.MaxValue).Select(entry => entry.What);

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Strangers_without_end_keep_nobody_who_is_let_in_out_of_the_journal()
    {
        for (int i = 0; i < VisitLog.MostRefusals + 25; i++)
        {
            _visits.Refusal($"10.0.0.1 agent {i}", "dashboard: refused GET /");
        }

        _visits.Visit("10.0.0.2 browser", "dashboard: GET /");
        Assert.Contains(_store.Journal(int.MaxValue), entry => (entry.Who, entry.What) == ("10.0.0.2 browser", "dashboard: GET /"));
        Assert.Equal(VisitLog.MostRefusals, Whats.Count(what => what.Contains("refused", StringComparison.Ordinal)));

        // How many there were besides is said once, when the ten minutes are over or the dashboard ends.
        _clock.Now += TimeSpan.FromMinutes(11);
        _visits.Refusal("10.0.0.1 agent", "dashboard: refused GET /again");
        _visits.Close();
        Assert.Contains("dashboard: refused GET /again", Whats);
        Assert.Equal(["dashboard: 25 more refusals within ten minutes, not listed"], _store.Journal(int.MaxValue).Where(entry => entry.Who == VisitLog.Self).Select(entry => entry.What));
    }

    [Fact]
    public void The_same_is_journalled_once_in_ten_minutes()
    {
        foreach (double minutes in (double[])[0, 4, 4, 4])
        {
            _clock.Now += TimeSpan.FromMinutes(minutes);
            _visits.Visit("a", "dashboard: GET /");
            _visits.Refusal("b", "dashboard: refused GET /");
        }

        Assert.Equal(2, Whats.Count(what => what == "dashboard: GET /"));
        Assert.Equal(2, Whats.Count(what => what == "dashboard: refused GET /"));
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
