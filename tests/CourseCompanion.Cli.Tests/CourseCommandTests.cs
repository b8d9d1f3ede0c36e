using System.CommandLine;

namespace CourseCompanion.Cli.Tests;

public sealed class CourseCommandTests : IDisposable
{
    private readonly TestCourse _course = new();

    public void Dispose() => _course.Dispose();

    [Fact]
    public async Task InvokeAsync_without_arguments_prints_the_help()
    {
        Assert.Equal(ExitCode.Success, await _course.RunAsync());
        Assert.Contains("doctor", _course.Output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_course.Error.ToString());
    }

    [Fact]
    public async Task InvokeAsync_mistyped_command_suggests_the_right_one_and_is_a_usage_error()
    {
        Assert.Equal(ExitCode.Usage, await _course.RunAsync("docter"));
        Assert.Contains("'docter'", _course.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'doctor'?", _course.Error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_course.Output.ToString());
    }

    [Fact]
    public async Task InvokeAsync_mistyped_option_names_the_help_of_its_command()
    {
        Assert.Equal(ExitCode.Usage, await _course.RunAsync("test", "--fliter", "x"));
        Assert.Contains("Did you mean '--filter'", _course.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains("./course test --help", _course.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_every_visible_command_and_option_is_described()
    {
        IEnumerable<Command> commands = Descendants(CourseCommand.Create(_course.Context));
        Assert.All(commands, command =>
        {
            Assert.False(string.IsNullOrWhiteSpace(command.Description), command.Name);
            Assert.All(command.Options, option => Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name));
        });
    }

    [Theory]
    [InlineData(typeof(UsageException), ExitCode.Usage, "course: no such thing")]
    [InlineData(typeof(IOException), ExitCode.Failure, "course: no such thing")]
    [InlineData(typeof(InvalidCastException), ExitCode.Failure, "course: unexpected error: System.InvalidCastException")]
    public async Task Run_action_that_throws_becomes_a_message_and_an_exit_code(Type exception, int exitCode, string message)
    {
        Command command = new("fails");
        command.Run(_course.Context, (_, _) => throw (Exception)Activator.CreateInstance(exception, "no such thing")!);

        Assert.Equal(exitCode, await command.Parse([]).InvokeAsync());
        Assert.StartsWith(message, _course.Error.ToString(), StringComparison.Ordinal);
        Assert.Equal(exception == typeof(InvalidCastException), _course.Error.ToString().Contains("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_cancelled_action_exits_with_130()
    {
        using CancellationTokenSource cancellation = new();
        Command command = new("waits");
        command.Run(_course.Context, async (_, token) =>
        {
            await cancellation.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
            return ExitCode.Success;
        });

        Assert.Equal(ExitCode.Interrupted, await command.Parse([]).InvokeAsync(cancellationToken: cancellation.Token));
    }

    private static IEnumerable<Command> Descendants(Command command) =>
        command.Subcommands.SelectMany(sub => Descendants(sub).Prepend(sub));
}
