using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Instrumentation.Core.Tests.Report;

/// <summary>A page in a browser, driven through the browser's DevTools protocol.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(20);

    private static readonly Dictionary<string, int> KeyCodes = new()
    {
        ["Tab"] = 9,
        ["Enter"] = 13,
        ["Escape"] = 27,
        ["Backspace"] = 8,
        ["ArrowLeft"] = 37,
        ["ArrowUp"] = 38,
        ["ArrowRight"] = 39,
        ["ArrowDown"] = 40,
        ["Home"] = 36,
        ["End"] = 35,
    };

    private readonly ClientWebSocket _socket = new();
    private readonly List<string> _errors = [];
    private readonly List<string> _requests = [];
    private string? _session;
    private string? _target;
    private string? _address;
    private int _lastId;

    private BrowserPage()
    {
    }

    /// <summary>What the page wrote to the console as an error or a warning, what it threw, and what the browser has to say against it.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>What the page asked for, itself first.</summary>
    public IReadOnlyList<string> Requests => _requests;

    /// <summary>Opens a page, and waits until it has drawn itself.</summary>
    public static async Task<BrowserPage> OpenAsync(Uri browser, Uri address, int width, int height, bool dark)
    {
        BrowserPage page = new();
        await page._socket.ConnectAsync(browser, CancellationToken.None);
        page._target = (string)(await page.SendAsync("Target.createTarget", new() { ["url"] = "about:blank" }))["targetId"]!;
        page._session = (string)(await page.SendAsync("Target.attachToTarget", new() { ["targetId"] = page._target, ["flatten"] = true }))["sessionId"]!;
        foreach (string domain in (string[])["Page", "Runtime", "Network", "Log"])
        {
            await page.SendAsync($"{domain}.enable");
        }

        await page.SendAsync("Emulation.setScrollbarsHidden", new() { ["hidden"] = true });
        await page.ResizeAsync(width, height);
        await page.SendAsync("Emulation.setEmulatedMedia", new()
        {
            ["features"] = new JsonArray(
                new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = dark ? "dark" : "light" },
                new JsonObject { ["name"] = "prefers-reduced-motion", ["value"] = "reduce" }),
        });
        await page.SendAsync("Page.navigate", new() { ["url"] = address.AbsoluteUri });
        await page.WaitForAddressAsync(address);
        await page.WaitAsync("document.documentElement?.dataset.ready === 'true'");
        return page;
    }

    /// <summary>Gives the window another size.</summary>
    public Task ResizeAsync(int width, int height) => SendAsync("Emulation.setDeviceMetricsOverride", new()
    {
        ["width"] = width,
        ["height"] = height,
        ["deviceScaleFactor"] = width < 600 ? 2 : 1,
        ["mobile"] = width < 600,
    });

    /// <summary>Evaluates an expression in the page.</summary>
    public async Task<T> EvaluateAsync<T>(string expression)
    {
        JsonNode answer = await SendAsync("Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        Assert.True(answer["exceptionDetails"] is null, $"{expression}: {answer["exceptionDetails"]}");
        return answer["result"]!["value"].Deserialize<T>()!;
    }

    /// <summary>Waits until an expression is true.</summary>
    public async Task WaitAsync(string expression)
    {
        for (int i = 0; i < 200; i++)
        {
            if (await EvaluateAsync<bool>(expression))
            {
                return;
            }

            await Task.Delay(25);
        }

        Assert.Fail($"Never true: {expression}. {string.Join(Environment.NewLine, Errors)}");
    }

    /// <summary>Presses a key, and lets it go.</summary>
    public async Task PressAsync(string key)
    {
        int code = KeyCodes.TryGetValue(key, out int known) ? known : 0;
        JsonObject down = new() { ["type"] = "keyDown", ["key"] = key, ["windowsVirtualKeyCode"] = code };
        if (key.Length == 1)
        {
            down["text"] = key;
        }

        await SendAsync("Input.dispatchKeyEvent", down);
        await SendAsync("Input.dispatchKeyEvent", new() { ["type"] = "keyUp", ["key"] = key, ["windowsVirtualKeyCode"] = code });
    }

    /// <summary>Takes a picture of the whole page.</summary>
    public async Task TakePictureAsync(string path)
    {
        JsonNode picture = await SendAsync("Page.captureScreenshot", new() { ["format"] = "png", ["captureBeyondViewport"] = true });
        await File.WriteAllBytesAsync(path, Convert.FromBase64String((string)picture["data"]!));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _session = null;
        await SendAsync("Target.closeTarget", new() { ["targetId"] = _target });
        _socket.Dispose();
    }

    // What is evaluated before that would be evaluated in the empty page.
    private async Task WaitForAddressAsync(Uri address)
    {
        using CancellationTokenSource limit = new(CommandLimit);
        while (_address != address.AbsoluteUri)
        {
            Note(await ReceiveAsync(limit.Token));
        }
    }

    private async Task<JsonNode> SendAsync(string method, JsonObject? parameters = null)
    {
        int id = ++_lastId;
        JsonObject command = new() { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (_session is not null)
        {
            command["sessionId"] = _session;
        }

        using CancellationTokenSource limit = new(CommandLimit);
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(command), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        while (true)
        {
            JsonNode message = await ReceiveAsync(limit.Token);
            if ((int?)message["id"] == id)
            {
                Assert.True(message["error"] is null, $"{method}: {message["error"]}");
                return message["result"]!;
            }

            Note(message);
        }
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken cancellationToken)
    {
        using MemoryStream text = new();
        byte[] buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            text.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(text.ToArray())!;
    }

    private void Note(JsonNode message)
    {
        JsonNode? parameters = message["params"];
        switch ((string?)message["method"])
        {
            case "Page.frameNavigated":
                _address = (string)parameters!["frame"]!["url"]!;
                break;
            case "Runtime.consoleAPICalled" when (string?)parameters!["type"] is "error" or "warning" or "assert":
                _errors.Add(parameters["args"]!.ToJsonString());
                break;
            case "Runtime.exceptionThrown":
                _errors.Add(parameters!["exceptionDetails"]!.ToJsonString());
                break;
            case "Log.entryAdded":
                _errors.Add(parameters!["entry"]!.ToJsonString());
                break;
            case "Network.requestWillBeSent":
                _requests.Add((string)parameters!["request"]!["url"]!);
                break;
        }
    }
}
