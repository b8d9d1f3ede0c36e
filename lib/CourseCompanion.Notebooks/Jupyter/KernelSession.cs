using CourseCompanion.Notebooks.Jupyter.Language;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Jupyter;

/// <summary>
/// The C# session of a kernel and its language service: they start on a thread of their own while the sockets already answer,
/// and only a request that needs them waits.
/// </summary>
internal sealed class KernelSession : IDisposable
{
    private readonly TaskCompletionSource<CSharpSession> _start = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _sync = new();
    private CancellationTokenSource? _wait;
    private LanguageService? _language;

    /// <summary>The session once it can run cells; null before.</summary>
    public CSharpSession? Current => _start.Task.IsCompletedSuccessfully ? _start.Task.Result : null;

    /// <summary>Starts the compiler, and then exercises what the first cells need.</summary>
    /// <param name="input">What cells read from.</param>
    /// <param name="publish">Where their outputs go.</param>
    public void Start(StdinReader input, Action<SessionOutput> publish)
    {
        try
        {
            var session = new CSharpSession(new SessionOptions { Input = input });
            session.Output += publish;
            var warm = session.WarmUpAsync();
            _language = new LanguageService(session);
            warm.Wait();
            _start.SetResult(session);
            KernelWarmUp.Run(session, _language);
        }
        catch (Exception e) when (!_start.Task.IsCompleted)
        {
            // Told to whoever executes; the process stays so that the message arrives.
            _start.SetException(e);
        }
    }

    /// <summary>The session, as soon as it can run cells; null when the wait was interrupted.</summary>
    /// <param name="interrupt">Interrupts it.</param>
    public CSharpSession? Wait(CancellationToken interrupt)
    {
        try
        {
            return Current ?? _start.Task.WaitAsync(interrupt).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>The language service, as soon as it is there.</summary>
    /// <exception cref="OperationCanceledException">The wait was interrupted.</exception>
    public LanguageService Language()
    {
        using var cancellation = new CancellationTokenSource();
        lock (_sync)
        {
            _wait = cancellation;
        }

        try
        {
            return Wait(cancellation.Token) is null ? throw new OperationCanceledException("Interrupted.") : _language!;
        }
        finally
        {
            lock (_sync)
            {
                _wait = null;
            }
        }
    }

    /// <summary>Ends the running cell, or the wait for the language service; does nothing when there is neither.</summary>
    public void Interrupt()
    {
        lock (_sync)
        {
            _wait?.Cancel();
        }

        Current?.Interrupt();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Current?.Dispose();
        _language?.Dispose();
    }
}
