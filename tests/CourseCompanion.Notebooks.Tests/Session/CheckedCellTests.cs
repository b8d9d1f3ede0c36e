using CourseCompanion.Notebooks.Session;

namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>Cells run with checks in their code: nothing else may tell.</summary>
public sealed class CheckedCellTests : IDisposable
{
    private readonly SessionHost _host = new();

    public void Dispose() => _host.Dispose();

    public static TheoryData<string, string> Constructs => new()
    {
        { "int s = 0; for (int i = 0; i < 3; i++) s += i; while (s < 10) s++; do s++; while (s < 20); foreach (var x in new[] { 1, 2 }) s += x; s", "23" },
        { "int s = 0; foreach (var (a, b) in new[] { (1, 2), (3, 4) }) s += a * b; s", "14" },
        { "int n = 0; again: n++; if (n < 5) goto again; n", "5" },
        { "string R(int n) { switch (n) { case 0: goto case 2; case 2: return \"deux\"; default: goto case 0; } } R(7)", "deux" },
        { "int R(Func<int> f) => 1; int R(Action f) => 2; int i = 0; R(() => i++) * 10 + R(() => { i++; })", "12" },
        { "await Task.Run(() => Task.FromResult(3))", "3" },
        { "var f = (int x, int y = 5) => x + y; f(1)", "6" },
        { "int[] a = { 1, 2 }; ref int At(int i) => ref a[i]; At(1) = 9; a[1]", "9" },
        { "class C { int[] a = { 4 }; public ref int this[int i] => ref a[i]; public ref int First => ref a[0]; } var c = new C(); c[0] = 6; c.First++; c[0]", "7" },
        { "byte P => 5; Func<byte> f = () => 5; P + f()", "10" },
        { "Func<int, Func<int, int>> add = x => y => x + y; $\"{new[] { 1, 2 }.Select(x => add(x)(1)).Sum():0} {{}}\"", "5 {}" },
        { "record struct P(int X, int Y) { public int Norm => X * X + Y * Y; } new P(3, 4).Norm", "25" },
        { "class C(int start) { public int Next() => ++start; public string Name { get => field ?? \"x\"; set => field = value; } } var c = new C(1) { Name = \"y\" }; c.Name + c.Next()", "y2" },
        { "interface IZero<T> where T : IZero<T> { static abstract T Zero { get; } } struct Z : IZero<Z> { public static Z Zero => default; public override string ToString() => \"Z\"; } T Of<T>() where T : IZero<T> => T.Zero; Of<Z>().ToString()", "Z" },
        { "int S() { Span<int> s = stackalloc int[3]; foreach (ref int x in s) x = 2; int t = 0; foreach (var x in s) t += x; return t; } S()", "6" },
        { "dynamic d = 1; Func<dynamic, int> f = x => x + 1; f(d)", "2" },
        { "System.Linq.Expressions.Expression<Func<int, int>> e = x => x + 1; e.ToString()", "x => (x + 1)" },
        { "(from x in new[] { 3, 1, 2 }.AsQueryable() where x > 1 orderby x select x * 2).Select(x => x + 1).First()", "5" },
        { "(from x in new[] { 3, 1, 2 } let y = x * 2 where y > 2 join z in new[] { 4, 6 } on y equals z group y by y % 4 into g orderby g.Key descending select g.Key).First()", "2" },
        { "int Parse(string s) { try { return int.Parse(s); } catch (FormatException) when (s.Length > 3) { return -1; } catch (FormatException) { return -2; } catch { return -3; } } Parse(\"abcd\") * 10 + Parse(\"ab\")", "-12" },
        { "async Task A() => await Task.Yield(); async Task<int> B() { await A(); return 3; } async ValueTask<int> C() => await B(); Func<Task> d = async () => await A(); await d(); await C() + await B()", "6" },
        { "async IAsyncEnumerable<int> All() { for (var i = 0; i < 3; i++) { await Task.Yield(); yield return i; } } var s = 0; await foreach (var x in All()) s += x; s", "3" },
        { "static int Triple(this int n) => n * 3; 2.Triple()", "6" },
        { "class A { public static implicit operator int(A a) => 7; public static A operator +(A a, A b) => a; public static bool operator true(A a) => true; public static bool operator false(A a) => false; } int i = new A() + new A(); i", "7" },
        { "class B { public int N; public B(int n) => N = n; ~B() => N = 0; } class D : B { public B Other = new B(3); public D() : base(new B(4).N) { } } new D().N + new D().Other.N", "7" },
        { "static class S { public static readonly int N; static S() { for (var i = 0; i < 3; i++) N += i; } } S.N", "3" },
        { "delegate int Op(int x); Op op = delegate (int x) { return x + 1; }; op += delegate { return 8; }; op(1)", "8" },
        { "int F() => throw new NotSupportedException(); Func<int> g = () => throw new NotSupportedException(); var r = 0; try { F(); } catch (NotSupportedException e) { r = 1; } try { g(); } catch (NotSupportedException) { r += 2; } r", "3" },
        { "var a = await Task.FromResult(new { X = 1 }); var t = Task.FromResult(2); a.X + await t + (await Task.WhenAll(t, t)).Sum() + await new ValueTask<int>(3)", "10" },
        { "int F(int n)\n#if true\n    => n + 1;\n#else\n    => n;\n#endif\nF(1)", "2" },
        { "var xs = new List<int>(); foreach (var x in new[] { 1, 2, 3 }) if (x != 2) xs.Add(x); else continue; string.Join(\",\", xs)", "1,3" },
        { "int n = 0; using (new System.IO.MemoryStream()) lock (new object()) checked { for (;;) if (++n > 3) break; } n", "4" },
        { "event Action E { add => count++; remove => count--; } int count = 0; E += () => { }; E += () => { }; E -= null; count", "1" },
    };

