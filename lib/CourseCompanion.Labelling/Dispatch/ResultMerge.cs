using System.Globalization;
using CourseCompanion.Labelling.Shards;

namespace CourseCompanion.Labelling.Dispatch;

/// <summary>The last act of a job: the files of its shards become one.</summary>
internal static class ResultMerge
{
    /// <summary>Brings the results of a job together; where files are missing, their shards are labelled again first.</summary>
    /// <param name="store">The truth.</param>
    /// <param name="job">The job.</param>
    /// <param name="token">What the store knows the owner of this merge by.</param>
    /// <param name="log">Called with what a person should know.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>Whether this ended the job.</returns>
    /// <exception cref="InvalidDataException">The files do not hold what the shards said.</exception>
    internal static bool Run(ShardStore store, LabellingRun job, string token, Action<string> log, CancellationToken cancellation)
    {
        ShardOutcome[] done = [.. store.Outcomes(job.Id).Where(outcome => outcome.File is not null)];
        ShardOutcome[] gone = [.. done.Where(outcome => !File.Exists(Path.Combine(job.Request.ShardFolder, outcome.File!)))];
        if (gone.Length > 0)
        {
            foreach (ShardOutcome lost in gone)
            {
                store.Lose(job.Id, lost.Shard);
            }

            log($"{gone.Length} files of job {job.Id} were deleted from outside: these shards are labelled again.");
            return false;
        }

        string[] files = [.. done.Select(outcome => Path.Combine(job.Request.ShardFolder, outcome.File!))];
        long rows = LabelFile.MergeAsync(job.Request.Labels, files, job.Request.ClassNames, cancellation).GetAwaiter().GetResult();
        if (rows != job.Counts.Images)
        {
            throw new InvalidDataException($"The files of job {job.Id} hold {rows} rows, its shards say {job.Counts.Images}: a file was changed from outside.");
        }

        if (!store.Finish(job.Id, token))
        {
            return false;
        }

        RemoveLeftOvers(job, done);
        return true;
    }

    /// <summary>Deletes what tries of these shards left behind that do not count; nothing of any other shard.</summary>
    private static void RemoveLeftOvers(LabellingRun job, ShardOutcome[] done)
    {
        Dictionary<int, string> counted = done.ToDictionary(shard => shard.Shard, shard => shard.File!);
        foreach (string file in Directory.EnumerateFiles(job.Request.ShardFolder))
        {
            // 000012.1.parquet, or .000012.1.parquet.….tmp of a worker that died in writing it.
            string name = Path.GetFileName(file);
            if (int.TryParse(name.TrimStart('.').Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int shard)
                && counted.TryGetValue(shard, out string? own) && name != own)
            {
                File.Delete(file);
            }
        }
    }
}
