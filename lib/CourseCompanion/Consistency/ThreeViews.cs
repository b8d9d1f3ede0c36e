using CourseCompanion.SemiSupervised;
using static TorchSharp.torch;

namespace CourseCompanion.Consistency;

/// <summary>The pass through the network that FixMatch and its successors share.</summary>
internal static class ThreeViews
{
    /// <summary>Logits of the labelled images in a weak view, and of the unlabelled ones in a weak and in a strong view, all in one batch.</summary>
    /// <returns>[B, K], [M, K], [M, K].</returns>
    public static (Tensor Labelled, Tensor Weak, Tensor Strong) Of(nn.Module<Tensor, Tensor> student, SemiSupervisedBatch batch)
    {
        ArgumentNullException.ThrowIfNull(student);
        ArgumentNullException.ThrowIfNull(batch);
        long b = batch.Labelled.shape[0], m = batch.Unlabelled.shape[0];
        Tensor views = cat([batch.Weak(batch.Labelled), batch.Weak(batch.Unlabelled), batch.Strong(batch.Unlabelled)], 0);  // [B + 2M, C, H, W]
        Tensor logits = student.call(views);                                                                                // [B + 2M, K]
        return (logits.narrow(0, 0, b), logits.narrow(0, b, m), logits.narrow(0, b + m, m));
    }
}
