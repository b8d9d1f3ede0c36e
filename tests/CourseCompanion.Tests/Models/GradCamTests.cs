using CourseCompanion.Models;
using CourseCompanion.Tests.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Models;

[Collection(WorkContextTests.Name)]
public class GradCamTests
{
    /// <summary>
    /// Two maps of 2 x 2; score = 4 mean(A1) - 8 mean(A2): their weights are 1 and -2, so the heat is relu(A1 - 2 A2).
    /// </summary>
    [Fact]
    public void By_hand()
    {
        using var scope = NewDisposeScope();
        Tensor maps = tensor(new float[] { 4, 1, 2, 0, 1, 0, 2, 3 }).view(1, 2, 2, 2);

        Tensor heat = GradCam.Explain(maps, A => A.mean([2, 3]).mv(tensor(new float[] { 4, -8 })), 2, 2);

        // 4 - 2, 1 - 0, 2 - 4, 0 - 6; then divided by the largest, 2.
        Assert.Equal([1f, 0.5f, 0f, 0f], heat.data<float>().ToArray());
    }

    [Fact]
    public void Slopes_of_a_curved_score_are_those_at_the_maps()
    {
        using var scope = NewDisposeScope();
        Tensor maps = tensor(new float[] { 1, 3, 5, 0 }).view(1, 2, 1, 2);

        // Score = (sum A1)^2 / 2 - sum A2: slopes 4 and -1, so the heat is 4 * 1 - 5 and 4 * 3 - 0.
        Tensor heat = GradCam.Explain(maps, A => A.select(1, 0).sum().square().div(2).sub(A.select(1, 1).sum()), 1, 2);

        Assert.Equal([0f, 1f], heat.data<float>().ToArray());
    }

    [Fact]
    public void Nothing_in_favour_is_no_heat()
    {
        using var scope = NewDisposeScope();
        Tensor heat = GradCam.Explain(ones(2, 3, 4, 4), A => A.sum([1, 2, 3]).neg(), 8, 8);

        Assert.Equal([2L, 8L, 8L], heat.shape);
        Assert.Equal(0, heat.sum().item<float>());
    }

    [Fact]
    public void The_missions_network_is_its_maps_and_its_decision()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        using var model = new ScanCnn(size: 16);
        model.eval();
        Tensor images = zeros(1, 1, 16, 16);
        images[0, 0, 2, 3] = 1;

        Tensor maps = model.Maps(images).detach();
        Assert.Equal([1L, 128L, 4L, 4L], maps.shape);
        Assert.Equal([1L], model.call(images).shape);
        Assert.True(model.Decide(maps).allclose(model.call(images)));
        Assert.Equal([1L, 16L, 16L], GradCam.Explain(maps, model.Decide, 16, 16).shape);
    }

    [Fact]
    public void What_is_no_map_or_no_score_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => GradCam.Explain(ones(2, 3), A => A, 4, 4));
        Assert.Throws<ArgumentException>(() => GradCam.Explain(ones(2, 3, 1, 1), A => A.sum([2, 3]), 4, 4));
        using var model = new ScanCnn(size: 16);
        Assert.Throws<ArgumentException>(() => model.call(ones(1, 3, 16, 16)));
    }
}
