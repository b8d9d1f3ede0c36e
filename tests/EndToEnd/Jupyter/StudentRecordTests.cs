using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Jupyter.Client;
using CourseCompanion.Notebooks.Jupyter.Protocol;
using CourseCompanion.Teaching;

namespace CourseCompanion.EndToEnd.Jupyter;

/// <summary>Who leaves a trace in the student's record.</summary>
public sealed class StudentRecordTests : IDisposable
{
    private const string Solve =
        "new CourseCompanion.Teaching.Exercice(1, \"Réussi\").Check(1, new CourseCompanion.Teaching.Criterion<int>(\"Un.\", one => one == 1))";

    private readonly string _folder = Directory.CreateTempSubdirectory("course-record-").FullName;

    private string File => Path.Combine(_folder, "cache", StudentRecord.FileName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Kernel_records_for_a_person_and_not_for_a_client_that_only_executes()
    {
        var connection = Path.Combine(_folder, "connection.json");
        await System.IO.File.WriteAllTextAsync(connection, KernelProcess.ConnectionFileText());
        // As on a student's machine, wherever this test runs.
        using var process = CourseProcess.Start(_folder, "unset CI COURSE_PROGRESS; exec \"$@\"", "kernel", "serve", connection);
        try
        {
            using KernelClient client = new(ConnectionFile.Load(connection));
            client.Reply(client.SendExecute(Solve));
            Assert.False(System.IO.File.Exists(File));

            client.Reply(client.SendExecute(Solve, allowStdin: true));
            Assert.Equal(["Réussi"], new StudentRecord(File).Read().Exercises.Keys);
            client.SendControl("shutdown_request", new JsonObject { ["restart"] = false });
            using CancellationTokenSource patience = new(TimeSpan.FromMinutes(1));
            await process.WaitForExitAsync(patience.Token);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }
        }
    }
}
