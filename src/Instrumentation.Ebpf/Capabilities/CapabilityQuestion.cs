using Instrumentation.Backends;

namespace Instrumentation.Ebpf.Capabilities;

/// <summary>A capability, and how to find out whether it is there.</summary>
/// <param name="name">What it is called.</param>
/// <param name="minimum">The least that it needs.</param>
/// <param name="mend">What mostly helps when it is not there.</param>
/// <param name="ask">Finds out.</param>
internal sealed class CapabilityQuestion(string name, string minimum, string mend, Func<Finding> ask)
{
    private volatile Capability? _conclusive;

    /// <summary>What it is called.</summary>
    public string Name => name;

    /// <summary>The answer. One that is conclusive is kept; otherwise the next call asks again.</summary>
    /// <returns>The answer.</returns>
    public Capability Answer()
    {
        if (_conclusive is { } known)
        {
            return known;
        }

        Finding finding = OperatingSystem.IsLinux() ? ask() : new Finding(CapabilityAnswer.No, "Run on Linux.");
        Capability answer = new(name, finding.Answer, minimum, finding.Answer == CapabilityAnswer.Yes ? "" : finding.Mend ?? mend);
        if (finding.Answer != CapabilityAnswer.Undetermined)
        {
            _conclusive = answer;
        }

        return answer;
    }
}
