using System.Numerics;
using Instrumentation.Ebpf.Assembler;

namespace Instrumentation.Ebpf.Tests.Assembler;

/// <summary>What BPF arithmetic is defined to do, written down a second time.</summary>
internal static class AluModel
{
    /// <summary>The result of an operation.</summary>
    public static ulong Apply(AluOperation operation, ulong left, ulong right, OperandWidth width) => width == OperandWidth.Bits64
        ? Of(operation, left, right)
        : Of32(operation, (uint)left, (uint)right);

    private static ulong Of(AluOperation operation, ulong left, ulong right) => operation switch
    {
        AluOperation.Add => left + right,
        AluOperation.Subtract => left - right,
        AluOperation.Multiply => left * right,
        AluOperation.Divide => right == 0 ? 0 : left / right,
        AluOperation.Modulo => right == 0 ? left : left % right,
        AluOperation.Or => left | right,
        AluOperation.And => left & right,
        AluOperation.Xor => left ^ right,
        AluOperation.Move => right,
        AluOperation.ShiftLeft => left << (int)(right & 63),
        AluOperation.ShiftRight => left >> (int)(right & 63),
        AluOperation.ArithmeticShiftRight => (ulong)((long)left >> (int)(right & 63)),
        AluOperation.SignedDivide => right == 0 ? 0 : (ulong)((BigInteger)(long)left / (long)right & ulong.MaxValue),
        AluOperation.SignedModulo => right == 0 ? left : (ulong)(long)((BigInteger)(long)left % (long)right),
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };

    private static uint Of32(AluOperation operation, uint left, uint right) => operation switch
    {
        AluOperation.Add => left + right,
        AluOperation.Subtract => left - right,
        AluOperation.Multiply => left * right,
        AluOperation.Divide => right == 0 ? 0 : left / right,
        AluOperation.Modulo => right == 0 ? left : left % right,
        AluOperation.Or => left | right,
        AluOperation.And => left & right,
        AluOperation.Xor => left ^ right,
        AluOperation.Move => right,
        AluOperation.ShiftLeft => left << (int)(right & 31),
        AluOperation.ShiftRight => left >> (int)(right & 31),
        AluOperation.ArithmeticShiftRight => (uint)((int)left >> (int)(right & 31)),
        AluOperation.SignedDivide => right == 0 ? 0 : (uint)((long)(int)left / (int)right),
        AluOperation.SignedModulo => right == 0 ? left : (uint)((long)(int)left % (int)right),
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };
}
