namespace CourseCompanion.Tests.Shared;

/// <summary>A test on the real images; skipped, and counted as skipped, where <c>COURSE_DATA</c> names no folder.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealDataFactAttribute : FactAttribute
{
    public RealDataFactAttribute()
    {
        if (!Directory.Exists(Environment.GetEnvironmentVariable("COURSE_DATA")))
        {
            Skip = "COURSE_DATA does not name a folder with the real data.";
        }
    }
}
