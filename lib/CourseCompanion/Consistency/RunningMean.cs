using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>Exponential moving averages over the steps of a training, changed in place.</summary>
internal static class RunningMean
{
    /// <summary>mean = decay * mean + (1 - decay) * value.</summary>
    public static void Update(Tensor mean, Tensor value, double decay) => mean.mul_(decay).add_(value.detach(), 1 - decay);
}
