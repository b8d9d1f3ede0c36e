using CourseCompanion.French;

namespace CourseCompanion.Tests.French;

/// <summary>Expected texts show U+00A0 (no-break space) as _ and U+202F (narrow no-break space) as ~.</summary>
public sealed class FrenchNumbersTests
{
    private static string Shown(string text) =>
        text.Replace(FrenchNumbers.NoBreakSpace, "_", StringComparison.Ordinal).Replace(FrenchNumbers.NarrowNoBreakSpace, "~", StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "0")]
    [InlineData(999, "999")]
    [InlineData(1406, "1~406")]
    [InlineData(4_000_000, "4~000~000")]
    [InlineData(-1200, "−1~200")]
    [InlineData(2.5, "3")]
    public void Whole_groups_thousands(double value, string expected) => Assert.Equal(expected, Shown(FrenchNumbers.Whole(value)));

    [Theory]
    [InlineData(0.567, 2, "0,57")]
    [InlineData(0.5, 3, "0,500")]
    [InlineData(-0.001, 2, "0,00")]
    [InlineData(12345.678, 1, "12~345,7")]
    [InlineData(double.NaN, 2, "n._d.")]
    [InlineData(double.PositiveInfinity, 2, "n._d.")]
    public void Number_uses_a_decimal_comma(double value, int decimals, string expected) =>
        Assert.Equal(expected, Shown(FrenchNumbers.Number(value, decimals)));

    [Theory]
    [InlineData(0.5734, 1, "57,3_%")]
    [InlineData(1, 0, "100_%")]
    [InlineData(double.NaN, 1, "n._d.")]
    public void Percent_takes_a_share(double fraction, int decimals, string expected) =>
        Assert.Equal(expected, Shown(FrenchNumbers.Percent(fraction, decimals)));

    [Fact]
    public void Culture_writes_interpolated_numbers_as_the_methods_do() => Assert.Equal(
        "1~406|57,3_%|0,57|−3,1_%|n._d.",
        Shown(string.Create(FrenchNumbers.Culture, $"{1406:N0}|{0.5734:P1}|{0.567:N2}|{-0.031:P1}|{double.NaN:N1}")));

    [Theory]
    [InlineData(12000, "12~000")]
    [InlineData(87.5, "87,5")]
    [InlineData(0.03124, "0,0312")]
    [InlineData(0.5, "0,5")]
    [InlineData(1234.56, "1~235")]
    [InlineData(0.00001, "0,00001")]
    [InlineData(100, "100")]
    public void Compact_keeps_three_significant_digits(double value, string expected) =>
        Assert.Equal(expected, Shown(FrenchNumbers.Compact(value)));

    [Theory]
    [InlineData(0.0852, "85_ms")]
    [InlineData(0.9996, "1,0_s")]
    [InlineData(12.34, "12,3_s")]
    [InlineData(59.97, "1_min_00_s")]
    [InlineData(125, "2_min_05_s")]
    [InlineData(3599.7, "1_h_00_min")]
    [InlineData(3720, "1_h_02_min")]
    [InlineData(-125, "−2_min_05_s")]
    public void Duration_shows_two_units(double seconds, string expected) =>
        Assert.Equal(expected, Shown(FrenchNumbers.Duration(TimeSpan.FromSeconds(seconds))));

    [Theory]
    [InlineData(0, "0_image")]
    [InlineData(1, "1_image")]
    [InlineData(2, "2_images")]
    [InlineData(7007, "7~007_images")]
    public void Count_takes_the_plural_from_two(long count, string expected) =>
        Assert.Equal(expected, Shown(FrenchNumbers.Count(count, "image")));

    [Theory]
    [InlineData("Pourquoi ? « Ainsi » : 5 %", "Pourquoi~? «_Ainsi_»_: 5_%")]
    [InlineData("code `a ? b : c` : oui !", "code `a ? b : c`_: oui~!")]
    [InlineData("https://exemple.fr", "https://exemple.fr")]
    public void Typeset_makes_French_spaces_unbreakable_outside_code(string text, string expected) =>
        Assert.Equal(expected, Shown(FrenchText.Typeset(text)));

    [Theory]
    [InlineData("a < b & c", "a &lt; b &amp; c")]
    [InlineData("`x<T>` va", "<code>x&lt;T&gt;</code> va")]
    [InlineData("un ` seul", "un ` seul")]
    [InlineData("deux\nlignes", "deux<br>lignes")]
    [InlineData("<script>", "&lt;script&gt;")]
    public void ToHtml_encodes_everything_but_code_marks(string text, string expected) => Assert.Equal(expected, FrenchText.ToHtml(text));
}
