using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;

namespace Instrumentation.Ebpf.Stacks;

/// <summary>
/// Has this process's runtime write where its methods lie while somebody needs it. A map that the program's environment has asked for is left on; otherwise it is
/// switched off and deleted with the last user.
/// </summary>
internal static class RuntimePerfMap
{
    private static readonly Lock Gate = new();
    private static int _users;
    private static bool _isOurs;

    /// <summary>Where the runtime writes the map.</summary>
    public static string FilePath { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("DOTNET_PerfMapJitDumpPath") ?? Environment.GetEnvironmentVariable("TMPDIR") ?? "/tmp",
        string.Create(CultureInfo.InvariantCulture, $"perf-{Environment.ProcessId}.map"));

    /// <summary>Takes a share in the map, which is switched on when it is off.</summary>
    /// <returns>Null when there is a map, to be given back by <see cref="Release"/>; else why there is none.</returns>
    public static CoverageGap? Acquire()
    {
        lock (Gate)
        {
            if (_users == 0 && !IsAskedFor())
            {
                try
                {
                    new DiagnosticsClient(Environment.ProcessId).EnablePerfMap(PerfMapType.PerfMap);
                    _isOurs = true;
                }
                catch (Exception refused) when (IsOfClient(refused))
                {
                    return new CoverageGap(
                        "the names of .NET methods in stacks",
                        $"the runtime writes no perf map: {refused.Message}",
                        "Start the program without DOTNET_EnableDiagnostics=0, or with DOTNET_PerfMapEnabled=3.",
                        Blind: false);
                }
            }

            _users++;
            return null;
        }
    }

    /// <summary>Gives a share back.</summary>
    public static void Release()
    {
        lock (Gate)
        {
            if (--_users > 0 || !_isOurs)
            {
                return;
            }

            _isOurs = false;
            try
            {
                new DiagnosticsClient(Environment.ProcessId).DisablePerfMap();
                File.Delete(FilePath);
            }
            catch (Exception refused) when (IsOfClient(refused))
            {
                // The runtime goes on writing a file that nobody reads; there is no one to tell.
            }
        }
    }

    // 1 is for the map and the file of images, 3 for the map alone.
    private static bool IsAskedFor() => Environment.GetEnvironmentVariable("DOTNET_PerfMapEnabled") is "1" or "3";

    private static bool IsOfClient(Exception error) => error is DiagnosticsClientException or IOException or TimeoutException or UnauthorizedAccessException;
}
