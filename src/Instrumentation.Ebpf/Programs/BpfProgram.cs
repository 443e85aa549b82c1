using Instrumentation.Ebpf.Errors;
using Instrumentation.Ebpf.Interop;
using Instrumentation.Ebpf.Links;

namespace Instrumentation.Ebpf.Programs;

/// <summary>What a test run gave.</summary>
/// <param name="ReturnValue">What the program returned, its lower 32 bits.</param>
/// <param name="Nanoseconds">The mean time of a run, where the program's type measures it.</param>
internal readonly record struct TestRunResult(uint ReturnValue, uint Nanoseconds);

/// <summary>A loaded program. Disposing closes it; the kernel keeps it as long as a link or a program array does.</summary>
internal sealed unsafe class BpfProgram : IDisposable
{
    private const uint RunOnProcessor = 1;

    private BpfProgram(ProgramDescription description, ProgramHandle handle)
    {
        Description = description;
        Handle = handle;
    }

    /// <summary>What was loaded.</summary>
    public ProgramDescription Description { get; }

    /// <summary>The descriptor.</summary>
    public ProgramHandle Handle { get; }

    /// <summary>The kernel's id of it.</summary>
    public uint Id => KernelObjects.ProgramId(Handle);

    /// <summary>Verifies and loads a program.</summary>
    /// <param name="description">The program.</param>
    /// <returns>The loaded program.</returns>
    /// <exception cref="ProgramRefusedException">The kernel refused it.</exception>
    public static BpfProgram Load(ProgramDescription description) => new(description, ProgramLoader.Load(description));

    /// <summary>Runs the program on a given input, without attaching it.</summary>
    /// <param name="context">The context: for raw tracepoints the arguments, 8 bytes each. Empty where the type takes none.</param>
    /// <param name="data">The packet, for types that take one: 14 bytes at least.</param>
    /// <param name="repeat">How often it runs, for types that take a packet.</param>
    /// <param name="processor">The processor that it runs on, for raw tracepoints; null for any.</param>
    /// <returns>What it gave.</returns>
    /// <exception cref="KernelCallException">The kernel cannot run it so.</exception>
    public TestRunResult TestRun(ReadOnlySpan<byte> context, ReadOnlySpan<byte> data = default, int repeat = 0, int? processor = null)
    {
        using HandleLease lease = new(Handle);
        fixed (byte* contextStart = context, dataStart = data)
        {
            // SAFETY: both inputs are pinned and only read: no room for outputs is given.
            TestRunAttributes attributes = new()
            {
                Program = lease.Descriptor,
                ContextIn = (ulong)contextStart,
                ContextSizeIn = (uint)context.Length,
                DataIn = (ulong)dataStart,
                DataSizeIn = (uint)data.Length,
                Repeat = (uint)repeat,
                Flags = processor is null ? 0 : RunOnProcessor,
                Processor = (uint)(processor ?? 0),
            };
            int answer = Bpf.Call(BpfCommand.ProgramTestRun, ref attributes);
            return answer >= 0
                ? new TestRunResult(attributes.ReturnValue, attributes.Duration)
                : throw KernelErrors.OfBpf(BpfCommand.ProgramTestRun, $"The program '{Description.Name}' cannot be run for a test", -answer);
        }
    }

    /// <summary>What the kernel counted of the program's runs.</summary>
    /// <returns>The counts.</returns>
    /// <exception cref="KernelCallException">The kernel does not say.</exception>
    public ProgramStatistics Statistics() => ProgramStatistics.Of(Handle);

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
