using System.Runtime.Versioning;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Cli.Tests;

/// <summary><c>lib/TorchSharp.Portable/native/build.sh</c>, with a compiler that only writes down what it is asked.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class NativeBuildScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("course native é ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [LinuxFact]
    public async Task Build_folders_with_spaces_and_accents_are_one_word_each()
    {
        string script = Write("clone/native/build.sh", await File.ReadAllTextAsync(Path.Combine(Repository.Root, "lib/TorchSharp.Portable/native/build.sh")));
        string[] sources = [Write("clone/native/dispatch.cpp", "// a\n"), Write("clone/native/tensor.cpp", "// b\n")];
        Write("clone/native/api.h", "// c\n");
        Write("libtorch/include/torch/csrc/api/include/torch/version.h", "#define TORCH_VERSION_MAJOR 2\n#define TORCH_VERSION_MINOR 10\n");
        Write("libtorch/lib/libtorch_cpu.so", "");
        string libtorch = Path.Combine(_folder, "libtorch");
        string calls = Path.Combine(_folder, "calls");
        string compiler = Write("compiler", $"""
            #!/bin/sh
            for word; do echo "$word"; done >>'{calls}'
            while [ $# -gt 0 ]; do [ "$1" != -o ] || : >"$2"; shift; done
            """);
        File.SetUnixFileMode(compiler, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string output = Path.Combine(_folder, "out");

        ChildResult result = await ChildProcess.RunAsync(
            "sh",
            [script, "--output", output],
            new Dictionary<string, string?> { ["CXX"] = compiler, ["LIBTORCH"] = libtorch },
            TimeSpan.FromMinutes(1),
            CancellationToken.None);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.True(File.Exists(Path.Combine(output, "libtorchsharp_portable.so")));
        string[] words = await File.ReadAllLinesAsync(calls);
        Assert.All(sources, source => Assert.Contains(source, words));
        Assert.Contains($"{libtorch}/include", words);
        Assert.Contains($"-L{libtorch}/lib", words);
        Assert.Contains($"-Wl,-rpath,{libtorch}/lib", words);
    }

    private string Write(string relativePath, string contents)
    {
        string path = Path.Combine(_folder, relativePath);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, contents);
        return path;
    }
}
