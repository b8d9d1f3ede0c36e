using CourseCompanion.Tests.Shared;

namespace CourseCompanion.EndToEnd.Jupyter;

/// <summary>
/// The kernel as front ends see it: installed, started from its kernelspec, talked to by Jupyter's own client. The
/// cases are the functions of <c>Scripts/scripted_cases.py</c>.
/// </summary>
public sealed class JupyterKernelTests : IDisposable
{
    private const string Client = "jupyter_client, jupyter_kernel_test, zmq";

    private readonly InstalledKernel _kernel = new();

    public void Dispose() => _kernel.Dispose();

    [PythonFact(Client)]
    public void Suite_of_jupyter_passes() => RunScript("kernel_suite.py");

    [PythonFact(Client)]
    public void Interrupt_ends_endless_cells() => RunCase("interrupts");

    [PythonFact(Client)]
    public void Interrupt_that_comes_before_the_cell_begins_is_not_lost() => RunCase("interrupt_at_once");

    [PythonFact(Client)]
    public void Interrupt_ends_an_expression_after_the_cell() => RunCase("interrupt_of_an_expression");

    [PythonFact(Client)]
    public void Recursion_without_end_is_an_error_and_the_kernel_lives() => RunCase("recursion_is_an_error");

    [PythonFact(Client)]
    public void Regular_expressions_have_a_limit() => RunCase("regular_expressions_have_a_limit");

    [PythonFact(Client)]
    public void Interrupt_passes_a_busy_thread_pool() => RunCase("interrupt_with_a_busy_thread_pool");

    [PythonFact(Client)]
    public void Interrupt_ends_the_course_s_loops() => RunCase("interrupt_of_the_course_s_loops");

    [PythonFact(Client)]
    public void Error_stops_what_is_queued() => RunCase("error_stops_what_is_queued");

    [PythonFact(Client)]
    public void Burst_of_displays_arrives_whole_and_in_order() => RunCase("burst_of_displays");

    [PythonFact(Client)]
    public void Display_is_updated_in_place() => RunCase("display_updates");

    [PythonFact(Client)]
    public void Cursor_counts_code_points() => RunCase("unicode_cursor");

    [PythonFact(Client)]
    public void Input_is_asked_for_or_refused() => RunCase("input_is_asked_for_or_refused");

    [PythonFact(Client)]
    public void Input_that_an_earlier_cell_still_waits_for_does_not_hold_up_the_next() =>
        RunCase("input_that_an_earlier_cell_still_waits_for");

    [PythonFact(Client)]
    public void Exception_that_nothing_caught_is_shown_and_the_kernel_goes_on() => RunCase("uncaught_exceptions");

    [PythonFact(Client)]
    public void Exit_by_a_cell_is_said_and_ends_the_process() => RunCase("exit_by_a_cell");

    [PythonFact(Client)]
    public void Comm_of_a_front_end_is_closed_at_once() => RunCase("comms");

    [PythonFact(Client)]
    public void Forged_and_repeated_messages_are_ignored() => RunCase("forged_and_repeated_messages");

    [PythonFact(Client)]
    public void Hostile_connections_change_nothing_for_the_others() => RunCase("hostile_connections");

    [PythonFact(Client)]
    public void Front_end_that_does_not_read_costs_no_memory() => RunCase("slow_front_end");

    [PythonFact(Client)]
    public void Shutdown_when_idle_ends_the_process() => RunCase("shutdown_when_idle");

    [PythonFact(Client)]
    public void Shutdown_when_busy_ends_the_process() => RunCase("shutdown_when_busy");

    [PythonFact(Client)]
    public void Restart_begins_anew() => RunCase("restart");

    [PythonFact(Client)]
    public void Termination_signal_ends_the_process() => RunCase("termination_signal");

    [PythonFact(Client)]
    public void Kernel_does_not_outlive_its_front_end() => RunCase("orphan");

    [PythonFact(Client)]
    public void Crash_is_explained_by_the_next_kernel() => RunCase("crash_is_explained");

    [PythonFact(Client)]
    public void Silent_and_unstored_cells_have_no_number_and_expressions_have_values() => RunCase("counting_and_expressions");

    [PythonFact("nbclient, nbformat")]
    public void Nbclient_runs_a_notebook_as_the_headless_runner_does() => RunScript("nbclient_run.py", InstalledKernel.CourseDll, _kernel.Prefix);

    [PythonFact("notebook, selenium")]
    public void Classic_notebook_runs_chapter_1_in_a_browser()
    {
        var picture = Path.Combine(Repository.Root, "artifacts", "screenshots", "classic-notebook.png");
        Directory.CreateDirectory(Path.GetDirectoryName(picture)!);
        var chapter = Path.Combine(Repository.Root, "notebooks", "01-pseudo-labeling.ipynb");
        RunScript("classic_notebook.py", chapter, picture);
        Assert.True(new FileInfo(picture).Length > 100_000);
    }

    [JupyterLabFact]
    public void JupyterLab_draws_the_charts_of_chapter_0_offline_and_again_when_it_is_opened_later()
    {
        var picture = Path.Combine(Repository.Root, "artifacts", "screenshots", "jupyterlab.png");
        Directory.CreateDirectory(Path.GetDirectoryName(picture)!);
        var chapter = Path.Combine(Repository.Root, "notebooks", "00-mise-en-route.ipynb");
        RunScript("jupyterlab.py", JupyterLabFactAttribute.Program, chapter, picture);
        Assert.True(new FileInfo(picture).Length > 50_000);
    }

    private void RunCase(string name) => RunScript("scripted_cases.py", name);

    private void RunScript(string name, params IEnumerable<string> arguments) => _kernel.RunScript(name, null, arguments);
}
