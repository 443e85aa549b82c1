namespace Instrumentation.Ebpf.Stacks;

/// <summary>Names addresses of this process's code that events carry, when they are read: also after the probe was detached.</summary>
internal static class OwnCode
{
    private const long OftenEnough = 200;

    private static readonly Lock Gate = new();
    private static readonly StackNames Names = new();
    private static long _refreshed = long.MinValue;

    /// <summary>Has the runtime say where its methods lie, and code addresses shown by name from now on.</summary>
    /// <returns>Ends it; what is known by then stays known.</returns>
    public static IDisposable KeepNames()
    {
        CodeAddress.FallbackResolver ??= NameOf;
        return new Share(RuntimePerfMap.Acquire() is null);
    }

    private static string? NameOf(ulong address)
    {
        lock (Gate)
        {
            if (address >= 1UL << 63)
            {
                return Names.InKernel(address, isCaller: false).Name;
            }

            ProfiledFrame frame = Names.InProcess(Environment.ProcessId, address, isCaller: false);
            if (frame.Kind == FrameKind.Unknown && Environment.TickCount64 > _refreshed + OftenEnough)
            {
                Refresh();
                frame = Names.InProcess(Environment.ProcessId, address, isCaller: false);
            }

            return frame.Kind == FrameKind.Unknown ? null : frame.Name;
        }
    }

    private static void Refresh()
    {
        _refreshed = Environment.TickCount64;
        Names.Refresh();
    }

    private sealed class Share(bool hasMap) : IDisposable
    {
        private bool _isDisposed;

        public void Dispose()
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            lock (Gate)
            {
                _ = Names.NameOf(Environment.ProcessId);
                Refresh();
            }

            if (hasMap)
            {
                RuntimePerfMap.Release();
            }
        }
    }
}
