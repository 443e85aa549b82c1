using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Spans;

namespace Instrumentation.Ebpf.Contexts;

/// <summary>
/// The thread contexts of this process as a map that programs read in place: one element that lies behind the addresses at which threads write. It exists while a probe or
/// the accounting uses it; the memory is the process's own otherwise.
/// </summary>
internal sealed class ContextMap
{
    private static readonly Lock Gate = new();
    private static ContextMap? _current;
    private static int _users;

    private const int Bytes = ThreadContexts.Capacity * ThreadContext.Bytes;

    private readonly BpfMap _map;

    private ContextMap()
    {
        // One element as large as the table: its address is a constant of programs then, and no look-up is needed.
        _map = new BpfMap(new MapDescription(MapType.Array, sizeof(int), Bytes, 1) { Name = "instr_contexts", Flags = MapFlags.Mappable });
        try
        {
            FixedMapping.Replace(_map.Handle, Memory, Bytes);
        }
        catch
        {
            _map.Dispose();
            throw;
        }

        ThreadContexts.Republish();

        // From now on threads say which activity they work for, whether or not a probe makes spans.
        SpanFlow.Acquire();
    }

    /// <summary>The map, for programs.</summary>
    public MapHandle Handle => _map.Handle;

    // SAFETY: only the address is taken; the range is Core's, for this purpose.
    private static unsafe nint Memory => (nint)ThreadContexts.Memory;

    /// <summary>Takes a share in the map, which is made when there is none.</summary>
    /// <returns>The map; <see cref="Release"/> gives the share back.</returns>
    /// <exception cref="KernelCallException">The kernel refused; the memory is the process's own.</exception>
    public static ContextMap Acquire()
    {
        lock (Gate)
        {
            _current ??= new ContextMap();
            _users++;
            return _current;
        }
    }

    /// <summary>Gives a share back; the last one puts memory of the process in the map's place.</summary>
    public static void Release()
    {
        lock (Gate)
        {
            if (--_users > 0)
            {
                return;
            }

            SpanFlow.Release();
            FixedMapping.ReplaceByEmpty(Memory, Bytes);
            ThreadContexts.Republish();
            _current!._map.Dispose();
            _current = null;
        }
    }
}
