using System.Diagnostics;

namespace CourseCompanion.EndToEnd.BadInput;

/// <summary>A test with a disk of its own; skipped, and counted as skipped, where this user may not mount one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SmallDiskFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> CanMount = new(() =>
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        ProcessStartInfo start = new("/bin/sh", ["-c", "exec unshare --user --map-root-user --mount mount -t tmpfs -o size=1m tmpfs /mnt"])
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    });

    public SmallDiskFactAttribute() => Skip = CanMount.Value ? null : "This user may not mount a small disk.";
}
