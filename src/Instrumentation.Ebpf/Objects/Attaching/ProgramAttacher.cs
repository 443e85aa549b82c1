using System.Globalization;
using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Links;
using Instrumentation.Ebpf.Maps;

namespace Instrumentation.Ebpf.Objects.Attaching;

/// <summary>Attaches programs of objects to what their sections name.</summary>
internal static class ProgramAttacher
{
    /// <summary>Attaches a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="target">What it is attached to, as written behind the slash of a section.</param>
    /// <returns>The attachment.</returns>
    /// <exception cref="BpfObjectException">The text is not of the form.</exception>
    /// <exception cref="InstrumentationException">There is no such place, or the kernel refused.</exception>
    public static BpfAttachment Attach(BpfObjectProgram program, string target)
    {
        if (target.Length == 0 && program.Parsed.Way != AttachWay.None)
        {
            throw Wrong(program, "its section does not say what it is attached to.", MendOfMissing(program.Parsed.Way));
        }

        switch (program.Parsed.Way)
        {
            case AttachWay.RawTracepoint:
                return new BpfAttachment(program, target, TracepointLinks.Raw(program.Program, target));
            case AttachWay.Typed when target != program.Parsed.Target:
                throw Wrong(program, $"it was verified for '{program.Parsed.Target}' and cannot be attached to '{target}'.", "Compile a program for that.");
            case AttachWay.Typed:
                return new BpfAttachment(program, target, TracepointLinks.Tracing(program.Program));
            case AttachWay.Tracepoint:
                return OfEvent(program, target, PerfEvent.Tracepoint(TracepointId(program, target), target));
            case AttachWay.Kprobe:
                (string function, ulong offset) = SplitOffset(program, target);
                return OfEvent(program, target, PerfEvent.Kprobe(function, offset, program.Parsed.AtReturn));
            case AttachWay.KprobeMulti:
                return new BpfAttachment(program, target, MultiLinks.Kprobes(program.Program, new KprobeSites([.. target.Split(',')]) { AtReturn = program.Parsed.AtReturn }));
            case AttachWay.Uprobe or AttachWay.UprobeMulti:
                int colon = target.LastIndexOf(':');
                return colon > 0
                    ? UprobeAttacher.Attach(program, target[..colon], target[(colon + 1)..], 0)
                    : throw Wrong(program, $"'{target}' names no function.", "Write library:function.");
            default:
                throw Wrong(program, $"programs of this section are not attached by '{target}'.", MendOfMissing(program.Parsed.Way));
        }
    }

    /// <summary>Attaches a program to a clock of each processor.</summary>
    /// <param name="program">The program, of the section perf_event.</param>
    /// <param name="frequency">Samples a second.</param>
    /// <returns>The attachment.</returns>
    /// <exception cref="BpfObjectException">It is of another section.</exception>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public static BpfAttachment AttachClock(BpfObjectProgram program, int frequency)
    {
        if (program.Parsed.Way != AttachWay.PerfEvent)
        {
            throw Wrong(program, "only programs of the section perf_event are run by a clock.", "Attach it to what its section names.");
        }

        var events = new List<PerfEvent>();
        try
        {
            for (int processor = 0; processor < PossibleCpus.Count; processor++)
            {
                try
                {
                    events.Add(PerfEvent.CpuClock(frequency, processor));
                }
                catch (KernelCallException absent) when (absent.ErrorName == "ENODEV")
                {
                    // The processor is off.
                    continue;
                }

                events[^1].Attach(program.Program);
            }
        }
        catch
        {
            events.ForEach(static opened => opened.Dispose());
            throw;
        }

        return new BpfAttachment(program, string.Create(CultureInfo.InvariantCulture, $"the clocks at {frequency} Hz"), [.. events]);
    }

    /// <summary>Attaches a program to an event, and takes the event over.</summary>
    /// <param name="program">The program.</param>
    /// <param name="target">What it is attached to.</param>
    /// <param name="opened">The event.</param>
    /// <returns>The attachment.</returns>
    /// <exception cref="KernelCallException">The kernel refused; the event is closed.</exception>
    public static BpfAttachment OfEvent(BpfObjectProgram program, string target, PerfEvent opened)
    {
        try
        {
            opened.Attach(program.Program);
            return new BpfAttachment(program, target, opened);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>An error about a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="why">Why it cannot be attached.</param>
    /// <param name="mend">What to change.</param>
    /// <returns>The error.</returns>
    public static BpfObjectException Wrong(BpfObjectProgram program, string why, string mend) =>
        new(program.Path, $"program {program.Name} in section {program.Section}", why, mend);

    /// <summary>Takes the offset from the end of a function's name.</summary>
    /// <param name="program">The program, for errors.</param>
    /// <param name="text">The name, for example <c>vfs_read+0x4</c>.</param>
    /// <returns>The name, and the offset in bytes.</returns>
    /// <exception cref="BpfObjectException">The offset is no number.</exception>
    public static (string Name, ulong Offset) SplitOffset(BpfObjectProgram program, string text)
    {
        int plus = text.LastIndexOf('+');
        if (plus <= 0)
        {
            return (text, 0);
        }

        return TryNumber(text.AsSpan(plus + 1), out ulong offset) ? (text[..plus], offset) : throw Wrong(program, $"'{text[(plus + 1)..]}' is no offset.", "Write it as 16 or 0x10.");
    }

    /// <summary>Reads a number, decimal or with 0x.</summary>
    /// <param name="text">The text.</param>
    /// <param name="number">The number.</param>
    /// <returns>False if it is none.</returns>
    public static bool TryNumber(ReadOnlySpan<char> text, out ulong number) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static int TracepointId(BpfObjectProgram program, string target)
    {
        string[] parts = target.Split('/');
        if (parts.Length != 2 || parts.Any(part => part is "" or "." or ".."))
        {
            throw Wrong(program, $"'{target}' is no tracepoint.", "Write category/name, for example sched/sched_switch.");
        }

        if (Mounts.Tracing() is not { } tracefs)
        {
            throw Wrong(program, "the numbers of tracepoints are in tracefs, which is not mounted.", "Run mount -t tracefs tracefs /sys/kernel/tracing; or use raw_tp or tp_btf, which do without.");
        }

        try
        {
            return int.Parse(File.ReadAllText($"{tracefs}/events/{parts[0]}/{parts[1]}/id"), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or FormatException)
        {
            throw Wrong(program, $"the tracepoint {target} cannot be read in {tracefs}: {unreadable.Message}", $"See {tracefs}/available_events for those that this kernel has.");
        }
    }

    private static string MendOfMissing(AttachWay way) => way switch
    {
        AttachWay.PerfEvent => $"Use {nameof(BpfObjectProgram.AttachClock)}.",
        AttachWay.Uprobe or AttachWay.UprobeMulti => $"Use {nameof(BpfObjectProgram.AttachUprobe)}.",
        AttachWay.None => $"Use {nameof(BpfObjectProgram.Run)}.",
        _ => $"Name it in the section, or use {nameof(BpfObjectProgram.AttachTo)}.",
    };
}
