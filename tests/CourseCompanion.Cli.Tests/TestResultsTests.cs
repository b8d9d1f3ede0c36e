using System.Xml.Linq;
using CourseCompanion.Cli.Testing;

namespace CourseCompanion.Cli.Tests;

public sealed class TestResultsTests : IDisposable
{
    private readonly TestCourse _course = new();

    public void Dispose() => _course.Dispose();

    [Fact]
    public void ReadTrx_counts_each_outcome_and_keeps_the_message_of_a_failure()
    {
        string path = _course.Write("results.trx", """
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
              <Results>
                <UnitTestResult testName="A.passes" outcome="Passed" />
                <UnitTestResult testName="A.passes_too" outcome="Passed" />
                <UnitTestResult testName="A.waits" outcome="NotExecuted" />
                <UnitTestResult testName="A.fails" outcome="Failed">
                  <Output><ErrorInfo><Message>expected 1</Message><StackTrace>at A</StackTrace></ErrorInfo></Output>
                </UnitTestResult>
              </Results>
            </TestRun>
            """);

        TestResults results = TestResults.ReadTrx(path);

        Assert.Equal((2, 1, 1), (results.Passed, results.Failed, results.Skipped));
        Assert.Equal(new TestFailure("A.fails", "expected 1\nat A"), Assert.Single(results.Failures));
    }

    [Theory]
    [InlineData("Data collector 'Blame' message: The specified inactivity time of 20 seconds has elapsed.\n", "It did not end, and was ended with the tests after it.")]
    [InlineData("", "The test process crashed in it; the tests after it did not run.")]
    public void Cut_names_the_test_in_which_the_run_stopped(string before, string message)
    {
        TestResults? cut = TestResults.Cut(before + """
            The active Test Run was aborted because the host process exited unexpectedly.
            The test running when the crash occurred: 
            A.Tests.Session.Waits_for_ever

            This test may, or may not be the source of the crash.
            """);

        Assert.NotNull(cut);
        Assert.Equal(new TestFailure("A.Tests.Session.Waits_for_ever", message), Assert.Single(cut.Failures));
        Assert.Equal("A.One, A.Two", Assert.Single(TestResults.Cut("The tests running when the crash occurred: \nA.One\nA.Two\n\nThis test may")!.Failures).Name);
        Assert.Null(TestResults.Cut("Passed!  - Failed: 0, Passed: 97"));
    }

    [Theory]
    [InlineData(3, 0, 0, "3 passed, 0 failed")]
    [InlineData(3, 1, 2, "3 passed, 1 failed, 2 skipped")]
    public void Summary_is_the_line_that_ci_reads(int passed, int failed, int skipped, string expected) =>
        Assert.Equal(expected, new TestResults(passed, failed, skipped, []).Summary);

    [Fact]
    public void FindProjects_takes_every_test_project_and_leaves_the_others()
    {
        _course.Write("tests/A.Tests/A.Tests.csproj", "<Project />");
        _course.Write("tests/Benchmarks/Benchmarks.csproj", "<Project><IsTestProject>false</IsTestProject></Project>");
        _course.Write("tests/Shared/Attribute.cs", "");

        Assert.Equal(["A.Tests"], new TestRun(_course.Context).FindProjects());
        Assert.Throws<UsageException>(() => new TestRun(_course.Context) { ProjectNames = ["B"] }.FindProjects());
    }

    [Fact]
    public void Solution_builds_every_project_that_course_test_runs()
    {
        CourseFolder repository = TestCourse.Repository;
        string solution = File.ReadAllText(repository.Solution);
        CommandContext context = new() { Folder = repository, Output = TextWriter.Null, Error = TextWriter.Null, Environment = _ => null };
        Assert.All(new TestRun(context).FindProjects(), name => Assert.Contains(name + ".csproj", solution, StringComparison.Ordinal));
    }

    [Fact]
    public void ReadTrx_file_cut_short_is_an_error() => Assert.ThrowsAny<System.Xml.XmlException>(
        () => TestResults.ReadTrx(_course.Write("half.trx", new XDocument(new XElement("a")).ToString()[..2])));
}
