using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Document;

namespace CourseCompanion.Notebooks.Tests.Slides;

/// <summary>Notebooks for tests of slides.</summary>
internal static class Talk
{
    internal static NotebookDocument Of(params NotebookCell[] cells)
    {
        var notebook = NotebookDocument.Create();
        foreach (var cell in cells)
        {
            notebook.Add(cell);
        }
        return notebook;
    }

    /// <summary>A Markdown cell with a slide type, or without.</summary>
    internal static NotebookCell Text(string markdown, string? slideType = null) => Typed(NotebookCell.Markdown(markdown), slideType);

    /// <summary>An executed code cell.</summary>
    internal static NotebookCell Executed(string source, params NotebookOutput[] outputs)
    {
        var cell = NotebookCell.Code(source);
        cell.ExecutionCount = 1;
        foreach (var output in outputs)
        {
            cell.AddOutput(output);
        }
        return cell;
    }

    internal static NotebookCell Typed(NotebookCell cell, string? slideType)
    {
        if (slideType is not null)
        {
            cell.Metadata["slideshow"] = new JsonObject { ["slide_type"] = slideType };
        }
        return cell;
    }

    internal static NotebookCell Tagged(NotebookCell cell, string tag)
    {
        cell.Metadata["tags"] = new JsonArray(tag);
        return cell;
    }

    /// <summary>What a displayable value of the library becomes in a cell.</summary>
    internal static NotebookOutput Shown(Display.IDisplayable value)
    {
        var data = new JsonObject();
        foreach (var (mime, text) in value.ToMimeBundle())
        {
            data[mime] = mime.EndsWith("json", StringComparison.Ordinal) ? JsonNode.Parse(text) : text;
        }
        return NotebookOutput.Display(data);
    }
}
