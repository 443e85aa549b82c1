using System.Numerics;
using Instrumentation.Ebpf.Errors;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Events;

namespace Instrumentation.Ebpf.Stacks;

/// <summary>The stacks of a probe, counted in the kernel and named when they are read.</summary>
internal sealed class StackTable : IDisposable
{
    private const int MostFrames = 127;
    private const string DepthLimit = "/proc/sys/kernel/perf_event_max_stack";

    private static readonly string[] Tracing = ["bpf_prog_", "bpf_trace_run", "__bpf_trace_", "__traceiter_"];

    private readonly BpfStackTraceMap _user;
    private readonly BpfStackTraceMap _kernel;
    private readonly BpfPerCpuHashMap<StackKey, StackCount> _counts;
    private readonly bool _usesPerfMap;
    private readonly ValueUnit? _unit;
    private readonly Lock _gate = new();
    private StackNames _names = new();

    /// <summary>Creates the maps, and lets the runtime say where its methods lie.</summary>
    /// <param name="stacks">What is kept.</param>
    /// <param name="leastPlaces">How many places there are for stacks at least.</param>
    /// <param name="namesThisProcess">Whether stacks of this process can be among them.</param>
    /// <exception cref="KernelCallException">The kernel refused; nothing is left.</exception>
    public StackTable(StackAggregation stacks, int leastPlaces, bool namesThisProcess)
    {
        _unit = stacks.Unit;
        int capacity = stacks.Capacity;
        int buckets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, leastPlaces));
        try
        {
            _user = new BpfStackTraceMap(buckets, Depth(), "instr_ustacks");
            _kernel = new BpfStackTraceMap(buckets, Depth(), "instr_kstacks");
            _counts = new BpfPerCpuHashMap<StackKey, StackCount>(capacity, name: "instr_stacks");
        }
        catch
        {
            _user?.Dispose();
            _kernel?.Dispose();
            throw;
        }

        Maps = new StackMaps(_user.Handle, _kernel.Handle, _counts.Handle);
        if (namesThisProcess)
        {
            Gap = RuntimePerfMap.Acquire();
            _usesPerfMap = Gap is null;
        }
    }

    /// <summary>What programs need.</summary>
    public StackMaps Maps { get; }

    /// <summary>What will have no names, and why; null for nothing.</summary>
    public CoverageGap? Gap { get; }

    /// <summary>Reads and names the stacks as they stand.</summary>
    /// <param name="lost">Hits that found no room, for the profile.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public StackProfile Read(long lost)
    {
        lock (_gate)
        {
            _names.Refresh();
            List<ProfiledStack> stacks = [];
            _counts.ReadAll((key, values) =>
            {
                StackCount all = default;
                for (int i = 0; i < values.Count; i++)
                {
                    StackCount one = values[i];
                    all.Hits += one.Hits;
                    all.Weight += one.Weight;
                }

                stacks.Add(new ProfiledStack(key.ProcessId, _names.NameOf(key.ProcessId), Frames(key), all.Hits) { Weight = _unit is null ? all.Hits : all.Weight });
            });
            return new StackProfile(stacks, lost, _unit);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            // The kernel's symbols alone are megabytes, and whoever keeps the handle keeps this.
            _names = new StackNames();
        }

        _user.Dispose();
        _kernel.Dispose();
        _counts.Dispose();
        if (_usesPerfMap)
        {
            RuntimePerfMap.Release();
        }
    }

    private static int Depth() =>
        int.TryParse(File.Exists(DepthLimit) ? File.ReadAllText(DepthLimit).Trim() : "", out int limit) ? Math.Clamp(limit, 1, MostFrames) : MostFrames;

    private List<ProfiledFrame> Frames(StackKey key)
    {
        List<ProfiledFrame> frames = [];
        ulong[] kernel = Addresses(_kernel, key.KernelStack, frames);
        for (int i = 0; i < kernel.Length; i++)
        {
            ProfiledFrame frame = _names.InKernel(kernel[i], isCaller: i > 0);
            if (frames.Count > 0 || !IsOfTheProbe(frame.Name))
            {
                frames.Add(frame);
            }
        }

        ulong[] user = Addresses(_user, key.UserStack, frames);
        for (int i = 0; i < user.Length; i++)
        {
            frames.Add(_names.InProcess(key.ProcessId, user[i], isCaller: i > 0));
        }

        if (ProbeSite.Find(key.SpanSite) is { } cause)
        {
            frames.Add(new ProfiledFrame(cause.Name, "", FrameKind.Managed, 0));
        }

        return frames;
    }

    // What runs at a tracepoint is above the function that has it.
    private static bool IsOfTheProbe(string name) => Array.Exists(Tracing, prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    // A stack whose place another one has taken is gone; any other error number says that there is none on that side.
    private static ulong[] Addresses(BpfStackTraceMap map, int id, List<ProfiledFrame> frames)
    {
        if (id == -KernelErrors.Exists || id == -KernelErrors.NoMemory)
        {
            frames.Add(new ProfiledFrame("[lost]", "", FrameKind.Unknown, 0));
        }

        return id < 0 ? [] : map.Get(id);
    }
}
