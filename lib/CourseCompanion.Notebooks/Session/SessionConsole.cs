using System.Text;

namespace CourseCompanion.Notebooks.Session;

/// <summary>Takes over the process's console while a session lives.</summary>
internal sealed class SessionConsole : IDisposable
{
    private readonly TextWriter _previousOut = Console.Out;
    private readonly TextWriter _previousError = Console.Error;
    private readonly TextReader _previousIn = Console.In;

    internal SessionConsole(OutputChannel output, TextReader? input)
    {
        Console.SetOut(new StreamWriter("stdout", output));
        Console.SetError(new StreamWriter("stderr", output));
        Console.SetIn(input ?? new RefusingReader());
    }

    public void Dispose()
    {
        Console.SetOut(_previousOut);
        Console.SetError(_previousError);
        Console.SetIn(_previousIn);
    }

    private sealed class StreamWriter : TextWriter
    {
        private readonly string _name;
        private readonly OutputChannel _output;

        internal StreamWriter(string name, OutputChannel output)
            : base(System.Globalization.CultureInfo.InvariantCulture)
        {
            _name = name;
            _output = output;
            CoreNewLine = ['\n'];
        }

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => _output.Write(_name, [value]);

        public override void Write(char[] buffer, int index, int count) => _output.Write(_name, buffer.AsSpan(index, count));

        public override void Write(ReadOnlySpan<char> buffer) => _output.Write(_name, buffer);

        public override void Write(string? value) => _output.Write(_name, value);

        // One event for the text and its line end.
        public override void WriteLine(string? value) => _output.Write(_name, value + "\n");
    }

    private sealed class RefusingReader : TextReader
    {
        public override int Peek() => throw Refusal();

        public override int Read() => throw Refusal();

        public override string? ReadLine() => throw Refusal();

        private static NotSupportedException Refusal() => new(
            "Une cellule ne peut pas lire le clavier ici. Mettez la valeur dans une variable, au début de la cellule.");
    }
}
