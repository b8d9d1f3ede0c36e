using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CourseCompanion.Cli.Testing;

/// <summary>What the tests of one project came to.</summary>
/// <param name="Passed">How many passed.</param>
/// <param name="Failed">How many failed; a project that could not be run counts as one.</param>
/// <param name="Skipped">How many found nothing to run on (no GPU, no real data).</param>
/// <param name="Failures">The name and message of each failed test.</param>
internal sealed partial record TestResults(int Passed, int Failed, int Skipped, IReadOnlyList<TestFailure> Failures)
{
    public static TestResults None { get; } = new(0, 0, 0, []);

    /// <summary>A project that did not come to run, or to its end, as one failed test.</summary>
    public static TestResults Broken(string reason) => new(0, 1, 0, [new TestFailure("(the whole project)", reason)]);

    public static TestResults operator +(TestResults left, TestResults right) => new(
        left.Passed + right.Passed, left.Failed + right.Failed, left.Skipped + right.Skipped, [.. left.Failures, .. right.Failures]);

    /// <summary>The line that ends <c>course test</c>, the same that CI reads.</summary>
    public string Summary => Skipped == 0 ? $"{Passed} passed, {Failed} failed" : $"{Passed} passed, {Failed} failed, {Skipped} skipped";

    /// <summary>The test (or tests) in which a run was cut off, since it crashed or did not end, from what the test platform prints; null when none was.</summary>
    public static TestResults? Cut(string output)
    {
        Match running = RunningTest().Match(output);
        return !running.Success ? null : new TestResults(0, 1, 0, [new TestFailure(
            string.Join(", ", running.Groups["name"].Captures.Select(name => name.Value.Trim())),
            output.Contains("inactivity time", StringComparison.Ordinal)
                ? "It did not end, and was ended with the tests after it."
                : "The test process crashed in it; the tests after it did not run.")]);
    }

    /// <summary>Reads a results file of the .NET test platform (TRX).</summary>
    public static TestResults ReadTrx(string path)
    {
        XNamespace ns = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
        // The counters in the summary leave skipped tests out, so the results themselves are counted.
        List<XElement> results = [.. XDocument.Load(path).Descendants(ns + "UnitTestResult")];
        List<TestFailure> failures = [.. results
            .Where(result => Outcome(result) is not ("Passed" or "NotExecuted"))
            .Select(result => new TestFailure(
                (string?)result.Attribute("testName") ?? "?",
                string.Join('\n', result.Descendants(ns + "ErrorInfo").Elements().Select(part => part.Value.Trim()))))];
        return new TestResults(
            results.Count(result => Outcome(result) == "Passed"),
            failures.Count,
            results.Count(result => Outcome(result) == "NotExecuted"),
            failures);

        static string? Outcome(XElement result) => (string?)result.Attribute("outcome");
    }

    [GeneratedRegex(@"tests? running when the crash occurred:\s*\n(?:(?<name>[^\r\n]+)\r?\n?)+")]
    private static partial Regex RunningTest();
}

/// <summary>A failed test.</summary>
internal sealed record TestFailure(string Name, string Message);
