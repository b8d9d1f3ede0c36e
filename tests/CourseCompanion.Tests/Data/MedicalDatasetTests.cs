using CourseCompanion.Data;
using CourseCompanion.Data.Sources;
using CourseCompanion.Display;
using CourseCompanion.Files;
using CourseCompanion.Tests.Files;
using CourseCompanion.Tests.Shared;

namespace CourseCompanion.Tests.Data;

public sealed class MedicalDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [RealDataFact]
    public void Load_RealDermaMnist_HasTheCoursesClassCounts()
    {
        using MedicalDataset data = MedicalDataset.Load("dermamnist", new DataOptions { Offline = true });

        Assert.Equal([228, 359, 769, 80, 779, 4693, 99], data.Train.CountByClass());
        Assert.Equal([7007, 3, 28, 28], data.Train.Images.shape);
        Assert.Equal((1003, 2005), (data.Validation.Count, data.Test.Count));
        Assert.Equal(DataSource.LocalFile, data.Provenance.Source);
        Assert.False(data.Provenance.IsSynthetic);
        using TorchSharp.DisposeScope scope = TorchSharp.torch.NewDisposeScope();
        Assert.InRange(data.Train.Images.select(1, 0).to_type(TorchSharp.torch.ScalarType.Float32).mean().item<float>(), 190, 200);
    }

    [RealDataFact]
    public void Load_LesionDisjointVariant_HasNoOfficialFile()
    {
        using MedicalDataset data = MedicalDataset.Load("dermamnist-lesion-disjoint", new DataOptions { Offline = true });

        Assert.Equal(7003, data.Train.Count);
        Assert.Equal(data.Info.Test.ClassCounts!, data.Test.CountByClass());
        Assert.Contains("Il n’existe pas de fichier officiel", data.Banner.ToString());
    }

    [Fact]
    public void Load_NothingAnywhere_DrawsLookAlikesAndSaysSo()
    {
        using MedicalDataset data = MedicalDataset.Load("breastmnist", Options());

        Assert.True(data.Provenance.IsSynthetic);
        Assert.False(data.Provenance.IsOfficial);
        Assert.Equal([147, 399], data.Train.CountByClass());
        Assert.Equal([DataSource.LocalFile, DataSource.Cache, DataSource.Download], data.Provenance.Tried.Select(step => step.Source));
        Assert.StartsWith("DONNÉES SYNTHÉTIQUES", data.Banner.ToString());
        Assert.Contains("COURSE_OFFLINE=1", data.Banner.ToString());
        Assert.Contains("./course data get breastmnist", data.Banner.ToString());
        IReadOnlyDictionary<string, string> bundle = data.Banner.ToMimeBundle();
        Assert.Contains("DONNÉES SYNTHÉTIQUES", System.Net.WebUtility.HtmlDecode(bundle[MimeTypes.Html]));
    }

    [Fact]
    public void Load_FileThatIsNamedAlmostLikeTheOneWanted_IsNamedInTheBanner()
    {
        DataOptions options = Options();
        foreach (string name in (string[])["breastmnist (1).npz", "BreastMNIST_64.npz", "bloodmnist.npz", DatasetCatalog.Default["dermamnist-lesion-disjoint"].File.Name])
        {
            File.WriteAllText(_folder[Path.Combine("data", name)], "");
        }

        using MedicalDataset data = MedicalDataset.Load("breastmnist", options);

        Assert.Contains("mais « BreastMNIST_64.npz », « breastmnist (1).npz » : si c’est le bon fichier, renommez-le", data.Banner.ToString());
        // The official file of another data set is no second copy of this one.
        Assert.Empty(new DataStore(options).NearMisses(DatasetCatalog.Default["dermamnist"]));
    }

    [Fact]
    public void Load_LookAlikes_AreTheSameEachTimeAndFollowTheSeed()
    {
        using MedicalDataset first = MedicalDataset.Load("breastmnist", Options());
        using MedicalDataset again = MedicalDataset.Load("breastmnist", Options());
        using MedicalDataset other = MedicalDataset.Load("breastmnist", Options() with { SyntheticSeed = 7 });

        Assert.Equal(first.Provenance.Md5, again.Provenance.Md5);
        Assert.True(first.Test.Images.Equals(again.Test.Images));
        Assert.NotEqual(first.Provenance.Md5, other.Provenance.Md5);
    }

    [Fact]
    public void Load_LookAlikesNotAllowed_SaysWhatWasTriedAndTheWayOut()
    {
        string message = Assert.Throws<DatasetException>(() => MedicalDataset.Load("breastmnist", Options() with { AllowSynthetic = false })).Message;

        Assert.Contains("Cache: NotFound", message);
        Assert.Contains("course data get breastmnist", message);
    }

    [Fact]
    public void Load_LocalFile_IsFoundInSubfoldersAndNamedAsNotOfficial()
    {
        string deep = Directory.CreateDirectory(_folder["data/a/b"]).FullName;
        Write(Path.Combine(deep, "breastmnist.npz"));
        using MedicalDataset data = MedicalDataset.Load("breastmnist", Options());

        Assert.Equal(DataSource.LocalFile, data.Provenance.Source);
        Assert.Equal(Path.Combine(deep, "breastmnist.npz"), data.Provenance.Path);
        Assert.False(data.Provenance.IsOfficial);
        Assert.Equal("750601b1f35ba3300ea97c75c52ff8f6", data.Provenance.OfficialMd5);
        Assert.Equal([1, 1], data.Train.CountByClass());
        Assert.Equal([2, 1, 28, 28], data.Train.Images.shape);
        Assert.Contains("fichier non officiel", data.Banner.ToString());
    }

    [Fact]
    public void Load_ColourImages_BecomeChannelsFirst()
    {
        DataOptions options = Options();
        byte[] pixels = new byte[28 * 28 * 3];
        pixels[(((5 * 28) + 7) * 3) + 2] = 200;
        using (NpzWriter writer = new(_folder["data/bloodmnist.npz"]))
        {
            foreach (string split in (string[])["train", "val", "test"])
            {
                writer.Add<byte>($"{split}_images", pixels, 1, 28, 28, 3);
                writer.Add<byte>($"{split}_labels", [7], 1, 1);
            }

            writer.Commit();
        }

        using MedicalDataset data = MedicalDataset.Load("bloodmnist", options);

        Assert.Equal(200, data.Test.Images[0, 2, 5, 7].item<byte>());
        Assert.Equal(7, data.Test.Labels[0].item<long>());
    }

    [Theory]
    [InlineData("images", "(2, 28, 29)")]
    [InlineData("labels", "(3, 1)")]
    [InlineData("label", "label 2 of image 1")]
    [InlineData("type", "<i4, not |u1")]
    [InlineData("keys", "no array 'val_images'")]
    public void Load_ForeignFile_IsRefusedByName_NeverReplaced(string fault, string expected)
    {
        Write(_folder["data/breastmnist.npz"], fault);

        DataFormatException exception = Assert.Throws<DataFormatException>(() => MedicalDataset.Load("breastmnist", Options()));

        Assert.Contains(expected, exception.Message);
        Assert.Contains("breastmnist.npz", exception.File);
    }

    [Fact]
    public void Load_FolderThatDoesNotExist_IsAnError() =>
        Assert.Contains("does not exist", Assert.Throws<DatasetException>(() => MedicalDataset.Load("breastmnist", Options() with { Directory = _folder["nowhere"] })).Message);

    [Fact]
    public void Store_ListAndVerify_TellWhatIsHereAndWhatIsWrong()
    {
        Write(_folder["data/breastmnist.npz"]);
        File.WriteAllText(_folder["data/dermamnist.npz"], "<html>");
        Directory.CreateDirectory(_folder["cache"]);
        Write(_folder["cache/retinamnist.npz"]);
        DataStore store = new(Options());

        Dictionary<string, DataEntry> entries = store.List().ToDictionary(entry => entry.Info.Name);
        Assert.Equal(ChecksumState.NotOfficial, entries["breastmnist"].Checksum);
        Assert.Equal(DataSource.Cache, entries["retinamnist"].Source);
        Assert.Equal(ChecksumState.Missing, entries["pathmnist"].Checksum);
        Dictionary<string, string?> problems = store.Verify().ToDictionary(outcome => outcome.Entry.Info.Name, outcome => outcome.Problem);
        Assert.Equal(["breastmnist", "dermamnist", "retinamnist"], problems.Keys.Order(StringComparer.Ordinal));
        Assert.Null(problems["breastmnist"]);
        Assert.Contains("zip archive", problems["dermamnist"]);
        Assert.Contains("'course data get retinamnist' replaces it", problems["retinamnist"]);
    }

    [Fact]
    public async Task Store_Get_OfflineOrWithoutDownload_SaysTheWayOut()
    {
        DataStore store = new(Options());

        Assert.Contains("COURSE_OFFLINE", (await Assert.ThrowsAsync<DatasetException>(() => store.GetAsync("breastmnist"))).Message);
        Assert.Contains("--data", (await Assert.ThrowsAsync<DownloadException>(() => new DataStore(Options() with { Offline = false }).GetAsync("dermamnist-lesion-disjoint"))).Message);
        await Assert.ThrowsAsync<DatasetException>(() => store.GetAsync("catmnist"));
    }

    private DataOptions Options()
    {
        Directory.CreateDirectory(_folder["data"]);
        return new DataOptions { Directory = _folder["data"], CacheDirectory = _folder["cache"], Offline = true };
    }

    private static void Write(string path, string fault = "")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using NpzWriter writer = new(path);
        int width = fault == "images" ? 29 : 28;
        foreach (string split in fault == "keys" ? (string[])["train"] : ["train", "val", "test"])
        {
            if (fault == "type")
            {
                writer.Add<int>($"{split}_images", new int[2 * 28 * 28], 2, 28, 28);
            }
            else
            {
                writer.Add<byte>($"{split}_images", new byte[2 * 28 * width], 2, 28, width);
            }

            byte[] labels = fault == "labels" ? [0, 1, 1] : [0, (byte)(fault == "label" ? 2 : 1)];
            writer.Add<byte>($"{split}_labels", labels, labels.Length, 1);
        }

        writer.Commit();
    }
}
