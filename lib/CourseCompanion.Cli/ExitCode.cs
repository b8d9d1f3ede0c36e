namespace CourseCompanion.Cli;

/// <summary>The exit codes of the command, the same for every subcommand.</summary>
internal static class ExitCode
{
    /// <summary>Everything that was asked for was done.</summary>
    public const int Success = 0;

    /// <summary>Something failed: a cell, a test, a download, a missing part of the machine.</summary>
    public const int Failure = 1;

    /// <summary>The command was not understood: an unknown option, notebook or dataset.</summary>
    public const int Usage = 2;

    /// <summary>A worker hung: the same command begun anew may do better (EX_TEMPFAIL of sysexits.h).</summary>
    public const int TryAgain = 75;

    /// <summary>Ctrl-C (128 + SIGINT, as a shell reports it).</summary>
    public const int Interrupted = 130;
}
