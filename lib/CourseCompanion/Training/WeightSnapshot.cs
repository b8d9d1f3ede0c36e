using static TorchSharp.torch;

namespace CourseCompanion.Training;

/// <summary>
/// A copy of a model's parameters and buffers at one moment. The copy is deep: training on does not change it, which an
/// alias of <c>state_dict()</c> would let happen silently.
/// </summary>
public sealed class WeightSnapshot : IDisposable
{
    private readonly Dictionary<string, Tensor> _values;

    private WeightSnapshot(Dictionary<string, Tensor> values) => _values = values;

    /// <summary>Copies the weights of a model.</summary>
    public static WeightSnapshot Take(nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return new WeightSnapshot(model.state_dict().ToDictionary(
            entry => entry.Key, entry => entry.Value.detach().clone().DetachFromDisposeScope()));
    }

    /// <summary>Puts the weights back into the model they were taken from, or into one of the same shape.</summary>
    /// <exception cref="ArgumentException">The model has other parameters than the one the copy was taken from.</exception>
    public void Restore(nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var noGradient = no_grad();
        Dictionary<string, Tensor> current = model.state_dict();
        if (!current.Keys.ToHashSet().SetEquals(_values.Keys))
        {
            throw new ArgumentException("The model's parameters are not those that the snapshot was taken from.", nameof(model));
        }

        foreach ((string name, Tensor value) in current)
        {
            value.copy_(_values[name]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor value in _values.Values)
        {
            value.Dispose();
        }
    }
}
