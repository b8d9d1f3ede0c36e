using System.Diagnostics;
using System.Globalization;
using System.Xml.Linq;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.EndToEnd.BadInput;

/// <summary>What can go wrong for a user, from the command to what it leaves behind.</summary>
public sealed class BadInputTests : IDisposable
{
    private const string LoadData = "var data = MedicalDataset.Load(\"dermamnist\");\ndata.Banner";

    private readonly TinyCourse _course = new();

    public static TheoryData<byte[], string> BadFiles => new()
    {
        { TinyCourse.Npz("|u1", new byte[5000])[..2500], "truncated or damaged: get it again" },
        { "<html><body>404: Not found</body></html>"u8.ToArray(), "it is no .npz file" },
        { TinyCourse.Npz("|O", "cos\nsystem\n(S'touch hacked'\ntR."u8.ToArray()), "needs unpickling: that can run any code and is never done" },
    };

    public void Dispose() => _course.Dispose();

    [Theory]
    [MemberData(nameof(BadFiles))]
    public async Task Bad_data_file_stops_the_notebook_at_the_cell_that_loads_it(byte[] contents, string message)
    {
        var folder = _course.WriteData(contents);
        var notebook = _course.Write("bad", LoadData, "Console.WriteLine(data.Train.Count);");

        var result = await _course.RunAsync(notebook, "--data", folder);

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Contains("[1/2]", result.Output, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(folder, "dermamnist.npz"), result.Output, StringComparison.Ordinal);
        Assert.Contains(message, result.Output, StringComparison.Ordinal);
        Assert.Equal(["bad.html", "bad.ipynb", "junit.xml", "run.json"], _course.OutFiles);
        Assert.Equal(["failed", "not-run"], _course.Statuses("bad"));
        var suite = XDocument.Load(Path.Combine(_course.Out, "junit.xml")).Root!.Element("testsuite")!;
        Assert.Equal(("2", "1", "1"), (suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value, suite.Attribute("skipped")!.Value));
        Assert.Contains(message, suite.Descendants("failure").Single().Attribute("message")!.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("threshold=1", "The confidence threshold must lie strictly between 0 and 1, for example 0.9.", 1)]
    [InlineData("threshold=1.5", "The confidence threshold must lie strictly between 0 and 1, for example 0.9.", 1)]
    [InlineData("datasetName=dermamist", "There is no dataset 'dermamist'. Did you mean 'dermamnist'", 2)]
    [InlineData("perClass=51", "Class 1 has 50 images, fewer than the 51 to be labelled. Ask for at most 50 per class.", 2)]
    public async Task Parameter_that_makes_no_sense_fails_beside_its_value_where_that_can_be_told_else_in_the_cell_that_uses_it(string parameter, string message, int cell)
    {
        var notebook = _course.Write(
            "parameters",
            "// Paramètres\nvar threshold = 0.9;\nvar datasetName = \"dermamnist\";\nvar perClass = 50;",
            """
            var rule = new ConfidenceThreshold(threshold);
            var info = DatasetCatalog.Default[datasetName];
            var split = LabelledSplit.PerClass(arange(110).ge(60).to(ScalarType.Int64), perClass, seed: 1);
            """);

        var result = await _course.RunAsync(notebook, "-p", parameter);

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Contains(message, result.Output, StringComparison.Ordinal);
        Assert.Equal(((string[])["ok", "ok", "failed", "not-run", "not-run"]).Skip(2 - cell).Take(3), _course.Statuses("parameters"));
    }

    [LinuxTheory]
    [InlineData("/proc/out")]
    [InlineData("/dev/null")]
    public async Task Output_folder_that_cannot_be_is_refused_before_anything_runs(string folder)
    {
        var notebook = _course.Write("a", "File.WriteAllText(\"ran\", \"\");");

        var result = await _course.RunIntoAsync(folder, notebook);

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains($"'{folder}' cannot be written", result.Error, StringComparison.Ordinal);
        Assert.Contains("Choose another one with --out.", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(notebook)!, "ran")));
    }

    [SmallDiskFact]
    public async Task Disk_with_too_little_space_is_refused_before_anything_runs()
    {
        var result = await _course.RunOnSmallDiskAsync(mebibytes: 1, _course.Write("a", "1"));

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains("64 MiB are needed. Free some space or choose another folder with --out.", result.Error, StringComparison.Ordinal);
        Assert.Empty(_course.OutFiles);
    }

    [SmallDiskFact]
    public async Task Disk_that_fills_while_a_model_is_saved_fails_the_cell_and_leaves_no_half_model()
    {
        var notebook = _course.Write(
            "model",
            """
            var filler = CourseOutput.PathOf("filler");
            try
            {
                // Fills the disk to the last byte.
                using var stream = File.Create(filler, bufferSize: 0);
                while (true) { stream.Write(new byte[4096]); }
            }
            catch (IOException) { }
            """,
            """
            try { Safetensors.Save(CourseOutput.PathOf("model.safetensors"), new SimpleCnn(3, 7)); }
            finally { File.Delete(filler); }
            """,
            "Console.WriteLine(\"later\");");

        var result = await _course.RunOnSmallDiskAsync(mebibytes: 80, notebook);

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Contains("No space left on device", result.Output, StringComparison.Ordinal);
        Assert.Equal(["ok", "failed", "not-run"], _course.Statuses("model"));
        Assert.Equal(["junit.xml", "model.html", "model.ipynb", "run.json"], _course.OutFiles);
    }

    [SmallDiskFact]
    public async Task Disk_that_is_full_at_the_end_leaves_no_half_notebook_and_says_what_to_do()
    {
        var notebook = _course.Write(
            "large", "File.WriteAllBytes(CourseOutput.PathOf(\"filler\"), new byte[76 << 20]);", "display(new string('x', 10 << 20));");

        var result = await _course.RunOnSmallDiskAsync(mebibytes: 80, notebook);

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Contains("large.ipynb' cannot be written: No space left on device", result.Error, StringComparison.Ordinal);
        Assert.Contains("Free some space or choose another folder with --out.", result.Error, StringComparison.Ordinal);
        Assert.Equal(["filler"], _course.OutFiles);
    }

    [LinuxFact]
    public async Task Interrupt_of_the_whole_group_during_training_leaves_a_whole_notebook_and_no_process()
    {
        var notebook = _course.Write(
            "training",
            """
            var images = new ResidentImages(zeros(64, 3, 28, 28, dtype: ScalarType.Byte));
            var labelled = LabelledImages.All(images, arange(64) % 7);
            void Train(int epochs) =>
                new Trainer(new SimpleCnn(3, 7), new TrainingOptions { Epochs = epochs, Seed = 1 }).Fit(labelled, labelled);
            Console.WriteLine(Environment.ProcessId);
            """,
            """
            Train(epochs: 1);
            File.WriteAllText(CourseOutput.PathOf("training-has-begun"), "");
            Train(epochs: 1_000_000);
            """,
            "Console.WriteLine(\"later\");");
        using var process = _course.StartInSession(notebook);
        var begun = Path.Combine(_course.Out, "training-has-begun");
        while (!File.Exists(begun) && !process.HasExited)
        {
            await Task.Delay(50);
        }

        await Interrupt.GroupAsync(process.Id);
        var result = await CourseProcess.EndAsync(process);

        Assert.True(result.ExitCode == 130, result.ToString());
        Assert.Contains("INTERRUPTED", result.Output, StringComparison.Ordinal);
        Assert.Equal(["ok", "interrupted", "not-run"], _course.Statuses("training"));
        Assert.Equal(["junit.xml", "run.json", "training-has-begun", "training.html", "training.ipynb"], _course.OutFiles);
        var worker = int.Parse(_course.Executed("training").Cells[0].Outputs[0].Text, CultureInfo.InvariantCulture);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(worker));
    }
}
