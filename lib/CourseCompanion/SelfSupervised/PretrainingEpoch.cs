namespace CourseCompanion.SelfSupervised;

/// <summary>How a pass over the images went.</summary>
/// <param name="Epoch">Its number, from 1.</param>
/// <param name="Loss">Mean loss of its steps.</param>
/// <param name="Spread">How far the features are apart after it, see <see cref="CollapseMonitor.Spread"/>.</param>
/// <param name="EffectiveRank">How many dimensions the features use after it, see <see cref="CollapseMonitor.EffectiveRank"/>.</param>
/// <param name="Duration">How long it took.</param>
public sealed record PretrainingEpoch(int Epoch, double Loss, double Spread, double EffectiveRank, TimeSpan Duration);
