using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CourseCompanion.Notebooks.Document;
using CourseCompanion.Notebooks.Jupyter;
using CourseCompanion.Notebooks.Jupyter.Client;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Execution;

/// <summary>Executes cells on a kernel that is not ours, over its Jupyter channels.</summary>
/// <param name="command">The program and its arguments; the connection file's path is added.</param>
internal sealed partial class ForeignKernel(IReadOnlyList<string> command) : ICellExecutor
{
    /// <summary>Set for the kernel: nobody looks on, so that charts may come as data alone.</summary>
    internal const string HeadlessVariable = "COURSE_HEADLESS";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private KernelProcess? _kernel;
    private int _count;
    private ExecutionStatus? _reason;

    public event Action<SessionOutput>? Output;

    public Task WarmUpAsync() => Task.Run(() =>
    {
        Environment.SetEnvironmentVariable(HeadlessVariable, "1");
        foreach (var (name, value) in KernelSpecs.Untracked)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        _kernel = KernelProcess.Start(command, isQuiet: true);
        // The runner ends this process by itself when it is done, or by closing its pipe.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Dispose();
    });

    public Task<ExecutionResult> ExecuteAsync(string code, ExecuteOptions? options = null) => Task.Run(() => Execute(code, options?.Timeout));

    public void Interrupt() => End(ExecutionStatus.Interrupted);

    public void Dispose() => _kernel?.Kill();

    private ExecutionResult Execute(string code, TimeSpan? limit)
    {
        var watch = Stopwatch.StartNew();
        _reason = null;
        var client = _kernel!.Client;
        using var timer = limit is null ? null : new Timer(_ => End(ExecutionStatus.TimedOut), null, limit.Value, Timeout.InfiniteTimeSpan);
        var request = client.SendExecute(code);
        ErrorOutput? error = null;
        while (true)
        {
            if (client.NextPublished(Look) is not { } message)
            {
                if (_kernel.Exited.IsCompleted)
                {
                    EndWithKernel();
                }

                continue;
            }

            if (message.ParentId != request)
            {
                continue;
            }

            if (message.IsIdle)
            {
                break;
            }

            if (Read(message) is { } output)
            {
                error = output as ErrorOutput ?? error;
                Output?.Invoke(output);
            }
        }

        var isOk = IsOk();
        if (isOk && _reason is { } late)
        {
            // It was asked to end, did not hear of it, and came to its end all the same: too late.
            error = late == ExecutionStatus.TimedOut ? ErrorReports.TimedOut(limit!.Value) : ErrorReports.Interrupted();
            Output?.Invoke(error);
        }

        return new ExecutionResult(_reason ?? (isOk ? ExecutionStatus.Ok : ExecutionStatus.Error), ++_count, watch.Elapsed, error);

        bool IsOk()
        {
            try
            {
                return client.Reply(request).Text("status") == "ok";
            }
            catch (TimeoutException)
            {
                // It has ended between its last output and its reply.
                EndWithKernel();
                return false;
            }
        }
    }

    // The runner reads from the code what became of the cell. A kernel that lives and says nothing is of no use either.
    private void EndWithKernel() => Environment.Exit(_kernel!.Exited.IsCompleted ? _kernel.ExitCode : 1);

    private void End(ExecutionStatus reason)
    {
        _reason ??= reason;
        _kernel?.Client.SendControl("interrupt_request", []);
    }

    private static SessionOutput? Read(ClientMessage message) => message.Type switch
    {
        "stream" => BindingWarning().Replace(message.Text("text")!.ReplaceLineEndings("\n"), "") is { Length: > 0 } text ? new StreamOutput(message.Text("name")!, text) : null,
        "display_data" when IsBootstrap(message.Content) => null,
        "display_data" => new DisplayOutput(Bundle(message.Content), DisplayId(message.Content)),
        "update_display_data" => new UpdateDisplayOutput(Bundle(message.Content), DisplayId(message.Content)),
        "execute_result" => new ResultOutput(Bundle(message.Content), message.Content.GetProperty("execution_count").GetInt32()),
        "error" => new ErrorOutput(
            message.Text("ename")!,
            message.Text("evalue")!,
            [.. message.Content.GetProperty("traceback").EnumerateArray().Select(line => line.GetString()!)]),
        _ => null,
    };

    private static string DisplayId(JsonElement content) =>
        content.TryGetProperty("transient", out var transient) && transient.ValueKind == JsonValueKind.Object
        && transient.TryGetProperty("display_id", out var id) ? id.GetString()! : Guid.NewGuid().ToString("N");

    // The script by which .NET Interactive's pages look for its HTTP server, and ask a CDN: no output of the cell.
    private static bool IsBootstrap(JsonElement content) =>
        content.GetProperty("data").TryGetProperty("text/html", out var html) && html.ValueKind == JsonValueKind.String
        && html.GetString()!.Contains("dotnet-interactive-this-cell", StringComparison.Ordinal);

    // TorchSharp names an older version of a part of the framework, which the compiler of this kernel holds against each cell that comes near it.
    [GeneratedRegex(@"\n?warning CS1701: .*\n\n?")]
    private static partial Regex BindingWarning();

    // .NET Interactive sends JSON as a text.
    private static MimeBundle Bundle(JsonElement content)
    {
        var data = JsonObject.Create(content.GetProperty("data"))!;
        foreach (var (type, value) in data.ToList())
        {
            if (NotebookValidator.IsJsonMime(type) && value?.GetValueKind() == JsonValueKind.String)
            {
                data[type] = Parsed(value.GetValue<string>());
            }
        }

        return new MimeBundle(data, []);

        static JsonNode? Parsed(string text)
        {
            try
            {
                return ForeignJson.Parse(text);
            }
            catch (JsonException)
            {
                // What calls itself JSON and is none stays a text.
                return text;
            }
        }
    }
}
