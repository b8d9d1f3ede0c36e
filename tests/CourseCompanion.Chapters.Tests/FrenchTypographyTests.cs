namespace CourseCompanion.Chapters.Tests;

public sealed class FrenchTypographyTests
{
    [Theory]
    [InlineData("Pourquoi ?")]
    [InlineData("Pourquoi?")]
    [InlineData("Deux cas :\n\n- un")]
    [InlineData("**Durée:** 10 minutes")]
    [InlineData("Il dit « oui ».")]
    [InlineData("Il dit «oui».")]
    [InlineData("Il dit \"oui\".")]
    [InlineData("90 % des images")]
    [InlineData("90% des images")]
    [InlineData("Et ainsi de suite...")]
    [InlineData("La fonction `Fit` ; elle apprend.")]
    public void Faults_of_a_badly_set_text_are_found(string text) => Assert.NotEmpty(FrenchTypography.Faults(text));

    [Theory]
    [InlineData("Pourquoi\u00A0? Parce que\u202F!")]
    [InlineData("**Durée\u00A0:** à 12:30, voir [la page](https://example.org/?a=b;c)")]
    [InlineData("<p style=\"color: red; margin: 0\">Il dit «\u00A0oui\u00A0».</p>")]
    [InlineData("`a ? b : c`, `x => !x;` et 90\u00A0%\n\n```csharp\nvar s = \"...\" ; // ?\n```\n")]
    [InlineData("| a | b |\n|---:|:---|\n| 1 | 2 |")]
    public void Faults_of_a_well_set_text_are_none(string text) => Assert.Empty(FrenchTypography.Faults(text));

    [Fact]
    public void CountWords_counts_what_is_read() =>
        Assert.Equal(6, FrenchTypography.CountWords("<b>Deux</b> mots\u00A0: `Fit(x, y)` n'est\n\n```\nrien du tout\n```\n- pas long\u00A0!"));
}
