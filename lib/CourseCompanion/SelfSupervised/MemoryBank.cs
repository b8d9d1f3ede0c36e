using static TorchSharp.torch;

namespace CourseCompanion.SelfSupervised;

/// <summary>The last M keys that went in, each of length 1: what <see cref="MoCo"/> compares with. It begins with random ones.</summary>
/// <remarks>
/// Every key that enters is scaled to length 1. A known library left that out: keys grew from step to step, drowned the right one, and the
/// encoder collapsed.
/// </remarks>
public sealed class MemoryBank : nn.Module
{
    private readonly Tensor _keys;
    private readonly Tensor _next;  // [1]: the place of the oldest key, kept on the device, which therefore never waits

    /// <param name="size">Number M of keys.</param>
    /// <param name="length">Length D of a key's vector.</param>
    /// <param name="device">Where the bank is.</param>
    public MemoryBank(int size, int length, Device? device = null)
        : base(nameof(MemoryBank))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _keys = nn.functional.normalize(randn(size, length), dim: 1).to(device ?? CPU);
        _next = zeros(1, ScalarType.Int64, device ?? CPU);
        register_buffer("keys", _keys);
        register_buffer("next", _next);
    }

    /// <summary>The keys [M, D]: a view, which changes when others enter.</summary>
    public Tensor Keys => get_buffer("keys")!;

    /// <summary>Lets keys enter in place of the oldest ones.</summary>
    /// <param name="keys">Keys [B, D], B at most M.</param>
    /// <exception cref="ArgumentException">There are more keys than places.</exception>
    public void Enqueue(Tensor keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.shape[0] > Keys.shape[0])
        {
            throw new ArgumentException($"{keys.shape[0]} keys do not fit into a bank of {Keys.shape[0]}: make it larger, or batches smaller.", nameof(keys));
        }

        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor next = get_buffer("next")!;
        Tensor places = arange(keys.shape[0], ScalarType.Int64, keys.device).add(next).remainder(Keys.shape[0]);   // [B]
        Keys.index_copy_(0, places, nn.functional.normalize(keys.detach(), dim: 1));
        next.add_(keys.shape[0]).remainder_(Keys.shape[0]);
    }

    // TorchSharp would register every field once more, under the field's name, when the module becomes a part of another.
    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }
}
