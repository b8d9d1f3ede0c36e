namespace CourseCompanion.Notebooks.Tests.Session;

/// <summary>Cells that do not end by themselves, of every kind that has ended a kernel or could.</summary>
internal static class EndlessCells
{
    /// <summary>What they use.</summary>
    internal const string Setup = """
        using System.Threading;
        int kept = 7; long counter = 0; Box v = new(); double sink = 0;
        class Box { public int X; }
        interface IShape { double Area(); }
        class Square : IShape { public double Side = 2; public virtual double Area() => Side * Side; }
        class Big : Square { public override double Area() => base.Area() * 2; }
        class Tree { public Tree Left, Right; public int N; public Tree(int n) { N = n; if (n > 0) { Left = new Tree(n - 1); Right = new Tree(n - 1); } } public int Sum => N + (Left?.Sum ?? 0) + (Right?.Sum ?? 0); }
        struct Money { public long Cents; public static Money operator +(Money a, Money b) => new Money { Cents = a.Cents + b.Cents }; public static implicit operator Money(long c) => new() { Cents = c }; }
        record Point(int X, int Y) { public int Norm => X * X + Y * Y; }
        class Counter(int start) { public int Next() => ++start; public int this[int i] => i + start; }
        IEnumerable<int> Naturals() { for (int i = 0; ; i = (i + 1) & int.MaxValue) yield return i; }
        IEnumerable<int> Careful() { try { for (int i = 0; ; i++) yield return i; } finally { counter++; } }
        async IAsyncEnumerable<int> Later() { for (int i = 0; ; i++) { if (i % 100 == 0) await Task.Yield(); yield return i; } }
        int Fib(int n) => n < 2 ? n : Fib(n - 1) + Fib(n - 2);
        bool Even(int n) => n == 0 || Odd(n - 1);
        bool Odd(int n) => n != 0 && Even(n - 1);
        int Ack(int m, int n) => m == 0 ? n + 1 : n == 0 ? Ack(m - 1, 1) : Ack(m - 1, Ack(m, n - 1));
        void Hanoi(int n, int a, int b, int c) { if (n == 0) return; Hanoi(n - 1, a, c, b); Hanoi(n - 1, c, b, a); }
        async Task<int> FibA(int n) { if (n < 2) return n; return await FibA(n - 1) + await FibA(n - 2); }
        var matrix = rand(64, 64);
        var model = new SimpleCnn(1, 2);
        var labelled = LabelledImages.All(new ResidentImages(randint(0, 256, [64, 1, 28, 28], dtype: ScalarType.Byte)), randint(0, 2, [64], dtype: ScalarType.Int64));
        """;

