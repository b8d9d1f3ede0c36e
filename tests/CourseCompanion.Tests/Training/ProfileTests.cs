using CourseCompanion.Training;

namespace CourseCompanion.Tests.Training;

public class ProfileTests
{
    [Theory]
    [InlineData(null, "rapide")]
    [InlineData("", "rapide")]
    [InlineData("rapide", "rapide")]
    [InlineData(" Complet ", "complet")]
    public void Parse_knows_the_two_profiles(string? name, string expected) => Assert.Equal(expected, Profile.Parse(name).Name);

    [Fact]
    public void Parse_of_an_unknown_name_lists_the_choices() =>
        Assert.Contains("rapide or complet", Assert.Throws<ArgumentException>(() => Profile.Parse("fast")).Message, StringComparison.Ordinal);
}
