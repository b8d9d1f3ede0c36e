using System.Diagnostics;

namespace CourseCompanion.Tests.Shared;

/// <summary>A test against a Python package of the Linux distribution; skipped where the package is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonFactAttribute : FactAttribute
{
    /// <summary>The distribution's own interpreter: it sees the distribution's packages, another one does not.</summary>
    public const string Interpreter = "/usr/bin/python3";

    private static readonly Dictionary<string, bool> Importable = [];

    /// <param name="modules">The modules that the test imports, separated by commas.</param>
    public PythonFactAttribute(string modules)
    {
        Modules = modules;
        lock (Importable)
        {
            if (!Importable.TryGetValue(modules, out var present))
            {
                Importable[modules] = present = CanImport(modules);
            }

            if (!present)
            {
                Skip = $"Python cannot import {modules}.";
            }
        }
    }

    /// <summary>The modules that the test imports.</summary>
    public string Modules { get; }

    private static bool CanImport(string modules)
    {
        if (!File.Exists(Interpreter))
        {
            return false;
        }

        using var python = Process.Start(new ProcessStartInfo(Interpreter, ["-c", $"import {modules}"])
        {
            RedirectStandardError = true,
        })!;
        python.StandardError.ReadToEnd();
        python.WaitForExit();
        return python.ExitCode == 0;
    }
}
