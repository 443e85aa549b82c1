using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Instrumentation.Ebpf.Tests.Tools;

/// <summary>bpftrace, running a script whose maps it prints again and again. It sees the tracing file system, mounted for it alone.</summary>
internal sealed partial class Bpftrace : IDisposable
{
    private const int Interrupt = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly Dictionary<string, JsonElement> _maps = [];

    private Bpftrace(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts it.</summary>
    /// <param name="script">The script; it prints its maps in an interval.</param>
    /// <param name="arguments">What the script calls $1 and so on.</param>
    public static Bpftrace Start(string script, params int[] arguments)
    {
        const string Mounted = "[ -d /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing; exec bpftrace -B line -f json -e \"$0\" \"$@\"";
        return new Bpftrace(Tool.Start("unshare", ["--mount", "sh", "-c", Mounted, script, .. arguments.Select(static one => one.ToString(null, null))]));
    }

    /// <summary>A map that is a count, as it was printed last; 0 before.</summary>
    public long Count(string map) => _maps.TryGetValue(map, out JsonElement value) ? value.GetInt64() : 0;

    /// <summary>The buckets of a map that is a histogram, by their least values, without the empty ones.</summary>
    public Dictionary<long, long> Histogram(string map) => _maps[map].EnumerateArray()
        .Where(static bucket => bucket.TryGetProperty("min", out _) && bucket.GetProperty("count").GetInt64() > 0)
        .ToDictionary(static bucket => bucket.GetProperty("min").GetInt64(), static bucket => bucket.GetProperty("count").GetInt64());

    /// <summary>Reads what it prints until a condition holds.</summary>
    /// <param name="condition">The condition.</param>
    public void ReadUntil(Func<bool> condition)
    {
        long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!condition())
        {
            if (Environment.TickCount64 > end || !ReadLine())
            {
                Assert.Fail($"bpftrace does not see what it should, or has ended: {(_process.HasExited ? _errors.Result : string.Join(' ', _maps))}");
            }
        }
    }

    /// <summary>Ends it, and reads what it prints last.</summary>
    public void End()
    {
        Assert.Equal(0, Kill(_process.Id, Interrupt));
        while (ReadLine())
        {
        }

        Assert.True(_process.WaitForExit(Patience));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private bool ReadLine()
    {
        Task<string?> line = _process.StandardOutput.ReadLineAsync();
        if (!line.Wait(Patience) || line.Result is not { } text)
        {
            return false;
        }

        if (text.StartsWith('{'))
        {
            JsonElement root = JsonDocument.Parse(text).RootElement;
            if (root.GetProperty("type").GetString() is "map" or "hist")
            {
                foreach (JsonProperty map in root.GetProperty("data").EnumerateObject())
                {
                    _maps[map.Name] = map.Value;
                }
            }
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
