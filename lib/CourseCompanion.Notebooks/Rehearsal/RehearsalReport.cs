namespace CourseCompanion.Notebooks.Rehearsal;

/// <summary>What a rehearsal finds fault with.</summary>
public enum RehearsalFault
{
    /// <summary>A cell failed, so that the take ends there.</summary>
    Failed,

    /// <summary>A cell took longer than its budget.</summary>
    OverBudget,

    /// <summary>A cell put out something else than on the first take.</summary>
    Differs,

    /// <summary>A text is too small to be read in the recording.</summary>
    SmallText,

    /// <summary>A line of code is wider than the recording.</summary>
    WideCode,

    /// <summary>Something that is shown comes from the network.</summary>
    Network,
}

/// <summary>One finding.</summary>
/// <param name="Fault">What it is.</param>
/// <param name="Cell">The number of the cell.</param>
/// <param name="Take">The take, from 1; null where all are alike.</param>
/// <param name="Place">Where in the cell: an output and what is in it, a line, an address, the text; or null.</param>
/// <param name="Found">What is there: seconds, the value of the first take, points, columns, the error; or null.</param>
/// <param name="Instead">What it is held against: the budget, the value of this take, the limit; or null.</param>
public sealed record RehearsalFinding(RehearsalFault Fault, int Cell, int? Take, string? Place, string? Found, string? Instead)
{
    /// <summary>The finding as a line, for the one who runs the command.</summary>
    /// <returns>English text.</returns>
    public override string ToString() => $"cell {Cell}" + (Take is { } take ? $", take {take}: " : ": ") + Fault switch
    {
        RehearsalFault.Failed => $"it failed: {Found}",
        RehearsalFault.OverBudget => $"{Found} s, budget {Instead} s",
        RehearsalFault.Differs => $"{Place}: '{Found}' on take 1, '{Instead}' here",
        RehearsalFault.SmallText => $"a text of {Found} points, {Instead} at least: '{Place}'",
        RehearsalFault.WideCode when Place is null => "its code scrolls sideways in a browser",
        RehearsalFault.WideCode => $"{Place} has {Found} columns, {Instead} fit",
        _ => $"it needs the network: {Place}",
    };
}

/// <summary>A cell as it was rehearsed.</summary>
/// <param name="Number">Its number among the executed cells, from 1.</param>
/// <param name="Id">Its id in the notebook.</param>
/// <param name="Title">Its first line.</param>
/// <param name="Section">The heading above it, as plain text, when it is the first cell below; else null.</param>
/// <param name="Line">The first sentence of what to say, as plain text, or null.</param>
/// <param name="Budget">How long it may take.</param>
/// <param name="Varies">Whether the author says that it measures this machine, so that its figures differ.</param>
/// <param name="Seconds">How long it took, take by take; a take that did not reach it has none.</param>
public sealed record RehearsedCell(
    int Number, string Id, string Title, string? Section, string? Line, TimeSpan Budget, bool Varies, IReadOnlyList<double?> Seconds)
{
    /// <summary>A picture of the cell as a JPEG file, or null.</summary>
    internal byte[]? Picture { get; init; }
}

/// <summary>What a rehearsal of one notebook made.</summary>
/// <param name="Title">The notebook's title.</param>
/// <param name="Cells">Its code cells in order.</param>
/// <param name="Findings">What to look at before recording.</param>
/// <param name="Notices">What could not be looked at, in English.</param>
/// <param name="Sheet">The take sheet written.</param>
/// <param name="Page">The page in the size of the recording, or null when no take reached an end.</param>
public sealed record RehearsalReport(
    string Title, IReadOnlyList<RehearsedCell> Cells, IReadOnlyList<RehearsalFinding> Findings, IReadOnlyList<string> Notices, string Sheet, string? Page);
