using System.Buffers;
using System.Reflection;
using System.Runtime.CompilerServices;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Profiler;
using Instrumentation.Managed.Profiler.Interop;

namespace Instrumentation.Managed.Engine;

/// <summary>
/// Finds calls that began before an attach and go on in the machine code of then. Such code can hold a copy of a probed method, and the probe sees nothing of what
/// the copy does. Which callers hold copies the runtime knows: it has them compiled anew together with the probed method, and only them, so they are told by the
/// number of their newest version. The runtime forgets them once their newest code holds none, though a call may still run the older: those are remembered here.
/// </summary>
internal sealed class OldCode(RuntimeProfiler profiler)
{
    private const int MostFrames = 4096;
    private const int Tries = 5;

    // COR_PRF_MODULE_COLLECTIBLE
    private const uint CollectibleModule = 8;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(5);

    private readonly CodeNames _names = new(profiler);
    private readonly Lazy<HashSet<nint>> _own = new(() => [ModuleOf(profiler, typeof(ProbeHandle)), ModuleOf(profiler, typeof(OldCode))]);
    private readonly Dictionary<MethodKey, (nint Version, HashSet<MethodKey> Callees)> _holders = [];
    private nint _newest;
    private bool _disturbed;

    /// <summary>To be called when methods were requested and <see cref="After"/> is not: what that has compiled anew is not the next request's.</summary>
    public void Disturb() => _disturbed = true;

    /// <summary>
    /// To be called before a request that <see cref="After"/> follows. A caller whose new version was asked for and not compiled yet would keep that version, and its number, so it could not be told
    /// that the coming request asks for it, too.
    /// </summary>
    public void Before()
    {
        if (_disturbed)
        {
            NativeFrame[] frames = Walk(out bool complete);
            CompileAsked(frames);
            _ = profiler.Native.FindVersions(frames);
            _newest = frames.Select(static frame => frame.Newest).Append(_newest).Max();
            _disturbed = !complete;
        }
    }

    /// <summary>The calls under way of methods that the last request of the engine had compiled anew besides those that it named. One caller at a time.</summary>
    /// <param name="requested">The methods that it named, in its order.</param>
    /// <returns>The calls, one a method.</returns>
    public IReadOnlyList<OldCall> After(IReadOnlyList<WovenMethod> requested)
    {
        NativeFrame[] frames = Walk(out bool complete);
        CompileAsked(frames);

        // Versions are numbered as they are asked for: those of callers after that of the first method that the request named.
        frames = [.. frames, new NativeFrame { Function = requested[0].Method.MethodHandle.Value, Module = requested[0].Key.Module, Token = requested[0].Key.Token }];
        _ = profiler.Native.FindVersions(frames);
        nint before = Math.Max(_newest, frames[^1].Newest);
        _newest = frames.Select(static frame => frame.Newest).Append(before).Max();
        HashSet<MethodKey> named = [.. requested.Select(static method => method.Key)];
        NativeFrame[] old = [.. frames.Where(frame => frame.Version < frame.Newest && !named.Contains(KeyOf(frame)) && !_own.Value.Contains(frame.Module))];
        NativeFrame[] asked = [.. old.Where(frame => frame.Newest > before).DistinctBy(KeyOf)];
        OldCall[] remembered =
        [
            .. old.Where(frame => frame.Newest <= before && _holders.TryGetValue(KeyOf(frame), out (nint Version, HashSet<MethodKey> Callees) holder) && frame.Version < holder.Version && holder.Callees.Overlaps(named))
                .DistinctBy(KeyOf)
                .Select(frame => new OldCall(KeyOf(frame), _holders[KeyOf(frame)].Version, NameOf(frame))),
        ];
        Remember(asked, named);
        if (complete)
        {
            Forget(frames);
        }

        _disturbed = !complete;

        return [.. asked.Select(frame => new OldCall(KeyOf(frame), frame.Newest, NameOf(frame))), .. remembered];
    }

