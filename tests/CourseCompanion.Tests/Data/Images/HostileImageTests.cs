using System.Diagnostics;
using System.Globalization;

namespace CourseCompanion.Tests.Data.Images;

public sealed class HostileImageTests
{
    private const long MaxMemory = 1L << 30;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Mutated_files_and_bombs_neither_crash_nor_hang_nor_take_all_memory()
    {
        ProcessStartInfo start = new("dotnet", ["exec", typeof(HostileImages).Assembly.Location, HostileImages.Command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process child = Process.Start(start)!;
        Task<string> output = child.StandardOutput.ReadToEndAsync(), errors = child.StandardError.ReadToEndAsync();
        Stopwatch clock = Stopwatch.StartNew();
        long peak = 0;
        while (!child.WaitForExit(TimeSpan.FromMilliseconds(20)))
        {
            peak = Math.Max(peak, Memory(child));
            if (peak > MaxMemory || clock.Elapsed > TimeLimit)
            {
                child.Kill(entireProcessTree: true);
                Assert.Fail($"After {clock.Elapsed.TotalSeconds:0} s and {peak >> 20} MB the child process was ended. {await errors}");
            }
        }

        Assert.True(child.ExitCode == 0, await errors);
        string[] figures = (await output).Split(' ', 4);
        (int read, int refused, int slowest) = (Number(figures[0]), Number(figures[1]), Number(figures[2]));

        // Both happen often: a harmless change is no reason to refuse an image, and most changes are not harmless.
        Assert.InRange(read, HostileImages.Mutants / 10, HostileImages.Mutants);
        Assert.InRange(refused, HostileImages.Mutants / 10, HostileImages.Mutants);
        Assert.True(slowest < 20_000, $"{figures[3]} took {slowest} ms");
    }

    private static long Memory(Process process)
    {
        try
        {
            process.Refresh();
            return process.WorkingSet64;
        }
        catch (InvalidOperationException)
        {
            // It has ended since it was looked at.
            return 0;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
