using CourseCompanion.BrainScan;
using CourseCompanion.Labelling.Simulation;

namespace CourseCompanion.Labelling.Tests.Simulation;

public class JobForecastTests
{
    private static readonly CostScenario Scenario = CostScenario.FourMillion(labelled: 99, imagesPerSecond: 50, megabytesPerImage: 0.03);
    private static readonly Throughput Here = new("Ici", DecodePerSecond: 100, ForwardPerSecond: 100, IsMeasured: true, "un essai");

    [Fact]
    public void Days_and_euros_are_those_of_the_formula()
    {
        JobForecast forecast = JobForecast.Of(Scenario, Here, Overhead(0.25), gpuImagesPerSecond: 1e9);

        // 50 images a second, a quarter slower: 100,000 s for four million images, at 0.10 euros an hour.
        MachineForecast here = forecast.Machines[0];
        Assert.Equal(100_000 / 86_400.0, here.Days.Estimate, 9);
        Assert.Equal(100_000 / 3_600.0 * 0.1, here.Euros.Estimate, 9);

        // On more cores the hour is dearer as much as it does more, but for the efficiency that is lost.
        MachineForecast cores = forecast.Machines[1];
        Assert.Equal(here.Days.Estimate * Here.ImagesPerSecond / Here.OnCores(16).ImagesPerSecond, cores.Days.Estimate, 9);
        Assert.True(forecast.Machines[2].Days.Estimate < cores.Days.Estimate);
        Assert.All(forecast.Machines, one =>
        {
            Assert.InRange(one.Days.Estimate, one.Days.Lower, one.Days.Upper);
            Assert.InRange(one.Euros.Estimate, one.Euros.Lower, one.Euros.Upper);
        });
    }

    [Fact]
    public void The_same_seed_draws_the_same()
    {
        Assert.Equal(JobForecast.Of(Scenario, Here, Overhead(0.02), seed: 1).ToString(), JobForecast.Of(Scenario, Here, Overhead(0.02), seed: 1).ToString());
        Assert.NotEqual(JobForecast.Of(Scenario, Here, Overhead(0.02), seed: 1).Machines[0].Days, JobForecast.Of(Scenario, Here, Overhead(0.02), seed: 2).Machines[0].Days);
    }

    private static Assumption Overhead(double share) => Assumption.Known("engine", "Part du moteur", share, "", "un essai");
}
