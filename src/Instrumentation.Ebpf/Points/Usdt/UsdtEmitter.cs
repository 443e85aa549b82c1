using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Compiler.Expressions;
using Instrumentation.Ebpf.Elf;
using Instrumentation.Ebpf.Points.Functions;

namespace Instrumentation.Ebpf.Points.Usdt;

/// <summary>Emits the reading of an argument from where its note says that it is.</summary>
internal static class UsdtEmitter
{
    /// <summary>Why an argument cannot be read.</summary>
    /// <param name="site">The place.</param>
    /// <param name="argument">The argument.</param>
    /// <returns>The reason; null when it can.</returns>
    public static string? Refusal(UsdtSite site, UsdtArgument argument) => argument switch
    {
        { IsFloat: true } => "a floating-point number, which the kernel's programs do not have",
        { Size: not (1 or 2 or 4 or 8) } => "which is wider than a register",
        { Segment: not null } => "which lies in memory of the thread that the kernel's programs cannot find",
        { Symbol: { } symbol } when !site.Symbols.ContainsKey(symbol) => $"and the file defines no '{symbol}'",
        { Register.IsReadable: false } or { Index.IsReadable: false } => "a register that the kernel's programs cannot read",
        _ => null,
    };

    /// <summary>Puts an argument into R0, extended from its size and sign to 64 bits; 0 with a fault when its memory cannot be read or the place does not have it.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="site">The place.</param>
    /// <param name="index">The argument's number.</param>
    public static void Emit(CodeEmitter code, UsdtSite site, int index)
    {
        BpfAssembler assembler = code.Assembler;
        if (index >= site.Arguments.Length)
        {
            code.EmitFault();
            assembler.Move(Register.R0, 0);
            return;
        }

        UsdtArgument argument = site.Arguments[index];
        switch (argument.Kind)
        {
            case UsdtArgumentKind.Constant:
                assembler.LoadConstant(Register.R0, argument.Value);
                break;
            case UsdtArgumentKind.Register:
                EmitRegister(code, Register.R0, argument.Register!.Value);
                Extend(assembler, Math.Min(argument.Size, argument.Register.Value.Size) * 8, argument.IsSigned);
                break;
            case UsdtArgumentKind.SymbolAddress:
                EmitAddress(code, site, argument);
                assembler.Move(Register.R0, Register.R3);
                break;
            default:
                EmitMemory(code, site, argument);
                break;
        }
    }

    private static void EmitMemory(CodeEmitter code, UsdtSite site, UsdtArgument argument)
    {
        BpfAssembler assembler = code.Assembler;
        Label end = assembler.NewLabel("end");
        Label unreadable = assembler.NewLabel("unreadable");
        using StackSlot value = code.Frame.Take(sizeof(long), argument.Text);
        EmitAddress(code, site, argument);
        code.EmitAddress(Register.R1, value);
        assembler.Move(Register.R2, argument.Size);
        assembler.Call(BpfHelper.ProbeReadUser);
        assembler.JumpIf(JumpCondition.NotEqual, Register.R0, 0, unreadable);
        assembler.Load(Register.R0, Register.R10, value.Offset, argument.Size.ToMemorySize());
        Extend(assembler, argument.Size * 8, argument.IsSigned);
        assembler.Jump(end);
        assembler.Mark(unreadable);
        code.EmitFault();
        assembler.Move(Register.R0, 0);
        assembler.Mark(end);
    }

    // The address in R3.
    private static void EmitAddress(CodeEmitter code, UsdtSite site, UsdtArgument argument)
    {
        BpfAssembler assembler = code.Assembler;
        long constant = argument.Value;
        if (argument.Symbol is { } symbol)
        {
            // Where the file is loaded: the instruction that was hit, less its address in the file.
            UserRegisters.Emit(code, Register.R3, UserRegisters.InstructionPointer);
            constant += unchecked((long)(site.Symbols[symbol] - site.Address));
        }
        else if (argument.Register is { } register)
        {
            EmitRegister(code, Register.R3, register);
        }
        else
        {
            assembler.Move(Register.R3, 0);
        }

        if (argument.Index is { } index)
        {
            EmitRegister(code, Register.R1, index);
            if (index.Size < sizeof(long))
            {
                if (argument.IndexIsSigned)
                {
                    assembler.SignExtend(Register.R1, index.Size * 8);
                }
                else
                {
                    assembler.ZeroExtend(Register.R1, index.Size * 8);
                }
            }

            assembler.Alu(AluOperation.Multiply, Register.R1, argument.Scale);
            assembler.Alu(AluOperation.Add, Register.R3, Register.R1);
        }

        if (constant != 0)
        {
            assembler.LoadConstant(Register.R1, constant);
            assembler.Alu(AluOperation.Add, Register.R3, Register.R1);
        }
    }

    private static void EmitRegister(CodeEmitter code, Register destination, UsdtRegister register)
    {
        UserRegisters.Emit(code, destination, register.Offset);
        if (register.Shift != 0)
        {
            code.Assembler.Alu(AluOperation.ShiftRight, destination, register.Shift);
        }
    }

    private static void Extend(BpfAssembler assembler, int bits, bool signed)
    {
        if (bits == 64)
        {
            return;
        }

        if (signed)
        {
            assembler.SignExtend(Register.R0, bits);
        }
        else
        {
            assembler.ZeroExtend(Register.R0, bits);
        }
    }
}