    internal static readonly (string Name, string Code)[] All =
    [
        ("while, empty body", "while (true) ;"),
        ("while, field", "while (true) counter++;"),
        ("for(;;) block", "for (;;) { counter += 3; }"),
        ("do", "do counter++; while (counter != -1);"),
        ("for, locals, in method", "long M() { long s = 0; for (long i = 0; i < long.MaxValue; i++) s += i; return s; } M()"),
        ("goto, top level", "again: counter++; goto again;"),
        ("goto case", "int n = 0; while (n < 5) { switch (n) { case 0: counter++; goto case 1; case 1: goto case 0; default: n = 9; break; } }"),
        ("foreach, endless iterator", "foreach (var x in Naturals()) counter += x;"),
        ("nested loops without braces", "for (int i = 0; i < int.MaxValue; i++) for (int j = 0; j < int.MaxValue; j++) if (i == j) counter++; else counter--;"),
        ("Fib(60)", "Fib(60)"),
        ("mutual recursion", "while (true) Even(20000);"),
        ("Ackermann, deep", "Ack(3, 30)"),
        ("Hanoi, void recursion", "Hanoi(60, 1, 2, 3);"),
        ("tree recursion, constructors and properties", "while (true) counter += new Tree(12).Sum;"),
        ("local function", "int Outer(int n) { int Inner(int k) => k < 2 ? k : Inner(k - 1) + Inner(k - 2); return Inner(n); } Outer(60)"),
        ("recursive lambda", "Func<int, int> f = null; f = n => n < 2 ? n : f(n - 1) + f(n - 2); f(60)"),
        ("Y combinator", "Func<Func<Func<int,int>,Func<int,int>>,Func<int,int>> Y = null; Y = g => x => g(Y(g))(x); Y(self => n => n < 2 ? n : self(n-1) + self(n-2))(50)"),
        ("LINQ Select Sum", "Enumerable.Range(0, int.MaxValue).Select(x => x % 7L).Sum() + Enumerable.Range(0, int.MaxValue).Select(x => x % 7L).Sum()"),
        ("LINQ Where Count", "Enumerable.Range(0, int.MaxValue).Where(x => x % 7 == 0).Where(x => x % 5 == 0).Count() + Enumerable.Range(0, int.MaxValue).Count(x => x % 3 == 0)"),
        ("LINQ query", "(from x in Enumerable.Range(0, 100000) from y in Enumerable.Range(0, 100000) where x * y == 77 select x + y).ToList()"),
        ("query, only select", "(from x in Naturals() select x * 2L).LongCount()"),
        ("LINQ, method group", "bool Is3(int n) => n % 3 == 0; Enumerable.Range(0, int.MaxValue).Count(Is3) + Enumerable.Range(0, int.MaxValue).Count(Is3)"),
        ("endless iterator LongCount()", "Naturals().LongCount()"),
        ("endless iterator ToList after Where", "Naturals().Where(x => x < 0).ToList()"),
        ("endless iterator, try/finally", "foreach (var x in Careful().Select(x => x)) counter += x;"),
        ("GroupBy, Aggregate", "Naturals().Select(x => x % 10).GroupBy(x => x).Aggregate(0, (a, g) => a + g.Count())"),
        ("array of lambdas", "var fs = new Func<int, int>[] { x => x + 1, x => x * 2, x => { return x - 3; }, delegate (int x) { return x ^ 5; } }; int k = 0; while (true) k = fs[k & 3](k);"),
        ("interface and virtual calls", "IShape[] shapes = { new Square(), new Big() }; for (int i = 0; ; i++) sink += shapes[i & 1].Area();"),
        ("operators, conversions, records, indexers", "Money m = 0; var c = new Counter(1); for (;;) { m = m + 5; counter += new Point(1, 2).Norm + c[3] + c.Next(); }"),
        ("catch-all in a loop", "while (true) { try { counter++; if (counter % 3 == 0) throw new Exception(); } catch { } }"),
        ("catch-all around a loop, in a loop", "while (true) { try { while (true) counter++; } catch (Exception e) when (e.Message != \"x\") { counter = 0; } }"),
        ("catch and recursion", "int G(int n) { try { return n > 30 ? 0 : G(n + 1) + G(n + 1); } catch (Exception) { return 1; } } G(0)"),
        ("try/finally", "void T() { try { while (true) counter++; } finally { for (int i = 0; i < 1000; i++) sink++; kept = 7; } } T();"),
        ("endless finally", "try { counter++; } finally { while (true) counter++; }"),
        ("async loop, Task.Yield", "while (true) { await Task.Yield(); counter++; }"),
        ("async loop, Task.Delay(1)", "while (true) { await Task.Delay(1); counter++; }"),
        ("async, catch-all", "while (true) { try { await Task.Delay(1); while (true) counter++; } catch (Exception) { } }"),
        ("async recursion", "await FibA(60)"),
        ("async enumerable", "await foreach (var x in Later()) counter += x;"),
        ("Task.Run, awaited", "await Task.Run(() => { while (true) counter++; });"),
        ("Task.Run, waited for", "Task.Run(() => Fib(60)).Wait();"),
        ("Task.WhenAll", "await Task.WhenAll(Enumerable.Range(0, 3).Select(i => Task.Run(async () => { while (true) { await Task.Yield(); } })));"),
        ("Parallel.For", "Parallel.For(0L, long.MaxValue, i => { counter++; });"),
        ("Parallel.ForEach, long bodies", "Parallel.ForEach(Enumerable.Range(0, 8), i => { while (true) counter++; });"),
        ("PLINQ", "ParallelEnumerable.Range(0, int.MaxValue).Select(x => Math.Sqrt(x)).Sum() + ParallelEnumerable.Range(0, int.MaxValue).Select(x => Math.Sqrt(x)).Sum()"),
        ("thread and Join", "var t = new Thread(() => { while (true) counter++; }); t.Start(); t.Join();"),
        ("async void", "async void F() { while (true) { await Task.Yield(); counter++; } } F(); while (true) await Task.Delay(1);"),
        ("sort, comparison lambda", "while (true) { var a = new int[100000]; for (int i = 0; i < a.Length; i++) a[i] = (i * 7919) % 100003; Array.Sort(a, (x, y) => y.CompareTo(x)); }"),
        ("IQueryable, then a loop", "while (true) counter += Enumerable.Range(0, 50).AsQueryable().Where(x => x % 2 == 0).Select(x => new { x, y = x + 1 }).Count(z => z.y > 3);"),
        ("query of IQueryable, then a loop", "while (true) counter += (from x in Enumerable.Range(0, 50).AsQueryable() where x > 3 orderby x descending select x * 2).First();"),
        ("compiled expression", "System.Linq.Expressions.Expression<Func<int, int>> e = x => x + 1; var f = e.Compile(); while (true) kept = f(6);"),
        ("Span, stackalloc", "void S() { Span<int> s = stackalloc int[64]; while (true) { for (int i = 0; i < s.Length; i++) s[i] += i; } } S();"),
        ("stackalloc in a called function", "int S(int n) { Span<byte> s = stackalloc byte[256]; s.Fill(1); foreach (ref byte b in s) b++; return s[n & 255]; } for (int i = 0; ; i++) counter += S(i);"),
        ("ref returns, ref struct", "ref struct R { ref int x; public R(ref int y) { x = ref y; } public ref int Get() => ref x; } void U() { int n = 0; var r = new R(ref n); while (true) r.Get()++; } U();"),
        ("yield in try/finally in Parallel", "Parallel.ForEach(Careful(), x => { counter += x; });"),
        ("lock", "while (true) lock (v) { v.X++; }"),
        ("Console output", "while (true) Console.Error.Write(\"\");"),
        ("string building", "var sb = new System.Text.StringBuilder(); while (true) { sb.Append('x'); if (sb.Length > 1000) sb.Clear(); }"),
        ("dynamic", "dynamic d = 1; while (true) d = d + 1;"),
        ("generic methods", "T Id<T>(T x) => x; while (true) counter += Id(1) + Id(\"abc\").Length;"),
        ("exceptions, many", "int Deep(int n) { if (n == 0) throw new FormatException(); return Deep(n - 1) + 1; } while (true) { try { Deep(50); } catch (FormatException) { counter++; } }"),
        ("framework's loops, method group", "while (true) Array.ConvertAll(new int[1000], Math.Abs);"),
        ("sort of the framework", "while (true) { var r = new Random(1); Enumerable.Range(0, 1000).Select(_ => r.Next()).Order().ToList(); }"),
        ("delegate in a loop", "Func<int, int> f = x => x + 1; int a = 0; while (true) a = f(a);"),
        ("native operations", "while (true) matrix.matmul(matrix).Dispose();"),
        ("native operations with a scope", "while (true) { using var scope = torch.NewDisposeScope(); var m = matrix; for (var i = 0; i < 10; i++) m = m.matmul(matrix).tanh(); }"),
        ("training", "new Trainer(model, new TrainingOptions { Epochs = 100_000 }).Fit(labelled);"),
        ("training that everything is caught of", "while (true) { try { new Trainer(model, new TrainingOptions { Epochs = 100_000 }).Fit(labelled); } catch { } }"),
        ("printing", "while (true) Console.WriteLine(\"x\");"),
        ("printing that everything is caught of", "while (true) try { Console.WriteLine(\"x\"); } catch { }"),
        ("displaying", "while (true) display(new { Rang = 1, Texte = \"x\" });"),
        ("displaying an endless sequence of getters", "class Slow { public int P { get { while (true) ; } } } new Slow()"),
        ("endless result", "Naturals().Select(x => x).Where(x => x < 0)"),
        ("endless ToString", "class Loud { public override string ToString() { while (true) ; } } $\"{new Loud()}\""),
        ("await foreach of a channel", "var channel = System.Threading.Channels.Channel.CreateUnbounded<int>(); await foreach (var x in channel.Reader.ReadAllAsync()) counter += x;"),
        ("await of a function that waits", "async Task Wait() { try { await Task.Delay(-1); } finally { counter++; } } await Wait();"),
        ("await ConfigureAwait", "while (true) await Task.Delay(1).ConfigureAwait(false);"),
        ("regex", "while (true) System.Text.RegularExpressions.Regex.IsMatch(\"aaaaaaaaaaaaaaaaa!\", \"^(a+)+$\");"),
        ("extension method", "static int Twice(this int x) { for (;;) x++; } 1.Twice()"),
        ("wait: Thread.Sleep", "Thread.Sleep(-1);"),
        ("wait: Task.Wait", "new TaskCompletionSource().Task.Wait();"),
        ("wait: await never", "await new TaskCompletionSource().Task;"),
        ("wait: Task.Delay(-1)", "await Task.Delay(-1);"),
        ("wait: Monitor.Wait", "lock (v) Monitor.Wait(v);"),
        ("wait: Monitor.Enter", "var held = new object(); var ready = new ManualResetEventSlim(); var t = new Thread(() => { lock (held) { ready.Set(); Thread.Sleep(3000); } }) { IsBackground = true }; t.Start(); ready.Wait(); lock (held) { }"),
        ("wait: Semaphore.WaitOne", "new Semaphore(0, 1).WaitOne();"),
        ("wait: SemaphoreSlim", "new SemaphoreSlim(0).Wait();"),
        ("wait: ManualResetEventSlim", "new ManualResetEventSlim().Wait();"),
        ("wait: WaitAny", "WaitHandle.WaitAny(new WaitHandle[] { new AutoResetEvent(false), new AutoResetEvent(false) });"),
        ("wait: BlockingCollection", "new System.Collections.Concurrent.BlockingCollection<int>().Take();"),
        ("wait: Sleep in catch-all loop", "while (true) { try { Thread.Sleep(-1); } catch { } }"),
        ("wait: Parallel.For with Sleep(20)", "Parallel.For(0, int.MaxValue, i => { Thread.Sleep(20); });"),
        ("wait: SpinWait", "SpinWait.SpinUntil(() => false);"),
        ("wait: Thread.Join", "var t = new Thread(() => Thread.Sleep(3000)) { IsBackground = true }; t.Start(); t.Join();"),
    ];
}
