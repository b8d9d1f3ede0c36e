using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CourseCompanion.Labelling.Dispatch;
using CourseCompanion.Labelling.Shards;
using Hangfire;
using Hangfire.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CourseCompanion.Labelling.Dashboard;

/// <summary>
/// A web page that shows jobs and workers, and Hangfire's own below <c>/hangfire</c>, to look at and not to touch. Closed: whoever has not the token
/// gets nothing; every page that is looked at is journalled, and so is whoever was refused (<see cref="VisitLog"/>: the same once in ten minutes).
/// </summary>
public sealed class DashboardServer : IAsyncDisposable
{
    private const string CookieName = "course-dashboard";
    private const int MaximalWho = 200;

    private readonly WebApplication _application;
    private readonly VisitLog _visits;

    private DashboardServer(WebApplication application, VisitLog visits, Uri address, string token)
    {
        _application = application;
        _visits = visits;
        Address = address;
        Token = token;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>What lets in.</summary>
    public string Token { get; }

    /// <summary>The address that lets in.</summary>
    public Uri Link => new(Address, $"?token={Token}");

    /// <summary>Starts it.</summary>
    /// <param name="store">What it shows.</param>
    /// <param name="dispatcher">What Hangfire's page shows.</param>
    /// <param name="port">The port; a free one if 0.</param>
    /// <param name="listen">The address to listen on; this machine only if null.</param>
    /// <param name="token">What lets in; a random one if null.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    /// <exception cref="ArgumentException">The token is too short to be a secret.</exception>
    public static async Task<DashboardServer> StartAsync(
        ShardStore store, HangfireDispatcher dispatcher, int port = 0, IPAddress? listen = null, string? token = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(dispatcher);
        token ??= Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        if (token.Length < 16)
        {
            throw new ArgumentException($"A token of {token.Length} characters can be guessed: take 16 or more, or none to be given one.", nameof(token));
        }

        listen ??= IPAddress.Loopback;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Listen(listen, port);
        });
        // Its own log provider would outlive this server, and fail whoever uses Hangfire afterwards.
        builder.Services.AddHangfire(settings => settings.UseStorage(dispatcher.Storage).UseLogProvider(HangfireDispatcher.Log));
        WebApplication application = builder.Build();
        VisitLog visits = new(store);
        application.Use((context, next) => AdmitAsync(context, next, visits, token, IPAddress.IsLoopback(listen)));
        application.UseHangfireDashboard(
            "/hangfire",
            new DashboardOptions { Authorization = [new Admitted()], IsReadOnlyFunc = _ => true, DisplayStorageConnectionString = false, AppPath = "/", DashboardTitle = "CourseCompanion" },
            dispatcher.Storage);
        application.MapGet("/", () => Microsoft.AspNetCore.Http.Results.Content(DashboardView.Of(store.Runs(), store.Workers(TimeSpan.FromMinutes(1)), DateTime.UtcNow), "text/html; charset=utf-8"));
        try
        {
            await application.StartAsync(cancellation);
        }
        catch (IOException exception)
        {
            await application.DisposeAsync();
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"Port {port} is taken: choose another with --port, or leave it out for a free one."), exception);
        }
        catch (SocketException exception)
        {
            await application.DisposeAsync();
            throw new IOException($"It is not possible to listen on {listen}: {exception.Message}", exception);
        }

        return new DashboardServer(application, visits, new Uri(application.Urls.First().Replace("0.0.0.0", Dns.GetHostName(), StringComparison.Ordinal) + "/"), token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _visits.Close();
    }

    private static async Task AdmitAsync(HttpContext context, RequestDelegate next, VisitLog visits, string token, bool isLoopbackOnly)
    {
        HttpRequest request = context.Request;
        // A page elsewhere may give its own name this machine's address; the name then shows.
        if (isLoopbackOnly && request.Host.Host is not ("127.0.0.1" or "localhost" or "[::1]"))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        context.Response.Headers.XFrameOptions = "DENY";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers.CacheControl = "no-store";
        string who = Who(context);
        if (request.Query["token"].ToString() is { Length: > 0 } given)
        {
            if (IsToken(given, token))
            {
                // Into a cookie, so that it stays out of the history and of links.
                context.Response.Cookies.Append(CookieName, token, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, IsEssential = true });
                visits.Visit(who, "dashboard: let in");
                context.Response.Redirect(request.Path);
                return;
            }
        }
        else if (IsToken(request.Cookies[CookieName] ?? "", token))
        {
            if (!IsAsset(request.Path))
            {
                visits.Visit(who, $"dashboard: {request.Method} {Cut(request.Path)}");
            }

            await next(context);
            return;
        }

        visits.Refusal(who, $"dashboard: refused {request.Method} {Cut(request.Path)}");
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync("The dashboard opens by the link that './course dashboard' prints.\n");
    }

    private static bool IsToken(string given, string token) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    // Styles and scripts of Hangfire's pages, and what these ask for every two seconds.
    private static bool IsAsset(PathString path) => path.Value is { } text
        && (text.StartsWith("/hangfire/css", StringComparison.Ordinal) || text.StartsWith("/hangfire/js", StringComparison.Ordinal)
            || text.StartsWith("/hangfire/fonts", StringComparison.Ordinal) || text == "/hangfire/stats");

    private static string Who(HttpContext context) => Cut($"{context.Connection.RemoteIpAddress} {context.Request.Headers.UserAgent}");

    private static string Cut(string? text) => text is null ? "" : text.Length <= MaximalWho ? text : text[..MaximalWho];

    /// <summary>Who comes this far has shown the token.</summary>
    private sealed class Admitted : IDashboardAuthorizationFilter
    {
        public bool Authorize(DashboardContext context) => true;
    }
}
