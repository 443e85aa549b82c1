using System.Text;
using Instrumentation.Ebpf.Errors;

namespace Instrumentation.Ebpf.Interop;

/// <summary>Loads BTF that describes a program's functions or a map's types.</summary>
internal static unsafe class BtfLoader
{
    /// <summary>Loads BTF.</summary>
    /// <param name="btf">The BTF: header, types, strings.</param>
    /// <returns>Its descriptor.</returns>
    /// <exception cref="KernelCallException">The kernel refused; the message has the end of its log.</exception>
    public static BtfHandle Load(ReadOnlySpan<byte> btf)
    {
        int answer = Try(btf, []);
        if (answer >= 0)
        {
            return new BtfHandle(answer);
        }

        byte[] log = new byte[64 * 1024];
        answer = Try(btf, log);
        if (answer >= 0)
        {
            return new BtfHandle(answer);
        }

        string said = Encoding.UTF8.GetString(log.AsSpan(0, Math.Max(0, Array.IndexOf(log, (byte)0)))).Trim();
        KernelCallException plain = KernelErrors.OfBpf(BpfCommand.BtfLoad, $"BTF of {btf.Length} bytes cannot be loaded", -answer);
        throw new KernelCallException(plain.Operation, -answer, plain.What, said.Length == 0 ? plain.Why : $"{plain.Why} It said: {said.Split('\n')[^1]}.", plain.Mend);
    }

    private static int Try(ReadOnlySpan<byte> btf, byte[] log)
    {
        // SAFETY: both are pinned during the call, and the lengths are theirs.
        fixed (byte* start = btf, logStart = log)
        {
            BtfLoadAttributes attributes = new()
            {
                Btf = (ulong)start,
                Size = (uint)btf.Length,
                Log = (ulong)logStart,
                LogSize = (uint)log.Length,
                LogLevel = log.Length == 0 ? 0U : 1U,
            };
            return Bpf.Call(BpfCommand.BtfLoad, ref attributes);
        }
    }
}
