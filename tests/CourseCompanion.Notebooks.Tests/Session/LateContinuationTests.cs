using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>A cell that ends before its task does: what comes late of it has no part in the session.</summary>
public sealed class LateContinuationTests : IDisposable
{
    private readonly SessionHost _host = new();

    public void Dispose() => _host.Dispose();

    public static TheoryData<string> CellsThatFailWhileTheyWait => new(
        "var own = 5; async void Boum() { await Task.Delay(50); throw new Exception(\"boum\"); } Boum(); await Task.Delay(600); Console.WriteLine(\"late\");",
        "var own = 5; async void Boum() { await Task.Yield(); throw new Exception(\"boum\"); } Boum(); await Task.Delay(600).ConfigureAwait(false); Console.WriteLine(\"late\");",
        "var own = 5; async void Boum() { await Task.Delay(50); throw new Exception(\"boum\"); } Boum(); for (var i = 0; i < 60; i++) { await Task.Delay(10); Console.WriteLine(\"late\"); }",
        "var own = 5; async Task Later() { await Task.Delay(400).ConfigureAwait(false); Console.WriteLine(\"late\"); } async void Boum() { await Task.Delay(50); throw new Exception(\"boum\"); } Boum(); await Later();",
        "var own = 5; async IAsyncEnumerable<int> All() { for (var i = 0; i < 5; i++) { await Task.Delay(120); yield return i; } } async void Boum() { await Task.Delay(50); throw new Exception(\"boum\"); } Boum(); await foreach (var x in All()) Console.WriteLine(\"late\");");

    [Theory]
    [MemberData(nameof(CellsThatFailWhileTheyWait))]
    public async Task Cell_that_fails_while_it_waits_does_not_come_back(string code)
    {
        await _host.RunAsync("var first = 1;");

        var result = await _host.RunAsync(code);
        Assert.Equal("boum", result.Error?.Value);

        var end = Environment.TickCount64 + 1200;
        var cells = 0;
        while (Environment.TickCount64 < end)
        {
            Assert.Equal(ExecutionStatus.Ok, (await _host.RunAsync($"var later{cells} = {cells};")).Status);
            Assert.DoesNotContain("late", _host.Stdout, StringComparison.Ordinal);
            cells++;
        }
        for (var i = 0; i < cells; i++)
        {
            Assert.Equal($"{i}", await _host.ValueAsync($"later{i}"));
        }
        Assert.Equal("1", await _host.ValueAsync("first"));
        // What it had declared before it failed stays, as after any exception.
        Assert.Equal("5", await _host.ValueAsync("own"));
    }

    [Theory]
    [InlineData("await Task.Delay(-1);")]
    [InlineData("await new System.Threading.Tasks.TaskCompletionSource<int>().Task;")]
    [InlineData("async Task Later() { await Task.Delay(-1); } await Later();")]
    [InlineData("await foreach (var x in System.Threading.Channels.Channel.CreateUnbounded<int>().Reader.ReadAllAsync()) { }")]
    [InlineData("while (true) { }")]
    public async Task Interrupted_cell_keeps_what_it_had_declared(string endless)
    {
        await _host.RunAsync("var first = 1;");
        var running = await _host.StartAsync("var own = 5; var ended = false; try { Console.WriteLine(\"started\"); " + endless + " } finally { ended = true; }");

        _host.Session.Interrupt();

        Assert.Equal(ExecutionStatus.Interrupted, (await running).Status);
        Assert.Equal("6", await _host.ValueAsync("first + own"));
        Assert.Equal("true", (await _host.ValueAsync("ended"))!.ToLowerInvariant());
    }

    [Fact]
    public async Task Interrupted_cell_puts_nothing_out_any_more()
    {
        var running = await _host.StartAsync("""
            _ = Task.Run(async () => { while (true) { await Task.Delay(20); try { Console.WriteLine("late"); } catch { } } });
            Console.WriteLine("started");
            await Task.Delay(-1);
            """);
        _host.Session.Interrupt();
        await running;

        for (var i = 0; i < 5; i++)
        {
            await _host.RunAsync("await Task.Delay(60);");
            Assert.DoesNotContain("late", _host.Stdout, StringComparison.Ordinal);
        }
    }
}
