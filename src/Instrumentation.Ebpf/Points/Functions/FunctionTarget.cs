using Instrumentation.Ebpf.Backend;
using Instrumentation.Ebpf.Compiler.Programs;
using Instrumentation.Ebpf.Links;

namespace Instrumentation.Ebpf.Points.Functions;

/// <summary>Functions of a file, all attached in one call where the kernel can.</summary>
/// <param name="point">The point.</param>
/// <param name="found">Its places.</param>
internal sealed class FunctionTarget(FunctionPoint point, FunctionSites found) : PointTarget
{
    /// <inheritdoc/>
    public override ProbeCoverage Coverage { get; } = new([.. found.Sites.Select(static site => site.Reached)], found.Gaps) { Notes = found.Notes };

    /// <inheritdoc/>
    public override double? ReachNanoseconds { get; } = found.Sites.Any(static site => site.IsStepped) ? KernelCosts.ReachSteppedFunction : null;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Sites { get; } = [.. found.Sites.Select(static site => site.Name)];

    /// <inheritdoc/>
    public override ProgramSource Entry() => new FunctionSource(point.Place, found.Sites.Count, isExit: false);

    /// <inheritdoc/>
    public override ProgramSource? Exit() => found.AreFunctions ? new FunctionSource(point.Place, found.Sites.Count, isExit: true) : null;

    /// <inheritdoc/>
    public override IReadOnlyList<IDisposable> Attach(LoadedPrograms programs)
    {
        UprobeSites sites = new(found.Library.Path, [.. found.Sites.Select(static site => site.Offset)])
        {
            Cookies = found.Sites.Count > 1 ? [.. Enumerable.Range(0, found.Sites.Count).Select(static number => (ulong)number)] : [],
            ProcessId = point.Processes.ProcessId ?? 0,
        };
        List<IDisposable> links = [];
        try
        {
            if (programs.Exit is { } exit)
            {
                links.Add(UprobeLinks.Attach(exit, sites with { AtReturn = true }));
            }

            if (programs.Entry is { } entry)
            {
                links.Insert(0, UprobeLinks.Attach(entry, sites));
            }

            return links;
        }
        catch
        {
            links.ForEach(static link => link.Dispose());
            throw;
        }
    }
}
