using System.Collections;
using System.Text.Json.Nodes;
using CourseCompanion.Notebooks.Formatting;
using CourseCompanion.Notebooks.Interactive;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

public sealed class FormattingTests : IDisposable
{
    public void Dispose() => Formatter.ResetToDefault();

    private static string Plain(object? value) => value.ToDisplayString();

    private static JsonObject Bundle(object? value) => BundleBuilder.Build(value, []).Data;

    private static string? Html(object? value) => Bundle(value)["text/html"]?.GetValue<string>();

    private sealed record Patient(string Name, double Score)
    {
        public Patient? Next { get; set; }
    }

    private sealed class Throwing
    {
        public int Good { get; } = 1;

        public int Bad => Good > 0 ? throw new InvalidOperationException() : 0;
    }

    private sealed class Named
    {
        public int Hidden { get; } = 1;

        public override string ToString() => "named";
    }

    [Fact]
    public void Plain_text_of_simple_values_is_what_CSharp_reads_back()
    {
        Assert.Equal("texte", Plain("texte"));
        Assert.Equal("0.5", Plain(0.5));
        Assert.Equal("1234567", Plain(1234567));
        Assert.Equal("null", Plain(null));
        Assert.Equal("[ 1, 2 ]", Plain(new List<int> { 1, 2 }));
        Assert.Equal("[ \"a\", null ]", Plain(new[] { "a", null }));
        Assert.Equal("(1, \"b\")", Plain((1, "b")));
        Assert.Equal("{ \"a\": 1 }", Plain(new Dictionary<string, int> { ["a"] = 1 }));
        Assert.Equal("named", Plain(new Named()));
        Assert.Equal("{ A = 1, B = [ 2 ] }", Plain(new { A = 1, B = new[] { 2 } }));
        Assert.Equal("double[2, 2] [ 1, 2, 3, 4 ]", Plain(new double[,] { { 1, 2 }, { 3, 4 } }));
        Assert.Equal("Dictionary<string, List<int?>>", Plain(typeof(Dictionary<string, List<int?>>)));
    }

