using CourseCompanion.EndToEnd.Jupyter;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Execution;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>Chapter 4.1 from the command to the figures, on generated images.</summary>
public sealed class ConsistencyChapterTests(ConsistencyChapterRuns runs)
    : ChapterRunTests(runs, exercises: 3, fewestCharts: 3), IClassFixture<ConsistencyChapterRuns>
{
    [Fact]
    public void Run_writes_notebook_page_and_reports() => Assert.Equal(
        ["04-1-coherence.html", "04-1-coherence.ipynb", "junit.xml", "run.json"],
        Directory.GetFiles(Runs.Committed.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

    [Fact]
    public void Figures_of_each_method_stand_beside_the_majority_baseline()
    {
        var figures = AllFigures(Runs.Committed);

        Assert.Equal(0.669, figures["majority.accuracy"], 3);
        Assert.All(
            (string[])["not_augmented", "supervised", "mean_teacher", "fixmatch", "fixmatch_lower"],
            method => Assert.InRange(figures[method + ".auc"], 0.2, 1));
    }

    [PythonFact("nbclient, nbformat")]
    public void Jupyter_s_own_client_gets_the_same_outputs()
    {
        using var kernel = new InstalledKernel();
        // A copy with what lies beside it, since cells read from there.
        var notebooks = Path.Combine(kernel.Prefix, "notebooks");
        CopyFolder(Repository.Notebooks, notebooks);
        var executed = Path.Combine(kernel.Prefix, "executed.ipynb");
        kernel.RunScript(
            "nbclient_execute.py",
            environment =>
            {
                CourseProcess.Isolate(environment, kernel.Prefix);
                environment["COURSE_PROFILE"] = "essai";
                environment["COURSE_OUT"] = Path.Combine(kernel.Prefix, "out");
            },
            Path.Combine(notebooks, Runs.Name + ".ipynb"),
            executed);

        var ours = Runs.Committed.Notebook.CodeCells.ToList();
        var theirs = NotebookDocument.Load(executed).CodeCells.ToList();
        Assert.Equal(ours.Select(cell => cell.Source), theirs.Select(cell => cell.Source));
        Assert.All(ours.Zip(theirs), pair => Assert.Equal(ComparableOutput.All(pair.First), ComparableOutput.All(pair.Second)));
    }

    private static void CopyFolder(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.GetFiles(source))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }

        foreach (var folder in Directory.GetDirectories(source))
        {
            CopyFolder(folder, Path.Combine(target, Path.GetFileName(folder)));
        }
    }
}
