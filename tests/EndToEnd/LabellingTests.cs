using System.Diagnostics;
using System.Text.Json;
using CourseCompanion.Data.Images;
using CourseCompanion.EndToEnd.Browser;
using CourseCompanion.Files;
using CourseCompanion.Models;
using CourseCompanion.Tests.Shared;
using static TorchSharp.torch;

namespace CourseCompanion.EndToEnd;

/// <summary>Labelling as a user starts it: the commands label, worker and dashboard.</summary>
public sealed class LabellingTests : IDisposable
{
    private const int LargeImages = 400, DrawnImages = 8;

    private readonly string _folder = Directory.CreateTempSubdirectory("course-labelling-").FullName;

    private string Images => Path.Combine(_folder, "images");

    private string Model => Path.Combine(_folder, "model.safetensors");

    private string Output => Path.Combine(_folder, "out");

    public LabellingTests()
    {
        using var scope = NewDisposeScope();
        Directory.CreateDirectory(Images);
        random.manual_seed(1);
        for (int i = 0; i < 60; i++)
        {
            ImageFile.Save(randint(0, 256, [3, 28, 28], ScalarType.Byte), Path.Combine(Images, $"{i:D3}.png"));
        }

        File.WriteAllText(Path.Combine(Images, "059.png"), "<svg/>");
        using SimpleCnn network = new(3, 2);
        Safetensors.Save(Model, network, new Dictionary<string, string> { ["classes"] = JsonSerializer.Serialize((string[])["normale", "cancer"]) });
    }

