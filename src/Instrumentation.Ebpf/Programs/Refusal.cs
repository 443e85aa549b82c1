using System.Globalization;
using System.Text.RegularExpressions;
using Instrumentation.Ebpf.Assembler;
using Instrumentation.Ebpf.Errors;

namespace Instrumentation.Ebpf.Programs;

/// <summary>Makes the error of a refused load: reads the verifier's log for the instruction and the reason.</summary>
internal static partial class Refusal
{
    /// <summary>The error of a refused load.</summary>
    /// <param name="description">The program.</param>
    /// <param name="number">The error number, positive.</param>
    /// <param name="log">The verifier's log; may be empty.</param>
    /// <returns>The error.</returns>
    public static ProgramRefusedException Of(ProgramDescription description, int number, string log)
    {
        string what = $"The program '{description.Name}' ({description.Type}, {description.Code.Instructions.Length} instructions)";
        if (log.Length == 0)
        {
            return new ProgramRefusedException(number, log, null, what, $"bpf(ProgramLoad) answered {Errno.Name(number)} without a log, so it was not the verifier.", MendOfPolicy(number));
        }

        Match? last = InstructionLine().Matches(log).LastOrDefault();
        string reason = Reason(log);
        if (last is null || !int.TryParse(last.Groups["slot"].Value, CultureInfo.InvariantCulture, out int slot) || slot >= description.Code.Instructions.Length)
        {
            return new ProgramRefusedException(number, log, null, what, $"the kernel's verifier refused it ({Errno.Name(number)}): {reason}.", MendOfCode);
        }

        string? note = description.Code.NoteAt(slot);
        string instruction = string.Create(CultureInfo.InvariantCulture, $"{slot}: {Disassembler.Line(description.Code, slot)}");
        string origin = note is null ? "" : $", which is for {note}";
        return new ProgramRefusedException(
            number, log, instruction, what, $"the kernel's verifier refused the instruction {instruction}{origin} ({Errno.Name(number)}): {reason}.", MendOfCode);
    }

    private const string MendOfCode = "Simplify the expression; the property Log has all that the verifier said.";

    private static string MendOfPolicy(int number) => number switch
    {
        KernelErrors.NotPermitted => "Run with CAP_BPF and CAP_PERFMON; see also kernel lockdown, the container's seccomp profile, and whether this kernel was built with this kind of program.",
        KernelErrors.Invalid or KernelErrors.NotSupported or KernelErrors.NotSupportedInKernel => "This kernel does not know such a program or its way of attaching: use another kind of point, or a newer kernel.",
        KernelErrors.TooBig => "The program is longer than this kernel allows: simplify the expression.",
        _ => KernelErrors.Mend(number),
    };

    // The log ends with the reason and a line of statistics; some kernels put the statistics of the verifier's time before the latter.
    private static string Reason(string log)
    {
        string? line = log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .LastOrDefault(static line => !line.StartsWith("processed ", StringComparison.Ordinal)
                && !line.StartsWith("verification time", StringComparison.Ordinal)
                && !line.StartsWith("stack depth", StringComparison.Ordinal));
        return line?.TrimEnd('.') ?? "no reason given";
    }

    [GeneratedRegex(@"^(?<slot>\d+): \([0-9a-f]{2}\) ", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex InstructionLine();
}
