using CourseCompanion.Display;

namespace CourseCompanion.EndToEnd;

/// <summary>What stands in for the data where there is none.</summary>
public sealed class GeneratedImagesTests : IDisposable
{
    private const string Sum = """
        var images = MedicalDataset.Load("bloodmnist").Validation.Images;
        Convert.ToHexString(System.Security.Cryptography.MD5.HashData(images.contiguous().data<byte>().ToArray()))
        """;

    private readonly TinyCourse _course = new();

    public void Dispose() => _course.Dispose();

    /// <summary>Rounding must not depend on what the processor can do: a figure obtained on one machine is another's, too.</summary>
    [Fact]
    public async Task Images_are_the_same_on_every_processor()
    {
        var notebook = _course.Write("sum", Sum);

        var here = await SumAsync(_course.RunAsync(notebook));
        var elsewhere = await SumAsync(_course.RunOnPlainProcessorAsync(notebook));

        Assert.Equal(here, elsewhere);
    }

    private async Task<string> SumAsync(Task<CourseResult> run)
    {
        var result = await run;
        Assert.True(result.ExitCode == 0, result.ToString());
        return _course.Executed("sum").CodeCells.Single().Outputs[^1].TextData(MimeTypes.PlainText)!;
    }
}
