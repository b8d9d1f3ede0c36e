using CourseCompanion.French;

namespace CourseCompanion.Tests.French;

public sealed class NearestNamesTests
{
    private static readonly string[] Names = ["dermamnist", "bloodmnist", "pathmnist", "02-2-propagation"];

    [Theory]
    [InlineData("dermamist", "dermamnist")]
    [InlineData("BloodMNIST", "bloodmnist")]
    [InlineData("propagation", "02-2-propagation")]
    public void Find_typing_error_gives_the_name_first(string typed, string expected) =>
        Assert.Equal(expected, NearestNames.Find(typed, Names)[0]);

    [Fact]
    public void Find_something_else_altogether_gives_nothing() => Assert.Empty(NearestNames.Find("xyz", Names));

    [Fact]
    public void Find_several_that_are_near_puts_the_nearest_first() =>
        Assert.Equal(["abcd", "abce"], NearestNames.Find("abcd", ["abce", "abcd", "zzzzzz"]));

    [Fact]
    public void Suggest_nothing_near_is_empty() => Assert.Equal("", NearestNames.Suggest("xyz", Names));
}
