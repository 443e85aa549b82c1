namespace Instrumentation.Managed.Weaving;

/// <summary>A method body that cannot be read or woven. Caught by the engine: the method is then reported as blind, with this reason.</summary>
internal sealed class BadIlException(string message) : Exception(message);
