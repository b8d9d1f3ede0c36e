using CourseCompanion.Models;

namespace CourseCompanion.Tests.Models;

/// <summary>A test on weights that have learnt elsewhere; skipped, and counted as skipped, where the file is not here.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PretrainedWeightsFactAttribute : FactAttribute
{
    public PretrainedWeightsFactAttribute(string fileName)
    {
        FileName = fileName;
        if (PretrainedWeights.Find(fileName).Path is null)
        {
            Skip = $"{fileName} is not on this machine.";
        }
    }

    /// <summary>The weight file that the test needs.</summary>
    public string FileName { get; }
}
