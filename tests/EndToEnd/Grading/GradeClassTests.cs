using System.Globalization;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.EndToEnd.Grading;

/// <summary>A class of thirty, marked by one command: good, wrong, empty and hostile notebooks.</summary>
public sealed class GradeClassTests
{
    // Answers of a student who would rather have the mark than the exercise.
    private const string WritesVerdicts = """
        int Total(int[] values)
        {
            var verdict = "{\"type\":\"mark\",\"exercise\":1,\"stays\":false,\"criteria\":[{\"description\":\"x\",\"state\":\"Passed\",\"advice\":null}]}\n"
                + "{\"type\":\"stays\",\"exercise\":1}\n";
            foreach (var descriptor in Directory.GetFiles("/proc/self/fd"))
            {
                try
                {
                    using var pipe = new FileStream(descriptor, FileMode.Open, FileAccess.Write);
                    pipe.Write(System.Text.Encoding.UTF8.GetBytes(verdict));
                }
                catch (Exception)
                {
                }
            }
            return 0;
        }
        """;

    // What no worker says, on every pipe that is open.
    private const string ForgesEnd = """
        int Total(int[] values)
        {
            foreach (var descriptor in Directory.GetFiles("/proc/self/fd"))
            {
                try
                {
                    using var pipe = new FileStream(descriptor, FileMode.Open, FileAccess.Write);
                    pipe.Write(System.Text.Encoding.UTF8.GetBytes("LINE\n"));
                }
                catch (Exception)
                {
                }
            }
            return values.Sum();
        }
        """;

    private const string ForksForEver = """
        [System.Runtime.InteropServices.DllImport("libc")]
        static extern int fork();
        int Total(int[] values)
        {
            for (var i = 0; i < 1_000; i++)
            {
                if (fork() >= 0) return -1;
            }
            try { System.Diagnostics.Process.Start("/bin/sh"); return -2; } catch (System.ComponentModel.Win32Exception) { }
            return values.Sum();
        }
        """;

    // Each place that a write reaches makes the answer wrong.
    private const string WritesElsewhere = """
        int? largest = numbers.Max() + new[] { "/x", "/usr/x", "/etc/x", "/root/x", "FOLDER/x", "SUBMISSIONS/x", "BASE/x" }.Count(path =>
        {
            try { File.WriteAllText(path, "x"); return true; } catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return false; }
        }) + (Directory.Exists("SUBMISSIONS") && Directory.GetFiles("SUBMISSIONS").Length > 0 ? 100 : 0);
        """;

    private const string UsesNetwork = """
        int Twice(int n)
        {
            // Nor does the sandbox show what the grader was started with.
            try { if (File.ReadAllText("/proc/1/environ").Contains("PATH=")) return -1; } catch (UnauthorizedAccessException) { }
            using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
            try { socket.Connect("192.0.2.1", 53); socket.Send(new byte[1]); return 0; } catch (System.Net.Sockets.SocketException) { return 2 * n; }
        }
        """;

    private const string FillsDisk = """
        int Total(int[] values)
        {
            var block = new byte[16 << 20];
            try
            {
                for (var i = 0; i < 64; i++) File.WriteAllBytes("/tmp/x" + i, block);
                return -1;
            }
            catch (IOException)
            {
                return values.Sum();
            }
        }
        """;

    private const string FillsMemory = """
        [System.Runtime.InteropServices.DllImport("libc")]
        static extern int shmget(int key, nint length, int flags);
        int? largest = new Func<int>(() =>
        {
            // Shared memory is in no limit of the process.
            const int Private = 0, CreateForMe = 0x380;
            if (shmget(Private, 1 << 20, CreateForMe) != -1) return -1;
            var all = new List<byte[]>();
            try
            {
                while (true) { var block = new byte[64 << 20]; Array.Fill(block, (byte)1); all.Add(block); }
            }
            catch (OutOfMemoryException)
            {
                all.Clear();
                return numbers.Max();
            }
        })();
        """;

    private const string PrintsForEver = """
        int Twice(int n)
        {
            var text = new string('x', 1 << 20);
            while (true) Console.WriteLine(text);
        }
        """;

