namespace Instrumentation;

/// <summary>What a frame of a stack is code of.</summary>
public enum FrameKind
{
    /// <summary>It could not be found out.</summary>
    Unknown,

    /// <summary>The kernel, or a module of it.</summary>
    Kernel,

    /// <summary>A program or library in machine code.</summary>
    Native,

    /// <summary>A .NET method, or code that the runtime makes for one.</summary>
    Managed,
}
