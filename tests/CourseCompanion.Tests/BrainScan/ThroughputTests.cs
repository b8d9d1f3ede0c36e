using CourseCompanion.BrainScan;

namespace CourseCompanion.Tests.BrainScan;

public sealed class ThroughputTests
{
    private static readonly Throughput Here = new("Ici", 300, 150, true, "test");

    [Fact]
    public void On_one_processor_decoding_and_network_take_turns() => Assert.Equal(100, Here.ImagesPerSecond, 1e-9);

    [Fact]
    public void Beside_a_graphics_card_the_slower_of_the_two_decides()
    {
        double decoding = 300 * 16 * 0.5 / Environment.ProcessorCount;

        Assert.Equal(Math.Max(300, decoding), Here.OnGpu(1e6, cores: 16, efficiency: 0.5).ImagesPerSecond, 1e-6);
        Assert.Equal(10, Here.OnGpu(10, cores: 16).ImagesPerSecond);
        Assert.False(Here.OnGpu(10).IsMeasured);
    }

    [Fact]
    public void Four_million_images_at_a_hundred_a_second_take_eleven_hours() =>
        Assert.Equal(11.11, Here.For(4_000_000).TotalHours, 0.01);

    [Fact]
    public void Measure_takes_the_fastest_go_after_a_first_one()
    {
        int decoded = 0, forwarded = 0;

        Throughput measured = Throughput.Measure(10, () => decoded++, () => Thread.Sleep(5 * ++forwarded), repeats: 2);

        Assert.Equal((3, 3), (decoded, forwarded));
        Assert.InRange(measured.ForwardPerSecond, 200, 1_010);   // 10 images in the 10 ms of the second go; later ones took longer
        Assert.True(measured.IsMeasured);
    }

    [Fact]
    public void Table_tells_measured_from_assumed()
    {
        string text = new ThroughputTable(4_000_000, Here, Here.OnCores(16), Here.OnGpu(5_000)).ToString();

        Assert.Contains("11\u00A0h", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split("supposé").Length - 1);
        Assert.Contains($"rapport des nombres de cœurs, 16 / {Environment.ProcessorCount}, et par 70\u00A0%", text, StringComparison.Ordinal);
    }
}