    [Fact]
    public async Task One_machine_labels_a_folder_and_tells_what_came_of_it()
    {
        CourseResult unsaid = await CourseProcess.RunAsync(_folder, "label", Images, "--model", Model, "--out", Output);
        Assert.Equal(1, unsaid.ExitCode);
        Assert.Contains("--threshold", unsaid.Error, StringComparison.Ordinal);

        CourseResult labelled = await CourseProcess.RunAsync(_folder, "label", Images, "--model", Model, "--out", Output, "--threshold", "0.5", "--shard-size", "25");
        Assert.True(labelled.ExitCode == 0, labelled.ToString());
        Assert.Equal(Path.Combine(Output, "labels.parquet"), labelled.Output.Trim());
        Assert.True(File.Exists(labelled.Output.Trim()));

        CourseResult status = await CourseProcess.RunAsync(_folder, "label", "status", Output);
        Assert.Contains("done: 60 of 60 images (0 left to a human, 1 unreadable), 3 of 3 shards", status.Output, StringComparison.Ordinal);
        CourseResult report = await CourseProcess.RunAsync(_folder, "label", "report", Output);
        Assert.True(report.ExitCode == 0, report.ToString());
        Assert.Contains("it is a web page or SVG drawing", report.Output, StringComparison.Ordinal);
        Assert.Contains("never a diagnosis", report.Output, StringComparison.Ordinal);
        Assert.Equal(2, File.ReadAllLines(Path.Combine(Output, "review.csv")).Length);
        string journal = (await CourseProcess.RunAsync(_folder, "label", "journal", Output)).Output;
        Assert.All(
            (string[])["label: started job 1", "label: ended job 1, done", "label: status of job 1", "label: report on job 1", "label: journal"],
            access => Assert.Contains(access, journal, StringComparison.Ordinal));
        CourseResult resumed = await CourseProcess.RunAsync(_folder, "label", "resume", Output);
        Assert.Contains("left to do", resumed.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Label what?", "label")]
    [InlineData("--model", "label", ".")]
    [InlineData("--store", "worker")]
    [InlineData("--store", "label", "status")]
    [InlineData("neither the folder", "label", "report", "nothing-here")]
    [InlineData("no connection to PostgreSQL", "worker", "--store", "nonsense", "--child", "0")]
    public async Task What_is_missing_is_said(string said, params string[] arguments)
    {
        CourseResult result = await CourseProcess.RunAsync(_folder, arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task Machines_label_for_a_store_and_its_dashboard_shows_it()
    {
        WriteLargeImages();
        using PostgresServer server = new();
        string store = server.Connection + ";Password=geheim";
        string[] job = ["label", Images, "--model", Model, "--out", Output, "--threshold", "0.5", "--shard-size", "20"];
        CourseResult submitted = await CourseProcess.RunAsync(_folder, [.. job, "--store", store]);
        Assert.True(submitted.ExitCode == 0, submitted.ToString());
        Assert.Equal("1", submitted.Output.Trim());
        Assert.Matches($"\n  \\./course label status 1 --store \"Host=127\\.0\\.0\\.1;.*;Password=\\*\\*\\*\"\n", submitted.Error);
        Assert.DoesNotContain("geheim", submitted.Error, StringComparison.Ordinal);
        CourseResult again = await CourseProcess.RunAsync(_folder, [.. job, "--store", server.Connection]);
        Assert.Contains("the same job is there already: 1", again.Error, StringComparison.Ordinal);

        using Process dashboard = CourseProcess.Start(_folder, null, "dashboard", "--store", server.Connection);
        try
        {
            string link = (await dashboard.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)))!;
            Assert.StartsWith("http://127.0.0.1:", link, StringComparison.Ordinal);
            Task<CourseResult>[] workers = [.. Enumerable.Range(0, 2).Select(_ => CourseProcess.RunAsync(_folder, "worker", "--store", server.Connection, "--cores", "1", "--until-done"))];
            if (BrowserFactAttribute.Chromium is not null)
            {
                await LookAsync(link);
            }

            foreach (CourseResult worker in await Task.WhenAll(workers))
            {
                Assert.True(worker.ExitCode == 0, worker.ToString());
            }

            CourseResult status = await CourseProcess.RunAsync(_folder, "label", "status", "1", "--store", server.Connection);
            Assert.Contains($"done: {LargeImages} of {LargeImages} images", status.Output, StringComparison.Ordinal);
            CourseResult all = await CourseProcess.RunAsync(_folder, "label", "status", "--store", server.Connection);
            Assert.Contains($"done: {LargeImages} of {LargeImages} images", all.Output, StringComparison.Ordinal);
            CourseResult journal = await CourseProcess.RunAsync(_folder, "label", "journal", "--store", server.Connection);
            Assert.All(
                (string[])["label: submitted job 1", "label: submitted again job 1", "worker: started", "label: status of job 1", "label: status of all jobs", "label: journal"],
                access => Assert.Contains(access, journal.Output, StringComparison.Ordinal));
        }
        finally
        {
            dashboard.Kill(entireProcessTree: true);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Images that take some time each, so that a shard is at work for a second or two: some drawn, the others copies.</summary>
    private void WriteLargeImages()
    {
        Directory.Delete(Images, recursive: true);
        Directory.CreateDirectory(Images);
        using var scope = NewDisposeScope();
        Tensor coarse = rand([DrawnImages, 3, 4, 4], ScalarType.Float32);
        for (int i = 0; i < LargeImages; i++)
        {
            string file = Path.Combine(Images, $"{i:D3}.png");
            if (i < DrawnImages)
            {
                Tensor large = nn.functional.interpolate(coarse[i..(i + 1)], [1_000, 1_000], mode: InterpolationMode.Bilinear, align_corners: false);
                ImageFile.Save(large[0].mul(255).to(ScalarType.Byte), file);   // uint8 [3, 1000, 1000]
            }
            else
            {
                File.Copy(Path.Combine(Images, $"{i % DrawnImages:D3}.png"), file);
            }
        }
    }

    /// <summary>Looks at the page as its reader does, once both workers have a shard, and keeps the picture that chapter 6.4 shows.</summary>
    private static async Task LookAsync(string link)
    {
        const string HaveShards = "[...document.querySelectorAll('table')[1]?.rows ?? []].filter(row => /^\\d+\\/\\d+$/.test(row.cells[1].innerText)).length";
        string picture = Path.Combine(Repository.Root, "artifacts", "screenshots", "06-4-tableau-de-bord.png");
        await using BrowserSession browser = await BrowserSession.StartAsync();
        await browser.OpenAsync(link);
        Assert.DoesNotContain("token", await browser.TextAsync("location.href"), StringComparison.Ordinal);
        double images, atWork;
        do
        {
            await Task.Delay(200);
            await browser.OpenAsync(new Uri(new Uri(link), "/").ToString());
            images = (await browser.EvaluateAsync("document.querySelector('progress').value")).GetDouble();
            atWork = (await browser.EvaluateAsync(HaveShards)).GetDouble();
            Assert.True(images < LargeImages, "The job was over before both workers were seen at work.");
        }
        while (images < LargeImages / 4 || atWork < 2);

        Assert.Contains($"sur {LargeImages}", await browser.TextAsync("document.body.innerText"), StringComparison.Ordinal);
        await browser.PhotographAsync(picture);
        await browser.OpenAsync(new Uri(new Uri(link), "/hangfire").ToString());
        await browser.WaitAsync("document.body.innerText.includes('CourseCompanion')");
        Assert.True(new FileInfo(picture).Length > 10_000);
    }
}
