using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CourseCompanion.EndToEnd.Browser;

/// <summary>
/// One headless Chromium that goes from page to page as a reader does: it is driven over its DevTools protocol, whose scripts no page's
/// policy forbids and whose keys are real ones.
/// </summary>
internal sealed class BrowserSession : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ClientWebSocket _socket = new();
    private readonly DirectoryInfo _profile = Directory.CreateTempSubdirectory("course-session-");
    private readonly Process _process;
    private int _last;

    private BrowserSession(Process process) => _process = process;

    /// <summary>What pages wrote to the console as a warning or an error, what a policy refused, and what was asked of a network.</summary>
    public List<string> Complaints { get; } = [];

    public static async Task<BrowserSession> StartAsync()
    {
        ProcessStartInfo start = new(BrowserFactAttribute.Chromium!) { RedirectStandardError = true, RedirectStandardOutput = true };
        var session = new BrowserSession(new Process { StartInfo = start });
        foreach (var argument in (string[])
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--remote-debugging-port=0",
            "--window-size=1200,900", "--user-data-dir=" + session._profile.FullName, "about:blank",
        ])
        {
            start.ArgumentList.Add(argument);
        }

        session._process.Start();
        try
        {
            await session.ConnectAsync();
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a page and waits until it is loaded.</summary>
    public async Task OpenAsync(string file)
    {
        await CallAsync("Page.navigate", new JsonObject { ["url"] = new Uri(file).AbsoluteUri });
        await WaitAsync("document.readyState === 'complete'");
    }

    /// <summary>What a JavaScript expression, or a promise, comes to.</summary>
    public async Task<JsonElement> EvaluateAsync(string expression)
    {
        var answer = await CallAsync(
            "Runtime.evaluate",
            new JsonObject { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true, ["userGesture"] = true });
        Assert.False(answer.TryGetProperty("exceptionDetails", out var exception), exception.ToString());
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    public async Task<string> TextAsync(string expression) => (await EvaluateAsync(expression)).GetString() ?? "";

    /// <summary>Waits until an expression is true.</summary>
    public async Task WaitAsync(string condition)
    {
        var waited = Stopwatch.StartNew();
        while (!await IsTrueAsync(condition))
        {
            Assert.True(waited.Elapsed < Patience, "In vain: " + condition);
            await Task.Delay(30);
        }
    }

    /// <summary>Presses a key: <c>Tab</c>, <c>Enter</c>, <c>ArrowDown</c>, <c>Escape</c>, or a character.</summary>
    public async Task PressAsync(string key, bool withControl = false)
    {
        var code = key switch { "Tab" => 9, "Enter" => 13, "Escape" => 27, "ArrowDown" => 40, _ => 0 };
        var text = key == "Enter" ? "\r" : key.Length == 1 && !withControl ? key : null;
        foreach (var type in (string[])[text is null ? "rawKeyDown" : "keyDown", "keyUp"])
        {
            JsonObject press = new() { ["type"] = type, ["key"] = key, ["windowsVirtualKeyCode"] = code, ["modifiers"] = withControl ? 2 : 0 };
            if (type == "keyDown")
            {
                press["text"] = text;
            }

            await CallAsync("Input.dispatchKeyEvent", press);
        }
    }

    public Task TypeAsync(string text) => CallAsync("Input.insertText", new JsonObject { ["text"] = text });

    /// <summary>What the system wishes.</summary>
    public Task PreferAsync(string scheme) => CallAsync(
        "Emulation.setEmulatedMedia",
        new JsonObject { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }) });

    /// <summary>Keeps the page, down to the end of its last element, as a PNG file.</summary>
    public async Task PhotographAsync(string path)
    {
        var size = await EvaluateAsync("[innerWidth, Math.ceil(document.body.lastElementChild.getBoundingClientRect().bottom) + 24]");
        JsonObject clip = new() { ["x"] = 0, ["y"] = 0, ["width"] = size[0].GetInt32(), ["height"] = size[1].GetInt32(), ["scale"] = 1 };
        var answer = await CallAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png", ["clip"] = clip });
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, answer.GetProperty("data").GetBytesFromBase64());
    }

    /// <summary>A telephone's window, or the usual one.</summary>
    public Task NarrowAsync(bool isNarrow) => isNarrow
        ? CallAsync("Emulation.setDeviceMetricsOverride", new JsonObject { ["width"] = 390, ["height"] = 844, ["deviceScaleFactor"] = 1, ["mobile"] = true })
        : CallAsync("Emulation.clearDeviceMetricsOverride");

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _socket.Dispose();
        try
        {
            _profile.Delete(recursive: true);
        }
        catch (IOException)
        {
            // The last of its processes still writes.
        }
    }

    private async Task ConnectAsync()
    {
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        using CancellationTokenSource limit = new(Patience);
        // "DevTools listening on ws://127.0.0.1:PORT/devtools/browser/..." is its first word.
        string? line;
        do
        {
            line = await _process.StandardError.ReadLineAsync(limit.Token);
        }
        while (line is not null && !line.Contains("ws://", StringComparison.Ordinal));

        // Read on, so that it can go on writing.
        _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        var address = new Uri(line![line!.IndexOf("ws://", StringComparison.Ordinal)..].Trim());
        using HttpClient http = new();
        var targets = JsonNode.Parse(await http.GetStringAsync(new Uri($"http://{address.Authority}/json/list"), limit.Token))!.AsArray();
        await _socket.ConnectAsync(new Uri(targets.First(target => target!["type"]!.ToString() == "page")!["webSocketDebuggerUrl"]!.ToString()), limit.Token);
        foreach (var domain in (string[])["Page", "Runtime", "Log", "Network"])
        {
            await CallAsync(domain + ".enable");
        }
    }

    // While a page goes, there is no place for an expression.
    private async Task<bool> IsTrueAsync(string condition)
    {
        var answer = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = condition, ["returnByValue"] = true }, mayFail: true);
        return answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("result", out var result)
            && result.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.True;
    }

    private async Task<JsonElement> CallAsync(string method, JsonObject? parameters = null, bool mayFail = false)
    {
        using CancellationTokenSource limit = new(Patience);
        var id = ++_last;
        var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        await _socket.SendAsync(Encoding.UTF8.GetBytes(call.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        while (true)
        {
            var message = await ReceiveAsync(limit.Token);
            if (message.TryGetProperty("id", out var answered) && answered.GetInt32() == id)
            {
                Assert.True(mayFail || !message.TryGetProperty("error", out _), $"{method}: {message}");
                return message.TryGetProperty("result", out var result) ? result : default;
            }

            if (message.TryGetProperty("method", out var name))
            {
                Hear(name.GetString()!, message.GetProperty("params"));
            }
        }
    }

    private void Hear(string method, JsonElement told)
    {
        switch (method)
        {
            case "Runtime.consoleAPICalled" when told.GetProperty("type").GetString() is "error" or "warning":
            case "Runtime.exceptionThrown":
            case "Log.entryAdded" when told.GetProperty("entry").GetProperty("level").GetString() is "error" or "warning":
                Complaints.Add(told.ToString());
                break;
            case "Network.requestWillBeSent":
                var address = told.GetProperty("request").GetProperty("url").GetString()!;
                if (!address.StartsWith("file:", StringComparison.Ordinal) && !address.StartsWith("data:", StringComparison.Ordinal)
                    && !address.StartsWith("blob:", StringComparison.Ordinal))
                {
                    Complaints.Add("asked for " + address);
                }

                break;
        }
    }

    private async Task<JsonElement> ReceiveAsync(CancellationToken cancellation)
    {
        using MemoryStream text = new();
        var buffer = new byte[1 << 16];
        WebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer, cancellation);
            text.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);

        return JsonDocument.Parse(text.ToArray()).RootElement;
    }
}
