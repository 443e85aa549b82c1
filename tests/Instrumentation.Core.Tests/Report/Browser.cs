using System.Diagnostics;

namespace Instrumentation.Core.Tests.Report;

/// <summary>Debian's Chromium without a window. Where there is none the tests fail: what people look at is not tested without.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly string _directory = Directory.CreateTempSubdirectory("report-browser-").FullName;
    private Process? _process;

    /// <summary>Where the tests leave their pages and pictures.</summary>
    public static string Output { get; } = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "TestResults", "Report")).FullName;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        ProcessStartInfo start = new(Find(), [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions", "--disable-background-networking",
            "--remote-debugging-port=0", $"--user-data-dir={_directory}", "about:blank"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await WaitForPortAsync();
    }

    /// <summary>Opens a page.</summary>
    /// <param name="path">The file.</param>
    /// <param name="width">The width of the window, in the page's pixels.</param>
    /// <param name="height">Its height.</param>
    /// <param name="dark">Whether the user prefers dark colours.</param>
    public async Task<BrowserPage> OpenAsync(string path, int width, int height, bool dark = false)
    {
        string[] lines = await File.ReadAllLinesAsync(PortFile);
        return await BrowserPage.OpenAsync(new Uri($"ws://127.0.0.1:{lines[0]}{lines[1]}"), new Uri(path), width, height, dark);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        try
        {
            Directory.Delete(_directory, recursive: true);
        }
        catch (IOException)
        {
            // A helper of the browser that has not gone yet may write once more; the directory is a temporary one.
        }
    }

    private string PortFile => Path.Combine(_directory, "DevToolsActivePort");

    private static string Find()
    {
        string[] names = ["chromium", "chromium-browser", "google-chrome"];
        IEnumerable<string> candidates = from folder in (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin").Split(':')
                                         from name in names
                                         select Path.Combine(folder, name);
        return candidates.FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException("The report's page is tested in Chromium, and there is none: install Debian's package chromium.");
    }

    private async Task WaitForPortAsync()
    {
        long began = Stopwatch.GetTimestamp();
        while (!File.Exists(PortFile) || (await File.ReadAllLinesAsync(PortFile)).Length < 2)
        {
            Assert.False(_process!.HasExited, "Chromium ended while it started.");
            Assert.True(Stopwatch.GetElapsedTime(began) < StartLimit, "Chromium did not start.");
            await Task.Delay(50);
        }
    }
}
