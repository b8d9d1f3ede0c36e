using System.Globalization;
using CourseCompanion.Data.Sources;

namespace CourseCompanion.Cli.Running;

/// <summary>Shows how a download gets on: a live line on a terminal, otherwise a line every tenth of the way.</summary>
internal sealed class DownloadLines(CommandContext context) : IProgress<DownloadProgress>
{
    private int _lastStep = -1;
    private bool _hasLiveLine;

    public void Report(DownloadProgress value)
    {
        long percent = value.TotalBytes is > 0 ? value.BytesReceived * 100 / value.TotalBytes.Value : 0;
        int step = (int)(context.IsTerminal ? percent : percent / 10);
        if (step == _lastStep)
        {
            return;
        }

        _lastStep = step;
        string line = $"{value.File}: {Mebibytes(value.BytesReceived)}{(value.TotalBytes is { } total ? $" of {Mebibytes(total)}, {percent} %" : "")}";
        if (context.IsTerminal)
        {
            context.Error.Write($"\r\u001b[K{line}");
            _hasLiveLine = true;
        }
        else
        {
            context.Error.WriteLine(line);
        }
    }

    /// <summary>Removes the live line.</summary>
    public void End()
    {
        if (_hasLiveLine)
        {
            context.Error.Write("\r\u001b[K");
        }
    }

    private static string Mebibytes(long bytes) => (bytes / (double)(1 << 20)).ToString("0.0", CultureInfo.InvariantCulture) + " MiB";
}
