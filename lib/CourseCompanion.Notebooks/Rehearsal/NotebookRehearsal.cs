using System.Globalization;
using CourseCompanion.Files;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Execution;
using CourseCompanion.Notebooks.Export;

namespace CourseCompanion.Notebooks.Rehearsal;

/// <summary>
/// Runs a chapter as its recording would, several takes, each in a fresh process, and says what to look at before the camera is on: cells
/// that take too long, figures that differ from take to take, text too small, code too wide, what needs the network.
/// </summary>
/// <remarks>
/// A cell's metadata may say more: <c>"rehearsal": {"seconds": 75}</c> is its budget, <c>"rehearsal": {"varies": true}</c> tells that it
/// measures this machine, so that what it puts out is not compared.
/// </remarks>
public static class NotebookRehearsal
{
    /// <summary>The workspace of VS Code in the sizes of the recording.</summary>
    public const string WorkspaceFile = "enregistrement.code-workspace";

    private const string MetadataKey = "rehearsal";

    /// <summary>Rehearses one notebook.</summary>
    /// <param name="request">What to rehearse, and how.</param>
    /// <param name="cancellation">Interrupts the running take.</param>
    /// <returns>What was found; <c>NAME.prises.html</c>, <c>NAME.enregistrement.html</c> and the takes' notebooks are in the output folder.</returns>
    /// <exception cref="NotebookRunException">The notebook cannot be run, or the output folder cannot be written.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was requested.</exception>
    public static async Task<RehearsalReport> RunAsync(RehearsalRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Takes, 1);
        var source = Path.GetFullPath(request.Run.Notebooks.Single());
        var name = Path.GetFileNameWithoutExtension(source);
        var scratch = Directory.CreateTempSubdirectory("course-rehearsal-").FullName;
        try
        {
            var takes = new List<Take>();
            for (var number = 1; number <= request.Takes; number++)
            {
                takes.Add(await RunTakeAsync(request, source, number, Path.Combine(scratch, "out"), cancellation).ConfigureAwait(false));
            }
            var notices = new List<string>();
            var pictures = await PicturesAsync(request, takes, Path.GetDirectoryName(source)!, scratch, notices, cancellation).ConfigureAwait(false);
            return Write(request, source, name, takes, pictures, notices);
        }
        finally
        {
            DeleteQuietly(scratch);
        }
    }

    private sealed record Take(int Number, NotebookRunResult Result, NotebookDocument Notebook)
    {
        internal IReadOnlyList<NotebookCell> Cells { get; } = [.. Notebook.CodeCells.Where(cell => cell.Source.Trim().Length > 0)];
    }

    /// <summary>Every take begins with the same files, in the same folder: what a cell says of them is the same too.</summary>
    private static async Task<Take> RunTakeAsync(RehearsalRequest request, string source, int number, string folder, CancellationToken cancellation)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
        Directory.CreateDirectory(folder);
        foreach (var model in request.Models is { } models && Directory.Exists(models) ? Directory.GetFiles(models, "*.safetensors") : [])
        {
            File.Copy(model, Path.Combine(folder, Path.GetFileName(model)));
        }
        var summary = await NotebookRunner.RunAsync(request.Run with { Notebooks = [source], OutDirectory = folder }, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        var result = summary.Notebooks[0];
        return result.ExecutedNotebook is { } executed
            ? new Take(number, result, NotebookDocument.Load(executed))
            : throw new NotebookRunException(result.Problem ?? $"{source}: the notebook was not run.");
    }

    private static async Task<IReadOnlyDictionary<int, CellPicture>> PicturesAsync(
        RehearsalRequest request, List<Take> takes, string home, string scratch, List<string> notices, CancellationToken cancellation)
    {
        if (request.Browser is not { } browser)
        {
            notices.Add($"No Chromium, Chrome or Edge was found: no pictures on the take sheet, and the size of texts was not measured. With one on the PATH, or named by {Processes.Chromium.Variable}, there are.");
            return new Dictionary<int, CellPicture>();
        }
        try
        {
            return await CellPictures.TakeAsync(browser, takes[0].Notebook, home, request.IsDark, scratch, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or SixLabors.ImageSharp.ImageFormatException)
        {
            notices.Add($"No pictures on the take sheet, and the size of texts was not measured: {e.Message}");
            return new Dictionary<int, CellPicture>();
        }
    }

    private static RehearsalReport Write(
        RehearsalRequest request, string source, string name, List<Take> takes, IReadOnlyDictionary<int, CellPicture> pictures, List<string> notices)
    {
        var home = Path.GetDirectoryName(source)!;
        var title = takes[0].Notebook.Title ?? name;
        var cells = Cells(request, takes, pictures);
        var findings = Findings(takes, cells, pictures, home)
            .OrderBy(finding => finding.Cell).ThenBy(finding => finding.Fault).ThenBy(finding => finding.Take).ToList();
        var folder = request.Run.OutDirectory;
        var sheet = Path.Combine(folder, name + ".prises.html");
        var page = takes[0].Result.Status == RunStatus.Ok ? Path.Combine(folder, name + ".enregistrement.html") : null;
        try
        {
            foreach (var take in takes)
            {
                AtomicFile.WriteAllText(Path.Combine(folder, FormattableString.Invariant($"{name}.prise-{take.Number}.ipynb")), take.Notebook.ToJson());
            }
            if (page is not null)
            {
                AtomicFile.WriteAllText(page, HtmlExporter.Export(
                    takes[0].Notebook, new HtmlExportOptions { Title = title, Folder = home, Style = RecordingPreset.Css(request.IsDark) }));
            }
            var clone = Path.GetDirectoryName(home) ?? home;
            AtomicFile.WriteAllText(Path.Combine(folder, WorkspaceFile), request.Preset.Workspace(Path.GetRelativePath(folder, clone), request.IsDark));
            var report = new RehearsalReport(title, cells, findings, notices, sheet, page);
            AtomicFile.WriteAllText(sheet, TakeSheet.Page(report, request, takes[0].Notebook));
            return report;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new NotebookRunException($"The output folder '{folder}' cannot be written: {error.Message} Choose another one with --out.", error);
        }
    }

    private static List<RehearsedCell> Cells(RehearsalRequest request, List<Take> takes, IReadOnlyDictionary<int, CellPicture> pictures)
    {
        var cells = new List<RehearsedCell>();
        string? section = null, line = null;
        foreach (var cell in takes[0].Notebook.Cells)
        {
            if (cell.Kind == NotebookCellKind.Markdown)
            {
                section = SpokenLine.Heading(cell.Source) ?? section;
                line = SpokenLine.First(cell.Source) ?? line;
            }
            else if (cell.Kind == NotebookCellKind.Code && cell.Source.Trim().Length > 0)
            {
                var i = cells.Count;
                var said = cell.Metadata.At(MetadataKey);
                var results = takes.Select(take => take.Result.Cells[i]).ToList();
                cells.Add(new RehearsedCell(
                    i + 1, cell.Id, results[0].Title, section, line,
                    said.At("seconds").AsNumber() is > 0 and < 1e6 and var seconds ? TimeSpan.FromSeconds(seconds) : request.Budget,
                    said.At("varies").IsTrue(),
                    [.. results.Select(result => result.Status == RunStatus.NotRun ? (double?)null : result.Duration.TotalSeconds)])
                {
                    Picture = pictures.GetValueOrDefault(i + 1)?.Picture,
                });
                section = line = null;
            }
        }
        return cells;
    }

    private static IEnumerable<RehearsalFinding> Findings(
        List<Take> takes, List<RehearsedCell> cells, IReadOnlyDictionary<int, CellPicture> pictures, string home)
    {
        foreach (var take in takes)
        {
            if (take.Result.FailedCell is { } failed)
            {
                yield return new RehearsalFinding(RehearsalFault.Failed, failed.Number, take.Number, null, failed.Error, null);
            }
        }
        foreach (var cell in cells)
        {
            var i = cell.Number - 1;
            if (cell.Seconds.Max() is { } slowest && slowest > cell.Budget.TotalSeconds)
            {
                yield return new RehearsalFinding(
                    RehearsalFault.OverBudget, cell.Number, cell.Seconds.ToList().IndexOf(slowest) + 1, null,
                    slowest.ToString("0.0", CultureInfo.InvariantCulture), cell.Budget.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture));
            }
            foreach (var take in cell.Varies ? [] : takes.Skip(1).Where(take => Ran(take, i) && Ran(takes[0], i)))
            {
                foreach (var difference in TakeComparison.Between(takes[0].Cells[i], take.Cells[i]))
                {
                    yield return new RehearsalFinding(RehearsalFault.Differs, cell.Number, take.Number, difference.Place, difference.First, difference.Other);
                }
            }
            var hasWideLine = false;
            foreach (var (line, text) in takes[0].Cells[i].Source.Split('\n').Index())
            {
                if (RecordingPreset.ColumnsOf(text) is var columns && columns > RecordingPreset.Columns)
                {
                    hasWideLine = true;
                    yield return new RehearsalFinding(RehearsalFault.WideCode, cell.Number, null, $"line {line + 1}", $"{columns}", $"{RecordingPreset.Columns}");
                }
            }
            // What counts as a column may be drawn wider: a tab, a rare sign.
            if (!hasWideLine && pictures.GetValueOrDefault(cell.Number) is { IsWide: true })
            {
                yield return new RehearsalFinding(RehearsalFault.WideCode, cell.Number, null, null, null, null);
            }
            if (pictures.GetValueOrDefault(cell.Number) is { SmallestText: { } size } picture && size < RecordingPreset.SmallestText - 0.01)
            {
                yield return new RehearsalFinding(
                    RehearsalFault.SmallText, cell.Number, null, picture.Sample, size.ToString("0.#", CultureInfo.InvariantCulture),
                    RecordingPreset.SmallestText.ToString("0.#", CultureInfo.InvariantCulture));
            }
            foreach (var address in takes[0].Cells[i].Outputs.SelectMany(OfflineCheck.Addresses).Distinct())
            {
                yield return new RehearsalFinding(RehearsalFault.Network, cell.Number, null, Short(address), null, null);
            }
        }
        foreach (var (number, address) in NeededByProse(takes[0].Notebook, home))
        {
            yield return new RehearsalFinding(RehearsalFault.Network, Math.Min(number, Math.Max(cells.Count, 1)), null, Short(address), null, null);
        }

        static bool Ran(Take take, int cell) => take.Result.Cells[cell].Status != RunStatus.NotRun;
    }

    /// <summary>What the texts show from a network, each with the number of the cell that follows.</summary>
    private static IEnumerable<(int Cell, string Address)> NeededByProse(NotebookDocument notebook, string home)
    {
        var html = new CellHtml(new PageImages(home));
        var number = 1;
        foreach (var cell in notebook.Cells)
        {
            if (cell.Kind == NotebookCellKind.Code && cell.Source.Trim().Length > 0)
            {
                number++;
            }
            foreach (var address in cell.Kind == NotebookCellKind.Markdown ? OfflineCheck.Addresses(html.Prose(cell.Source, cell.Attachments)) : [])
            {
                yield return (number, address);
            }
        }
    }

    private static string Short(string address) => address.Length <= 120 ? address : address[..119] + "…";

    private static void DeleteQuietly(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A browser that has not quite ended still writes there; the folder is a temporary one.
        }
    }
}
