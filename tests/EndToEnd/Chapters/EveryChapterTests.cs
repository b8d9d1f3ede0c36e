using CourseCompanion.Tests.Shared;

namespace CourseCompanion.EndToEnd.Chapters;

/// <summary>No chapter without a test that runs it: CI relies on it for generated images.</summary>
public sealed class EveryChapterTests
{
    [Fact]
    public async Task Each_notebook_is_run_by_the_tests_of_its_chapter()
    {
        List<string> tested = [];
        foreach (var fixture in from test in typeof(ChapterRunTests).Assembly.GetTypes()
                                where test.IsSubclassOf(typeof(ChapterRunTests))
                                from contract in test.GetInterfaces()
                                where contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IClassFixture<>)
                                select contract.GetGenericArguments()[0])
        {
            var runs = (ChapterRuns)Activator.CreateInstance(fixture)!;
            tested.Add(runs.Name);
            await runs.DisposeAsync();
        }

        var notebooks = Directory.GetFiles(Repository.Notebooks, "*.ipynb").Select(file => Path.GetFileNameWithoutExtension(file)!);

        Assert.Equal(notebooks.Order(StringComparer.Ordinal), tested.Order(StringComparer.Ordinal));
    }
}
