namespace Instrumentation.Managed.Weaving;

/// <summary>A method body that cannot be read or woven. Caught by the engine: the method is then reported as blind, with this reason.</summary>
/// <param name="message">The reason.</param>
internal sealed class BadIlException(string message) : Exception(message)
{
    /// <summary>What can be done about it; empty when nothing can.</summary>
    public string Mend { get; init; } = string.Empty;
}
