using CourseCompanion.Teaching;

namespace CourseCompanion.Tests.Teaching;

public sealed class CallOutTests
{
    public static TheoryData<CallOutKind> Kinds => [.. Enum.GetValues<CallOutKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Parse_reads_back_what_ToMarkdown_writes(CallOutKind kind)
    {
        CallOut[] written = [new(kind, "Un *corps*.\n\n- liste\n- encore"), new(kind, "Autre.", "un titre")];

        var read = CallOut.Parse("Avant.\n\n" + string.Join("\n\nEntre.\n\n", written.Select(c => c.ToMarkdown())) + "\n\nAprès.");

        Assert.Equal(written, read);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ToMarkdown_stays_a_titled_quotation_without_its_style(CallOutKind kind)
    {
        var callOut = new CallOut(kind, "Corps.");

        var lines = callOut.ToMarkdown().Split('\n');

        Assert.StartsWith("<blockquote style=\"background-color: #", lines[0], StringComparison.Ordinal);
        Assert.Equal(["", $"**{callOut.Icon} {callOut.KindName}**", "", "Corps.", "", "</blockquote>"], lines[1..]);
    }

    [Fact]
    public void Kinds_differ_by_colour_icon_and_name()
    {
        CallOut[] all = [.. Enum.GetValues<CallOutKind>().Select(kind => new CallOut(kind, "x"))];

        Assert.Equal(4, all.Select(c => c.ToMarkdown().Split('\n')[0]).Distinct().Count());
        Assert.Equal(4, all.Select(c => c.Icon).Distinct().Count());
        Assert.Equal(["Information", "Point de vigilance", "Erreur classique", "Question"], all.Select(c => c.KindName));
    }

    [Theory]
    [InlineData("#E1F0FB", "#FFFFFF")]
    [InlineData("**ℹ️ Information**", "**Information**")]
    [InlineData("**ℹ️ Information**", "**⚠️ Point de vigilance**")]
    [InlineData("\n</blockquote>", "</blockquote>")]
    public void Parse_refuses_a_call_out_that_is_not_the_template(string part, string replacement)
    {
        var altered = new CallOut(CallOutKind.Information, "Corps.").ToMarkdown().Replace(part, replacement, StringComparison.Ordinal);

        Assert.Throws<FormatException>(() => CallOut.Parse(altered));
    }

    [Fact]
    public void Parse_of_ordinary_markdown_finds_nothing() => Assert.Empty(CallOut.Parse("# Titre\n\n> citation\n\n<div>html</div>"));
}
