namespace CourseCompanion.Notebooks.Slides.PowerPoint;

/// <summary>A piece of a paragraph.</summary>
/// <param name="Text">Plain text.</param>
/// <param name="IsBold">Whether it is bold.</param>
/// <param name="IsItalic">Whether it is italic.</param>
/// <param name="IsCode">Whether it is program text.</param>
internal sealed record TextRun(string Text, bool IsBold = false, bool IsItalic = false, bool IsCode = false);

/// <summary>How a paragraph begins.</summary>
internal enum Bullet
{
    /// <summary>Without a mark.</summary>
    None,

    /// <summary>With a point.</summary>
    Point,

    /// <summary>With its number.</summary>
    Number,
}

/// <summary>What stands on a slide, one below the other.</summary>
internal abstract record Block;

/// <summary>A paragraph.</summary>
/// <param name="Runs">Its pieces.</param>
/// <param name="Bullet">How it begins.</param>
/// <param name="Level">How deep it is in lists, from 0.</param>
internal sealed record TextBlock(IReadOnlyList<TextRun> Runs, Bullet Bullet = Bullet.None, int Level = 0) : Block
{
    /// <summary>The text without its looks.</summary>
    internal string Text => string.Concat(Runs.Select(run => run.Text));
}

/// <summary>A table.</summary>
/// <param name="Title">Its title, or null.</param>
/// <param name="Rows">All are equally long.</param>
/// <param name="Note">What stands below it, or null.</param>
/// <param name="HasHead">Whether the first row is the heading.</param>
internal sealed record TableBlock(string? Title, IReadOnlyList<IReadOnlyList<string>> Rows, string? Note = null, bool HasHead = true) : Block
{
    /// <summary>Widths of the columns in pixels: those of the whole table, whatever part of it stands on a slide.</summary>
    internal IReadOnlyList<double> Widths { get => field ?? SlideLayout.Widths(Rows, HasHead); init; }

    /// <summary>Whether a column holds figures, which stand to the right.</summary>
    internal bool IsNumeric(int column) =>
        Rows.Skip(HasHead ? 1 : 0).All(row => row[column].Length == 0 || char.IsDigit(row[column][0]) || "+-−—[<".Contains(row[column][0], StringComparison.Ordinal));
}

/// <summary>A chart that PowerPoint draws.</summary>
/// <param name="Chart">Its data.</param>
/// <param name="Description">What it says, for those who do not see it.</param>
internal sealed record ChartBlock(ChartData Chart, string Description) : Block;

/// <summary>A picture.</summary>
/// <param name="MimeType"><c>image/png</c> or <c>image/jpeg</c>.</param>
/// <param name="Bytes">The file.</param>
/// <param name="Description">What it shows.</param>
internal sealed record PictureBlock(string MimeType, byte[] Bytes, string Description) : Block;

/// <summary>A slide.</summary>
/// <param name="Title">Its title.</param>
/// <param name="IsTitle">Whether it opens the talk.</param>
/// <param name="Texts">Its paragraphs, which stand first.</param>
/// <param name="Graphic">A table, chart or picture in the room that is left; or null.</param>
/// <param name="Notes">What the speaker reads.</param>
internal sealed record SlideContent(string Title, bool IsTitle, IReadOnlyList<TextBlock> Texts, Block? Graphic, IReadOnlyList<TextBlock> Notes);
