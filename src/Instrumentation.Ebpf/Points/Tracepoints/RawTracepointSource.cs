using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation.Ebpf.Points.Tracepoints;

/// <summary>The values of a raw tracepoint: its context is the arguments, 8 bytes each.</summary>
/// <param name="name">The tracepoint.</param>
/// <param name="tracepoint">What BTF says about it; null when it says nothing.</param>
/// <param name="isTyped">Whether the program is verified against BTF's types.</param>
internal sealed class RawTracepointSource(string name, BtfFunction? tracepoint, bool isTyped) : BtfArgumentSource(tracepoint)
{
    private const int MostArguments = 12;

    /// <inheritdoc/>
    public override ProgramType Type => isTyped ? ProgramType.Tracing : ProgramType.RawTracepoint;

    /// <inheritdoc/>
    public override AttachType ExpectedAttachType => isTyped ? AttachType.TraceRawTracepoint : AttachType.None;

    /// <inheritdoc/>
    public override uint AttachBtfId => isTyped ? Function!.Type.Id : 0;

    /// <inheritdoc/>
    protected override string Place => $"raw tracepoint {name}";

    /// <inheritdoc/>
    protected override int Slots => MostArguments;

    /// <inheritdoc/>
    protected override bool HasTypedPointers => isTyped;

    /// <inheritdoc/>
    protected override void EmitSlot(CodeEmitter code, int slot) => code.Assembler.Load(Register.R0, CodeEmitter.Context, slot * sizeof(long));
}
