using Instrumentation.Backends;
using Instrumentation.Ebpf.Capabilities;

namespace Instrumentation.Ebpf.Points.Tracepoints;

/// <summary>The tracepoints of this kernel, as the tracing file system lists them.</summary>
internal static class TracepointFiles
{
    /// <summary>Finds a tracepoint.</summary>
    /// <param name="category">Its category, for example <c>sched</c>.</param>
    /// <param name="name">Its name, for example <c>sched_switch</c>.</param>
    /// <returns>Its format.</returns>
    /// <exception cref="MissingCapabilityException">The file system is not mounted, or not readable.</exception>
    /// <exception cref="PlaceNotFoundException">There is no such tracepoint; names the nearest.</exception>
    public static TracepointFormat Find(string category, string name)
    {
        string place = $"tracepoint {category}:{name}";
        Finding finding = Surroundings.Tracing();
        if (finding.Answer != CapabilityAnswer.Yes || Mounts.Tracing() is not { } root)
        {
            throw Missing(place, name, finding);
        }

        string events = Path.Combine(root, "events");
        string? directory = IsName(category) && IsName(name) ? Path.Combine(events, category, name) : null;
        try
        {
            return directory is null || !Directory.Exists(directory)
                ? throw NotFound(place, events, category, name)
                : TracepointFormat.Parse(File.ReadAllText(Path.Combine(directory, "format")))
                    ?? throw new BadFileException(Path.Combine(directory, "format"), "format", 0, "it is no description of a tracepoint.");
        }
        catch (Exception unreadable) when (unreadable is UnauthorizedAccessException or IOException)
        {
            throw Missing(place, name, new Finding(CapabilityAnswer.No, $"{directory ?? events} cannot be read ({unreadable.Message.TrimEnd('.')}): run as root, or mount tracefs with a gid= of this user's."));
        }
    }

    private static MissingCapabilityException Missing(string place, string name, Finding finding)
    {
        Capability known = KernelCapabilities.Of(CapabilityNames.Tracing);
        string mend = finding.Mend ?? "Mount it: mount -t tracefs tracefs /sys/kernel/tracing.";
        return new MissingCapabilityException(
            place,
            $"its number and fields are read from {known.Minimum}.",
            $"{mend} Probe.RawTracepoint(\"{name}\") does without.",
            [known with { Answer = CapabilityAnswer.No, Mend = mend }]);
    }

    private static PlaceNotFoundException NotFound(string place, string events, string category, string name)
    {
        string[] categories = [.. Directory.EnumerateDirectories(events).Select(static path => Path.GetFileName(path))];
        if (!categories.Contains(category))
        {
            return new PlaceNotFoundException(place, $"this kernel has no tracepoints of the category '{category}'.", NearestNames.Choose(category, categories));
        }

        IEnumerable<string> names = Directory.EnumerateDirectories(Path.Combine(events, category)).Select(static path => Path.GetFileName(path));
        return new PlaceNotFoundException(place, $"the category '{category}' has no tracepoint of that name.", NearestNames.Choose(name, names));
    }

    private static bool IsName(string text) => text.Length > 0 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
