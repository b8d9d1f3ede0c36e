using System.Net;
using CourseCompanion.Labelling.Dashboard;
using CourseCompanion.Labelling.Dispatch;
using CourseCompanion.Labelling.Shards;

namespace CourseCompanion.Labelling.Tests.Dashboard;

public sealed class DashboardTests : IAsyncLifetime, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("course-dashboard-").FullName;
    private readonly HangfireDispatcher _dispatcher = HangfireDispatcher.InMemory();
    private readonly HttpClientHandler _handler = new() { AllowAutoRedirect = false, CookieContainer = new CookieContainer() };
    private HttpClient _client = null!;
    private SqliteShardStore _store = null!;
    private DashboardServer _server = null!;

    public async Task InitializeAsync()
    {
        _store = new SqliteShardStore(Path.Combine(_folder, "job.sqlite"));
        _server = await DashboardServer.StartAsync(_store, _dispatcher);
        _client = new HttpClient(_handler) { BaseAddress = _server.Address };
    }

    [Fact]
    public async Task It_is_closed_to_whoever_has_not_the_token_and_says_so_to_nobody()
    {
        Assert.Equal("127.0.0.1", _server.Address.Host);
        foreach (string path in (string[])["/", "/hangfire", "/hangfire/jobs/enqueued", "/hangfire/css18250", "/?token=wrong", $"/?token={_server.Token}x", "/nothing"])
        {
            HttpResponseMessage refused = await _client.GetAsync(path);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.DoesNotContain("Hangfire", await refused.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        }

        Assert.Contains(_store.Journal(10), entry => entry.What == "dashboard: refused GET /hangfire/jobs/enqueued");
    }

    [Fact]
    public async Task The_link_opens_it_and_every_page_is_journalled()
    {
        _store.Submit(new RunRequest
        {
            Images = "/images", Output = "/output", ImagesFingerprint = "a", ImageCount = 1234, ShardSize = 100, Model = "/m", ModelFingerprint = "b", Threshold = 0.9, ClassNames = ["x", "y"],
        });
        _store.Note("<script>alert(1)</script>");
        await LetInAsync();
        string page = await _client.GetStringAsync("/");
        Assert.Contains("0 sur 1 234", page.Replace('\u00A0', ' ').Replace('\u202F', ' '), StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        string hangfire = await _client.GetStringAsync("/hangfire");
        Assert.Contains("CourseCompanion", hangfire, StringComparison.Ordinal);
        Assert.Contains(_store.Journal(10), entry => entry.What == "dashboard: GET /");
        Assert.Contains(_store.Journal(10), entry => entry.What == "dashboard: GET /hangfire");
    }

    [Fact]
    public async Task It_shows_and_changes_nothing()
    {
        _dispatcher.Enqueue([(1, 0)]);
        await LetInAsync();
        Assert.DoesNotContain("data-url=\"/hangfire/jobs/enqueued/delete\"", await _client.GetStringAsync("/hangfire/jobs/enqueued/c-shards"), StringComparison.Ordinal);
        using FormUrlEncodedContent nothing = new([]);
        HttpResponseMessage answer = await _client.PostAsync(new Uri("/hangfire/jobs/enqueued/delete", UriKind.Relative), nothing);
        Assert.False(answer.IsSuccessStatusCode);
        Assert.False(_dispatcher.IsIdle);
    }

    [Fact]
    public async Task Another_name_for_this_machine_is_not_answered()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, _server.Link);
        request.Headers.Host = "evil.example";
        Assert.Equal(HttpStatusCode.BadRequest, (await _client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_token_that_can_be_guessed_and_a_port_that_is_taken_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => DashboardServer.StartAsync(_store, _dispatcher, token: "secret"));
        Assert.Contains("is taken", (await Assert.ThrowsAsync<IOException>(() => DashboardServer.StartAsync(_store, _dispatcher, _server.Address.Port))).Message, StringComparison.Ordinal);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose()
    {
        _client.Dispose();
        _handler.Dispose();
        _store.Dispose();
        _dispatcher.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task LetInAsync()
    {
        HttpResponseMessage answer = await _client.GetAsync(_server.Link);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.DoesNotContain("token", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
        string cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
    }
}
