using CourseCompanion.Work;

namespace CourseCompanion.Tests.Work;

public class ProfileTests
{
    [Theory]
    [InlineData(null, "rapide")]
    [InlineData("", "rapide")]
    [InlineData("rapide", "rapide")]
    [InlineData("Essai", "essai")]
    [InlineData(" Complet ", "complet")]
    public void Parse_knows_the_three_profiles(string? name, string expected) => Assert.Equal(expected, Profile.Parse(name).Name);

    [Fact]
    public void Parse_of_an_unknown_name_lists_the_choices() =>
        Assert.Contains("essai, rapide or complet", Assert.Throws<ArgumentException>(() => Profile.Parse("fast")).Message, StringComparison.Ordinal);

    [Fact]
    public void The_trial_profile_says_that_its_figures_mean_nothing() =>
        Assert.Equal("essai (les chiffres ne veulent rien dire)", Profile.Essai.ToString());

    [Fact]
    public void Select_takes_the_value_of_the_current_profile() =>
        Assert.Equal(Profile.Current.Name, Profile.Select("essai", "rapide", "complet"));
}
