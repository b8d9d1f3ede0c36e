using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>Each cell here would run for ever: a test that does not end has failed.</summary>
public sealed class InterruptTests : IDisposable
{
    private readonly SessionHost _host = new();

    public void Dispose() => _host.Dispose();

    public static TheoryData<string> EndlessCells => new(
        "while (true) { }",
        "await Task.Delay(1); while (true) { }",
        "while (true) { try { while (true) { } } catch { } }",
        "while (true) await Task.Delay(10);",
        "await Task.Delay(-1);",
        "await Task.Run(() => Thread.Sleep(-1));",
        "System.Threading.Thread.Sleep(-1);",
        "new System.Threading.ManualResetEventSlim().Wait();",
        "while (true) Console.WriteLine(\"x\");",
        "while (true) try { Console.WriteLine(\"x\"); } catch { }",
        "IEnumerable<int> Never() { var n = 0; while (true) if (n < 0) yield return n; } Never()");

    [Theory]
    [MemberData(nameof(EndlessCells))]
    public async Task Interrupt_ends_the_cell_and_the_session_goes_on(string endless)
    {
        await _host.RunAsync("using System.Threading; var kept = 1;");
        var running = await _host.StartAsync("Console.WriteLine(\"started\");\n" + endless);

        _host.Session.Interrupt();
        var result = await running;

        Assert.Equal(ExecutionStatus.Interrupted, result.Status);
        Assert.Equal("KeyboardInterrupt", result.Error!.Name);
        Assert.Equal("1", await _host.ValueAsync("kept"));
        // A late wake-up call must not hit the next cell.
        Assert.Equal("2", await _host.ValueAsync("Thread.Sleep(400); kept + 1"));
    }

    [Fact]
    public async Task Interrupt_ends_every_cell_of_a_session_not_only_the_first()
    {
        await _host.RunAsync("var kept = 1;");
        for (var i = 0; i < 3; i++)
        {
            var running = await _host.StartAsync("Console.WriteLine(\"started\");\nwhile (true) { try { while (true) { } } catch { } }");

            _host.Session.Interrupt();

            Assert.Equal(ExecutionStatus.Interrupted, (await running).Status);
        }

        Assert.Equal("1", await _host.ValueAsync("kept"));
    }

    [Fact]
    public async Task Interrupt_reaches_a_session_that_a_thread_with_blocked_signals_has_started()
    {
        _host.Dispose();
        SessionHost host = null!;
        var starter = new Thread(() =>
        {
            // As a thread may be that .NET has aborted.
            BlockedSignals.Block();
            host = new SessionHost();
        });
        starter.Start();
        starter.Join();
        using (host)
        {
            // A loop that lets the runtime in. Without its signal it could not stop "while (true) { }" for a garbage collection, and if one was
            // due, the whole process would stand still.
            var running = await host.StartAsync("Console.WriteLine(\"started\");\nwhile (true) System.Threading.Thread.Yield();");
            GC.Collect();

            host.Session.Interrupt();

            Assert.Equal(ExecutionStatus.Interrupted, (await running).Status);
        }
    }

    [Fact]
    public async Task Timeout_ends_the_cell_and_says_how_long_it_was_allowed()
    {
        var result = await _host.RunAsync("while (true) { }", TimeSpan.FromMilliseconds(300));

        Assert.Equal(ExecutionStatus.TimedOut, result.Status);
        Assert.Equal("TimeoutException", result.Error!.Name);
        Assert.Contains("(0,3 s)", result.Error.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interrupt_between_cells_does_nothing()
    {
        await _host.RunAsync("var kept = 1;");

        _host.Session.Interrupt();

        Assert.Equal("1", await _host.ValueAsync("kept"));
    }

    [Fact]
    public async Task Exception_that_is_merely_cancelled_is_an_error_not_an_interrupt()
    {
        var result = await _host.RunAsync("throw new OperationCanceledException(\"moi-même\");");

        Assert.Equal(ExecutionStatus.Error, result.Status);
        Assert.Equal("OperationCanceledException", result.Error!.Name);
    }
}