    [Theory]
    [MemberData(nameof(Constructs))]
    public async Task Construct_behaves_as_it_is_written_and_carries_checks(string code, string expected)
    {
        Assert.Equal(expected, (await _host.ValueAsync(code))!.Trim('"'));

        var script = _host.Session.LastScript!;
        Assert.Equal(code, CellScript.TextOf(script));
        Assert.True(script.Code.Contains("Checkpoint", StringComparison.Ordinal) || code.StartsWith("System.Linq", StringComparison.Ordinal) || code.Contains("AsQueryable", StringComparison.Ordinal), script.Code);
        Assert.Equal(code.Count(c => c == '\n'), script.Code.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("for (var i = 0; i < 3; i++) { var x = inconnu; }", "(1, 39)")]
    [InlineData("int F(int n) => n + 1;\nvar f = (int x) => { while (true) inconnu(x); };", "(2, 35)")]
    [InlineData("while (true)\n    inconnu++;", "(2, 5)")]
    [InlineData("int F(int n) { for (;;) { } return n", "(1, 37)")]
    public async Task Errors_of_compilation_have_the_columns_of_the_text(string code, string place)
    {
        var result = await _host.RunAsync(code);

        Assert.StartsWith(place, result.Error!.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("Checkpoint", _host.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stack_traces_have_the_lines_of_the_text_and_no_checks()
    {
        await _host.RunAsync("int F(int n)\n{\n    for (;;)\n    {\n        if (n-- == 0)\n            throw new Exception(\"x\");\n    }\n}\nnew[] { 3 }.Select(n =>\n    F(n)).ToList();");

        Assert.Contains("ligne 6, dans F", _host.Traceback, StringComparison.Ordinal);
        Assert.Contains("ligne 10", _host.Traceback, StringComparison.Ordinal);
        Assert.DoesNotContain("Checkpoint", _host.Traceback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_load_carry_checks_too()
    {
        var folder = Directory.CreateTempSubdirectory("course-load-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "outils.csx"), "int Depth(int n) => Depth(n + 1);\nvoid Forever()\n{\n    while (true) { }\n}");
            var path = Path.Combine(folder, "outils.csx").Replace("\\", "/", StringComparison.Ordinal);
            Assert.Equal(ExecutionStatus.Ok, (await _host.RunAsync($"#load \"{path}\"\nvar kept = 1;")).Status);

            var result = await _host.RunAsync("Depth(0)");
            Assert.Equal("StackOverflowException", result.Error?.Name);
            Assert.Contains("« Depth »", result.Error!.Value, StringComparison.Ordinal);
            Assert.Contains("outils.csx, ligne 1", _host.Traceback, StringComparison.Ordinal);

            result = await _host.RunAsync("Forever();", TimeSpan.FromMilliseconds(300));
            Assert.Equal(ExecutionStatus.TimedOut, result.Status);
            Assert.Equal("1", await _host.ValueAsync("kept"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Interrupt_that_comes_before_the_cell_begins_is_not_lost()
    {
        await _host.RunAsync("var n = 0;");
        for (var i = 0; i < 10; i++)
        {
            var running = _host.Session.ExecuteAsync("n++; while (true) { }");
            _host.Session.Interrupt();

            Assert.Equal(ExecutionStatus.Interrupted, (await running.WaitAsync(TimeSpan.FromMinutes(1))).Status);
        }
    }

    [Fact]
    public async Task Interrupt_during_an_evaluation_of_the_kernel_s_own_is_for_the_cell()
    {
        var warmUp = _host.Session.WarmUpAsync("Enumerable.Range(0, 3).Select(i => new { i }).ToList()");
        var running = _host.Session.ExecuteAsync("while (true) { }");
        _host.Session.Interrupt();

        Assert.Equal(ExecutionStatus.Interrupted, (await running.WaitAsync(TimeSpan.FromMinutes(1))).Status);
        await warmUp;
        Assert.Equal("2", await _host.ValueAsync("1 + 1"));
    }

    [Fact]
    public async Task Exception_of_a_cell_s_thread_is_told_and_the_session_goes_on()
    {
        await _host.RunAsync("var t = new System.Threading.Thread(() =>\n    throw new InvalidOperationException(\"raté\")); t.Start(); t.Join();");

        await _host.UntilAsync(() => _host.Stderr.Contains("raté", StringComparison.Ordinal) && _host.Stderr.Contains("ligne 2", StringComparison.Ordinal));
        Assert.Equal("2", await _host.ValueAsync("1 + 1"));
    }

    [Fact]
    public async Task Read_that_nothing_ends_is_said_to_be_one()
    {
        await _host.RunAsync("var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0); listener.Start();");
        var port = await _host.ValueAsync("((System.Net.IPEndPoint)listener.LocalEndpoint).Port");
        await _host.RunAsync("1");
        // Interrupted any earlier, the cell would end before it reads.
        var running = await _host.StartAsync("Console.WriteLine(\"started\"); listener.AcceptTcpClient();");
        _host.Session.Interrupt();

        await _host.UntilAsync(() => _host.Stderr.Contains("L’interruption attend", StringComparison.Ordinal), running);
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(System.Net.IPAddress.Loopback, int.Parse(port!, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(ExecutionStatus.Interrupted, (await running).Status);
        Assert.Equal("2", await _host.ValueAsync("1 + 1"));
    }
}
