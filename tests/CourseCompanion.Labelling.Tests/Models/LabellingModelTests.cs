using CourseCompanion.BrainScan;
using CourseCompanion.Files;
using CourseCompanion.Labelling.Models;
using CourseCompanion.Labelling.Tests.Support;
using static TorchSharp.torch;

namespace CourseCompanion.Labelling.Tests.Models;

public sealed class LabellingModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("course-model-").FullName;

    private string File => Path.Combine(_folder, "model.safetensors");

    [Fact]
    public void The_mission_s_classifier_answers_as_its_formula_says()
    {
        using ScanEncoder encoder = ScanEncoder.Load(ScanEncoder.RandomName, size: ScanEncoder.DefaultSize);
        using var scope = NewDisposeScope();
        random.manual_seed(7);
        Tensor means = rand(512, ScalarType.Float64), deviations = rand(512, ScalarType.Float64).add(0.5), weights = randn(512, ScalarType.Float64).mul(0.1);
        SaveHead(means, deviations, weights, encoder.Checksum);
        using LabellingModel model = LabellingModel.Load(File);
        Assert.Equal((1, 224, 512L), (model.Channels, model.Size, model.EmbeddingLength));
        Assert.Equal(["normale", "cancer"], model.ClassNames);
        Assert.Equal(0.9, model.Threshold);

        Tensor images = randint(0, 256, [3, 1, 224, 224], ScalarType.Byte);
        using Answers answers = model.Label(images);
        Tensor features = encoder.Embed(images).to(ScalarType.Float64);
        for (int i = 0; i < 3; i++)
        {
            double score = 0.25 + ((features[i] - means) / deviations * weights).sum().item<double>();
            Assert.Equal(1 / (1 + Math.Exp(-score)), answers.Probabilities[i, 1].item<float>(), 1e-5);
            Assert.Equal(1, answers.Probabilities[i].sum().item<float>(), 1e-5);
        }
    }

    [Fact]
    public void Features_of_other_weights_are_refused()
    {
        using var scope = NewDisposeScope();
        SaveHead(zeros(512, ScalarType.Float64), ones(512, ScalarType.Float64), zeros(512, ScalarType.Float64), new string('0', 64));
        Assert.Contains("Copy those weights", Assert.Throws<InvalidDataException>(() => LabellingModel.Load(File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fingerprint_is_that_of_the_weights()
    {
        LabellingSet.WriteModel(File);
        string first = Fingerprint();
        Assert.Equal(first, Fingerprint());
        LabellingSet.WriteModel(File, seed: 43);
        Assert.NotEqual(first, Fingerprint());

        string Fingerprint()
        {
            using LabellingModel model = LabellingModel.Load(File);
            return model.Fingerprint;
        }
    }

    [Theory]
    [InlineData(LabellingModel.ClassesEntry, "[\"a\", \"b\"]", "answers for 3 classes")]
    [InlineData(LabellingModel.ClassesEntry, "a, b, c", "not a JSON list")]
    [InlineData(LabellingModel.ClassesEntry, "[\"a\", \"a\", \"b\"]", "answers for 3 classes")]
    [InlineData(LabellingModel.ThresholdEntry, "1,5", "lies in [0, 1]")]
    public void What_a_file_says_wrongly_about_itself_is_named(string entry, string text, string said)
    {
        LabellingSet.WriteModel(File);
        using SafetensorsFile whole = Safetensors.Load(File);
        Safetensors.Save(File, whole.Tensors, new Dictionary<string, string>(whole.Metadata) { [entry] = text });
        Assert.Contains(said, Assert.Throws<InvalidDataException>(() => LabellingModel.Load(File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_network_and_no_network_are_refused_with_the_way_out()
    {
        using var scope = NewDisposeScope();
        Safetensors.Save(File, new Dictionary<string, Tensor> { ["something"] = ones(3) });
        Assert.Contains("something", Assert.Throws<InvalidDataException>(() => LabellingModel.Load(File)).Message, StringComparison.Ordinal);
        Assert.Contains("Chapter 6.4", Assert.Throws<FileNotFoundException>(() => LabellingModel.Load(File + "x")).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void SaveHead(Tensor means, Tensor deviations, Tensor weights, string encoder) => Safetensors.Save(
        File,
        new Dictionary<string, Tensor> { ["means"] = means, ["deviations"] = deviations, ["weights"] = weights, ["intercept"] = tensor(new[] { 0.25 }) },
        new Dictionary<string, string>
        {
            ["encoder"] = ScanEncoder.RandomName, ["encoder_sha256"] = encoder, [LabellingModel.ClassesEntry] = "[\"normale\", \"cancer\"]", [LabellingModel.ThresholdEntry] = "0.9",
        });
}
