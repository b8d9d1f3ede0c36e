using System.Globalization;
using CourseCompanion.Cli;
using CourseCompanion.Cli.Commands;

// What the command prints is English and machine-readable wherever it runs; the course's French texts say so themselves.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;

// The kernel gives the process's signals another meaning: an interrupt is for the running cell, and ends nothing.
if (args is ["kernel", "serve", var connectionFile] && !connectionFile.StartsWith('-'))
{
    return KernelCommand.Serve(connectionFile, Console.Error);
}

return await CourseCommand.InvokeAsync(args, CommandContext.FromProcess());
