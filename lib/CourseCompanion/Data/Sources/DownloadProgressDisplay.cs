using CourseCompanion.French;
using CourseCompanion.Work;

namespace CourseCompanion.Data.Sources;

/// <summary>Shows how a download gets on in the display that the notebook or the console has set up. Nothing shows before the first byte.</summary>
internal sealed class DownloadProgressDisplay : IProgress<DownloadProgress>, IDisposable
{
    private readonly Lock _lock = new();
    private IProgressTask? _task;
    private int _percent = -1;

    /// <inheritdoc/>
    public void Report(DownloadProgress value)
    {
        lock (_lock)
        {
            int percent = value.TotalBytes is > 0 and var total ? (int)(100 * value.BytesReceived / total) : 0;
            if (percent == _percent)
            {
                return;
            }

            _percent = percent;
            _task ??= WorkContext.Progress.Start($"Téléchargement de {value.File}", 100);
            _task.Report(percent, $"{FrenchNumbers.Number(value.BytesReceived / 1e6, 1)} Mo");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _task?.Dispose();
}
