using CourseCompanion.Labelling.Models;
using CourseCompanion.Labelling.Shards;
using static TorchSharp.torch;

namespace CourseCompanion.Labelling.Dispatch;

/// <summary>The model of the job at hand, and whether this machine may work on it: the same model, and folders that it sees and may write.</summary>
internal sealed class JobModels(Device? device) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<long> _tried = [];
    private (string Fingerprint, LabellingModel Model)? _loaded;

    /// <inheritdoc/>
    public void Dispose() => _loaded?.Model.Dispose();

    /// <summary>The model of a job, if this machine has the same, and the job's folders.</summary>
    /// <exception cref="WorkerRefusedException">It has not.</exception>
    internal LabellingModel Of(LabellingRun run)
    {
        lock (_lock)
        {
            foreach (string needed in (string[])[run.Request.Images, run.Request.Manifest])
            {
                // Otherwise every image would be "not there", and the job would end with nothing.
                if (!Path.Exists(needed))
                {
                    throw new WorkerRefusedException(
                        $"Job {run.Id} needs '{needed}', which this machine does not see: mount the same folders under the same names on every machine, or cancel the job: course label cancel {run.Id}.");
                }
            }

            if (_tried.Add(run.Id))
            {
                TryFolders(run);
            }

            if (_loaded is { } loaded && loaded.Fingerprint == run.Request.ModelFingerprint)
            {
                return loaded.Model;
            }

            LabellingModel model;
            try
            {
                model = LabellingModel.Load(run.Request.Model, device);
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException or NotSupportedException)
            {
                throw new WorkerRefusedException($"Job {run.Id} needs the model '{run.Request.Model}', which this machine cannot read: {exception.Message}");
            }

            if (model.Fingerprint != run.Request.ModelFingerprint)
            {
                string here = model.Fingerprint;
                model.Dispose();
                throw new WorkerRefusedException(
                    $"Job {run.Id} was submitted with version {run.Request.ModelFingerprint[..12]}… of the model; '{run.Request.Model}' is version {here[..12]}… on this machine. "
                    + "Put the same file, the same encoder and the same version of the course on every machine.");
            }

            _loaded?.Model.Dispose();
            _loaded = (model.Fingerprint, model);
            return model;
        }
    }

    /// <summary>Reads and writes where the job reads and writes: a worker of another user would fail at every shard.</summary>
    private static void TryFolders(LabellingRun run)
    {
        try
        {
            using (File.OpenRead(run.Request.Manifest))
            {
            }

            Directory.CreateDirectory(run.Request.ShardFolder);
            string trial = Path.Combine(run.Request.ShardFolder, $".trial-{Guid.NewGuid():N}");
            using (new FileStream(trial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
            }
        }
        catch (IOException)
        {
            // A full disk, a network that is away: it passes, and the shard at hand tells.
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new WorkerRefusedException($"Job {run.Id} may not be worked on by this user: {exception.Message} Run the workers as the user who submitted the job.");
        }
    }
}
