using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Jupyter.Protocol;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Jupyter;

/// <summary>The contents of a reply to a cell that take more than a line.</summary>
internal static class ReplyContent
{
    /// <summary>The error of a cell.</summary>
    public static JsonObject Error(ErrorOutput error)
    {
        var content = OutputPublisher.ErrorContent(error);
        content["status"] = "error";
        return content;
    }

    /// <summary>The values of expressions that a front end wants to know after a cell; one that fails does not touch the others.</summary>
    public static JsonObject UserExpressions(CSharpSession session, JupyterMessage request)
    {
        var answers = new JsonObject();
        if (request.Content.TryGetProperty("user_expressions", out var expressions)
            && expressions.ValueKind == JsonValueKind.Object)
        {
            foreach (var expression in expressions.EnumerateObject())
            {
                var result = session.EvaluateAsync(expression.Value.ToString()).GetAwaiter().GetResult();
                answers[expression.Name] = result.Error is { } error ? Error(error) : Value(result.Value);
            }
        }

        return answers;
    }

    private static JsonObject Value(MimeBundle? value)
    {
        var content = value is null ? new() { ["data"] = new JsonObject(), ["metadata"] = new JsonObject() } : OutputPublisher.BundleContent(value);
        content["status"] = "ok";
        return content;
    }
}