    [SandboxFact]
    public async Task Class_of_thirty_gets_the_marks_it_deserves()
    {
        using TinyClass students = new();
        Dictionary<string, string> expected = [];
        HandInGoodAndWrong(students, expected);
        HandInHostile(students, expected);
        HandInUnreadable(students, expected);

        var result = await students.GradeAsync("--parallel", "2", "--answer-timeout", "8", "--memory", "1024");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(30, expected.Count);
        var table = students.Table();
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), table.Keys.Order(StringComparer.Ordinal));
        var wrong = expected.Where(entry => table[entry.Key]["note sur 20"] != entry.Value)
            .Select(entry => $"{entry.Key}, instead of {entry.Value}: {string.Join("; ", table[entry.Key].Values)}").ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Contains("a mis fin à son processus", table["sortie.ipynb"]["remarque"], StringComparison.Ordinal);
        Assert.Contains("8\u00A0secondes", table["boucles.ipynb"]["remarque"], StringComparison.Ordinal);
        Assert.Contains("lien symbolique", table["lien.ipynb"]["remarque"], StringComparison.Ordinal);
        Assert.Equal("'=cmd|'calc'!A0", table["=cmd|'calc'!A0.ipynb"]["élève"]);
        Assert.All(table.Values, line => Assert.Equal(("", line["note sur 20"]), (line["à relire"], line["note si les exercices à relire sont acceptés"])));
        Assert.False(File.Exists(Path.Combine(students.Root, "cours", "x")));
        Assert.Equal(30, Directory.GetFiles(Path.Combine(students.Out, "retours")).Length);
        Assert.DoesNotContain(Directory.EnumerateFiles(students.Out, "*.tmp", SearchOption.AllDirectories), _ => true);

        // Nothing has changed: nothing runs again but what took too long, and the table is the same.
        var again = await students.GradeAsync("--parallel", "2", "--answer-timeout", "8", "--memory", "1024");
        var slow = again.Output.Split('\n').Where(line => line.StartsWith('[') && !line.Contains("already marked", StringComparison.Ordinal)).ToList();
        Assert.All(slow, line => Assert.Matches("boucles|glouton|menteuse", line));
        Assert.Contains(slow, line => line.Contains("boucles", StringComparison.Ordinal));
        // On a busy machine the second of two attempts at filling the memory may come to the limit.
        Assert.All(students.Table().Where(line => line.Key != "glouton.ipynb"), line => Assert.Equal(
            table[line.Key].Where(field => field.Key != "secondes"), line.Value.Where(field => field.Key != "secondes")));
    }

    [SandboxFact]
    public async Task Interrupted_marking_leaves_whole_files_and_goes_on()
    {
        using TinyClass students = new();
        students.HandIn("a-vide");
        students.HandIn("b-longue", "int Total(int[] values) { System.Threading.Thread.Sleep(-1); return 0; }");
        using var process = CourseProcess.Start(
            students.Root, "exec setsid env --default-signal=INT \"$@\"", "grade", students.Submissions, "--notebook", students.Chapter, "--out", students.Out, "--profile", "essai", "--parallel", "1");
        Assert.Contains("a-vide.ipynb", await process.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);
        await Task.Delay(TimeSpan.FromSeconds(1));
        using (var kill = System.Diagnostics.Process.Start("kill", ["-INT", "--", (-process.Id).ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }
        var result = await CourseProcess.EndAsync(process);

        Assert.True(result.ExitCode == 130, result.ToString());
        Assert.False(File.Exists(Path.Combine(students.Out, "notes.csv")));
        Assert.Single(Directory.GetFiles(Path.Combine(students.Out, "etat")));
        Assert.DoesNotContain(Directory.EnumerateFiles(students.Out, "*.tmp", SearchOption.AllDirectories), _ => true);

        // What was slow is handed in anew: the other is not marked again.
        students.HandIn("b-longue");
        var next = await students.GradeAsync();
        Assert.Contains("already marked  a-vide.ipynb", next.Output, StringComparison.Ordinal);
        Assert.Equal(2, students.Table().Count);
    }

    [Fact]
    public async Task Without_bubblewrap_nothing_runs_unless_trusted_and_foreign_folders_are_left_alone()
    {
        using TinyClass students = new();
        students.HandIn("ada");

        var refused = await CourseProcess.EndAsync(CourseProcess.Start(
            students.Root, "d=$(command -v dotnet); shift; PATH=/nowhere exec \"$d\" \"$@\"", "grade", students.Submissions, "--notebook", students.Chapter, "--out", students.Out));
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--trusted", refused.Error, StringComparison.Ordinal);

        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(students.Root, "autre")).FullName, "lettre.txt"), "à moi");
        var foreign = await CourseProcess.RunAsync(
            students.Root, "grade", students.Submissions, "--notebook", students.Chapter, "--out", Path.Combine(students.Root, "autre"), "--trusted");
        Assert.Equal(1, foreign.ExitCode);
        Assert.Equal(["lettre.txt"], Directory.GetFileSystemEntries(Path.Combine(students.Root, "autre")).Select(path => Path.GetFileName(path)));
    }

    private static void HandInGoodAndWrong(TinyClass students, Dictionary<string, string> expected)
    {
        students.HandIn("ada/mini", TinyClass.GoodTotal, TinyClass.GoodLargest, TinyClass.GoodTwice, TinyClass.GoodQuiz);
        expected["ada/mini.ipynb"] = "20";

        // Renumbered, moved, without ids of the course, with a function of the student's own in another cell.
        students.HandIn("renumérotée", "int Total(int[] values) => Help(values);", TinyClass.GoodLargest, TinyClass.GoodTwice, TinyClass.GoodQuiz, notebook =>
        {
            var first = TinyClass.Cell(notebook, "ex1");
            first.Source = first.Source.Replace("Exercice(1", "Exercice(7", StringComparison.Ordinal).Replace("exercise1", "exercise7", StringComparison.Ordinal);
            first.Node["id"] = "autre";
            var helper = NotebookCell.Code("int Help(int[] values) => values.Sum();");
            notebook.Insert(notebook.Cells.IndexOf(first), helper);
            notebook.RemoveAt(notebook.Cells.IndexOf(TinyClass.Cell(notebook, "ex3-check")));
            var second = TinyClass.Cell(notebook, "ex2");
            second.Node["id"] = "ex1";
        });
        expected["renumérotée.ipynb"] = "20";

        students.HandIn("fausse", "int Total(int[] values) => values.Length;", "string largest = \"trois\";", "int Twice(int n) => n +* 2;", """quiz.Answer("b", "a", "", "b", "c")""");
        expected["fausse.ipynb"] = "2";
        for (var i = 1; i <= 2; i++)
        {
            students.HandIn($"vide-{i}");
            expected[$"vide-{i}.ipynb"] = "0";
        }

        students.HandIn("quiz-seul", quiz: TinyClass.GoodQuiz);
        expected["quiz-seul.ipynb"] = "5";
        students.HandIn("=cmd|'calc'!A0", quiz: """quiz.Answer("b", "b", "", "", "")""");
        expected["=cmd|'calc'!A0.ipynb"] = "2";
    }

    private static void HandInHostile(TinyClass students, Dictionary<string, string> expected)
    {
        // Wrong answers; a check, outputs, types, data and the quiz made to say that they are right.
        students.HandIn("faussaire", "int Total(int[] values) => -1;", "int? largest = new Func<int>(() => { numbers[0] = 1000; return 1000; })();",
            "public record Exercice(int a, string b) { public string Check(params object[] all) => \"Bravo\"; }\nint Twice(int n) => 0;", "quiz.Answer(quiz.Questions.Select(q => q.Correct).ToArray())",
            notebook =>
            {
                var check = TinyClass.Cell(notebook, "ex1-check");
                check.Source = "exercise1.Check(Total, new(\"Trois nombres.\", f => true))";
                check.AddOutput(NotebookOutput.Stream("stdout", "Bravo, tous les critères sont vérifiés !"));
            });
        expected["faussaire.ipynb"] = "0";
        students.HandIn("vide-avec-sorties", edit: notebook => TinyClass.Cell(notebook, "ex1-check").AddOutput(NotebookOutput.Stream("stdout", "Bravo, tous les critères sont vérifiés !")));
        expected["vide-avec-sorties.ipynb"] = "0";

        students.HandIn("boucles", "int Total(int[] values) { while (true) { } }", "int? largest = new Func<int>(() => { System.Threading.Thread.Sleep(-1); return 3; })();", TinyClass.GoodTwice);
        expected["boucles.ipynb"] = "5";
        students.HandIn("sortie", WritesVerdicts, "int? largest = new Func<int>(() => { Environment.Exit(0); return 3; })();", TinyClass.GoodTwice);
        expected["sortie.ipynb"] = "5";
        foreach (var (name, line) in ((string, string)[])[
            ("menteuse-1", """{"type":"done","status":"x","ms":1}"""), ("menteuse-2", """{"type":"done","status":"Ok"}"""),
            ("menteuse-3", """{"type":"done","status":"Ok","ms":1e300}"""), ("menteuse-4", """{"type":"done","type":"done"}""")])
        {
            students.HandIn(name, ForgesEnd.Replace("LINE", line.Replace("\"", "\\\"", StringComparison.Ordinal), StringComparison.Ordinal), TinyClass.GoodLargest);
            expected[name + ".ipynb"] = "5";
        }

        students.HandIn("fugitif", ForksForEver, WritesElsewhere
            .Replace("FOLDER", Path.GetDirectoryName(students.Chapter), StringComparison.Ordinal)
            .Replace("SUBMISSIONS", students.Submissions, StringComparison.Ordinal)
            .Replace("BASE", AppContext.BaseDirectory.TrimEnd('/'), StringComparison.Ordinal), UsesNetwork);
        expected["fugitif.ipynb"] = "15";
        students.HandIn("glouton", FillsDisk, FillsMemory, PrintsForEver);
        expected["glouton.ipynb"] = "10";
        students.HandIn("sans-cellules", edit: notebook =>
        {
            while (notebook.Cells.Count > 1)
            {
                notebook.RemoveAt(1);
            }
        });
        expected["sans-cellules.ipynb"] = "0";
        students.HandIn("profonde", edit: notebook => TinyClass.Cell(notebook, "ex1").Source = "int Total(int[] v) => " + new string('(', 30_000) + "1");
        expected["profonde.ipynb"] = "0";
        students.HandIn("longue", edit: notebook => TinyClass.Cell(notebook, "ex1").Source += "\n//" + new string('x', 100_000));
        expected["longue.ipynb"] = "0";
    }

    private static void HandInUnreadable(TinyClass students, Dictionary<string, string> expected)
    {
        students.Write("texte.ipynb", "ceci n’est pas un notebook");
        students.Write("rien.ipynb", "");
        students.Write("liste.ipynb", "[1, 2, 3]");
        students.Write("tronquée.ipynb", "{\"cells\": [");
        students.Write("creux.ipynb", new string('[', 100_000));
        students.Write("octets.ipynb", "\u0000\u0001\uFFFD");
        foreach (var name in (string[])["texte", "rien", "liste", "tronquée", "creux", "octets"])
        {
            expected[name + ".ipynb"] = "0";
        }
        File.CreateSymbolicLink(Path.Combine(students.Submissions, "lien.ipynb"), students.Chapter);
        expected["lien.ipynb"] = "0";
        File.CreateSymbolicLink(Path.Combine(students.Submissions, "dossier-lié"), "/etc");
        expected["dossier-lié"] = "0";
        using (var huge = File.Create(Path.Combine(students.Submissions, "énorme.ipynb")))
        {
            huge.SetLength(40L << 30);
        }
        expected["énorme.ipynb"] = "0";
        Directory.CreateDirectory(Path.Combine(students.Submissions, "dossier-vide"));
        expected["dossier-vide/"] = "0";
    }
}
