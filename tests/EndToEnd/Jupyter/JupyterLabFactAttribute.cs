using System.ComponentModel;
using System.Diagnostics;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.EndToEnd.Jupyter;

/// <summary>A test in JupyterLab; skipped, and counted as skipped, where there is none of version 4 or later.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class JupyterLabFactAttribute : FactAttribute
{
    private const int OldestVersion = 4;

    // Asked once: Python takes a second for the answer.
    private static readonly bool IsPresent = Version() >= OldestVersion;

    public JupyterLabFactAttribute() => Skip = new PythonFactAttribute("selenium").Skip
        ?? (IsPresent ? null : $"{Program} is not JupyterLab {OldestVersion} (the program is jupyter-lab, or COURSE_JUPYTERLAB names it).");

    /// <summary>JupyterLab's program: the one that <c>COURSE_JUPYTERLAB</c> names, or else the one on the path.</summary>
    public static string Program => Environment.GetEnvironmentVariable("COURSE_JUPYTERLAB") is { Length: > 0 } named ? named : "jupyter-lab";

    private static int Version()
    {
        try
        {
            using var lab = Process.Start(new ProcessStartInfo(Program, ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = lab.StandardError.ReadToEndAsync();
            var version = lab.StandardOutput.ReadToEnd().Split('.')[0];
            lab.WaitForExit();
            return int.TryParse(version, out var major) ? major : 0;
        }
        catch (Win32Exception)
        {
            return 0;
        }
    }
}
