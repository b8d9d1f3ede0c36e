using System.Text;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>What a cell leaves running: it must neither hold up the session nor go unnoticed.</summary>
public sealed class BackgroundWorkTests : IDisposable
{
    private readonly SessionHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Thread_that_puts_out_for_ever_does_not_hold_up_the_cells()
    {
        await _host.RunAsync("""
            var on = true;
            for (var i = 0; i < 2; i++)
            {
                new System.Threading.Thread(() => { while (on) display(1); }) { IsBackground = true }.Start();
            }
            """);

        try
        {
            // Patience for a busy machine: held up by the threads, one cell alone was seen to take half a minute.
            await FiveCellsAsync().WaitAsync(TimeSpan.FromMinutes(1));
        }
        finally
        {
            // Or they would go on beside the tests that follow.
            await _host.RunAsync("on = false;");
        }

        async Task FiveCellsAsync()
        {
            for (var i = 0; i < 5; i++)
            {
                await _host.RunAsync("1");
            }
        }
    }

    [Fact]
    public async Task Exception_of_an_async_void_method_is_the_cell_s_error()
    {
        var result = await _host.RunAsync("async void V() { throw new InvalidOperationException(\"perdue\"); }\nV();");

        Assert.Equal("perdue", result.Error?.Value);
    }

    [Fact]
    public async Task Task_that_nobody_awaits_goes_on_after_the_cell()
    {
        await _host.RunAsync("var n = 0;\nasync Task Count() { while (n < 500) { await Task.Yield(); n++; } }\n_ = Count();");

        var end = Environment.TickCount64 + 20_000;
        while (await _host.ValueAsync("n") != "500")
        {
            Assert.True(Environment.TickCount64 < end, "It stands still.");
            await Task.Delay(50);
        }
    }

    [Theory]
    [InlineData("while (true) { await Task.Delay(20); n++; }")]
    [InlineData("while (true) { await Task.Yield(); n++; }")]
    public async Task Interrupted_cell_does_not_go_on_in_the_background(string loop)
    {
        await _host.RunAsync("var n = 0;");
        var running = await _host.StartAsync("Console.WriteLine(\"started\");\n" + loop);

        _host.Session.Interrupt();
        Assert.Equal(ExecutionStatus.Interrupted, (await running).Status);

        var before = await _host.ValueAsync("n");
        await Task.Delay(300);
        Assert.Equal(before, await _host.ValueAsync("n"));
    }

    [Fact]
    public async Task Interrupts_of_a_cell_that_awaits_all_the_time_come_without_an_abort()
    {
        for (var i = 0; i < 5; i++)
        {
            var running = await _host.StartAsync("""
                Console.WriteLine("started");
                await foreach (var x in All()) { }
                async IAsyncEnumerable<int> All() { while (true) { await Task.Yield(); yield return 1; } }
                """);

            _host.Session.Interrupt();

            Assert.Equal(ExecutionStatus.Interrupted, (await running).Status);
        }
    }

    [Fact]
    public async Task Character_of_two_units_is_never_cut_in_two()
    {
        await _host.RunAsync("for (var i = 0; i < 8191; i++) Console.Write('x');\nforeach (var c in \"😀😀\") Console.Write(c);");

        Assert.All(_host.Outputs.OfType<StreamOutput>(), output =>
            Assert.Equal(output.Text, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(output.Text))));
        Assert.EndsWith("x😀😀", _host.Stdout, StringComparison.Ordinal);
    }
}
