using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

public sealed class CSharpSessionTests : IDisposable
{
    private readonly SessionHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Variables_functions_and_types_of_a_cell_are_seen_by_the_next()
    {
        await _host.RunAsync("var x = 20; int Twice(int n) => 2 * n; record Point(int X, int Y);");

        Assert.Equal("42", await _host.ValueAsync("Twice(x) + new Point(1, 2).Y"));
    }

    [Fact]
    public async Task Last_expression_is_the_result_and_a_statement_has_none()
    {
        Assert.Equal("3", await _host.ValueAsync("1 + 2"));
        Assert.Null(await _host.ValueAsync("var y = 1 + 2;"));
        Assert.Null(await _host.ValueAsync("(object)null"));
        Assert.Null(await _host.ValueAsync(""));
    }

    [Fact]
    public async Task Top_level_await_works_and_comes_back_to_the_same_thread()
    {
        Assert.Equal("True", await _host.ValueAsync(
            "var before = Environment.CurrentManagedThreadId; await Task.Delay(5); before == Environment.CurrentManagedThreadId"));
    }

    [Fact]
    public async Task Cells_run_on_one_thread_with_a_stack_for_deep_recursion()
    {
        var first = await _host.ValueAsync("Environment.CurrentManagedThreadId");
        Assert.Equal(first, await _host.ValueAsync("Environment.CurrentManagedThreadId"));
        Assert.Equal("50000", await _host.ValueAsync("int Depth(int n) => n == 0 ? 0 : 1 + Depth(n - 1); Depth(50_000)"));
    }

    [Fact]
    public async Task Imports_cover_the_everyday_namespaces_without_using() =>
        Assert.Equal("6", await _host.ValueAsync("new List<int> { 1, 2, 3 }.Sum()"));

    [Fact]
    public async Task Imports_cover_the_library_and_its_engine() =>
        Assert.Equal(
            "Tensor [2], float32, cpu\n[0, 0]",
            await _host.ValueAsync("IProgressDisplay progress = null; var layer = nn.Linear(2, 3); zeros(2)"));

    [Fact]
    public async Task Language_is_the_current_one() =>
        Assert.Equal("[ 1, 2, 3 ]", await _host.ValueAsync("int[] a = [1, 2, 3]; int[] Copy(params ReadOnlySpan<int> s) => s.ToArray(); Copy([.. a])"));

    [Fact]
    public async Task Outputs_keep_the_order_in_which_they_were_made()
    {
        await _host.RunAsync("Console.Write(1); Console.Error.Write(2); display(3); Console.WriteLine(4); 5");

        Assert.Equal(
            ["stdout:1", "stderr:2", "display:3", "stdout:4\n", "result:5"],
            _host.Outputs.Select(output => output switch
            {
                StreamOutput stream => $"{stream.Name}:{stream.Text}",
                DisplayOutput display => $"display:{display.Bundle.PlainText}",
                ResultOutput result => $"result:{result.Bundle.PlainText}",
                _ => "?",
            }));
    }

    [Fact]
    public async Task Console_writes_are_batched()
    {
        await _host.RunAsync("for (var i = 0; i < 5_000; i++) Console.WriteLine(i);");

        Assert.Equal(5_000, _host.Stdout.Count(c => c == '\n'));
        Assert.InRange(_host.Outputs.Count, 1, 500);
    }

    [Fact]
    public async Task Numbers_in_cells_are_French_on_every_thread_whatever_the_machine_speaks() =>
        Assert.Equal("0,5 57,3\u00A0% 1\u202F406", await _host.ValueAsync("$\"{0.5} {await Task.Run(() => $\"{0.573:P1}\")} {1406:N0}\""));

