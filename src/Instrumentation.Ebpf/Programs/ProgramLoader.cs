using System.Runtime.InteropServices;
using System.Text;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Errors;
using Instrumentation.Ebpf.Interop;

namespace Instrumentation.Ebpf.Programs;

/// <summary>Loads programs. The verifier is asked for its log only after it has refused: writing the log makes a load several times slower.</summary>
internal static unsafe class ProgramLoader
{
    private const int FirstLog = 64 * 1024;
    private const int LargestLog = 16 * 1024 * 1024;

    /// <summary>Loads a program.</summary>
    /// <param name="description">The program.</param>
    /// <returns>Its descriptor.</returns>
    /// <exception cref="ProgramRefusedException">The kernel refused it.</exception>
    public static ProgramHandle Load(ProgramDescription description)
    {
        int refused = Try(description, 0, [], out _);
        if (refused >= 0)
        {
            return new ProgramHandle(refused);
        }

        // A log that is longer than any room for it hides the error behind ENOSPC: the first answer is the true one.
        int answer = TryWithLog(description, logLevel: 1, out string log);
        return answer >= 0 ? new ProgramHandle(answer) : throw Refusal.Of(description, -refused, log);
    }

    /// <summary>Loads a program without a log, and says only whether the kernel took it.</summary>
    /// <param name="description">The program.</param>
    /// <returns>A descriptor that the caller owns, or a negative error number.</returns>
    public static int TryLoad(ProgramDescription description) => Try(description, 0, [], out _);

    /// <summary>Loads a program with the verifier's log.</summary>
    /// <param name="description">The program.</param>
    /// <param name="logLevel">1 for the path that fails, 2 for all instructions.</param>
    /// <param name="log">The log.</param>
    /// <returns>A descriptor that the caller owns, or a negative error number.</returns>
    public static int TryWithLog(ProgramDescription description, int logLevel, out string log)
    {
        int size = FirstLog;
        while (true)
        {
            byte[] room = GC.AllocateUninitializedArray<byte>(size);
            room[0] = 0;
            int answer = Try(description, logLevel, room, out uint wanted);
            if (answer == -KernelErrors.NoSpace && size < LargestLog)
            {
                // Kernels since 6.4 say how long the log is; each attempt verifies the program anew.
                size = Math.Min(LargestLog, Math.Max(size * 4, (int)Math.Min(wanted, LargestLog)));
                continue;
            }

            int length = Array.IndexOf(room, (byte)0);
            log = Encoding.UTF8.GetString(room, 0, length < 0 ? size : length).TrimEnd();
            return answer;
        }
    }

    private static int Try(ProgramDescription description, int logLevel, byte[] log, out uint wanted)
    {
        // Each map and module stays open until the kernel has taken the program, which then keeps it.
        SafeHandle[] needed = [.. description.Code.Maps.Select(static map => map.Handle), .. description.Modules];
        int held = 0;
        try
        {
            foreach (SafeHandle handle in needed)
            {
                bool added = false;
                handle.DangerousAddRef(ref added);
                held++;
            }

            using HandleLease btf = new(description.Btf);
            using HandleLease target = new(description.AttachBtfObject);
            return Try(description, CodeWithMaps(description.Code), logLevel, log, btf.Descriptor, target.Descriptor, out wanted);
        }
        finally
        {
            for (int at = 0; at < held; at++)
            {
                needed[at].DangerousRelease();
            }
        }
    }

    private static ulong[] CodeWithMaps(BpfCode code)
    {
        ulong[] slots = MemoryMarshal.Cast<Instruction, ulong>(code.Instructions.AsSpan()).ToArray();
        foreach (MapReference map in code.Maps)
        {
            slots[map.Slot] = new Instruction(slots[map.Slot]).WithImmediate((int)map.Handle.DangerousGetHandle()).Bits;
        }

        return slots;
    }

    private static int Try(ProgramDescription description, ulong[] code, int logLevel, byte[] log, int btf, int target, out uint wanted)
    {
        ProgramLoadAttributes attributes = new()
        {
            ProgramType = (uint)description.Type,
            InstructionCount = (uint)code.Length,
            LogLevel = (uint)logLevel,
            LogSize = logLevel == 0 ? 0 : (uint)log.Length,
            Flags = (uint)description.Flags,
            ExpectedAttachType = (uint)description.ExpectedAttachType,
            ProgramBtf = btf,
            AttachBtfId = description.AttachBtfId,
            AttachBtfObject = target,
            FunctionRecordSize = description.Functions.IsEmpty ? 0 : (uint)sizeof(FunctionInfo),
            FunctionCount = (uint)description.Functions.Length,
            LineRecordSize = description.Lines.IsEmpty ? 0 : (uint)sizeof(LineInfo),
            LineCount = (uint)description.Lines.Length,
        };
        byte[] license = Encoding.ASCII.GetBytes(description.License + "\0");
        int[] modules = [0, .. description.Modules.Select(static module => (int)module.DangerousGetHandle())];

        // SAFETY: all that the attributes point to is pinned during the call, and the name has 16 bytes in the struct.
        fixed (ulong* codeStart = code)
        fixed (byte* licenseStart = license, logStart = log)
        fixed (FunctionInfo* functions = description.Functions.AsSpan())
        fixed (LineInfo* lines = description.Lines.AsSpan())
        fixed (int* modulesStart = modules)
        {
            Bpf.WriteName(description.Name, attributes.Name);
            attributes.Instructions = (ulong)codeStart;
            attributes.License = (ulong)licenseStart;
            attributes.Log = logLevel == 0 ? 0 : (ulong)logStart;
            attributes.Functions = (ulong)functions;
            attributes.Lines = (ulong)lines;
            attributes.DescriptorArray = modules.Length > 1 ? (ulong)modulesStart : 0;
            int answer = Bpf.Call(BpfCommand.ProgramLoad, ref attributes);
            wanted = attributes.LogTrueSize;
            return answer;
        }
    }
}
