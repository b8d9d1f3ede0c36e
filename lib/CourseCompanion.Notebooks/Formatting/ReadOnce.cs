using System.Collections;
using System.Text.Json.Nodes;

namespace CourseCompanion.Notebooks.Formatting;

/// <summary>
/// A sequence that is computed as it is read, computed once, however often it is read and only as far. Table and text of
/// one display show the same values then, and what the sequence prints or draws at random happens once.
/// </summary>
internal sealed class ReadOnce : IEnumerable, IDisposable
{
    private readonly List<object?> _items = [];
    private readonly IEnumerator _source;

    private ReadOnce(IEnumerable source) => _source = source.GetEnumerator();

    /// <summary>The sequence of a value; null when the value is none, or holds its items.</summary>
    internal static ReadOnce? Wrap(object value) =>
        value is IEnumerable sequence and not (string or ICollection or JsonNode or TorchSharp.torch.Tensor) ? new(sequence) : null;

    public IEnumerator GetEnumerator()
    {
        for (var i = 0; i < _items.Count || Advance(); i++)
        {
            yield return _items[i];
        }
    }

    public void Dispose() => (_source as IDisposable)?.Dispose();

    private bool Advance()
    {
        var found = _source.MoveNext();
        if (found)
        {
            _items.Add(_source.Current);
        }
        return found;
    }
}
