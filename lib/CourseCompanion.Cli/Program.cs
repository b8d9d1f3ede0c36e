using System.Globalization;
using CourseCompanion.Cli;

// What the command prints is English and machine-readable wherever it runs; the course's French texts say so themselves.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;

return await CourseCommand.InvokeAsync(args, CommandContext.FromProcess());
