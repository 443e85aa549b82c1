using System.Collections.Frozen;

namespace Instrumentation.Ebpf.Points.Syscalls;

/// <summary>Some system calls of this processor, by name and by number.</summary>
internal sealed class SyscallSet
{
    // The kernel's names for arguments that are addresses of paths.
    private static readonly string[] FirstPaths = ["filename", "pathname", "oldname", "path", "dev_name", "specialfile"];
    private static readonly string[] SecondPaths = ["newname", "dir_name", "put_old"];
    private static readonly string[] SocketAddresses = ["uservaddr", "umyaddr"];
    private static readonly string[] Structures = ["uargs", "how", .. SocketAddresses];

    private readonly FrozenDictionary<long, Syscall> _byNumber;
    private readonly FrozenSet<string> _names;

    /// <summary>Makes a set.</summary>
    /// <param name="names">The names; those that this processor does not have are left out.</param>
    public SyscallSet(IEnumerable<string> names)
    {
        Calls = [.. names.Distinct(StringComparer.Ordinal).Select(SyscallTable.TryFind).OfType<Syscall>()];
        _byNumber = Calls.ToFrozenDictionary(static call => (long)call.Number);
        _names = Calls.Select(static call => call.Name).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>The calls.</summary>
    public IReadOnlyList<Syscall> Calls { get; }

    /// <summary>Whether a name is that of one of the calls.</summary>
    /// <param name="name">The name.</param>
    /// <returns>True when it is.</returns>
    public bool Contains(string name) => _names.Contains(name);

    /// <summary>The call of a number.</summary>
    /// <param name="number">The number.</param>
    /// <returns>The call; null when it is none of the set.</returns>
    public Syscall? Find(long number) => _byNumber.GetValueOrDefault(number);

    /// <summary>Which argument is the address of the path that the call is about; -1 for none.</summary>
    /// <param name="call">The call.</param>
    /// <returns>The argument's position.</returns>
    public static int PathOf(Syscall call) => IndexOf(call, FirstPaths);

    /// <summary>Which argument is the address of a second path; -1 for none.</summary>
    /// <param name="call">The call.</param>
    /// <returns>The argument's position.</returns>
    public static int OtherPathOf(Syscall call) => IndexOf(call, SecondPaths);

    /// <summary>Which argument is the address of a structure that words are captured of; -1 for none.</summary>
    /// <param name="call">The call.</param>
    /// <returns>The argument's position.</returns>
    public static int StructureOf(Syscall call) => IndexOf(call, Structures);

    /// <summary>Which argument is the address of a socket's address; -1 for none.</summary>
    /// <param name="call">The call.</param>
    /// <returns>The argument's position.</returns>
    public static int SocketAddressOf(Syscall call) => IndexOf(call, SocketAddresses);

    private static int IndexOf(Syscall call, string[] names)
    {
        for (int i = 0; i < call.Arguments.Count; i++)
        {
            if (names.Contains(call.Arguments[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
