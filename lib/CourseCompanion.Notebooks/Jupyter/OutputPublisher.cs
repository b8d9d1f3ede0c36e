using System.Text;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Jupyter.Protocol;
using CourseCompanion.Notebooks.Jupyter.Zmtp;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Jupyter;

/// <summary>Publishes on IOPub: what the session puts out, and whether the kernel is busy.</summary>
/// <remarks>
/// Publishing waits a short time for a front end that does not keep up (see <see cref="OutboundQueue"/>), on the thread
/// of the cell that puts out: a cell that floods its front end is slowed down before anything is lost.
/// </remarks>
internal sealed class OutputPublisher(PublisherSocket socket, MessageCodec codec) : IDisposable
{
    private volatile byte[]? _parent;
    private volatile CancellationTokenSource _hurry = new();

    /// <summary>From now on, outputs belong to this request - also those of threads that outlive its cell.</summary>
    public void BeginCell(JupyterMessage request)
    {
        _parent = request.Header;
        _hurry = new CancellationTokenSource();
    }

    /// <summary>Ends waits for slow front ends until the next cell, so that an interrupt is not held up by them.</summary>
    public void Hurry() => _hurry.Cancel();

    /// <summary>Publishes the kernel's state: <c>starting</c>, <c>busy</c> or <c>idle</c>.</summary>
    public void Status(string state, JupyterMessage? request) =>
        Publish("status", new JsonObject { ["execution_state"] = state }, request?.Header);

    /// <summary>Tells all front ends which code one of them runs.</summary>
    public void ExecuteInput(string code, int executionCount) =>
        Publish("execute_input", new JsonObject { ["code"] = code, ["execution_count"] = executionCount }, _parent);

    /// <summary>Tells a front end that a comm it opened has nobody at this end.</summary>
    public void CommClose(string id, JupyterMessage request) =>
        Publish("comm_close", new JsonObject { ["comm_id"] = id, ["data"] = new JsonObject() }, request.Header);

    /// <summary>Publishes one output of the session, as a message of the running or the last cell.</summary>
    public void Publish(SessionOutput output)
    {
        switch (output)
        {
            case StreamOutput stream:
                Publish("stream", new JsonObject { ["name"] = stream.Name, ["text"] = stream.Text }, _parent);
                break;
            case DisplayOutput display:
                Publish("display_data", DisplayContent(display.Bundle, display.DisplayId), _parent);
                break;
            case UpdateDisplayOutput update:
                Publish("update_display_data", DisplayContent(update.Bundle, update.DisplayId), _parent);
                break;
            case ResultOutput result:
                var content = BundleContent(result.Bundle);
                content["execution_count"] = result.ExecutionCount;
                Publish("execute_result", content, _parent);
                break;
            case ErrorOutput error:
                Publish("error", ErrorContent(error), _parent);
                break;
            default:
                throw new ArgumentException($"Unknown output {output.GetType().Name}.", nameof(output));
        }
    }

    public void Dispose() => _hurry.Dispose();

    /// <summary>The fields that an error message and an error reply share.</summary>
    public static JsonObject ErrorContent(ErrorOutput error) => new()
    {
        ["ename"] = error.Name,
        ["evalue"] = error.Value,
        ["traceback"] = new JsonArray([.. error.Traceback.Select(line => (JsonNode)line)]),
    };

    /// <summary>The fields that everything shown shares.</summary>
    public static JsonObject BundleContent(MimeBundle bundle) => new()
    {
        // A node has one parent; the session may still hold the bundle.
        ["data"] = bundle.Data.DeepClone(),
        ["metadata"] = bundle.Metadata.DeepClone(),
    };

    private static JsonObject DisplayContent(MimeBundle bundle, string displayId)
    {
        var content = BundleContent(bundle);
        content["transient"] = new JsonObject { ["display_id"] = displayId };
        return content;
    }

    private void Publish(string type, JsonObject content, byte[]? parent) =>
        socket.Publish(codec.Encode([Encoding.ASCII.GetBytes(type)], type, parent, content), _hurry.Token);
}
