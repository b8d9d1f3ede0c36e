namespace CourseCompanion.Cli.Tests;

public sealed class NotebookNamesTests : IDisposable
{
    private readonly TestCourse _course = new();
    private readonly NotebookNames _names;

    public NotebookNamesTests()
    {
        foreach (string name in new[] { "01-pseudo-labeling", "00-mise-en-route", "06-1-exploration-features", "06-2-clustering" })
        {
            _course.Write($"notebooks/{name}.ipynb", "{}");
        }

        _course.Write("notebooks/results/01-pseudo-labeling.ipynb", "{}");
        _names = new NotebookNames(_course.Context.Folder);
    }

    public void Dispose() => _course.Dispose();

    [Fact]
    public void Resolve_nothing_typed_gives_all_in_chapter_order() => Assert.Equal(
        ["00-mise-en-route", "01-pseudo-labeling", "06-1-exploration-features", "06-2-clustering"], Resolve());

    [Theory]
    [InlineData("01")]
    [InlineData("1")]
    [InlineData("01-pseudo-labeling")]
    [InlineData("01-pseudo-labeling.ipynb")]
    public void Resolve_number_or_name_gives_the_chapter(string typed) => Assert.Equal(["01-pseudo-labeling"], Resolve(typed));

    [Fact]
    public void Resolve_number_of_a_chapter_in_parts_gives_them_all() =>
        Assert.Equal(["06-1-exploration-features", "06-2-clustering"], Resolve("6"));

    [Fact]
    public void Resolve_part_of_a_chapter_gives_that_part() => Assert.Equal(["06-2-clustering"], Resolve("06-2"));

    [Fact]
    public void Resolve_the_same_twice_gives_it_once() => Assert.Equal(["01-pseudo-labeling"], Resolve("1", "01"));

    [Fact]
    public void Resolve_path_of_another_folder_gives_that_file()
    {
        string path = _course.Write("elsewhere/mine.ipynb", "{}");
        Assert.Equal([path], _names.Resolve([path]));
        Assert.Equal([path], _names.Resolve([path[..^".ipynb".Length]]));
    }

    [Fact]
    public void Resolve_typing_error_suggests_the_nearest_name()
    {
        UsageException exception = Assert.Throws<UsageException>(() => Resolve("01-pseudo-labelling"));
        Assert.Contains("Did you mean '01-pseudo-labeling'?", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zzz")]
    [InlineData("9")]
    [InlineData("")]
    public void Resolve_unknown_name_lists_what_there_is(string typed) =>
        Assert.Contains("00-mise-en-route", Assert.Throws<UsageException>(() => Resolve(typed)).Message, StringComparison.Ordinal);

    private string[] Resolve(params string[] typed) =>
        [.. _names.Resolve(typed).Select(path => Path.GetFileNameWithoutExtension(path))];
}
