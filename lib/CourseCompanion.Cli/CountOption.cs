using System.CommandLine;
using System.Globalization;

namespace CourseCompanion.Cli;

/// <summary>An option that takes a whole number within bounds, and says them when it is given another.</summary>
internal static class CountOption
{
    public static Option<int> Create(string name, string description, int otherwise, int least, int most, string helpName = "N")
    {
        Option<int> option = new(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token]
                && !(int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= least && count <= most))
            {
                result.AddError(FormattableString.Invariant($"{name} takes a number from {least} to {most}."));
            }
        });
        return option;
    }
}
