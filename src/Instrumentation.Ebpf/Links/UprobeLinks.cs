using Instrumentation.Ebpf.Capabilities;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Links;

/// <summary>Attaches a program to places of a file by the best way that the kernel has: one uprobe_multi link, or a perf event for each place.</summary>
internal sealed class UprobeLinks : IDisposable
{
    private readonly List<PerfEvent> _events = [];

    private UprobeLinks()
    {
    }

    /// <summary>What programs have to be loaded for.</summary>
    public static AttachType ExpectedAttachType => IsOneLink ? AttachType.TraceUprobeMulti : AttachType.None;

    /// <summary>Does without uprobe_multi, so that the other way is tested where both are.</summary>
    internal static bool ForcePerfEvents { get; set; }

    private static bool IsOneLink => !ForcePerfEvents && KernelCapabilities.Has(CapabilityNames.UprobeMulti);

    /// <summary>Attaches. All or none.</summary>
    /// <param name="program">The program, loaded for <see cref="ExpectedAttachType"/>.</param>
    /// <param name="sites">The places.</param>
    /// <returns>What detaches it.</returns>
    /// <exception cref="KernelCallException">The kernel refused; nothing is left attached.</exception>
    public static IDisposable Attach(BpfProgram program, UprobeSites sites)
    {
        if (program.Description.ExpectedAttachType == AttachType.TraceUprobeMulti)
        {
            return MultiLinks.Uprobes(program, sites);
        }

        UprobeLinks links = new();
        try
        {
            for (int i = 0; i < sites.Offsets.Length; i++)
            {
                ulong semaphore = sites.Semaphores.IsEmpty ? 0 : sites.Semaphores[i];
                PerfEvent opened = PerfEvent.Uprobe(sites.Path, sites.Offsets[i], sites.AtReturn, semaphore, sites.ProcessId);
                links._events.Add(opened);
                opened.Attach(program, sites.Cookies.IsEmpty ? 0 : sites.Cookies[i]);
            }

            return links;
        }
        catch
        {
            links.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _events.ForEach(static one => one.Dispose());
        _events.Clear();
    }
}
