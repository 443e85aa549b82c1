using System.Runtime.CompilerServices;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Maps;
using Instrumentation.Ebpf.Programs;
using Instrumentation.Ebpf.Tests.Support;

namespace Instrumentation.Ebpf.Tests.Assembler;

/// <summary>Random arithmetic, run by the kernel, against the model.</summary>
public sealed class ArithmeticTests
{
    private const int RegisterCount = 9;

    private static readonly AluOperation[] Operations = Enum.GetValues<AluOperation>();

    private static readonly AluOperation[] UnsignedOperations = [.. Operations.Where(static operation => (int)operation < 0x100)];

    private static readonly ulong[] Corners = [0, 1, 2, 31, 32, 63, 64, 127, 128, 255, 256, 32767, 32768, 65535, int.MaxValue, 0x80000000, uint.MaxValue, 1UL << 32, long.MaxValue, 1UL << 63, ulong.MaxValue];

    private delegate void Step(Span<ulong> registers);

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void RandomPrograms_InTheKernel_ComputeWhatTheModelSays(int version)
    {
        Require.Bpf();
        InstructionSet set = (InstructionSet)version;
        if (set == InstructionSet.V4)
        {
            Require.InstructionSetV4();
        }

        Random random = new(version);
        using BpfMappedArray<Registers> shared = new(1, "arithmetic");
        Span<ulong> memory = shared.Values[0];
        for (int programNumber = 0; programNumber < 400; programNumber++)
        {
            (BpfCode code, List<Step> model) = Generate(random, set, shared);
            using BpfProgram program = BpfProgram.Load(new ProgramDescription(ProgramType.RawTracepoint, code));
            for (int run = 0; run < 25; run++)
            {
                Registers inputs = default;
                Span<ulong> expected = inputs;
                foreach (ref ulong value in expected)
                {
                    value = RandomValue(random);
                }

                expected.CopyTo(memory);
                ulong[] before = expected.ToArray();
                program.TestRun([]);
                foreach (Step step in model)
                {
                    step(expected);
                }

                if (!expected.SequenceEqual(memory))
                {
                    Assert.Fail($"inputs {string.Join(' ', before.Select(static value => value.ToString("x")))}\nmodel  {Text(expected)}\nkernel {Text(memory)}\n{code}");
                }
            }
        }
    }

    private static (BpfCode Code, List<Step> Model) Generate(Random random, InstructionSet set, BpfMappedArray<Registers> shared)
    {
        BpfAssembler code = new(set);
        List<Step> model = [];
        code.LoadMapValue(Register.R9, shared.Handle);
        for (int register = 0; register < RegisterCount; register++)
        {
            code.Load((Register)register, Register.R9, register * 8);
        }

        for (int at = 0, count = random.Next(1, 40); at < count; at++)
        {
            AddStep(random, set, code, model);
        }

        for (int register = 0; register < RegisterCount; register++)
        {
            code.Store(Register.R9, register * 8, (Register)register);
        }

        code.Move(Register.R0, 0);
        code.Exit();
        return (code.Build(), model);
    }

    private static void AddStep(Random random, InstructionSet set, BpfAssembler code, List<Step> model)
    {
        int to = random.Next(RegisterCount);
        int from = random.Next(RegisterCount);
        OperandWidth width = random.Next(2) == 0 ? OperandWidth.Bits32 : OperandWidth.Bits64;
        AluOperation[] operations = set >= InstructionSet.V4 ? Operations : UnsignedOperations;
        AluOperation operation = operations[random.Next(operations.Length)];
        switch (random.Next(8))
        {
            case 0 or 1 or 2:
                code.Alu(operation, (Register)to, (Register)from, width);
                model.Add(registers => registers[to] = AluModel.Apply(operation, registers[to], registers[from], width));
                break;
            case 3 or 4:
                int constant = operation switch
                {
                    AluOperation.ShiftLeft or AluOperation.ShiftRight or AluOperation.ArithmeticShiftRight => random.Next((int)width),
                    AluOperation.Divide or AluOperation.Modulo or AluOperation.SignedDivide or AluOperation.SignedModulo => (int)RandomValue(random) | 1,
                    _ => (int)RandomValue(random),
                };
                code.Alu(operation, (Register)to, constant, width);
                model.Add(registers => registers[to] = AluModel.Apply(operation, registers[to], (ulong)constant, width));
                break;
            case 5:
                code.Negate((Register)to, width);
                model.Add(registers => registers[to] = AluModel.Apply(AluOperation.Subtract, 0, registers[to], width));
                break;
            case 6:
                int bits = 1 + random.Next(64);
                bool signed = random.Next(2) == 0;
                (signed ? (Action<Register, int>)code.SignExtend : code.ZeroExtend)((Register)to, bits);
                model.Add(registers => registers[to] = signed ? (ulong)((long)(registers[to] << (64 - bits)) >> (64 - bits)) : registers[to] << (64 - bits) >> (64 - bits));
                break;
            default:
                int swapped = 16 << random.Next(3);
                code.ToBigEndian((Register)to, swapped);
                model.Add(registers => registers[to] = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(registers[to]) >> (64 - swapped));
                break;
        }
    }

    private static ulong RandomValue(Random random) => random.Next(3) == 0 ? (ulong)random.NextInt64() ^ ((ulong)random.Next() << 33) : Corners[random.Next(Corners.Length)];

    private static string Text(ReadOnlySpan<ulong> values) => string.Join(' ', values.ToArray().Select(static value => value.ToString("x")));

    [InlineArray(RegisterCount)]
    private struct Registers
    {
        private ulong _first;
    }
}
