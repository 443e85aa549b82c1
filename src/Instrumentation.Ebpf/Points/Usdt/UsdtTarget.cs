using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Links;

namespace Instrumentation.Ebpf.Points.Usdt;

/// <summary>The places of a marked name, all attached in one call where the kernel can.</summary>
/// <param name="point">The point.</param>
/// <param name="library">The file.</param>
/// <param name="sites">The places.</param>
/// <param name="gaps">Places that cannot be probed.</param>
internal sealed class UsdtTarget(UsdtPoint point, LibraryFile library, IReadOnlyList<UsdtSite> sites, IReadOnlyList<CoverageGap> gaps) : PointTarget
{
    /// <inheritdoc/>
    public override ProbeCoverage Coverage { get; } = new([.. sites.Select(static site => site.Name)], gaps);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sites { get; } = [.. sites.Select(static site => site.Name)];

    /// <inheritdoc/>
    public override ProgramSource Entry() => new UsdtSource(point.Place, sites);

    /// <inheritdoc/>
    public override ProgramSource? Exit() => null;

    /// <inheritdoc/>
    public override IReadOnlyList<IDisposable> Attach(LoadedPrograms programs) =>
    [
        UprobeLinks.Attach(programs.Entry!, new UprobeSites(library.Path, [.. sites.Select(static site => site.Offset)])
        {
            Semaphores = sites.Any(static site => site.Semaphore != 0) ? [.. sites.Select(static site => site.Semaphore)] : [],
            Cookies = sites.Count > 1 ? [.. Enumerable.Range(0, sites.Count).Select(static number => (ulong)number)] : [],
            ProcessId = point.Processes.ProcessId ?? 0,
        }),
    ];
}
