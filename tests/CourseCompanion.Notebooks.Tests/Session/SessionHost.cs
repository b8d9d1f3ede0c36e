using System.Collections.Concurrent;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>A session and what it has put out.</summary>
internal sealed class SessionHost : IDisposable
{
    private readonly ConcurrentQueue<SessionOutput> _outputs = new();

    internal SessionHost(SessionOptions? options = null)
    {
        Session = new CSharpSession(options ?? new SessionOptions());
        Session.Output += _outputs.Enqueue;
    }

    internal CSharpSession Session { get; }

    /// <summary>Everything put out by the last cell run through <see cref="RunAsync"/>.</summary>
    internal IReadOnlyList<SessionOutput> Outputs => [.. _outputs];

    internal string Stdout => string.Concat(_outputs.OfType<StreamOutput>().Where(o => o.Name == "stdout").Select(o => o.Text));

    internal string? ResultText => _outputs.OfType<ResultOutput>().SingleOrDefault()?.Bundle.PlainText;

    internal ErrorOutput Error => Assert.Single(_outputs.OfType<ErrorOutput>());

    internal string Traceback => string.Join('\n', Error.Traceback);

    internal async Task<ExecutionResult> RunAsync(string code, TimeSpan? timeout = null)
    {
        _outputs.Clear();
        return await Session.ExecuteAsync(code, new ExecuteOptions { Timeout = timeout });
    }

    internal async Task<string?> ValueAsync(string code)
    {
        var result = await RunAsync(code);
        Assert.True(result.Status == ExecutionStatus.Ok, result.Error?.Value);
        return ResultText;
    }

    public void Dispose() => Session.Dispose();
}
