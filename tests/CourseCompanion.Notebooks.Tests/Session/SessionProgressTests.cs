using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

public sealed class SessionProgressTests
{
    private sealed class Clock : TimeProvider
    {
        internal long Milliseconds { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Milliseconds;
    }

    [Fact]
    public void Bar_is_updated_at_most_five_times_a_second_and_ends_as_one_line()
    {
        var clock = new Clock();
        var outputs = new List<SessionOutput>();
        using (var task = new SessionProgress(outputs.Add, clock).Start("Entraînement", 2000))
        {
            for (var step = 1; step <= 2000; step++)
            {
                clock.Milliseconds += 1;
                task.Report(step, "perte 0,412");
            }
        }

        var first = Assert.IsType<DisplayOutput>(outputs[0]);
        var updates = outputs.Skip(1).Cast<UpdateDisplayOutput>().ToList();
        Assert.All(updates, update => Assert.Equal(first.DisplayId, update.DisplayId));
        Assert.Equal(11, updates.Count);
        Assert.Equal("Entraînement : étape 1000/2000 · perte 0,412 · reste environ 1,0 s", updates[4].Bundle.PlainText);
        Assert.Contains("value=\"1000\"", updates[4].Bundle.Data["text/html"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("Entraînement : terminé en 2,0 s · perte 0,412", updates[^1].Bundle.PlainText);
        Assert.False(updates[^1].Bundle.Data.ContainsKey("text/html"));
    }

    [Fact]
    public void Work_that_ends_early_says_where()
    {
        var outputs = new List<SessionOutput>();

        new SessionProgress(outputs.Add, new Clock()).Start("Tri", 10).Dispose();

        Assert.Equal("Tri : interrompu à l’étape 0/10 après 0,0 s", ((UpdateDisplayOutput)outputs[^1]).Bundle.PlainText);
    }

    [Fact]
    public async Task Training_loop_in_a_cell_reports_here_and_stops_at_an_interrupt_with_its_variables()
    {
        using var host = new SessionHost();
        var running = host.Session.ExecuteAsync("""
            var steps = 0;
            using (var work = WorkContext.Progress.Start("Boucle", int.MaxValue))
            {
                while (true)
                {
                    WorkContext.ThrowIfCancelled(default);
                    work.Report(++steps);
                }
            }
            """);
        await host.UntilAsync(() => host.Outputs.OfType<UpdateDisplayOutput>().Any(), running);

        host.Session.Interrupt();
        var result = await running.WaitAsync(SessionHost.Patience);

        Assert.Equal(ExecutionStatus.Interrupted, result.Status);
        Assert.StartsWith("Boucle : interrompu à l’étape", host.Outputs.OfType<UpdateDisplayOutput>().Last().Bundle.PlainText, StringComparison.Ordinal);
        Assert.Equal("True", await host.ValueAsync("steps > 0"));
    }
}
