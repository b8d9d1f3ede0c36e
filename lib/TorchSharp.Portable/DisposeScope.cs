namespace TorchSharp;

/// <summary>
/// Disposes of every tensor made on this thread while it is the innermost scope, when it is itself disposed of.
/// Tensors that must live on leave by <c>MoveToOuterDisposeScope</c> or <c>DetachFromDisposeScope</c>.
/// </summary>
/// <remarks>
/// A tensor knows its place in the scope's list: registering and leaving cost a few nanoseconds whatever the number of
/// tensors, and no hashing.
/// </remarks>
public sealed class DisposeScope : IDisposable
{
    private List<IDisposable?>? _items = new(32);
    private int _count;

    internal DisposeScope(DisposeScope? outer)
    {
        OuterScope = outer;
    }

    internal DisposeScope? OuterScope { get; private set; }

    /// <summary>A copy of what the scope holds now.</summary>
    public IReadOnlyList<IDisposable> DisposablesView => Items.OfType<IDisposable>().ToArray();

    /// <summary>How many disposables the scope holds now.</summary>
    public int DisposablesCount
    {
        get
        {
            _ = Items;
            return _count;
        }
    }

    private List<IDisposable?> Items
    {
        get
        {
            ObjectDisposedException.ThrowIf(_items is null, this);
            return _items;
        }
    }

    public T MoveToOuter<T>(T disposable) where T : IDisposable => MoveToOther(OuterScope, disposable);

    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable where T2 : IDisposable =>
        (MoveToOuter(first), MoveToOuter(second));

    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
        (MoveToOuter(first), MoveToOuter(second), MoveToOuter(third));

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOuter((IEnumerable<IDisposable>)disposables);

    public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(OuterScope, disposables);

    public T MoveToOther<T>(DisposeScope? scope, T disposable) where T : IDisposable
    {
        if (Remove(disposable))
        {
            scope?.Add(disposable);
        }
        return disposable;
    }

    public void MoveToOther(DisposeScope? scope, params IDisposable[] disposables) =>
        MoveToOther(scope, (IEnumerable<IDisposable>)disposables);

    public void MoveToOther(DisposeScope? scope, IEnumerable<IDisposable> disposables)
    {
        ArgumentNullException.ThrowIfNull(disposables);
        foreach (var disposable in disposables)
        {
            MoveToOther(scope, disposable);
        }
    }

    public T Detach<T>(T disposable) where T : IDisposable
    {
        Remove(disposable);
        return disposable;
    }

    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second)
        where T1 : IDisposable where T2 : IDisposable =>
        (Detach(first), Detach(second));

    public void Detach(params IDisposable[] disposables) => Detach((IEnumerable<IDisposable>)disposables);

    public void Detach(IEnumerable<IDisposable> disposables) => MoveToOther(null, disposables);

    public void Attach(IDisposable disposable) => Attach((IEnumerable<IDisposable>)[disposable]);

    public void Attach(params IDisposable[] disposables) => Attach((IEnumerable<IDisposable>)disposables);

    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        var attached = disposables.ToArray();
        foreach (var disposable in attached)
        {
            if (disposable is torch.Tensor tensor && tensor.OwningDisposeScope is { } owner)
            {
                owner.Remove(tensor);
            }
            if (!Contains(disposable))
            {
                Add(disposable);
            }
        }
        return attached;
    }

    public bool Contains(IDisposable disposable) =>
        disposable is torch.Tensor tensor
            ? ReferenceEquals(tensor.OwningDisposeScope, this)
            : Items.Exists(item => ReferenceEquals(item, disposable));

    public void DisposeEverything() => DisposeEverythingBut((IEnumerable<IDisposable>)[]);

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var items = Items;
        var keep = new HashSet<IDisposable>(inKeep, ReferenceEqualityComparer.Instance);
        _items = new(Math.Max(32, keep.Count));
        _count = 0;
        foreach (var item in items)
        {
            if (item is null)
            {
                continue;
            }
            Forget(item);
            if (keep.Contains(item))
            {
                Add(item);
            }
            else
            {
                item.Dispose();
            }
        }
    }

    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    public T DisposeEverythingBut<T>(T keep) where T : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[keep]);
        return keep;
    }

    public void Dispose()
    {
        if (_items is null)
        {
            return;
        }
        DisposeScopeManager.Leave(this);
        var items = _items;
        _items = null;
        _count = 0;
        foreach (var item in items)
        {
            if (item is not null)
            {
                Forget(item);
                item.Dispose();
            }
        }
    }

    internal void SkipOuter() => OuterScope = OuterScope?.OuterScope;

    /// <summary>Registers a disposable that belongs to no scope.</summary>
    internal void Add(IDisposable disposable)
    {
        if (_items is null)
        {
            return;
        }
        if (disposable is torch.Tensor tensor)
        {
            tensor.OwningDisposeScope = this;
            tensor.ScopeIndex = _items.Count;
        }
        _items.Add(disposable);
        _count++;
    }

    /// <summary>Forgets a tensor that was disposed of on its own.</summary>
    internal void MarkAsDisposed(torch.Tensor tensor) => Remove(tensor);

    internal bool Remove(IDisposable disposable)
    {
        var items = Items;
        var index = disposable is torch.Tensor tensor
            ? ReferenceEquals(tensor.OwningDisposeScope, this) ? tensor.ScopeIndex : -1
            : items.FindIndex(item => ReferenceEquals(item, disposable));
        if (index < 0)
        {
            return false;
        }
        Forget(disposable);
        items[index] = null;
        _count--;
        // Holes at the end go at once; a loop that disposes of its own tensors keeps the list short.
        while (items.Count > 0 && items[^1] is null)
        {
            items.RemoveAt(items.Count - 1);
        }
        if (items.Count > 64 && _count < items.Count / 2)
        {
            Compact(items);
        }
        return true;
    }

    private static void Forget(IDisposable disposable)
    {
        if (disposable is torch.Tensor tensor)
        {
            tensor.OwningDisposeScope = null;
        }
    }

    private static void Compact(List<IDisposable?> items)
    {
        items.RemoveAll(item => item is null);
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is torch.Tensor tensor)
            {
                tensor.ScopeIndex = i;
            }
        }
    }
}

/// <summary>The scopes of each thread, innermost first.</summary>
internal static class DisposeScopeManager
{
    [ThreadStatic]
    private static DisposeScope? _current;

    internal static DisposeScope? Current => _current;

    internal static DisposeScope Enter() => _current = new DisposeScope(_current);

    internal static void Leave(DisposeScope scope)
    {
        // Scopes nest, but one that is disposed of out of order must not leave a dead scope in the chain.
        if (ReferenceEquals(_current, scope))
        {
            _current = scope.OuterScope;
            return;
        }
        for (var inner = _current; inner is not null; inner = inner.OuterScope)
        {
            if (ReferenceEquals(inner.OuterScope, scope))
            {
                inner.SkipOuter();
                return;
            }
        }
    }
}
