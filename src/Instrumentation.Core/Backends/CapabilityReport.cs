using System.Text;

namespace Instrumentation.Backends;

/// <summary>What this process lets each backend of a session do.</summary>
public sealed class CapabilityReport
{
    /// <summary>Asks the backends.</summary>
    /// <param name="backends">The backends, each with a name of its own.</param>
    internal CapabilityReport(IReadOnlyList<IProbeBackend> backends) =>
        ByBackend = backends.ToDictionary(static backend => backend.Name, static backend => backend.Capabilities());

    /// <summary>The capabilities by the backend's name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Capability>> ByBackend { get; }

    /// <summary>All capabilities.</summary>
    public IEnumerable<Capability> All => ByBackend.Values.SelectMany(static capabilities => capabilities);

    /// <summary>A capability by its name, or null when no backend knows it.</summary>
    /// <param name="name">The name, for example <c>managed.rejit</c>.</param>
    public Capability? this[string name] => All.FirstOrDefault(capability => capability.Name == name);

    /// <summary>A table: name, answer, and where the answer is not yes, what it needs and what would help.</summary>
    /// <returns>A line a capability.</returns>
    public override string ToString()
    {
        int width = All.Select(static capability => capability.Name.Length).DefaultIfEmpty(0).Max();
        StringBuilder text = new();
        foreach ((string backend, IReadOnlyList<Capability> capabilities) in ByBackend)
        {
            text.Append(text.Length == 0 ? "" : Environment.NewLine).Append(backend);
            foreach (Capability capability in capabilities)
            {
                string answer = capability.Answer switch { CapabilityAnswer.Yes => "yes", CapabilityAnswer.No => "no ", _ => "?  " };
                text.AppendLine().Append($"  {capability.Name.PadRight(width)}  {answer}");
                if (capability.Answer != CapabilityAnswer.Yes)
                {
                    text.Append($"  needs {capability.Minimum}; {capability.Mend}");
                }
            }
        }

        return text.ToString();
    }
}
