using System.Text.Json;
using CourseCompanion.Evaluation;
using TorchSharp;

namespace CourseCompanion.Tests.Evaluation;

public class ClassificationReportTests
{
    private static readonly JsonElement s_golden = Golden.Load("Evaluation", "evaluation_golden.json");

    public static TheoryData<int> Problems => [.. Enumerable.Range(0, s_golden.GetProperty("problems").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Problems))]
    public void Compute_on_random_scores_equals_scikit_learn(int index)
    {
        JsonElement golden = s_golden.GetProperty("problems")[index];
        var report = ClassificationReport.Compute(golden.GetProperty("scores").Matrix(), golden.GetProperty("labels").Longs());

        Assert.Equal(golden.GetProperty("auc").GetDouble(), report.MacroAuc, 1e-9);
        Assert.Equal(golden.GetProperty("accuracy").GetDouble(), report.Accuracy, 1e-12);
        Assert.Equal(golden.GetProperty("balanced_accuracy").GetDouble(), report.BalancedAccuracy, 1e-12);
        Assert.Equal(golden.GetProperty("macro_f1").GetDouble(), report.MacroF1, 1e-12);
        for (int label = 0; label < report.ClassCount; label++)
        {
            ClassFigures figures = report.PerClass[label];
            Assert.Equal(golden.GetProperty("auc_per_class")[label].GetDouble(), figures.Auc, 1e-9);
            Assert.Equal(golden.GetProperty("recall")[label].GetDouble(), figures.Recall, 1e-12);
            Assert.Equal(golden.GetProperty("precision")[label].GetDouble(), figures.Precision, 1e-12);
            Assert.Equal(golden.GetProperty("f1")[label].GetDouble(), figures.F1, 1e-12);
            Assert.Equal(golden.GetProperty("support")[label].GetInt64(), figures.Support);
            for (int predicted = 0; predicted < report.ClassCount; predicted++)
            {
                Assert.Equal(golden.GetProperty("confusion")[label][predicted].GetInt64(), report.Confusion[label, predicted]);
            }
        }
    }

    [Fact]
    public void Count_with_absent_classes_leaves_them_out_as_scikit_learn_does()
    {
        JsonElement golden = s_golden.GetProperty("absent_class");
        var confusion = ConfusionMatrix.Count(
            golden.GetProperty("labels").Longs(), golden.GetProperty("predicted").Longs(), golden.GetProperty("classes").GetInt32());

        Assert.Equal(golden.GetProperty("balanced_accuracy").GetDouble(), confusion.BalancedAccuracy, 1e-12);
        Assert.Equal(golden.GetProperty("macro_f1").GetDouble(), confusion.MacroF1, 1e-12);
    }

    [Fact]
    public void Compute_of_a_method_that_abstains_counts_errors_as_scikit_learn_does()
    {
        JsonElement golden = s_golden.GetProperty("abstentions");
        float[,] scores = golden.GetProperty("scores").Matrix();
        long[] labels = golden.GetProperty("labels").Longs(), predicted = golden.GetProperty("predicted").Longs();
        var report = ClassificationReport.Compute(scores, labels, predicted);

        Assert.Equal(golden.GetProperty("auc").GetDouble(), report.MacroAuc, 1e-9);
        Assert.Equal(golden.GetProperty("accuracy").GetDouble(), report.Accuracy, 1e-12);
        Assert.Equal(golden.GetProperty("balanced_accuracy").GetDouble(), report.BalancedAccuracy, 1e-12);
        Assert.Equal(golden.GetProperty("macro_f1").GetDouble(), report.MacroF1, 1e-12);
        Assert.Equal(labels.Length, report.Count);
        Assert.Equal(predicted.Count(label => label == -1), report.Abstained);
        Assert.Equal(golden.GetProperty("abstained").Longs(), Enumerable.Range(0, 4).Select(report.Confusion.Abstained));
        for (int label = 0; label < report.ClassCount; label++)
        {
            ClassFigures figures = report.PerClass[label];
            Assert.Equal(golden.GetProperty("recall")[label].GetDouble(), figures.Recall, 1e-12);
            Assert.Equal(golden.GetProperty("precision")[label].GetDouble(), figures.Precision, 1e-12);
            Assert.Equal(golden.GetProperty("f1")[label].GetDouble(), figures.F1, 1e-12);
            Assert.Equal(golden.GetProperty("support")[label].GetInt64(), figures.Support);
        }

        Assert.True(report.Accuracy < ClassificationReport.Compute(scores, labels).Accuracy, "rows of zeros are right by luck where nobody says that they abstain");
    }

    [Fact]
    public void Compute_with_answers_that_are_the_highest_scores_changes_nothing()
    {
        JsonElement golden = s_golden.GetProperty("problems")[0];
        float[,] scores = golden.GetProperty("scores").Matrix();
        long[] labels = golden.GetProperty("labels").Longs();
        long[] predicted = [.. Enumerable.Range(0, labels.Length).Select(row => (long)Enumerable.Range(0, 3).MaxBy(label => scores[row, label]))];

        ClassificationReport implied = ClassificationReport.Compute(scores, labels), given = ClassificationReport.Compute(scores, labels, predicted);

        Assert.Equal(implied.PerClass, given.PerClass);
        Assert.Equal(0, given.Abstained);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(2)]
    public void Compute_with_an_answer_that_is_no_class_is_refused(long answer) =>
        Assert.Equal(answer, Assert.Throws<ArgumentOutOfRangeException>(
            () => ClassificationReport.Compute(new[,] { { 0.5f, 0.5f } }, [0], [answer])).ActualValue);

    [Fact]
    public void Compute_with_labels_that_are_scores_asks_for_classes()
    {
        using torch.Tensor scores = torch.tensor(new[,] { { 0.9f, 0.1f } }), labels = torch.tensor(new[] { 0.9f });

        Assert.Contains("argmax", Assert.Throws<ArgumentException>(() => ClassificationReport.Compute(scores, labels)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compute_takes_int32_labels_double_scores_and_views()
    {
        using var scope = torch.NewDisposeScope();
        torch.Tensor scores = torch.tensor(new[,] { { 0.9, 0.2, 0.4 }, { 0.1, 0.8, 0.6 } }).t();  // answers: 0, 1, 1
        torch.Tensor labels = torch.tensor(new[,] { { 0, 9 }, { 1, 9 }, { 0, 9 } }, torch.ScalarType.Int32).select(1, 0);  // 0, 1, 0

        ClassificationReport report = ClassificationReport.Compute(scores, labels);

        Assert.Equal(2 / 3.0, report.Accuracy, 1e-12);
        Assert.Equal(1, report.MacroAuc);
    }

    [Fact]
    public void Compute_with_an_absent_class_names_it_and_averages_the_others()
    {
        float[,] scores = { { 0.8f, 0.1f, 0.1f }, { 0.3f, 0.6f, 0.1f }, { 0.2f, 0.7f, 0.1f }, { 0.6f, 0.2f, 0.2f } };
        var report = ClassificationReport.Compute(scores, [0, 1, 1, 0]);

        Assert.Equal([2], report.AbsentClasses);
        Assert.True(double.IsNaN(report.PerClass[2].Auc));
        Assert.Equal(1, report.MacroAuc);
        Assert.Equal(1, report.BalancedAccuracy);
    }

    [Fact]
    public void Compute_when_all_images_share_one_class_has_no_auc()
    {
        var report = ClassificationReport.Compute(new[,] { { 0.9f, 0.1f }, { 0.2f, 0.8f } }, [0, 0]);

        Assert.True(double.IsNaN(report.MacroAuc));
        Assert.Equal(0.5, report.BalancedAccuracy);
        Assert.Equal(0.5, report.Accuracy);
    }

    [Fact]
    public void Compute_with_equal_scores_predicts_the_lowest_class_at_chance_auc()
    {
        var report = ClassificationReport.Compute(new float[4, 2], [0, 1, 0, 1]);

        Assert.Equal(0.5, report.MacroAuc);
        Assert.Equal(4, report.Confusion.Predicted(0));
    }

    [Fact]
    public void Baseline_equals_the_report_of_a_constant_answer()
    {
        long[] labels = [0, 2, 2, 2, 1, 2];
        var constant = new float[labels.Length, 3];
        for (int row = 0; row < labels.Length; row++)
        {
            constant[row, 2] = 1;
        }

        var report = ClassificationReport.Compute(constant, labels);

        Assert.Equal(2, report.Baseline.Label);
        Assert.Equal(report.Accuracy, report.Baseline.Accuracy, 1e-12);
        Assert.Equal(report.BalancedAccuracy, report.Baseline.BalancedAccuracy, 1e-12);
        Assert.Equal(report.MacroF1, report.Baseline.MacroF1, 1e-12);
        Assert.Equal(report.MacroAuc, report.Baseline.MacroAuc, 1e-12);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Compute_with_a_score_that_is_not_finite_names_its_place(float bad)
    {
        var error = Assert.Throws<ArgumentException>(
            () => ClassificationReport.Compute(new[,] { { 0.5f, 0.5f }, { 0.1f, bad } }, [0, 1]));

        Assert.Contains("row 1, class 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Compute_on_nothing_says_so() =>
        Assert.Contains("empty", Assert.Throws<ArgumentException>(
            () => ClassificationReport.Compute(new float[0, 3], [])).Message, StringComparison.Ordinal);

    [Fact]
    public void Compute_with_fewer_labels_than_rows_is_refused() =>
        Assert.Contains("2 rows of scores but 1 labels", Assert.Throws<ArgumentException>(
            () => ClassificationReport.Compute(new float[2, 3], [0])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void Compute_with_a_label_outside_the_classes_is_refused(long label) =>
        Assert.Equal(label, Assert.Throws<ArgumentOutOfRangeException>(
            () => ClassificationReport.Compute(new float[1, 3], [label])).ActualValue);

    [Fact]
    public void Compute_with_a_single_column_asks_for_one_per_class() =>
        Assert.Contains("[1 - p, p]", Assert.Throws<ArgumentException>(
            () => ClassificationReport.Compute(new float[2, 1], [0, 0])).Message, StringComparison.Ordinal);

    [Fact]
    public void Binary_auc_of_a_score_that_is_not_a_number_is_refused() =>
        Assert.Contains("Score 1", Assert.Throws<ArgumentException>(
            () => RocAuc.Binary([0.1f, float.NaN, 0.4f], [false, true, true])).Message, StringComparison.Ordinal);

    [Fact]
    public void Binary_auc_of_nothing_or_of_one_image_is_undefined()
    {
        Assert.True(double.IsNaN(RocAuc.Binary([], [])));
        Assert.True(double.IsNaN(RocAuc.Binary([0.3f], [true])));
    }

    [Fact]
    public void Binary_auc_of_infinite_scores_ranks_them() =>
        Assert.Equal(1, RocAuc.Binary([float.NegativeInfinity, 2, float.PositiveInfinity], [false, true, true]));

    [Fact]
    public void Binary_auc_with_a_tie_counts_it_one_half() =>
        Assert.Equal((1 + 0.5 + 0) / 3, RocAuc.Binary([0.1f, 0.4f, 0.4f, 0.8f], [false, true, false, false]), 1e-12);
}
