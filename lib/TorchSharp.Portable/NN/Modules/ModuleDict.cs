using System.Collections;
using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Modules by name, in the order of insertion, registered when the dictionary itself is registered.</summary>
public class ModuleDict<T> : Module, IEnumerable<(string, T)> where T : Module
{
    private readonly OrderedDictionary<string, T> _modules = [];
    private bool _registered;

    public ModuleDict()
        : base(nameof(ModuleDict<>))
    {
    }

    public T this[string key]
    {
        get => _modules[key];
        set => _modules[key] = value;
    }

    public int Count => _modules.Count;

    public IEnumerable<string> keys() => _modules.Keys;

    public IEnumerable<T> values() => _modules.Values;

    public IEnumerator<(string, T)> items() => GetEnumerator();

    public void clear() => _modules.Clear();

    public void Add((string, T) item) => _modules.Add(item.Item1, item.Item2);

    public void Add(string key, T value) => _modules.Add(key, value);

    public bool ContainsKey(string key) => _modules.ContainsKey(key);

    public bool Remove(string key) => _modules.Remove(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => _modules.TryGetValue(key, out value);

    public IEnumerator<(string, T)> GetEnumerator() => _modules.Select(entry => (entry.Key, entry.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    protected override void RegisterComponents()
    {
        if (_registered)
        {
            return;
        }
        foreach (var (name, module) in _modules)
        {
            register_module(name, module);
        }
        _registered = true;
    }
}
