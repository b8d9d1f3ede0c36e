using System.Diagnostics;
using CourseCompanion.Notebooks.Grading;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Notebooks.Tests.Grading;

public sealed class SubmissionsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("submissions");

    public void Dispose() => _folder.Delete(recursive: true);

    [LinuxFact]
    public async Task Pipe_that_nobody_writes_to_is_not_waited_for()
    {
        var path = Path.Combine(_folder.FullName, "tube.ipynb");
        using (var process = Process.Start("mkfifo", [path]))
        {
            await process.WaitForExitAsync();
        }

        var (_, _, problem) = await Task.Run(() => Submissions.Read(new Submission("tube", path, "tube.ipynb"), 1 << 20)).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Contains("pas un fichier ordinaire", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_that_cannot_be_read_is_one_line()
    {
        // Rights do not keep root out; a folder that has gone meanwhile keeps everyone out.
        var submission = Assert.Single(Submissions.OfStudent(new DirectoryInfo(Path.Combine(_folder.FullName, "partie"))));

        Assert.Equal("le dossier ne peut pas être lu.", submission.Problem);
    }

    [Fact]
    public void Folder_of_the_marks_is_no_student()
    {
        _folder.CreateSubdirectory("ada");
        var marks = _folder.CreateSubdirectory("notes");

        Assert.Equal(["ada"], Submissions.In(_folder.FullName, marks.FullName + Path.DirectorySeparatorChar).Select(submission => submission.Student));
    }
}
