using CourseCompanion.Labelling.Simulation;

namespace CourseCompanion.Labelling.Tests.Simulation;

public class ClusterSimulationTests
{
    private static readonly ClusterSetting Even = new() { Shards = 200, ShardSeconds = 10, ShardSpread = 0, DatabaseSeconds = 0.01 };

    [Fact]
    public void One_worker_takes_its_shards_one_after_the_other()
    {
        ClusterOutcome outcome = ClusterSimulation.Run(Even, workers: 1);
        Assert.Equal(200 * 10.01, outcome.Seconds, 6);
        Assert.Equal(0.01 / 10.01, outcome.DatabaseUse, 9);
        Assert.Equal(10 / 10.01, outcome.WorkerUse, 9);
        Assert.Equal(0, outcome.WaitSeconds, 9);
    }

    [Fact]
    public void Workers_share_the_work_while_the_database_has_time()
    {
        ClusterOutcome outcome = ClusterSimulation.Run(Even with { DatabaseSeconds = 0 }, workers: 8);
        Assert.Equal(200 / 8 * 10, outcome.Seconds, 6);
        Assert.Equal(1, outcome.WorkerUse, 9);
    }

    [Fact]
    public void A_saturated_database_serves_as_many_shards_as_it_can()
    {
        // 2,000 workers want 200 shards a second, the database gives 100.
        ClusterOutcome outcome = ClusterSimulation.Run(Even with { Shards = 40_000, ShardSpread = 0.5 }, workers: 2_000);
        Assert.InRange(outcome.ShardsPerSecond, 97, 100);
        Assert.InRange(outcome.DatabaseUse, 0.97, 1);
        Assert.InRange(outcome.WorkerUse, 0.4, 0.55);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(300)]
    [InlineData(1_500)]
    public void Use_is_throughput_times_service_time(int workers)
    {
        // The utilisation law holds whatever the distributions are.
        ClusterOutcome outcome = ClusterSimulation.Run(Even with { Shards = 20_000, ShardSpread = 1 }, workers);
        Assert.Equal(outcome.ShardsPerSecond * 0.01, outcome.DatabaseUse, 6);
        Assert.True(outcome.ShardsPerSecond <= Math.Min(workers / 10.01, 100) * 1.01, $"{outcome.ShardsPerSecond} shards a second");
    }

    [Fact]
    public void Many_independent_workers_wait_as_in_a_queue_with_random_arrivals_and_equal_service()
    {
        // 600 workers that ask every 10 s on the average: Poisson, nearly. Wait of M/D/1: rho s / (2 (1 - rho)).
        ClusterOutcome outcome = ClusterSimulation.Run(Even with { Shards = 120_000, ShardSpread = 1 }, workers: 600);
        double rho = outcome.DatabaseUse;
        Assert.InRange(rho, 0.55, 0.62);
        double expected = rho * 0.01 / (2 * (1 - rho));
        Assert.InRange(outcome.WaitSeconds, 0.75 * expected, 1.25 * expected);
    }

    [Fact]
    public void What_a_dead_worker_had_is_done_again()
    {
        // 1,000 hours of work, a death every ten of them.
        ClusterSetting setting = new() { Shards = 20_000, ShardSeconds = 180, DatabaseSeconds = 0.01, FailuresPerHour = 0.1 };
        ClusterOutcome outcome = ClusterSimulation.Run(setting, workers: 50);
        Assert.InRange(outcome.Lost, 60, 145);   // Poisson, mean 100
        Assert.Equal(20_000, outcome.ShardsPerSecond * outcome.Seconds, 6);
        double undisturbed = ClusterSimulation.Run(setting with { FailuresPerHour = 0 }, workers: 50).Seconds;
        Assert.InRange(outcome.Seconds / undisturbed, 1, 1.02);
    }

    [Fact]
    public void Sweeps_take_the_databases_time_too()
    {
        ClusterSetting setting = Even with { Shards = 2_000, SweepSeconds = 0.005, SweepEvery = 4 };
        ClusterOutcome outcome = ClusterSimulation.Run(setting, workers: 100);
        Assert.Equal(100 * ((0.01 / 10.01) + (0.005 / 4.005)), outcome.DatabaseUse, 0.03);
        Assert.Equal(1 / ((0.01 / 10.01) + (0.005 / 4.005)), setting.WorkersAtLimit, 6);
    }

    [Fact]
    public void The_same_seed_gives_the_same_job()
    {
        ClusterSetting setting = Even with { ShardSpread = 1, FailuresPerHour = 5, SweepSeconds = 0.001 };
        Assert.Equal(ClusterSimulation.Run(setting, 20, seed: 3), ClusterSimulation.Run(setting, 20, seed: 3));
        Assert.NotEqual(ClusterSimulation.Run(setting, 20, seed: 3), ClusterSimulation.Run(setting, 20, seed: 4));
    }

    [Fact]
    public void More_machines_shorten_the_job_until_the_database_decides()
    {
        ClusterStudy study = ClusterStudy.Run(Even with { Shards = 4_000, ShardSpread = 0.3 }, shardSize: 1_000, [1, 10, 100, 1_000, 4_000], seeds: 2);
        Assert.Equal(1_001, study.WorkersAtLimit, 6);
        double[] days = [.. study.Rows.Select(row => row.Days.Estimate)];
        Assert.Equal(days.OrderDescending(), days);
        Assert.Equal(4_000 * 10.01 / 86_400, days[0], 0.01);
        Assert.All(study.Rows, row => Assert.InRange(row.Days.Estimate, row.Days.Lower - 1e-12, row.Days.Upper + 1e-12));
        Assert.Contains("1\u202f001", study.ToString(), StringComparison.Ordinal);
        Assert.Contains("jusqu’à 5 connexions", study.ToString().Replace('\u00a0', ' '), StringComparison.Ordinal);
        Assert.Contains("au-delà de 19 machines", study.ToString().Replace('\u00a0', ' '), StringComparison.Ordinal);
    }
}
