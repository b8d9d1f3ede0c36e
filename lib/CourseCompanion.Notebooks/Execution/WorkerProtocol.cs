using System.Text.Json;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Execution;

/// <summary>
/// What runner and worker say to each other: one JSON object per line, over two pipes of their own. The worker's
/// console is no part of it, so nothing that a cell or a native library prints can disturb the conversation.
/// </summary>
/// <remarks>
/// To the worker: <c>execute</c> (code, timeoutMs), <c>interrupt</c>; the end of the pipe ends the worker. From it:
/// <c>ready</c>, <c>output</c> and, after the last output of a cell, <c>done</c> (status, count, ms).
/// </remarks>
internal static class WorkerProtocol
{
    /// <summary>A value that a cell displays may nest as deep as JSON may by default: then its message nests a little deeper.</summary>
    internal static readonly JsonDocumentOptions Reading = new() { MaxDepth = ForeignJson.MaxDepth };

    private const double MostMilliseconds = 1e12;

    internal static JsonObject Execute(string code, TimeSpan? timeout) => new()
    {
        ["type"] = "execute",
        ["code"] = code,
        ["timeoutMs"] = timeout?.TotalMilliseconds,
    };

    internal static JsonObject Done(ExecutionResult result) => new()
    {
        ["type"] = "done",
        ["status"] = result.Status.ToString(),
        ["count"] = result.ExecutionCount,
        ["ms"] = result.Duration.TotalMilliseconds,
    };

    /// <summary>What <see cref="Done"/> says.</summary>
    /// <exception cref="FormatException">It says something that no cell can have done. Other nonsense has exceptions of its own.</exception>
    internal static WorkerResult ReadDone(JsonObject message)
    {
        var ms = message["ms"]!.GetValue<double>();
        return Enum.TryParse(Text(message, "status"), out ExecutionStatus status) && Enum.IsDefined(status) && ms is >= 0 and < MostMilliseconds
            ? new WorkerResult(status, TimeSpan.FromMilliseconds(ms), null)
            : throw new FormatException("Not the end of a cell.");
    }

    internal static JsonObject Output(SessionOutput output)
    {
        var message = output switch
        {
            StreamOutput stream => new JsonObject { ["kind"] = "stream", ["name"] = stream.Name, ["text"] = stream.Text },
            DisplayOutput display => Bundle("display", display.Bundle, display.DisplayId),
            UpdateDisplayOutput update => Bundle("update", update.Bundle, update.DisplayId),
            ResultOutput result => Bundle("result", result.Bundle, null),
            ErrorOutput error => new JsonObject
            {
                ["kind"] = "error",
                ["name"] = error.Name,
                ["value"] = error.Value,
                ["traceback"] = new JsonArray([.. error.Traceback.Select(line => JsonValue.Create(line))]),
            },
            _ => throw new ArgumentOutOfRangeException(nameof(output), output, "Not a known kind of output."),
        };
        if (output is ResultOutput { ExecutionCount: var count })
        {
            message["count"] = count;
        }
        message["type"] = "output";
        return message;
    }

    internal static SessionOutput ReadOutput(JsonObject message) => Text(message, "kind") switch
    {
        "stream" => new StreamOutput(Text(message, "name"), Text(message, "text")),
        "display" => new DisplayOutput(ReadBundle(message), Text(message, "id")),
        "update" => new UpdateDisplayOutput(ReadBundle(message), Text(message, "id")),
        "result" => new ResultOutput(ReadBundle(message), message["count"]!.GetValue<int>()),
        _ => new ErrorOutput(
            Text(message, "name"),
            Text(message, "value"),
            [.. message["traceback"]!.AsArray().Select(line => line!.GetValue<string>())]),
    };

    internal static string Text(JsonObject message, string name) => message[name]!.GetValue<string>();

    private static JsonObject Bundle(string kind, MimeBundle bundle, string? id) => new()
    {
        ["kind"] = kind,
        ["data"] = bundle.Data.DeepClone(),
        ["metadata"] = bundle.Metadata.DeepClone(),
        ["id"] = id,
    };

    private static MimeBundle ReadBundle(JsonObject message) =>
        new(message["data"]!.DeepClone().AsObject(), message["metadata"]!.DeepClone().AsObject());
}
