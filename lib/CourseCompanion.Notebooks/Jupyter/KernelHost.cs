using System.Diagnostics;
using System.Runtime.InteropServices;
using CourseCompanion.Notebooks.Jupyter.Protocol;
using CourseCompanion.Notebooks.Session;
using CourseCompanion.Teaching;

namespace CourseCompanion.Notebooks.Jupyter;

/// <summary>The kernel as a process: <c>course kernel serve CONNECTION_FILE</c>.</summary>
public static class KernelHost
{
    // How long the end may take before the process is killed: native code in a cell cannot be stopped.
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(3);

    /// <summary>Serves until a front end asks to shut down, the process is told to end, or the parent process vanishes.</summary>
    /// <param name="connectionFile">The path of the file that the front end wrote.</param>
    /// <returns>The exit code of the process.</returns>
    /// <exception cref="IOException">The file cannot be read, or a port is taken.</exception>
    /// <exception cref="InvalidDataException">The file is not a connection file.</exception>
    public static int Serve(string connectionFile)
    {
        RegexTimeout.Set();
        // Messages to whoever started the process; the session takes Console.Error over for the cells.
        var log = Console.Error;
        using var server = new KernelServer(ConnectionFile.Load(connectionFile), connectionFile + ".cell") { Record = StudentRecord.OfThisMachine() };

        // An interrupt of the terminal that Jupyter runs in reaches the kernel too; it is for the cell.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            server.Interrupt();
        });
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            if (!server.Completion.IsCompleted)
            {
                KillAfter(EndLimit);
                server.Warn("\nLa cellule a mis fin au noyau (Environment.Exit). Ses variables sont perdues.");
                server.Shutdown();
            }
        };
        ParentWatch.Start(() => EndProcess("the process that started the kernel is gone"));

        server.Start();
        server.Completion.Wait();
        KillAfter(EndLimit);
        server.Report(log);
        return 0;

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            EndProcess($"received {context.Signal}");
        }

        void EndProcess(string reason)
        {
            log.WriteLine($"course kernel: {reason}, ending.");
            KillAfter(EndLimit);
            server.Shutdown();
        }
    }

    private static void KillAfter(TimeSpan limit) => new Thread(() =>
    {
        Thread.Sleep(limit);
        Process.GetCurrentProcess().Kill();
    })
    {
        IsBackground = true,
    }.Start();
}
