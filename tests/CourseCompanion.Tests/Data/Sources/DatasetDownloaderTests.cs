using System.Net;
using System.Net.Http.Headers;
using CourseCompanion.Data;
using CourseCompanion.Data.Sources;
using CourseCompanion.Files;
using CourseCompanion.Tests.Files;

namespace CourseCompanion.Tests.Data.Sources;

public sealed class DatasetDownloaderTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 300_000).Select(value => (byte)(value * 31))];
    private static readonly DatasetFile Wanted = new("set.npz", "medmnist-npz", new Uri("https://data.example/set.npz"), Md5.Of(Content));
    private readonly TemporaryFolder _folder = new();
    private readonly List<TimeSpan> _waits = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Download_Whole_IsStoredUnderItsNameWithProgress()
    {
        List<DownloadProgress> reports = [];

        string path = await Download(new Server(request => Whole()), new Reporter(reports.Add));

        Assert.Equal(_folder["set.npz"], path);
        Assert.Equal(Content, await File.ReadAllBytesAsync(path));
        Assert.Equal(["set.npz"], Left());
        Assert.Equal(new DownloadProgress("set.npz", Content.Length, Content.Length), reports[^1]);
    }

    [Fact]
    public async Task Download_ConnectionBreaks_GoesOnWhereItStopped()
    {
        Server server = new(request => request.Headers.Range is null ? Broken(100_000) : Partial(request));

        await Download(server);

        Assert.Equal([null, 100_000L], server.Requests.Select(request => request.From));
        Assert.Equal(Content, await File.ReadAllBytesAsync(_folder["set.npz"]));
        Assert.Equal([TimeSpan.FromSeconds(1)], _waits);
    }

    [Fact]
    public async Task Download_PartFromAnEarlierRun_IsResumed()
    {
        await File.WriteAllBytesAsync(_folder["set.npz.part"], Content[..250_000]);
        Server server = new(Partial);

        await Download(server);

        Assert.Equal([250_000L], server.Requests.Select(request => request.From));
        Assert.Equal(["set.npz"], Left());
    }

    [Fact]
    public async Task Download_ServerIgnoresRanges_StartsAgain()
    {
        await File.WriteAllBytesAsync(_folder["set.npz.part"], Content[..250_000]);

        await Download(new Server(request => Whole()));

        Assert.Equal(Content, await File.ReadAllBytesAsync(_folder["set.npz"]));
    }

    [Fact]
    public async Task Download_PartOfAnotherFile_IsThrownAwayAndFetchedOnceMore()
    {
        await File.WriteAllBytesAsync(_folder["set.npz.part"], new byte[250_000]);
        Server server = new(request => request.Headers.Range is null ? Whole() : Partial(request));

        await Download(server);

        Assert.Equal([250_000L, null], server.Requests.Select(request => request.From));
        Assert.Equal(Content, await File.ReadAllBytesAsync(_folder["set.npz"]));
    }

    [Fact]
    public async Task Download_PartLongerThanTheFile_StartsAgain()
    {
        await File.WriteAllBytesAsync(_folder["set.npz.part"], new byte[400_000]);

        await Download(new Server(request => request.Headers.Range is null ? Whole() : new HttpResponseMessage(HttpStatusCode.RequestedRangeNotSatisfiable)));

        Assert.Equal(Content, await File.ReadAllBytesAsync(_folder["set.npz"]));
    }

    [Fact]
    public async Task Download_OtherContent_IsDiscardedAndBothChecksumsNamed()
    {
        byte[] other = "<html>login</html>"u8.ToArray();

        DownloadException exception = await Assert.ThrowsAsync<DownloadException>(() => Download(new Server(request => Whole(other))));

        Assert.Equal(DownloadFailure.WrongContent, exception.Failure);
        Assert.Contains(Md5.Of(other), exception.Message);
        Assert.Contains(Wanted.Md5!, exception.Message);
        Assert.Empty(Left());
    }

    [Fact]
    public async Task Download_OtherContent_LeavesAnExistingFileAlone()
    {
        await File.WriteAllTextAsync(_folder["set.npz"], "earlier");

        await Assert.ThrowsAsync<DownloadException>(() => Download(new Server(request => Whole([1, 2, 3]))));

        Assert.Equal("earlier", await File.ReadAllTextAsync(_folder["set.npz"]));
    }

    [Fact]
    public async Task Download_ServerBusy_IsTriedAgainWithGrowingPauses_ThenGivenUp()
    {
        Server server = new(request => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));

        DownloadException exception = await Assert.ThrowsAsync<DownloadException>(() => Download(server));

        Assert.Equal(DownloadFailure.Unreachable, exception.Failure);
        Assert.Contains("503", exception.Message);
        Assert.Equal([1, 2, 4], _waits.Select(wait => wait.TotalSeconds));
        Assert.Empty(Left());
    }

    [Fact]
    public async Task Download_NotFound_IsNotTriedAgain()
    {
        Server server = new(request => new HttpResponseMessage(HttpStatusCode.NotFound));

        DownloadException exception = await Assert.ThrowsAsync<DownloadException>(() => Download(server));

        Assert.Equal(DownloadFailure.Refused, exception.Failure);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Download_UnknownHost_FailsAtOnce()
    {
        Server server = new(request => throw new HttpRequestException(HttpRequestError.NameResolutionError, "no such host"));

        Assert.Equal(DownloadFailure.Unreachable, (await Assert.ThrowsAsync<DownloadException>(() => Download(server))).Failure);
        Assert.Single(server.Requests);
        Assert.Empty(Left());
    }

    [Fact]
    public async Task Download_RedirectToHttps_IsFollowed()
    {
        Server server = new(request => request.RequestUri!.Host == "data.example" ? Redirect("https://mirror.example/x") : Whole());

        await Download(server);

        Assert.Equal(["data.example", "mirror.example"], server.Requests.Select(request => request.Host));
    }

    [Fact]
    public async Task Download_RedirectToHttp_IsRefusedUnasked()
    {
        Server server = new(request => Redirect("http://mirror.example/x"));

        Assert.Equal(DownloadFailure.Insecure, (await Assert.ThrowsAsync<DownloadException>(() => Download(server))).Failure);
        Assert.Equal(["data.example"], server.Requests.Select(request => request.Host));
    }

    [Fact]
    public async Task Download_EndlessRedirects_AreGivenUp() =>
        Assert.Equal(DownloadFailure.Refused, (await Assert.ThrowsAsync<DownloadException>(() => Download(new Server(request => Redirect("https://data.example/x"))))).Failure);

    [Fact]
    public async Task Download_Cancelled_KeepsWhatArrived()
    {
        using CancellationTokenSource source = new();
        Server server = new(request => Whole());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Download(server, new Reporter(_ => source.Cancel()), source.Token));

        Assert.Equal(["set.npz.part"], Left());
    }

    [Fact]
    public async Task Download_FolderCannotBeMade_SaysSoAndLeavesNothing()
    {
        await File.WriteAllTextAsync(_folder["file"], "");
        using DatasetDownloader downloader = new(new Server(request => Whole()));

        DownloadException exception = await Assert.ThrowsAsync<DownloadException>(() => downloader.DownloadAsync(Wanted, _folder["file/cache"], null, default));

        Assert.Equal(DownloadFailure.Storage, exception.Failure);
        Assert.Contains("COURSE_CACHE", exception.Message);
        Assert.Equal(["file"], Left());
    }

    [FullDiskFact]
    public async Task Download_DiskFull_SaysSoAndLeavesNothing()
    {
        // /dev/full takes no byte: opening works, writing fails as on a full disk.
        File.CreateSymbolicLink(_folder["set.npz.part"], "/dev/full");

        DownloadException exception = await Assert.ThrowsAsync<DownloadException>(() => Download(new Server(request => Whole())));

        Assert.Equal(DownloadFailure.Storage, exception.Failure);
        Assert.Contains("Free some space", exception.Message);
        Assert.False(File.Exists(_folder["set.npz"]));
    }

    [Fact]
    public async Task Download_AnotherProcessAtWork_IsNotDisturbed()
    {
        await using FileStream other = new(_folder["set.npz.part"], FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        Assert.Equal(DownloadFailure.Storage, (await Assert.ThrowsAsync<DownloadException>(() => Download(new Server(request => Whole())))).Failure);
        Assert.Equal(["set.npz.part"], Left());
    }

    [Fact]
    public async Task Store_Get_DownloadsOnce_ThenTheCacheServes_AndDamageIsRepaired()
    {
        using (NpzWriter writer = new(_folder["official.npz"]))
        {
            foreach (string split in (string[])["train", "val", "test"])
            {
                writer.Add<byte>($"{split}_images", new byte[2 * 28 * 28], 2, 28, 28);
                writer.Add<byte>($"{split}_labels", [0, 1], 2, 1);
            }

            writer.Commit();
        }

        byte[] official = await File.ReadAllBytesAsync(_folder["official.npz"]);
        Server server = new(request => Whole(official));
        DataOptions options = new()
        {
            Directory = Directory.CreateDirectory(_folder["data"]).FullName,
            CacheDirectory = _folder["cache"],
            Offline = false,
            HttpHandler = server,
            Catalog = CatalogWithMd5(Md5.Of(official)),
        };

        Assert.Equal(DataSource.Download, (await new DataStore(options).GetAsync("breastmnist")).Source);
        using (MedicalDataset data = MedicalDataset.Load("breastmnist", options))
        {
            Assert.Equal(DataSource.Cache, data.Provenance.Source);
            Assert.True(data.Provenance.IsOfficial);
            Assert.Contains("Données réelles, fichier officiel", data.Banner.ToString());
        }

        Assert.Single(server.Requests);
        await File.WriteAllTextAsync(_folder["cache/breastmnist.npz"], "damaged");
        using MedicalDataset repaired = MedicalDataset.Load("breastmnist", options);

        Assert.Equal(DataSource.Download, repaired.Provenance.Source);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Store_Get_ContentThatIsNotTheOfficialFile_IsRefusedAndNotKept()
    {
        DataOptions options = new() { Directory = _folder.Path, CacheDirectory = _folder["cache"], Offline = false, HttpHandler = new Server(request => Whole()) };

        DownloadException exception = await Assert.ThrowsAsync<DownloadException>(() => new DataStore(options).GetAsync("breastmnist"));

        Assert.Equal(DownloadFailure.WrongContent, exception.Failure);
        Assert.Empty(Directory.GetFiles(_folder["cache"]));
        Assert.Throws<DownloadException>(() => MedicalDataset.Load("breastmnist", options));
    }

    [Fact]
    public void Load_ServerUnreachable_DrawsLookAlikesAndSaysWhy()
    {
        DataOptions options = new()
        {
            Directory = _folder.Path,
            CacheDirectory = _folder["cache"],
            Offline = false,
            HttpHandler = new Server(request => throw new HttpRequestException(HttpRequestError.NameResolutionError, "no such host")),
        };

        using MedicalDataset data = MedicalDataset.Load("breastmnist", options);

        Assert.True(data.Provenance.IsSynthetic);
        Assert.Equal(MissingReason.Unreachable, data.Provenance.Tried[^1].Reason);
        Assert.Contains("le serveur est injoignable", data.Banner.ToString());
    }

    private static DatasetCatalog CatalogWithMd5(string md5)
    {
        DatasetInfo breast = DatasetCatalog.Default["breastmnist"];
        using Stream stream = typeof(DatasetCatalog).Assembly.GetManifestResourceStream("CourseCompanion.datasets.catalog.json")!;
        using StreamReader reader = new(stream);
        return DatasetCatalog.Parse(reader.ReadToEnd().Replace(breast.File.Md5!, md5, StringComparison.Ordinal));
    }

    private static HttpResponseMessage Whole(byte[]? content = null) => new(HttpStatusCode.OK) { Content = new ByteArrayContent(content ?? Content) };

    private static HttpResponseMessage Partial(HttpRequestMessage request)
    {
        long from = request.Headers.Range!.Ranges.Single().From!.Value;
        HttpResponseMessage response = new(HttpStatusCode.PartialContent) { Content = new ByteArrayContent(Content[(int)from..]) };
        response.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, Content.Length - 1, Content.Length);
        return response;
    }

    private static HttpResponseMessage Broken(int length)
    {
        HttpResponseMessage response = new(HttpStatusCode.OK) { Content = new StreamContent(new MemoryStream(Content, 0, length)) };
        response.Content.Headers.ContentLength = Content.Length;
        return response;
    }

    private static HttpResponseMessage Redirect(string location) =>
        new(HttpStatusCode.Found) { Headers = { Location = new Uri(location) } };

    private async Task<string> Download(Server server, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        using DatasetDownloader downloader = new(server, (wait, _) =>
        {
            _waits.Add(wait);
            return Task.CompletedTask;
        });
        return await downloader.DownloadAsync(Wanted, _folder.Path, progress, cancellation);
    }

    private string[] Left() => [.. Directory.GetFileSystemEntries(_folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>Answers requests as a test wants, and remembers them.</summary>
    private sealed class Server(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        public List<(string Host, long? From)> Requests { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests.Add((request.RequestUri!.Host, request.Headers.Range?.Ranges.Single().From));
            return Task.FromResult(answer(request));
        }
    }

    /// <summary>Reports at once, where <see cref="Progress{T}"/> would report later.</summary>
    private sealed class Reporter(Action<DownloadProgress> report) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => report(value);
    }

    /// <summary>A test that needs <c>/dev/full</c>.</summary>
    private sealed class FullDiskFactAttribute : FactAttribute
    {
        public FullDiskFactAttribute() => Skip = File.Exists("/dev/full") ? null : "There is no /dev/full here.";
    }
}
