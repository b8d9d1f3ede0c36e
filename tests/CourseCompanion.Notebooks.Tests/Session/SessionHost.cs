using System.Collections.Concurrent;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>A session and what it has put out.</summary>
internal sealed class SessionHost : IDisposable
{
    /// <summary>How long a cell may take, and what it is to put out: a test that would wait for ever has failed.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ConcurrentQueue<SessionOutput> _outputs = new();

    internal SessionHost(SessionOptions? options = null)
    {
        Session = new CSharpSession(options ?? new SessionOptions());
        Session.Output += _outputs.Enqueue;
    }

    internal CSharpSession Session { get; }

    /// <summary>Everything put out by the last cell run through <see cref="RunAsync"/>.</summary>
    internal IReadOnlyList<SessionOutput> Outputs => [.. _outputs];

    internal string Stdout => TextOf("stdout");

    internal string Stderr => TextOf("stderr");

    internal string? ResultText => _outputs.OfType<ResultOutput>().SingleOrDefault()?.Bundle.PlainText;

    internal ErrorOutput Error => Assert.Single(_outputs.OfType<ErrorOutput>());

    internal string Traceback => string.Join('\n', Error.Traceback);

    internal async Task<ExecutionResult> RunAsync(string code, TimeSpan? timeout = null, TimeSpan? patience = null)
    {
        _outputs.Clear();
        return await Session.ExecuteAsync(code, new ExecuteOptions { Timeout = timeout }).WaitAsync(patience ?? Patience);
    }

    /// <summary>Starts a cell, and waits until it says that it has: it writes <c>started</c>.</summary>
    /// <returns>The cell's execution, still going on; it fails when it does not end.</returns>
    internal async Task<Task<ExecutionResult>> StartAsync(string code)
    {
        _outputs.Clear();
        var running = Session.ExecuteAsync(code);
        await UntilAsync(() => Stdout.Contains("started", StringComparison.Ordinal), running);
        return running.WaitAsync(Patience);
    }

    /// <summary>Waits for something that a cell puts out while it runs, or that comes after it.</summary>
    /// <param name="condition">Whether it is there.</param>
    /// <param name="running">The cell that must not end before; null when it may have ended.</param>
    internal async Task UntilAsync(Func<bool> condition, Task<ExecutionResult>? running = null)
    {
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!condition())
        {
            if (running is { IsCompleted: true } && !condition())
            {
                var result = await running;
                Assert.Fail($"The cell ended ({result.Status}: {result.Error?.Value}) and had put out: {string.Join(" | ", _outputs)}");
            }
            Assert.True(Environment.TickCount64 < end, $"It did not come. What did: {string.Join(" | ", _outputs)}");
            await Task.Delay(20);
        }
    }

    internal async Task<string?> ValueAsync(string code)
    {
        var result = await RunAsync(code);
        Assert.True(result.Status == ExecutionStatus.Ok, result.Error?.Value);
        return ResultText;
    }

    public void Dispose() => Session.Dispose();

    private string TextOf(string stream) => string.Concat(_outputs.OfType<StreamOutput>().Where(o => o.Name == stream).Select(o => o.Text));
}
