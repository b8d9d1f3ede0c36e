using System.Diagnostics;
using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>Recursions without end: an error of the cell, where they were the end of the process.</summary>
public sealed class RecursionTests : IDisposable
{
    private readonly SessionHost _host = new();

    public void Dispose() => _host.Dispose();

    public static TheoryData<string, string> Recursions => new()
    {
        { "int F(int n) => F(n + 1) + 1; F(0)", "« F » s’appelle" },
        { "void F(int n) { F(n + 1); F(n); } F(0);", "« F » s’appelle" },
        { "int Fact(int n) => n * Fact(n - 1); try { Fact(5); } catch { } finally { kept++; } Fact(6)", "« Fact » s’appelle" },
        { "bool Pair(int n) => Impair(n + 1); bool Impair(int n) => Pair(n + 1); Pair(0)", "« Impair » et « Pair »|« Pair » et « Impair »" },
        { "Func<int, int> f = null; f = n => f(n + 1) + 1; f(0)", "lambda" },
        { "class C { public int Valeur { get => Valeur + 1; } } new C().Valeur", "la propriété « Valeur »" },
        { "class C { public int Valeur { set { Valeur = value + 1; } } } new C().Valeur = 1;", "la propriété « Valeur »" },
        { "class C { public override string ToString() => $\"{this}\"; } new C().ToString()", "« ToString »" },
        { "class C { public override string ToString() => $\"{this}\"; } new C()", "« ToString »" },
        { "class C { public override bool Equals(object o) => Equals(o, this) || o == this || o.Equals(this); public override int GetHashCode() => 1; } new HashSet<C> { new(), new() }.Count", "« Equals »" },
        { "class C { public override int GetHashCode() => new HashSet<C> { this }.Count; } new C().GetHashCode()", "« GetHashCode »" },
        { "class C { public C() { new C(); } } new C();", "le constructeur de « C »" },
        { "class C { C other = new C(); } new C();", "" },
        { "class B { public B() => Init(); public virtual void Init() { } } class D : B { public override void Init() => new D(); } new D();", "« Init »" },
        { "IEnumerable<int> All(int n) { foreach (var x in All(n + 1)) yield return x; } All(0).Count()", "" },
        { "struct M { public static M operator +(M a, M b) => a + b; } new M() + new M()", "un opérateur de « M »" },
        { "class C { public int this[int i] => this[i + 1]; } new C()[0]", "" },
        { "class C { public int F(dynamic n) => F(n + 1); } new C().F(0)", "« F »" },
        { "async Task<int> F(int n) => await F(n + 1) + 1; await F(0)", "« F »" },
        { "async Task F(int n) { await F(n + 1); } await F(0);", "« F »" },
        { "int F(int n) { try { return F(n + 1); } finally { kept++; } } F(0)", "« F »" },
        { "int F(int n) { try { return F(n + 1); } catch (Exception e) { throw; } } F(0)", "« F »" },
        { "int F(int n) { try { return F(n + 1); } catch (Exception e) { throw new Exception(\"x\", e); } } F(0)", "« F »" },
        { "int F(int n) { Span<byte> big = stackalloc byte[20_000]; big[n & 1] = 1; return F(n + 1) + big[0]; } F(0)", "« F »" },
        { "await Task.Run(() => { int F(int n) => F(n + 1) + 1; return F(0); })", "« F »" },
        { "class C : IComparable<C> { public int CompareTo(C other) => other.CompareTo(this) + 1; } new List<C> { new(), new() }.Sort();", "« CompareTo »" },
        { "int F(int n) => new[] { n }.Select(x => F(x + 1)).First(); F(0)", "« F »" },
        { "int F(int n) => (from x in new[] { n } where F(x + 1) > 0 select x).First(); F(0)", "« F »" },
        { "record R(int N) { public R Next => new R(N + 1).Next; } new R(0).Next", "la propriété « Next »" },
        { "event Action Changed; void Raise() => Changed(); Changed += Raise; Raise();", "« Raise »" },
        { "T F<T>(T x) => F<T>(x); F(1)", "« F »" },
        { "class C { public static implicit operator int(C c) => c; } int i = new C();", "un opérateur de « C »" },
    };

    [Theory]
    [MemberData(nameof(Recursions))]
    public async Task Recursion_without_end_is_an_error_that_names_the_method(string code, string expected)
    {
        await _host.RunAsync("var kept = 1;");

        var result = await _host.RunAsync(code).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(ExecutionStatus.Error, result.Status);
        Assert.Equal("StackOverflowException", result.Error!.Name);
        Assert.StartsWith("Récursion sans fin", result.Error.Value, StringComparison.Ordinal);
        Assert.True(expected.Split('|').Any(text => result.Error.Value.Contains(text, StringComparison.Ordinal)), result.Error.Value);
        Assert.Contains("ligne 1", _host.Traceback, StringComparison.Ordinal);
        Assert.NotEqual("0", await _host.ValueAsync("kept"));
    }

    [Theory]
    [InlineData("var t = new System.Threading.Thread(() => { int F(int n) => F(n + 1) + 1; F(0); }, 256 << 10); t.Start(); t.Join();")]
    [InlineData("async void F(int n) { await Task.Yield(); G(n); } int G(int n) => G(n + 1) + 1; F(0); await Task.Delay(200);")]
    public async Task Recursion_on_another_thread_is_told(string code)
    {
        await _host.RunAsync(code);

        var end = Environment.TickCount64 + 20_000;
        while (!_host.Outputs.Any(output => output is ErrorOutput || output is StreamOutput { Name: "stderr" }))
        {
            Assert.True(Environment.TickCount64 < end, "Nothing was said.");
            await Task.Delay(20);
        }
        var text = string.Join('\n', _host.Outputs.OfType<StreamOutput>().Select(o => o.Text).Concat(_host.Outputs.OfType<ErrorOutput>().Select(o => o.Value)));
        Assert.Contains("Récursion sans fin", text, StringComparison.Ordinal);
        Assert.Equal("2", await _host.ValueAsync("1 + 1"));
    }

    [Fact]
    public async Task Deep_recursion_that_ends_is_none_of_it() =>
        Assert.Equal("50000", await _host.ValueAsync("int Depth(int n) => n == 0 ? 0 : 1 + Depth(n - 1); Depth(50_000)"));

    /// <summary>What the runtime's optimised code leaves of a long recursion: the student's method is inlined, and has no frames at the end.</summary>
    [Fact]
    public void Method_that_shows_at_the_beginning_of_the_stack_alone_is_named()
    {
        StackFrame library = new(), own = new StackTrace().GetFrame(1)!;
        StackFrame[] stack = [.. Enumerable.Repeat(library, 1000), .. Enumerable.Repeat(own, 300)];

        var text = RecursionReport.Describe(stack, method => method == own.GetMethod() ? "« F »" : null);

        Assert.Contains("« F » s’appelle", text, StringComparison.Ordinal);
    }
}
