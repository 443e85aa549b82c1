using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Instrumentation.Ebpf.Points.Syscalls;

/// <summary>A system call of this processor.</summary>
/// <param name="Name">Its name, as in section 2 of the manual.</param>
/// <param name="Number">Its number.</param>
/// <param name="Arguments">The names of its arguments as the kernel declares them; none when it has none, or they are not known.</param>
internal sealed record Syscall(string Name, int Number, IReadOnlyList<string> Arguments);

/// <summary>The system calls by name. Numbers and argument names are the kernel's own (asm/unistd.h; the formats of its syscall tracepoints).</summary>
internal static class SyscallTable
{
    private static readonly FrozenDictionary<string, Syscall> ByName = Read().ToFrozenDictionary(static call => call.Name);

    /// <summary>Finds a system call.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The call.</returns>
    /// <exception cref="PlaceNotFoundException">This processor has none of the name; names the nearest.</exception>
    public static Syscall Find(string name) => ByName.TryGetValue(name, out Syscall? call)
        ? call
        : throw new PlaceNotFoundException($"syscall {name}", $"Linux has no system call of that name on {RuntimeInformation.ProcessArchitecture}.", NearestNames.Choose(name, ByName.Keys));

    /// <summary>Looks for a system call that this processor may not have.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The call; null when there is none of the name.</returns>
    public static Syscall? TryFind(string name) => ByName.GetValueOrDefault(name);

    private static List<Syscall> Read()
    {
        int column = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 2 : 1;
        List<Syscall> calls = [];
        using Stream stream = typeof(SyscallTable).Assembly.GetManifestResourceStream("syscalls.txt")!;
        using StreamReader lines = new(stream);
        while (lines.ReadLine() is { } line)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 2 && words[0] != "#" && words[column] != "-")
            {
                calls.Add(new Syscall(words[0], int.Parse(words[column], CultureInfo.InvariantCulture), words[3..]));
            }
        }

        return calls;
    }
}