    [Fact]
    public async Task Reading_the_console_is_refused_in_French()
    {
        await _host.RunAsync("Console.ReadLine()");

        Assert.Contains("clavier", _host.Error.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisplayedValue_Update_names_the_display_it_changes()
    {
        await _host.RunAsync("var shown = display(\"0 %\");");
        var id = Assert.IsType<DisplayOutput>(Assert.Single(_host.Outputs)).DisplayId;

        await _host.RunAsync("shown.Update(\"100 %\");");

        var update = Assert.IsType<UpdateDisplayOutput>(Assert.Single(_host.Outputs));
        Assert.Equal(id, update.DisplayId);
        Assert.Equal("100 %", update.Bundle.PlainText);
    }

    [Fact]
    public async Task Display_as_last_expression_shows_nothing_twice()
    {
        await _host.RunAsync("display(1)");

        Assert.IsType<DisplayOutput>(Assert.Single(_host.Outputs));
    }

    [Fact]
    public async Task HTML_and_DisplayAs_put_out_what_they_are_given()
    {
        await _host.RunAsync("HTML(\"<b>gras</b>\")");
        Assert.Equal("<b>gras</b>", Assert.IsType<ResultOutput>(Assert.Single(_host.Outputs)).Bundle.Data["text/html"]!.GetValue<string>());

        await _host.RunAsync("\"*oui*\".DisplayAs(\"text/markdown\");");
        Assert.Equal("*oui*", Assert.IsType<DisplayOutput>(Assert.Single(_host.Outputs)).Bundle.Data["text/markdown"]!.GetValue<string>());
    }

    [Fact]
    public async Task Compile_error_gives_place_code_French_message_and_the_line()
    {
        var result = await _host.RunAsync("var a = 1;\nvar b = a + inconnu;\n");

        Assert.Equal(ExecutionStatus.Error, result.Status);
        Assert.Equal("CompilationError", _host.Error.Name);
        Assert.StartsWith("(2, 13) CS0103: ", _host.Error.Value, StringComparison.Ordinal);
        Assert.Contains("n'existe pas", _host.Error.Value.Replace('’', '\''), StringComparison.Ordinal);
        Assert.Contains("    2 | var b = a + inconnu;", _host.Traceback, StringComparison.Ordinal);
        Assert.Contains("      |             \e[31m^^^^^^^\e[0m", _host.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compile_error_leaves_the_variables_of_other_cells_alone()
    {
        await _host.RunAsync("var kept = 1;");
        await _host.RunAsync("kept = ;");

        Assert.Equal("1", await _host.ValueAsync("kept"));
    }

    [Fact]
    public async Task Exception_gives_type_message_and_the_line_in_the_cell()
    {
        await _host.RunAsync("int Divide(int a, int b)\n{\n    return a / b;\n}");

        var result = await _host.RunAsync("var before = 7;\n\nDivide(1, 0)");

        Assert.Equal(ExecutionStatus.Error, result.Status);
        Assert.Equal("DivideByZeroException", _host.Error.Name);
        Assert.Contains("cellule 1, ligne 3, dans Divide", _host.Traceback, StringComparison.Ordinal);
        Assert.Contains("cellule 2, ligne 3", _host.Traceback, StringComparison.Ordinal);
        Assert.Contains("return a / b;", _host.Traceback, StringComparison.Ordinal);
        Assert.DoesNotContain("Microsoft.CodeAnalysis", _host.Traceback, StringComparison.Ordinal);
        Assert.DoesNotContain("MoveNext", _host.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exception_keeps_the_variables_defined_before_it()
    {
        await _host.RunAsync("var kept = 7; throw new InvalidOperationException(\"oups\");");
        Assert.Equal("oups", _host.Error.Value);

        Assert.Equal("7", await _host.ValueAsync("kept"));
    }

    [Fact]
    public async Task Exception_of_an_awaited_task_is_the_task_s_own()
    {
        await _host.RunAsync("await Task.Run(() => throw new FormatException(\"dans la tâche\"));");
        Assert.Equal("FormatException", _host.Error.Name);

        await _host.RunAsync("Task.Run(() => throw new FormatException(\"dans la tâche\")).Wait();");
        Assert.Equal("FormatException", _host.Error.Name);
    }

    [Fact]
    public async Task Failing_display_of_a_result_is_an_error_of_the_cell()
    {
        var result = await _host.RunAsync("IEnumerable<int> Bad() { yield return 1; throw new InvalidDataException(\"paresseux\"); } Bad()");

        Assert.Equal(ExecutionStatus.Error, result.Status);
        Assert.Equal("paresseux", _host.Error.Value);
    }

    [Fact]
    public async Task Time_directive_shows_the_duration_and_keeps_line_numbers()
    {
        await _host.RunAsync("#!time\nvar x = 1;");
        Assert.StartsWith("Durée : 0,", Assert.IsType<DisplayOutput>(Assert.Single(_host.Outputs)).Bundle.PlainText, StringComparison.Ordinal);

        await _host.RunAsync("#!time\nvar y = inconnu;");
        Assert.StartsWith("(2, 9) CS0103", _host.Error.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Markdown_and_html_directives_show_their_text()
    {
        await _host.RunAsync("var n = 3;\n#!markdown\n# Titre\n#!html\n<b>x</b>\n#!csharp\nn");

        Assert.Equal("# Titre", ((DisplayOutput)_host.Outputs[0]).Bundle.Data["text/markdown"]!.GetValue<string>());
        Assert.Equal("<b>x</b>", ((DisplayOutput)_host.Outputs[1]).Bundle.Data["text/html"]!.GetValue<string>());
        Assert.Equal("3", ((ResultOutput)_host.Outputs[2]).Bundle.PlainText);
    }

    [Theory]
    [InlineData("#!fsharp\nlet x = 1", "n’exécute que du C#")]
    [InlineData("#!pwsh", "n’exécute que du C#")]
    [InlineData("#!bidule --x", "« #!bidule » est inconnue")]
    [InlineData("#i \"nuget:https://example.org\"", "dotnet nuget add source")]
    [InlineData("#r \"nuget: a b c\"", "Écrivez par exemple")]
    public async Task Foreign_directives_are_explained_in_French(string code, string explanation)
    {
        var result = await _host.RunAsync(code);

        Assert.Equal(ExecutionStatus.Error, result.Status);
        Assert.Contains(explanation, _host.Error.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mermaid_cells_are_displayed_as_diagrams()
    {
        await _host.RunAsync("#!mermaid\ngraph LR\nA --> B");

        var data = ((DisplayOutput)_host.Outputs[0]).Bundle.Data;
        Assert.Contains("<svg", data["text/html"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("Diagramme : A → B.", data["text/plain"]!.GetValue<string>());
    }

    [Fact]
    public async Task Mermaid_that_cannot_be_drawn_says_why()
    {
        var result = await _host.RunAsync("#!mermaid\ngantt\ntitle A");

        Assert.Contains("sa première ligne doit être", result.Error!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Packages_are_restored_and_stay_for_the_cells_that_follow()
    {
        await _host.RunAsync("#r \"nuget: MathNet.Numerics, 5.0.0\"");

        Assert.Equal("2", await _host.ValueAsync("MathNet.Numerics.Statistics.Statistics.Mean(new[] { 1.0, 2.0, 3.0 })"));
    }

    [Fact]
    public async Task Package_that_does_not_exist_is_said_in_French()
    {
        var result = await _host.RunAsync("#r \"nuget: CourseCompanion.Does.Not.Exist, 1.0.0\"\n1 + 1");

        Assert.Equal(ExecutionStatus.Error, result.Status);
        Assert.Contains("Impossible de charger CourseCompanion.Does.Not.Exist", _host.Error.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Directive_inside_a_text_is_text() =>
        Assert.Equal("a\n#!fsharp\nb", await _host.ValueAsync("\"\"\"\na\n#!fsharp\nb\n\"\"\""));

    [Fact]
    public async Task Load_and_reference_resolve_against_the_base_directory()
    {
        var folder = Directory.CreateTempSubdirectory("session").FullName;
        _host.Dispose();
        try
        {
            File.WriteAllText(Path.Combine(folder, "outils.csx"), "int Trois() => 3;\n");
            File.Copy(typeof(FactAttribute).Assembly.Location, Path.Combine(folder, "autre.dll"));
            using var host = new SessionHost(new SessionOptions { BaseDirectory = folder });

            Assert.Equal("3", await host.ValueAsync("#load \"outils.csx\"\nTrois()"));
            Assert.Equal("FactAttribute", await host.ValueAsync("#r \"autre.dll\"\ntypeof(Xunit.FactAttribute)"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Second_version_of_a_loaded_assembly_is_said_not_to_be_loaded()
    {
        var folder = Directory.CreateTempSubdirectory("versions").FullName;
        try
        {
            var first = Library(folder, "Outils", "1.0.0.0", "un");
            var second = Library(folder, "Outils", "2.0.0.0", "deux");
            var other = Library(folder, "Ailleurs", "2.0.0.0", "ailleurs");
            Assert.Equal("un", await _host.ValueAsync($"#r \"{first}\"\nOutils.Name"));

            var result = await _host.RunAsync($"#r \"{second}\"\nOutils.Name");
            Assert.Equal(ExecutionStatus.Error, result.Status);
            Assert.Contains("Outils 2.0.0.0", _host.Error.Value, StringComparison.Ordinal);
            Assert.Contains("1.0.0.0 est déjà chargée", _host.Error.Value, StringComparison.Ordinal);
            Assert.Contains("edémarrez le noyau", _host.Error.Value, StringComparison.Ordinal);
            Assert.Equal("un", await _host.ValueAsync("Outils.Name"));

            // The same one again, and another one, are no conflict.
            Assert.Equal("un", await _host.ValueAsync($"#r \"{first}\"\nOutils.Name"));
            Assert.Equal("ailleurs", await _host.ValueAsync($"#r \"{other}\"\nAilleurs.Name"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Assembly_built_again_under_its_version_is_said_not_to_be_loaded()
    {
        var folder = Directory.CreateTempSubdirectory("versions").FullName;
        try
        {
            var path = Library(folder, "Essai", "1.0.0.0", "un");
            Assert.Equal("un", await _host.ValueAsync($"#r \"{path}\"\nEssai.Name"));
            File.Delete(path);
            Library(folder, "Essai", "1.0.0.0", "deux");

            Assert.Equal(ExecutionStatus.Error, (await _host.RunAsync($"#r \"{path}\"\nEssai.Name")).Status);
            Assert.Contains("edémarrez le noyau", _host.Error.Value, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A library with one class of its own name, whose <c>Name</c> is a text.</summary>
    private static string Library(string folder, string name, string version, string text)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, version)).FullName, name + ".dll");
        using var file = File.Create(path);
        var result = Microsoft.CodeAnalysis.CSharp.CSharpCompilation.Create(
            name,
            [Microsoft.CodeAnalysis.CSharp.CSharpSyntaxTree.ParseText(
                $"[assembly: System.Reflection.AssemblyVersion(\"{version}\")] public static class {name} {{ public static string Name => \"{text}\"; }}")],
            [Microsoft.CodeAnalysis.MetadataReference.CreateFromFile(typeof(object).Assembly.Location)],
            new Microsoft.CodeAnalysis.CSharp.CSharpCompilationOptions(Microsoft.CodeAnalysis.OutputKind.DynamicallyLinkedLibrary)).Emit(file);
        Assert.True(result.Success);
        return path;
    }

    [Fact]
    public async Task Cells_use_the_same_library_instance_as_the_host()
    {
        Interactive.Formatter.ListExpansionLimit = 7;
        try
        {
            Assert.Equal("7", await _host.ValueAsync("Formatter.ListExpansionLimit"));
        }
        finally
        {
            Interactive.Formatter.ResetToDefault();
        }
    }

    [Fact]
    public async Task Executions_are_queued_in_the_order_of_the_calls()
    {
        var tasks = Enumerable.Range(0, 5).Select(i => _host.Session.ExecuteAsync($"Console.Write({i});")).ToList();
        var results = await Task.WhenAll(tasks);

        Assert.Equal("01234", _host.Stdout);
        Assert.Equal([1, 2, 3, 4, 5], results.Select(result => result.ExecutionCount));
    }

    [Fact]
    public async Task Silent_execution_leaves_no_number_and_no_result()
    {
        var result = await _host.Session.ExecuteAsync("1 + 1", new ExecuteOptions { Silent = true });

        Assert.Equal(0, result.ExecutionCount);
        Assert.Empty(_host.Outputs);
    }

    [Fact]
    public void Second_session_in_a_process_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => new CSharpSession(new SessionOptions()));
}
