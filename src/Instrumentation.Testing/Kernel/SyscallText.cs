using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Instrumentation.Ebpf.Points.Syscalls;

namespace Instrumentation.Testing.Kernel;

/// <summary>System calls as people read them.</summary>
internal static class SyscallText
{
    private const int Unix = 1;
    private const int Internet = 2;
    private const int Internet6 = 10;

    /// <summary>The arguments as text: paths and addresses in place of pointers to them.</summary>
    /// <param name="facts">The call.</param>
    /// <returns>A text an argument.</returns>
    public static IEnumerable<string> Arguments(SyscallFacts facts)
    {
        int path = SyscallSet.PathOf(facts.Call);
        int other = SyscallSet.OtherPathOf(facts.Call);
        int address = SyscallSet.SocketAddressOf(facts.Call);
        for (int i = 0; i < facts.Call.Arguments.Count && i < facts.Arguments.Count; i++)
        {
            string? text = i == path ? Quoted(facts.Path) : i == other ? Quoted(facts.OtherPath) : i == address ? facts.Address : null;
            yield return text ?? (facts.Call.Arguments[i] is "dfd" or "olddfd" or "newdfd" && (int)facts.Arguments[i] == FilePaths.WorkingDirectory ? "AT_FDCWD" : Number(facts.Arguments[i]));
        }
    }

    /// <summary>A socket's address as text.</summary>
    /// <param name="words">The first 24 bytes of the structure.</param>
    /// <param name="path">The text behind the family: the path, when it is one.</param>
    /// <returns>The text.</returns>
    public static string Address(ReadOnlySpan<long> words, string? path)
    {
        Span<byte> bytes = stackalloc byte[3 * sizeof(long)];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes[(i * sizeof(long))..], words[i]);
        }

        int family = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        int port = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return family switch
        {
            Unix => $"unix:{(string.IsNullOrEmpty(path) ? "(abstract)" : path)}",
            Internet => new IPEndPoint(new IPAddress(bytes[4..8]), port).ToString(),
            Internet6 when new IPAddress(bytes[8..24]) is var address => new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port).ToString(),
            _ => $"family {family}",
        };
    }

    private static string? Quoted(string? path) => path is null ? null : $"\"{path}\"";

    private static string Number(long value) => value is > -4096 and < 0x1_0000_0000
        ? value.ToString(CultureInfo.InvariantCulture)
        : (int)value is < 0 and > -4096 ? ((int)value).ToString(CultureInfo.InvariantCulture) : $"0x{value:x}";
}