    /// <summary>Which calls are under way still.</summary>
    /// <param name="calls">The calls.</param>
    /// <param name="here">Whether only those of the current thread are meant.</param>
    /// <returns>Those of them that are, or may be.</returns>
    public IReadOnlySet<OldCall> StillRunning(IEnumerable<OldCall> calls, bool here = false)
    {
        NativeFrame[] frames = Walk(out bool complete);
        _ = profiler.Native.FindVersions(frames);
        return calls.Where(call => !complete || Array.Exists(frames, frame => KeyOf(frame) == call.Method && frame.Version < call.Version && (!here || frame.OnAsking != 0))).ToHashSet();
    }

    private void Remember(NativeFrame[] callers, HashSet<MethodKey> callees)
    {
        foreach (NativeFrame caller in callers)
        {
            HashSet<MethodKey> known = _holders.TryGetValue(KeyOf(caller), out (nint Version, HashSet<MethodKey> Callees) holder) ? holder.Callees : [];
            known.UnionWith(callees);
            _holders[KeyOf(caller)] = (caller.Newest, known);
        }
    }

    // Of a holder that is woven itself, too, calls in the code of before may go on.
    private void Forget(NativeFrame[] running)
    {
        foreach (MethodKey ended in _holders.Keys.Where(key => !Array.Exists(running, frame => KeyOf(frame) == key && frame.Version < _holders[key].Version)).ToArray())
        {
            _holders.Remove(ended);
        }
    }

    private static MethodKey KeyOf(NativeFrame frame) => new(frame.Module, frame.Token);

    private static nint ModuleOf(RuntimeProfiler profiler, Type type) =>
        profiler.KeyOf(type.GetMethods(BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Public)[0].MethodHandle).Module;

    // The number of a new version is told when it is compiled. Compiling is what the next call would do; where nothing is asked for, nothing is done.
    private static void CompileAsked(NativeFrame[] frames)
    {
        foreach (nint function in frames.Select(static frame => frame.Function).Distinct())
        {
            try
            {
                RuntimeHelpers.PrepareMethod(RuntimeMethodHandle.FromIntPtr(function));
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                // The program's next call of it will fail alike, woven or not.
            }
        }
    }

    private string NameOf(NativeFrame frame)
    {
        try
        {
            if (MethodBase.GetMethodFromHandle(RuntimeMethodHandle.FromIntPtr(frame.Function)) is { } method)
            {
                return MethodName.Of(method);
            }
        }
        catch (ArgumentException)
        {
            // A method of a generic type.
        }

        return _names.NameOf((ulong)frame.Address) ?? "a method";
    }

    // A thread that is unwinding an exception cannot be walked at that moment: that passes. Methods that can be unloaded are left out: they may be gone now.
    private NativeFrame[] Walk(out bool complete)
    {
        NativeFrame[] room = ArrayPool<NativeFrame>.Shared.Rent(MostFrames);
        try
        {
            NativeWalk walk = new() { LimitNanoseconds = (long)LongestPause.TotalNanoseconds };
            Span<NativeFrame> frames = room.AsSpan(0, MostFrames);
            int result = profiler.Native.WalkStacks(ref walk, frames);
            for (int i = 1; i < Tries && (result < 0 || walk.ThreadsMissed > 0); i++)
            {
                // Nothing tells when a thread has unwound. Bounded by the tries: what cannot be walked is not known to be complete.
                Thread.Sleep(1);
                result = profiler.Native.WalkStacks(ref walk, frames);
            }

            complete = result >= 0 && walk.ThreadsMissed == 0;
            return [.. room.Take(MostFrames).Where(static frame => frame.Function != 0 && (frame.Token & 0xFFFFFF) != 0 && (frame.ModuleFlags & CollectibleModule) == 0)];
        }
        finally
        {
            ArrayPool<NativeFrame>.Shared.Return(room);
        }
    }
}
