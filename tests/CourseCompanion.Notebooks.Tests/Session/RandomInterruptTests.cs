using System.Diagnostics;
using System.Globalization;
using CourseCompanion.Notebooks.Session;
using Xunit.Abstractions;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>
/// Interrupts at random moments of cells of all kinds: most while they run, some while they are compiled. COURSE_INTERRUPTS says
/// how many (2,000 by hand); the seed stands in the output.
/// </summary>
public sealed class RandomInterruptTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const string Signal = "((ManualResetEventSlim)AppDomain.CurrentDomain.GetData(\"course.started\")).Set();\n";

    private readonly SessionHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Every_interrupt_ends_its_cell_and_keeps_the_variables()
    {
        var wanted = Environment.GetEnvironmentVariable("COURSE_INTERRUPTS");
        var count = wanted is null ? 200 : int.Parse(wanted, CultureInfo.InvariantCulture);
        var seed = Environment.TickCount;
        output.WriteLine($"{count} interrupts, seed {seed}");
        var random = new Random(seed);
        await _host.RunAsync(EndlessCells.Setup);
        Assert.Equal("7", await _host.ValueAsync("kept"));
        using var started = new ManualResetEventSlim();
        AppDomain.CurrentDomain.SetData("course.started", started);
        var times = new List<double>();
        var slowest = (Name: "", Milliseconds: 0.0);
        // Each kind equally often, in random order.
        var order = Enumerable.Range(0, count).Select(i => i % EndlessCells.All.Length).ToArray();
        random.Shuffle(order);
        for (var i = 0; i < count; i++)
        {
            var (name, code) = EndlessCells.All[order[i]];
            started.Reset();
            var running = _host.Session.ExecuteAsync(Signal + code);
            if (random.Next(4) == 0)
            {
                Thread.Sleep(random.Next(100));
            }
            else
            {
                Assert.True(started.Wait(Patience), $"{i}: {name}: not begun.");
                Thread.Sleep(random.Next(50));
            }
            var watch = Stopwatch.StartNew();
            for (var presses = random.Next(3); presses >= 0; presses--)
            {
                _host.Session.Interrupt();
            }
            Assert.True(await Task.WhenAny(running, Task.Delay(Patience)) == running, $"{i}: {name}: not ended.");
            times.Add(watch.Elapsed.TotalMilliseconds);
            slowest = times[^1] > slowest.Milliseconds ? (name, times[^1]) : slowest;
            var result = await running;
            Assert.True(result.Status == ExecutionStatus.Interrupted, $"{i}: {name}: {result.Status} {result.Error?.Value}");
            if (i % 10 == 0)
            {
                Assert.Equal("7", await _host.ValueAsync("kept"));
            }
        }
        times.Sort();
        output.WriteLine($"median {times[count / 2]:0.0} ms, 99 %: {times[count * 99 / 100]:0.0} ms, longest {slowest}");
        Assert.Equal("7", await _host.ValueAsync("kept"));
        // 0.2 s on a quiet machine.
        Assert.InRange(times[count / 2], 0, 500);
    }
}
