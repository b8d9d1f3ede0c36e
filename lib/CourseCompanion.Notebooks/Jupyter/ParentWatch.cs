using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace CourseCompanion.Notebooks.Jupyter;

/// <summary>
/// Notices that the front end that started the kernel is gone: a kernel nobody can reach only holds memory and a GPU.
/// </summary>
internal static partial class ParentWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Watches on a thread of its own, and calls back once.</summary>
    /// <param name="onVanished">Called when the parent process has ended.</param>
    public static void Start(Action onVanished)
    {
        // Set by jupyter_client; another process than the parent when something started the kernel on its behalf.
        var announced = int.TryParse(
            Environment.GetEnvironmentVariable("JPY_PARENT_PID"), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && !OperatingSystem.IsWindows()
            ? id
            : (int?)null;
        var parent = OperatingSystem.IsWindows() ? (int?)null : GetParentId();
        if (announced is null && parent is null)
        {
            return;
        }

        new Thread(() =>
        {
            // An orphan is given another parent, even while the old one's process entry still exists.
            while ((parent is null || GetParentId() == parent) && (announced is null || IsAlive(announced.Value)))
            {
                Thread.Sleep(Interval);
            }

            onVanished();
        })
        {
            IsBackground = true,
            Name = "Jupyter parent watch",
        }.Start();
    }

    private static bool IsAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParentId();
}
