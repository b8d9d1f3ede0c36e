using System.Diagnostics;

namespace CourseCompanion.Tests.Shared;

/// <summary>Ctrl-C for another process. By the shell's own <c>kill</c>: a minimal system has no program of that name.</summary>
internal static class Interrupt
{
    /// <summary>Interrupts one process.</summary>
    public static Task ProcessAsync(int id) => SendAsync($"{id}");

    /// <summary>Interrupts a process and all of its group, as a terminal does.</summary>
    public static Task GroupAsync(int id) => SendAsync($"-{id}");

    private static async Task SendAsync(string target)
    {
        using Process kill = Process.Start("bash", ["-c", $"kill -INT -- {target}"]);
        await kill.WaitForExitAsync();
    }
}
