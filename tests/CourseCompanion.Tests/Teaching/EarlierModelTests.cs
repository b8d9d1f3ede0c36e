using CourseCompanion.Data.Sources;
using CourseCompanion.Files;
using CourseCompanion.Models;
using CourseCompanion.Teaching;
using CourseCompanion.Work;
using static TorchSharp.torch;

namespace CourseCompanion.Tests.Teaching;

public sealed class EarlierModelTests
{
    private const string Name = "01-simplecnn.safetensors";

    private static readonly DataProvenance Images = new() { Dataset = "dermamnist", Source = DataSource.LocalFile, Md5 = "ade2dd22" };

    [Fact]
    public void A_model_of_the_same_images_and_seed_is_loaded()
    {
        using var folder = new TemporaryFolder();
        using SimpleCnn saved = new(3, 7), loaded = new(3, 7);
        Safetensors.Save(folder[Name], saved, EarlierModel.Describe("01-pseudo-labeling", Images, 42));

        EarlierModel model = EarlierModel.At(folder[Name], Images, 42);

        Assert.True(model.IsUsable);
        Assert.Null(model.Problem);
        model.LoadInto(loaded);
        using Tensor image = randn(1, 3, 28, 28);
        saved.eval();
        loaded.eval();
        Assert.True(saved.call(image).equal(loaded.call(image)).all().item<bool>());
    }

    [Fact]
    public void A_model_that_does_not_fit_says_why()
    {
        using var folder = new TemporaryFolder();
        using SimpleCnn saved = new(3, 7);
        Safetensors.Save(folder[Name], saved, EarlierModel.Describe("01-pseudo-labeling", Images, 42));
        Safetensors.Save(folder["bare"], saved);
        Safetensors.Save(folder["trial"], saved, new Dictionary<string, string>(EarlierModel.Describe("01-pseudo-labeling", Images, 42)) { ["profile"] = "essai" });
        File.WriteAllText(folder["broken"], "not a model");

        Assert.Contains("n’est pas dans le dossier", Problem("absent", Images, 42), StringComparison.Ordinal);
        Assert.Contains("d’autres images", Problem(Name, Images with { Md5 = "0" }, 42), StringComparison.Ordinal);
        Assert.Contains("une autre graine", Problem(Name, Images, 7), StringComparison.Ordinal);
        Assert.Contains("d’autres images", Problem("bare", Images, 42), StringComparison.Ordinal);
        Assert.Contains("vient d’un essai", Problem("trial", Images, 42), StringComparison.Ordinal);
        Assert.Contains("illisible", Problem("broken", Images, 42), StringComparison.Ordinal);

        string Problem(string name, DataProvenance images, int seed)
        {
            EarlierModel model = EarlierModel.At(folder[name], images, seed);
            Assert.False(model.IsUsable);
            Assert.Throws<InvalidOperationException>(() => model.LoadInto(saved));
            return model.Problem!;
        }
    }

    [Fact]
    public void The_file_is_looked_for_in_the_output_folder_which_is_not_created_for_that()
    {
        using var folder = new TemporaryFolder();
        string? before = Environment.GetEnvironmentVariable(CourseOutput.Variable);
        Environment.SetEnvironmentVariable(CourseOutput.Variable, folder["out"]);
        try
        {
            Assert.Equal(Path.Combine(folder["out"], "model.safetensors"), EarlierModel.Find("model.safetensors", Images, 42).Path);
            Assert.False(Directory.Exists(folder["out"]));
            Assert.Equal(Path.Combine(folder["out"], "model.safetensors"), CourseOutput.PathOf("model.safetensors"));
            Assert.True(Directory.Exists(folder["out"]));
        }
        finally
        {
            Environment.SetEnvironmentVariable(CourseOutput.Variable, before);
        }
    }
}
