using CourseCompanion.Experiments;
using CourseCompanion.Tests.Work;

namespace CourseCompanion.Tests.Experiments;

[Collection(WorkContextTests.Name)]  // the network's first weights come from the one generator of the process
public sealed class TwoMoonsExperimentTests
{
    [Fact]
    public void Unlabelled_points_help_with_few_labels_and_harm_where_classes_do_not_follow_the_moons()
    {
        UnlabelledEffect effect = TwoMoonsExperiment.Try("Essai", [new Situation(), new Situation(PerClass: 1, LeftOrRight: true)], first: 42, draws: 4);

        Assert.Equal((2, 4), (effect.With.Length, effect.With[0].Length));
        Assert.True(effect.MeanGains[0] > 0.05, $"{effect.MeanGains[0]}");
        Assert.True(effect.MeanGains[1] < -0.02, $"{effect.MeanGains[1]}");
        Assert.Equal(effect.With[0].Average() - effect.Without[0].Average(), effect.MeanGains[0], 1e-12);
    }

    [Fact]
    public void Strangers_carry_no_label_and_wrong_labels_are_learnt_by_both()
    {
        UnlabelledEffect effect = TwoMoonsExperiment.Try(
            "Essai", [new Situation(), new Situation(Strangers: 400), new Situation(WrongLabels: 2)], first: 42, draws: 4);

        Assert.Equal(effect.Without[0], effect.Without[1]);
        Assert.True(effect.With[1].Average() < effect.With[0].Average());
        Assert.True(effect.Without[2].Average() < effect.Without[0].Average() - 0.05);
        Assert.True(effect.With[2].Average() < effect.With[0].Average() - 0.05);
    }

    [Fact]
    public void Labels_that_are_all_wrong_give_the_opposite_answers()
    {
        UnlabelledEffect effect = TwoMoonsExperiment.Try("Essai", [new Situation(), new Situation(WrongLabels: 6)], first: 42, draws: 2);

        Assert.All(effect.Without[0].Zip(effect.Without[1]), pair => Assert.Equal(1, pair.First + pair.Second, 1e-9));
        Assert.All(effect.With[0].Zip(effect.With[1]), pair => Assert.Equal(1, pair.First + pair.Second, 1e-9));
    }

    [Fact]
    public void Figures_follow_the_seed_alone()
    {
        FourMethods once = TwoMoonsExperiment.Compare(new Situation(), seed: 42);

        Assert.Equal(once, TwoMoonsExperiment.Compare(new Situation(), seed: 42));
        Assert.NotEqual(once, TwoMoonsExperiment.Compare(new Situation(), seed: 43));
        Assert.InRange(once.KMeans, 0.6, 0.9);
        Assert.All([once.Network, once.Nearest, once.Spreading], accuracy => Assert.InRange(accuracy, 0.6, 1));
    }
}
