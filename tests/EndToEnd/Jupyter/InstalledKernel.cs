using System.Diagnostics;
using CourseCompanion.Notebooks.Jupyter;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.EndToEnd.Jupyter;

/// <summary>The kernel, installed in a folder of its own, and the Python scripts that talk to it as front ends do.</summary>
internal sealed class InstalledKernel : IDisposable
{
    public InstalledKernel()
    {
        var command = KernelSpecs.HostCommand(CourseDll);
        new KernelSpecs(Prefix, Variable).Install([.. command, "kernel", "serve"]);
    }

    /// <summary>The command under test.</summary>
    public static string CourseDll { get; } = Path.Combine(AppContext.BaseDirectory, "course.dll");

    // The kernelspec keeps the course's variables of its installation; here each test says which it wants.
    private static string? Variable(string name) =>
        name.StartsWith("COURSE_", StringComparison.Ordinal) ? null : Environment.GetEnvironmentVariable(name);

    /// <summary>Where the kernel is installed.</summary>
    public string Prefix { get; } = Directory.CreateTempSubdirectory("course-kernel-").FullName;

    public void Dispose() => Directory.Delete(Prefix, recursive: true);

    /// <summary>Runs a script of <c>Scripts/</c> to its end.</summary>
    /// <param name="name">The script.</param>
    /// <param name="prepare">Changes the environment it runs in; null for none.</param>
    /// <param name="arguments">What is typed after it.</param>
    public void RunScript(string name, Action<IDictionary<string, string?>>? prepare, params IEnumerable<string> arguments)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Jupyter", "Scripts", name);
        ProcessStartInfo start = new(PythonFactAttribute.Interpreter, [script, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["JUPYTER_PATH"] = Path.Combine(Prefix, "share", "jupyter");
        start.Environment["COURSE_KERNEL"] = KernelSpecs.OwnName;
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        prepare?.Invoke(start.Environment);
        using var python = Process.Start(start)!;
        var output = python.StandardOutput.ReadToEndAsync();
        var errors = python.StandardError.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, $"{output.Result}\n{errors}");
    }
}
