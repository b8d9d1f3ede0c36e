using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Grading;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Execution;

/// <summary>The process that executes one notebook for the headless runner.</summary>
public static class NotebookWorker
{
    /// <summary>Serves one runner until it closes its pipe, or dies.</summary>
    /// <param name="arguments">The two pipe handles that the runner appended to the <see cref="WorkerCommand"/>.</param>
    /// <param name="kernel">A program that is another kernel, and its arguments; null: cells run in this process.</param>
    /// <returns>The exit code of the process.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, IReadOnlyList<string>? kernel = null)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        RegexTimeout.Set();
        if (arguments.Count != 2)
        {
            await Console.Error.WriteLineAsync("This command is started by 'course run', not by hand.").ConfigureAwait(false);
            return 2;
        }
        // Ctrl-C reaches the whole process group; the runner decides what it means.
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var commands = new StreamReader(new AnonymousPipeClientStream(PipeDirection.In, arguments[0]));
        await using var replies = new StreamWriter(new AnonymousPipeClientStream(PipeDirection.Out, arguments[1]), new UTF8Encoding(false));
        var gate = new Lock();

        using ICellExecutor session = kernel is null ? new CSharpSession(new SessionOptions()) : new ForeignKernel(kernel);
        session.Output += output => Send(WorkerProtocol.Output(output));
        AnswerExchange.Connect(Send);
        await session.WarmUpAsync().ConfigureAwait(false);
        Send(new JsonObject { ["type"] = "ready" });

        while (await commands.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            var message = JsonNode.Parse(line)!.AsObject();
            switch (WorkerProtocol.Text(message, "type"))
            {
                case "execute":
                    var timeout = message["timeoutMs"]?.GetValue<double>();
                    var options = new ExecuteOptions { Timeout = timeout is { } ms ? TimeSpan.FromMilliseconds(ms) : null };
                    var running = session.ExecuteAsync(WorkerProtocol.Text(message, "code"), options);
                    // Not awaited here: an interrupt must be read while the cell runs.
                    _ = running.ContinueWith(End, TaskScheduler.Default);
                    break;
                case "interrupt":
                    session.Interrupt();
                    break;
                case "call" or "returned" or "enough":
                    AnswerExchange.Receive(message);
                    break;
            }
        }
        // The runner is done or gone. A cell that still runs, native code included, must not keep the process.
        Environment.Exit(0);
        return 0;

        void End(Task<ExecutionResult> task)
        {
            if (task.IsFaulted)
            {
                // A cell without an end would be waited for: the end of the process says that there is none.
                Console.Error.WriteLine(task.Exception);
                Environment.Exit(1);
            }
            Send(WorkerProtocol.Done(task.Result));
        }

        void Send(JsonObject message)
        {
            lock (gate)
            {
                try
                {
                    replies.Write(message.ToJsonString());
                    replies.Write('\n');
                    replies.Flush();
                }
                catch (IOException)
                {
                    // Nobody reads any more: the end of the other pipe follows.
                }
            }
        }
    }
}
