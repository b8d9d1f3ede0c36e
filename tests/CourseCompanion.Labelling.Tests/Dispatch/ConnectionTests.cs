using System.Diagnostics;
using CourseCompanion.Labelling.Dispatch;
using CourseCompanion.Labelling.Shards;
using CourseCompanion.Labelling.Tests.Support;
using CourseCompanion.Tests.Shared;
using Npgsql;

namespace CourseCompanion.Labelling.Tests.Dispatch;

/// <summary>What workers cost the server: PostgreSQL lets in a hundred connections unless it is told otherwise.</summary>
public sealed class ConnectionTests : IDisposable
{
    private const int Workers = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("course-connections-").FullName;
    private readonly List<Process> _workers = [];

    [PostgresFact]
    public async Task A_worker_holds_no_more_connections_than_is_promised()
    {
        string images = Path.Combine(_folder, "images"), model = LabellingSet.WriteModel(Path.Combine(_folder, "model.safetensors"));
        LabellingSet.WriteImages(images, 2_000);
        using PostgresServer server = new();
        using PostgresShardStore store = new(server.Connection);
        using HangfireDispatcher dispatcher = HangfireDispatcher.Postgres(store, TimeSpan.FromSeconds(20));
        (LabellingRun run, _) = await LabellingJob.SubmitAsync(store, dispatcher, images, model, Path.Combine(_folder, "output"), new JobOptions { ShardSize = 10 });
        for (int i = 0; i < Workers; i++)
        {
            _workers.Add(WorkerProcess.Start($"{server.Connection};Application Name=worker-{i}", 20));
        }

        Dictionary<string, List<int>> seen = [];
        Stopwatch watch = Stopwatch.StartNew();
        while (store.Find(run.Id)!.State != RunState.Done)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(5), string.Join('\n', WorkerProcess.Log));
            foreach ((string worker, int connections) in await CountAsync(store))
            {
                (seen.TryGetValue(worker, out List<int>? counts) ? counts : seen[worker] = []).Add(connections);
            }

            await Task.Delay(20);
        }

        Console.WriteLine("connections: " + string.Join("; ", seen.Select(one => $"{one.Key} at most {one.Value.Max()}, {one.Value.Average():0.0} on the average of {one.Value.Count} looks")));
        Assert.Equal(Workers, seen.Count);
        Assert.All(seen, one => Assert.InRange(one.Value.Max(), 1, PostgresShardStore.MaximalConnections));
    }

    public void Dispose()
    {
        foreach (Process worker in _workers)
        {
            worker.Kill(entireProcessTree: true);
            worker.WaitForExit();
            worker.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<List<(string Worker, int Connections)>> CountAsync(PostgresShardStore store)
    {
        await using NpgsqlConnection connection = await store.Source.OpenConnectionAsync();
        await using NpgsqlCommand count = new("select application_name, count(*) from pg_stat_activity where application_name like 'worker-%' group by 1", connection);
        await using NpgsqlDataReader rows = await count.ExecuteReaderAsync();
        List<(string, int)> counts = [];
        while (await rows.ReadAsync())
        {
            counts.Add((rows.GetString(0), (int)rows.GetInt64(1)));
        }

        return counts;
    }
}