    [Fact]
    public void Long_and_endless_sequences_are_cut_and_say_so()
    {
        static IEnumerable<int> Endless()
        {
            for (var i = 0; ; i++)
            {
                yield return i;
            }
        }

        Assert.EndsWith("18, 19, … (80 de plus) ]", Plain(Enumerable.Range(0, 100).ToArray()), StringComparison.Ordinal);
        Assert.EndsWith("18, 19, … ]", Plain(Endless()), StringComparison.Ordinal);
        Assert.Null(Html(Endless()));
        Assert.Contains("80 lignes de plus", Html(Enumerable.Range(0, 100).Select(i => new { i }).ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public void Cycles_and_deep_graphs_end()
    {
        var patient = new Patient("A", 1);
        patient.Next = patient;
        Assert.Equal("Patient { Next = (cycle), Name = \"A\", Score = 1 }", Plain(patient).Replace("Name = \"A\", Score = 1, Next = (cycle)", "Next = (cycle), Name = \"A\", Score = 1", StringComparison.Ordinal));

        var list = new List<object>();
        list.Add(list);
        Assert.Equal("[ (cycle) ]", Plain(list));

        object deep = "fond";
        for (var i = 0; i < 10_000; i++)
        {
            deep = new[] { deep };
        }
        Assert.Equal(1, Plain(deep).Count(c => c == '…'));
    }

    [Fact]
    public void Wide_graphs_are_bounded_in_length()
    {
        object wide = "x";
        for (var i = 0; i < 6; i++)
        {
            var copy = wide;
            wide = Enumerable.Range(0, 20).Select(_ => new List<object> { copy }).ToArray();
        }

        Assert.InRange(Plain(wide).Length, 1, 101_000);
    }

    [Fact]
    public void Property_that_throws_does_not_break_the_display() =>
        Assert.Equal(
            "Throwing { Good = 1, Bad = ⚠ InvalidOperationException : Operation is not valid due to the current state of the object. }",
            Plain(new Throwing()));

    [Fact]
    public void Records_show_as_a_table_with_French_numbers()
    {
        var html = Html(new[] { new Patient("<Anna>", 0.5), new Patient("Bob", 1234.5678) });

        Assert.Contains("<th>Name</th>", html, StringComparison.Ordinal);
        Assert.Contains("&lt;Anna&gt;", html, StringComparison.Ordinal);
        Assert.Contains(">0,5<", html, StringComparison.Ordinal);
        Assert.Contains(">1234,57<", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_are_made_of_tuples_dictionaries_matrices_and_single_records()
    {
        Assert.Contains("<th>Item2</th>", Html(new[] { (1, "a"), (2, "b") }), StringComparison.Ordinal);
        Assert.Contains("<th>clé</th>", Html(new Dictionary<string, int> { ["a"] = 1 }), StringComparison.Ordinal);
        Assert.Contains("2 × 3", Html(new int[2, 3]), StringComparison.Ordinal);
        Assert.Contains(">Score<", Html(new Patient("A", 1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_texts_and_lists_of_them_have_no_table()
    {
        Assert.Null(Html(1));
        Assert.Null(Html("a"));
        Assert.Null(Html(new[] { 1, 2 }));
        Assert.Null(Html(new[] { "a" }));
        Assert.Null(Html(new Named()));
        Assert.Null(Html(Array.Empty<Patient>()));
    }

    [Fact]
    public void Registered_formatter_replaces_the_default_and_the_most_specific_wins()
    {
        Formatter.Register<Patient>(patient => $"patient {patient.Name}");
        Formatter.Register<object>(_ => "objet");
        Formatter.Register<Patient>((patient, writer) => writer.Write($"<i>{patient.Name}</i>"), "text/html");

        Assert.Equal("patient A", Plain(new Patient("A", 1)));
        Assert.Equal("<i>A</i>", Html(new Patient("A", 1)));
        Assert.Equal("objet", Plain(new Named()));
    }

    [Fact]
    public void Open_generic_formatter_serves_its_closed_types_until_one_is_closer()
    {
        Formatter.Register(typeof(List<>), (_, writer) => writer.Write("liste"));
        Assert.Equal("liste", Plain(new List<int>()));

        Formatter.Register<List<int>>(_ => "entiers");
        Assert.Equal("entiers", Plain(new List<int>()));
        Assert.Equal("liste", Plain(new List<string>()));
    }

    [Fact]
    public void Preferred_types_are_the_only_ones_put_out()
    {
        Formatter.SetPreferredMimeTypesFor(typeof(Patient), "text/plain");

        Assert.Equal(["text/plain"], Bundle(new Patient("A", 1)).Select(pair => pair.Key));
    }

    [Fact]
    public void Formatters_by_convention_make_one_bundle_and_inherit()
    {
        var bundle = Bundle(new DerivedChart());

        Assert.Equal(3, bundle["application/vnd.test+json"]!["points"]!.GetValue<int>());
        Assert.Equal("<svg/>", bundle["text/html"]!.GetValue<string>());
        Assert.Equal("graphique", bundle["text/plain"]!.GetValue<string>());
        Assert.False(bundle.ContainsKey("image/png"));
    }

    [Fact]
    public void Tensors_show_shape_type_device_and_their_edges()
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        var small = TorchSharp.torch.tensor(new[] { 1.5f, -2f });
        var large = TorchSharp.torch.arange(200, TorchSharp.torch.ScalarType.Int64).reshape(20, 10);

        Assert.Equal("Tensor [2], float32, cpu\n[1.5, -2]", Plain(small));
        Assert.Equal(
            "Tensor [20, 10], int64, cpu\n[[0, 1, 2, …, 7, 8, 9],\n [10, 11, 12, …, 17, 18, 19],\n [20, 21, 22, …, 27, 28, 29],\n …,\n"
            + " [170, 171, 172, …, 177, 178, 179],\n [180, 181, 182, …, 187, 188, 189],\n [190, 191, 192, …, 197, 198, 199]]",
            Plain(large));
        Assert.Null(Html(small));
        Assert.Equal("[ Tensor [2], float32, cpu ]", Plain(new[] { small }));
        Assert.Equal("Tensor [1, 3, 28, 28], uint8, cpu", Plain(TorchSharp.torch.zeros([1, 3, 28, 28], TorchSharp.torch.ScalarType.Byte)));
        Assert.Equal("Tensor [], float32, cpu\n1.5", Plain(small[0]));
        small.Dispose();
        Assert.Equal("Tensor (libéré)", Plain(small));
    }

    [AttributeUsage(AttributeTargets.Class)]
    private sealed class TypeFormatterSourceAttribute(Type formatterSourceType) : Attribute
    {
        public Type FormatterSourceType { get; } = formatterSourceType;
    }

    [TypeFormatterSource(typeof(ChartFormatterSource))]
    private class Chart;

    private sealed class DerivedChart : Chart;

    private sealed class ChartFormatterSource
    {
        private readonly ChartFormatter[] _formatters =
        [
            new("application/vnd.test+json", "{\"points\": 3}"),
            new("text/html", "<svg/>"),
            new("image/png", null),
            new("text/plain", "graphique"),
        ];

        public ChartFormatter[] CreateTypeFormatters() => _formatters;
    }

    private sealed class ChartFormatter(string mimeType, string? text)
    {
        public string MimeType { get; } = mimeType;

        public bool Format(object instance, TextWriter writer)
        {
            Assert.IsAssignableFrom<Chart>(instance);
            writer.Write(text);
            return text is not null;
        }
    }

    [Fact]
    public void Sequence_that_is_computed_as_it_is_read_is_computed_once()
    {
        var computed = 0;

        var bundle = Bundle(Enumerable.Range(0, 3).Select(i => new { Rang = i, Fois = ++computed }));

        Assert.Equal(3, computed);
        Assert.Contains("Fois = 3", bundle["text/plain"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(">3</td>", bundle["text/html"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endless_sequence_of_nothing_is_shown()
    {
        static IEnumerable<object?> Nothing()
        {
            while (true)
            {
                yield return null;
            }
        }

        var bundle = await Task.Run(() => Bundle(Nothing())).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.StartsWith("[ null, null", bundle["text/plain"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private sealed class Failing(bool early) : IEnumerable<int>, ICollection
    {
        public int Count => throw new FormatException("compte");

        public bool IsSynchronized => false;

        public object SyncRoot => this;

        public void CopyTo(Array array, int index) => throw new NotSupportedException();

        public IEnumerator<int> GetEnumerator()
        {
            return early ? throw new FormatException("début") : Items();

            static IEnumerator<int> Items()
            {
                yield return 1;
                throw new FormatException("suite");
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class Silent
    {
        public override string ToString() => throw new FormatException("texte");
    }

    [Fact]
    public void Code_that_throws_while_a_held_value_is_shown_leaves_a_note_in_its_place()
    {
        Assert.Equal("[ ⚠ FormatException : début ]", Plain(new Failing(early: true)));
        Assert.Equal("[ 1, ⚠ FormatException : suite ]", Plain(new Failing(early: false)));
        Assert.Equal("⚠ FormatException : texte", Plain(new Silent()));
        Assert.Equal("[ 1, ⚠ FormatException : texte, 2 ]", Plain(new object[] { 1, new Silent(), 2 }));
        Assert.Contains("⚠ FormatException : texte", Html(new[] { new { A = 1, B = new Silent() } }), StringComparison.Ordinal);
    }

    private sealed class Cancelled
    {
        private readonly string _message = "annulée";

        public int Value => throw new TaskCanceledException(_message);
    }

    [Fact]
    public void A_cancellation_of_the_user_s_own_is_a_note_too() =>
        Assert.Equal("Cancelled { Value = ⚠ TaskCanceledException : annulée }", Plain(new Cancelled()));

    [Theory]
    [InlineData("while (true) { }")]
    [InlineData("while (true) { WorkContext.Cancellation.ThrowIfCancellationRequested(); }")]
    public async Task An_interruption_ends_a_display_and_is_no_note(string endless)
    {
        using var host = new SessionHost();

        var result = await host.RunAsync($"class Slow {{ public string Value {{ get {{ {endless} }} }} }} new object[] {{ 1, new Slow() }}", TimeSpan.FromSeconds(3));

        Assert.Equal(ExecutionStatus.TimedOut, result.Status);
        Assert.Null(host.ResultText);
    }

    private sealed class Counting
    {
        public int Reads { get; private set; }

        public int Value => ++Reads;
    }

    [Fact]
    public void Properties_are_read_once_for_text_and_table()
    {
        var bundle = Bundle(new[] { new Counting() });

        Assert.Contains(">1<", bundle["text/html"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("Value = 1", bundle["text/plain"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private sealed class Basket : List<int>
    {
        public override string ToString() => "Panier de fruits";
    }

    private sealed class Branch(string text) : IEnumerable<Branch>
    {
        public IEnumerator<Branch> GetEnumerator() => Enumerable.Empty<Branch>().GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => text;
    }

    [Fact]
    public void Sequence_with_a_text_of_its_own_shows_both_and_a_tree_its_text()
    {
        Assert.Equal("Panier de fruits [ 3, 5 ]", Plain(new Basket { 3, 5 }));
        Assert.Equal("{\"a\": 1}", Plain(new Branch("{\"a\": 1}")));
    }

    [Fact]
    public void Dictionaries_by_any_interface_are_dictionaries()
    {
        IDictionary<string, object?> expando = new System.Dynamic.ExpandoObject();
        expando["a"] = 1;
        Assert.Equal("{ \"a\": 1 }", Plain(expando));
        Assert.Contains("<th>clé</th>", Html(expando), StringComparison.Ordinal);
        Assert.Equal("{ 1: \"b\" }", Plain(new Dictionary<int, string> { [1] = "b" }.AsReadOnly()));
        Assert.Equal("[ 1: [ 1, 3 ], 0: [ 2 ] ]", Plain(new[] { 1, 2, 3 }.GroupBy(i => i % 2)));
    }

    [Fact]
    public async Task What_is_not_there_yet_is_named_without_machinery()
    {
        static async IAsyncEnumerable<int> Numbers()
        {
            await Task.Yield();
            yield return 1;
        }

        static async Task Wait(Task until) => await until;

        static async Task<int> Answer(Task until)
        {
            await until;
            return 1;
        }

        var end = new TaskCompletionSource();
        Task waiting = Wait(end.Task), answer = Answer(end.Task);
        Assert.Equal("IAsyncEnumerable<int> (à parcourir par await foreach)", Plain(Numbers()));
        Assert.Equal("Task (WaitingForActivation, await manquant ?)", Plain(waiting));
        Assert.Equal("Task<int> (WaitingForActivation, await manquant ?)", Plain(answer));
        Assert.Equal("ArraySegment<byte> (default)", Plain(default(ArraySegment<byte>)));
        Assert.Equal("ImmutableArray<int> (default)", Plain(default(System.Collections.Immutable.ImmutableArray<int>)));
        Assert.Equal("[ 1, 2 ]", Plain(new[] { 1, 2, 3 }.AsMemory(0, 2)));
        end.SetResult();
        await Task.WhenAll(waiting, answer);
    }

    [Fact]
    public void Data_tables_show_their_rows()
    {
        using var table = new System.Data.DataTable("scores");
        table.Columns.Add("Classe", typeof(string));
        table.Columns.Add("Score", typeof(double));
        table.Rows.Add("nævus", 0.5);
        table.Rows.Add("mélanome", DBNull.Value);

        Assert.Contains("<th>Score</th>", Html(table), StringComparison.Ordinal);
        Assert.Contains(">0,5<", Html(table), StringComparison.Ordinal);
        Assert.Contains("[ \"nævus\", 0.5 ]", Plain(table), StringComparison.Ordinal);
        Assert.Equal("{ \"Classe\": \"nævus\", \"Score\": 0.5 }", Plain(table.Rows[0]));
        using var view = new System.Data.DataView(table) { RowFilter = "Score > 0" };
        Assert.DoesNotContain("mélanome", Html(view), StringComparison.Ordinal);

        using var wide = new System.Data.DataTable();
        wide.Columns.AddRange([.. Enumerable.Range(0, 25).Select(i => new System.Data.DataColumn($"c{i}"))]);
        wide.Rows.Add();
        Assert.Contains("<th>c19</th><th>…</th>", Html(wide), StringComparison.Ordinal);
    }
}
