using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Links;

/// <summary>An attached program. Disposing detaches: when it returns, no new run begins. It also ends when the process does.</summary>
internal sealed class BpfLink : IDisposable
{
    /// <summary>Takes a link over.</summary>
    /// <param name="handle">The link.</param>
    /// <param name="program">The program that is attached.</param>
    /// <param name="target">What it is attached to, for messages.</param>
    public BpfLink(LinkHandle handle, BpfProgram program, string target)
    {
        Handle = handle;
        Program = program;
        Target = target;
    }

    /// <summary>The descriptor.</summary>
    public LinkHandle Handle { get; }

    /// <summary>The program; it stays its owner's.</summary>
    public BpfProgram Program { get; }

    /// <summary>What it is attached to.</summary>
    public string Target { get; }

    /// <summary>The kernel's id of it. Raw tracepoints have one since kernel 5.8.</summary>
    public uint Id => KernelObjects.LinkId(Handle);

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    /// <inheritdoc/>
    public override string ToString() => $"{Program.Description.Name} on {Target}";
}
