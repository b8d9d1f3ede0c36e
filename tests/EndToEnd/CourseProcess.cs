using System.Diagnostics;

namespace CourseCompanion.EndToEnd;

/// <summary>What the course command left behind.</summary>
internal sealed record CourseResult(int ExitCode, string Output, string Error)
{
    /// <summary>Everything, for the message of a test that fails.</summary>
    public override string ToString() => $"exit code {ExitCode}\n{Output}\n{Error}";
}

/// <summary>The course command as a user starts it: a process of its own, without the network and without the user's data.</summary>
internal static class CourseProcess
{
    /// <summary>Starts the command through a shell script, in which <c>"$@"</c> stands for it.</summary>
    /// <param name="folder">An empty cache is made here.</param>
    /// <param name="script">The script, or null for the command alone.</param>
    /// <param name="arguments">What is typed after <c>course</c>.</param>
    public static Process Start(string folder, string? script, params IEnumerable<string> arguments)
    {
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "course.dll"), .. arguments];
        string[] line = script is null ? command : ["/bin/sh", "-c", script, "sh", .. command];
        ProcessStartInfo start = new(line[0], line[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        Isolate(start.Environment, folder);
        return Process.Start(start)!;
    }

    /// <summary>
    /// Makes an environment in which there is neither the network nor anything of the user's, and the engine computes on half of the cores: a
    /// chapter runs twice at a time, and its figures depend on the number of threads.
    /// </summary>
    /// <param name="environment">The environment to change.</param>
    /// <param name="folder">An empty cache is made here.</param>
    public static void Isolate(IDictionary<string, string?> environment, string folder)
    {
        environment["COURSE_OFFLINE"] = "1";
        environment["COURSE_CACHE"] = Path.Combine(folder, "cache");
        environment["OMP_NUM_THREADS"] = $"{Math.Clamp(Environment.ProcessorCount / 2, 1, 8)}";
        foreach (var variable in (string[])["COURSE_DATA", "COURSE_PROFILE", "COURSE_OUT", "COURSE_DEBUG"])
        {
            environment.Remove(variable);
        }
    }

    /// <summary>Runs the command to its end.</summary>
    public static Task<CourseResult> RunAsync(string folder, params IEnumerable<string> arguments) => EndAsync(Start(folder, null, arguments));

    /// <summary>Waits for the end of a process, and takes what it wrote. One that does not end is ended, so that the tests do.</summary>
    public static async Task<CourseResult> EndAsync(Process process)
    {
        using (process)
        using (var patience = new CancellationTokenSource(TimeSpan.FromMinutes(20)))
        using (patience.Token.Register(() => process.Kill(entireProcessTree: true)))
        {
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            var error = await process.StandardError.ReadToEndAsync(CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            return new CourseResult(process.ExitCode, await output, error);
        }
    }
}
