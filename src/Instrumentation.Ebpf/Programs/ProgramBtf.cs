using System.Collections.Immutable;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Btf;
using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Programs;

/// <summary>
/// The BTF of a program's own functions, which the kernel wants for programs whose functions are called back: by loops, timers, and drains of user ring
/// buffers. Keep it until the program is loaded.
/// </summary>
internal sealed class ProgramBtf : IDisposable
{
    private ProgramBtf(BtfHandle handle, ImmutableArray<FunctionInfo> functions)
    {
        Handle = handle;
        Functions = functions;
    }

    /// <summary>The loaded BTF.</summary>
    public BtfHandle Handle { get; }

    /// <summary>The functions' types in it.</summary>
    public ImmutableArray<FunctionInfo> Functions { get; }

    /// <summary>Describes the functions of code, and loads the description.</summary>
    /// <param name="code">The code.</param>
    /// <returns>The BTF.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public static ProgramBtf Of(BpfCode code)
    {
        BtfBuilder builder = new();
        uint number = builder.AddInt("long", sizeof(long), isSigned: true);
        uint prototype = builder.AddPrototype(number);
        ImmutableArray<FunctionInfo>.Builder functions = ImmutableArray.CreateBuilder<FunctionInfo>(code.Functions.Length);
        foreach (FunctionStart function in code.Functions.OrderBy(static function => function.Slot))
        {
            // What is called back must be static; the first function is what the kernel calls.
            uint type = builder.AddFunction(Identifier(function.Name), prototype, isGlobal: function.Slot == 0);
            functions.Add(new FunctionInfo((uint)function.Slot, type));
        }

        return new ProgramBtf(BtfLoader.Load(builder.Build()), functions.ToImmutable());
    }

    /// <summary>The description of a program with this BTF.</summary>
    /// <param name="description">The program.</param>
    /// <returns>The program with its BTF.</returns>
    public ProgramDescription AddTo(ProgramDescription description) => description with { Btf = Handle, Functions = Functions };

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private static string Identifier(string name) =>
        "f_" + string.Concat(name.Select(static character => char.IsAsciiLetterOrDigit(character) ? character : '_'));
}
