using System.Runtime.InteropServices;
using Instrumentation.Ebpf.Errors;

namespace Instrumentation.Ebpf.Interop;

/// <summary>bpf(2). Answers are as the kernel gives them: not negative, or a negative error number.</summary>
internal static unsafe class Bpf
{
    private const int Interrupted = 4;
    private const int TryAgain = 11;

    // A load is refused with EAGAIN when a signal is pending for the thread while the verifier works; the signals of a garbage collection are such.
    private const int LoadAttempts = 64;

    /// <summary>Makes the call; begins again when a signal ended it.</summary>
    /// <typeparam name="TAttributes">The command's attributes.</typeparam>
    /// <param name="command">The command.</param>
    /// <param name="attributes">Its attributes, unused bytes zero; the kernel may answer in them.</param>
    /// <returns>What the kernel answered; negative is an error number.</returns>
    public static int Call<TAttributes>(BpfCommand command, ref TAttributes attributes)
        where TAttributes : unmanaged
    {
        fixed (TAttributes* start = &attributes)
        {
            for (int attempt = 1; ; attempt++)
            {
                // SAFETY: the kernel reads and writes no more than sizeof bytes; what the addresses in it point to is pinned by the caller.
                nint answer = LibC.SystemCall(SystemCallNumber.Bpf, (nint)command, (nint)start, sizeof(TAttributes), 0, 0);
                if (answer >= 0)
                {
                    return (int)answer;
                }

                int error = Marshal.GetLastPInvokeError();
                bool again = error == Interrupted || (error == TryAgain && command == BpfCommand.ProgramLoad);
                if (!again || attempt == LoadAttempts)
                {
                    return -error;
                }
            }
        }
    }

    /// <summary>Makes the call, and throws when the kernel refuses.</summary>
    /// <typeparam name="TAttributes">The command's attributes.</typeparam>
    /// <param name="command">The command.</param>
    /// <param name="attributes">Its attributes.</param>
    /// <param name="what">What the caller wants, for the message.</param>
    /// <returns>What the kernel answered.</returns>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public static int CallOrThrow<TAttributes>(BpfCommand command, ref TAttributes attributes, string what)
        where TAttributes : unmanaged
    {
        int answer = Call(command, ref attributes);
        return answer >= 0 ? answer : throw KernelErrors.OfBpf(command, what, -answer);
    }

    /// <summary>Writes a name as the kernel takes it: 15 characters of letters, digits, underscore and dot, and a zero.</summary>
    /// <param name="name">The name.</param>
    /// <param name="room">The 16 bytes in an attribute struct, zeroed.</param>
    public static void WriteName(string name, byte* room)
    {
        // SAFETY: no more than 15 of the 16 bytes are written.
        for (int at = 0; at < Math.Min(name.Length, 15); at++)
        {
            room[at] = char.IsAsciiLetterOrDigit(name[at]) || name[at] is '.' ? (byte)name[at] : (byte)'_';
        }
    }
}
