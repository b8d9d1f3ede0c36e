using CourseCompanion.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace CourseCompanion.Augmentations;

/// <summary>
/// A random change of images that keeps their class. Works on whole batches, on the device where they are, and draws new
/// parameters for every image. All chance comes from the generator that is handed over: the same seed gives the same
/// changes, whatever else draws random numbers.
/// </summary>
/// <remarks>
/// An augmentation says how many uniform numbers it needs per image (<see cref="ParameterCount"/>) and what it does with
/// them (<see cref="Transform"/>): the numbers of a whole batch are drawn at once. They are drawn where the generator lives;
/// with a CPU generator a run on a GPU sees the same changes as a run on the CPU. Images whose memory lies channel by channel
/// within each pixel ("channels last") come out lying so.
/// </remarks>
public abstract class Augmentation
{
    /// <summary>How many uniform numbers one image needs.</summary>
    public abstract int ParameterCount { get; }

    /// <summary>Changes a batch of images.</summary>
    /// <param name="images">float [N, C, H, W], values in [-1, 1], C = 1 or 3; left as they are.</param>
    /// <param name="generator">Where chance comes from.</param>
    /// <returns>Images of the same shape and range, on the same device.</returns>
    /// <exception cref="ArgumentException"><paramref name="images"/> are not float [N, C, H, W].</exception>
    public Tensor Apply(Tensor images, Generator generator)
    {
        CheckImages(images);
        using DisposeScope scope = NewDisposeScope();
        return LikeLaidOut(Transform(images, Draw(images, generator)), images).MoveToOuterDisposeScope();
    }

    /// <summary>Changes a batch of images, reproducibly.</summary>
    /// <param name="images">float [N, C, H, W], values in [-1, 1], C = 1 or 3; left as they are.</param>
    /// <param name="seed">The same seed gives the same changes.</param>
    /// <returns>Images of the same shape and range, on the same device.</returns>
    /// <exception cref="ArgumentException"><paramref name="images"/> are not float [N, C, H, W].</exception>
    public Tensor Apply(Tensor images, int seed)
    {
        using Generator generator = new((ulong)(uint)seed);
        return Apply(images, generator);
    }

    /// <summary>Changes images and their segmentation masks alike: masks turn and move with the image and keep their values.</summary>
    /// <param name="images">float [N, C, H, W], values in [-1, 1], C = 1 or 3; left as they are.</param>
    /// <param name="masks">float [N, M, H, W], any values; left as they are.</param>
    /// <param name="generator">Where chance comes from.</param>
    /// <returns>New images and masks of the same shapes.</returns>
    /// <exception cref="ArgumentException">A shape or type is wrong, or there is not one mask per image.</exception>
    public (Tensor Images, Tensor Masks) Apply(Tensor images, Tensor masks, Generator generator)
    {
        CheckImages(images);
        CheckImages(masks);
        if (masks.shape[0] != images.shape[0])
        {
            throw new ArgumentException($"There are {images.shape[0]} images but {masks.shape[0]} masks.", nameof(masks));
        }

        using DisposeScope scope = NewDisposeScope();
        Tensor unit = Draw(images, generator);
        return (LikeLaidOut(Transform(images, unit), images).MoveToOuterDisposeScope(), TransformMasks(masks, unit).MoveToOuterDisposeScope());
    }

    /// <summary>Changes images as the drawn numbers say. Runs inside a dispose scope: intermediate tensors need no care.</summary>
    /// <param name="images">float [N, C, H, W], values in [-1, 1].</param>
    /// <param name="unit">float [N, <see cref="ParameterCount"/>], uniform in [0, 1).</param>
    /// <returns>A new tensor.</returns>
    protected internal abstract Tensor Transform(Tensor images, Tensor unit);

    /// <summary>Changes masks as the same numbers say; what changes only colours leaves them alone.</summary>
    /// <param name="masks">float [N, M, H, W].</param>
    /// <param name="unit">float [N, <see cref="ParameterCount"/>], uniform in [0, 1).</param>
    /// <returns>A new tensor.</returns>
    protected internal virtual Tensor TransformMasks(Tensor masks, Tensor unit)
    {
        ArgumentNullException.ThrowIfNull(masks);
        return masks.clone();
    }

    /// <summary>One parameter of every image, shaped to be combined with images.</summary>
    /// <param name="unit">float [N, P], uniform in [0, 1).</param>
    /// <param name="parameter">Which of the P.</param>
    /// <param name="low">What 0 becomes.</param>
    /// <param name="high">What 1 becomes.</param>
    /// <returns>float [N, 1, 1, 1], uniform between the two.</returns>
    protected static Tensor Uniform(Tensor unit, int parameter, double low, double high)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return unit.select(1, parameter).mul(high - low).add(low).reshape(-1, 1, 1, 1);
    }

    private static void CheckImages(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (!images.is_floating_point() || images.dim() != 4)
        {
            throw new ArgumentException($"Images must be float [N, C, H, W], not {images.dtype} [{string.Join(", ", images.shape)}]: see Preprocessing.Normalize.", nameof(images));
        }
    }

    // grid_sample always gives planes, whatever it is given.
    private static Tensor LikeLaidOut(Tensor result, Tensor images)
    {
        using Tensor view = images.permute(0, 2, 3, 1);
        return view.is_contiguous() ? Preprocessing.ChannelsLast(result) : result;
    }

    private Tensor Draw(Tensor images, Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        return rand([images.shape[0], ParameterCount], images.dtype, generator.device, generator: generator).to(images.device);
    }
}
