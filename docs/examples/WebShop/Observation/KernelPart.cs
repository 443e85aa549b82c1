using Instrumentation;

namespace WebShop.Observation;

/// <summary>Says what the kernel's part lacks.</summary>
public static class KernelPart
{
    /// <summary>What is missing and how to get it, in one line.</summary>
    /// <param name="failure">What an attach threw.</param>
    public static string Describe(InstrumentationException failure)
    {
        string what = failure is MissingCapabilityException { Missing: [var first, ..] missing }
            ? $"no {string.Join(", ", missing.Select(static capability => capability.Name))}; {first.Mend}"
            : $"{failure.Why} {failure.Mend}";
        return string.Join(' ', what.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
