using System.Diagnostics;
using System.Globalization;
using Instrumentation.Testing.Kernel;

namespace Instrumentation.Testing;

/// <summary>How often a system call was made.</summary>
[StackTraceHidden]
public sealed class SyscallCount
{
    private readonly string _name;
    private readonly IReadOnlyList<RecordedSyscall> _found;
    private readonly IReadOnlyList<string> _doubts;
    private readonly IReadOnlyList<string> _underWay;

    internal SyscallCount(SyscallAssertions and, string name, IReadOnlyList<RecordedSyscall> found, IReadOnlyList<string> doubts, IReadOnlyList<string> underWay) =>
        (And, _name, _found, _doubts, _underWay) = (and, name, found, doubts, underWay);

    /// <summary>Goes on asserting.</summary>
    public SyscallAssertions And { get; }

    /// <summary>The calls.</summary>
    public IReadOnlyList<RecordedSyscall> Calls => _found;

    /// <summary>Exactly once.</summary>
    /// <returns>The same count.</returns>
    public SyscallCount Once() => Times(1);

    /// <summary>Exactly so often.</summary>
    /// <param name="times">How often.</param>
    /// <returns>The same count.</returns>
    public SyscallCount Times(int times) => Check(_found.Count == times, Text(times), canMiss: true);

    /// <summary>So often or more.</summary>
    /// <param name="times">How often.</param>
    /// <returns>The same count.</returns>
    public SyscallCount AtLeast(int times) => Check(_found.Count >= times, $"at least {Text(times)}", canMiss: false);

    /// <summary>So often or less.</summary>
    /// <param name="times">How often.</param>
    /// <returns>The same count.</returns>
    public SyscallCount AtMost(int times) => Check(_found.Count <= times, $"at most {Text(times)}", canMiss: true);

    private static string Text(int times) => times == 1 ? "once" : $"{times.ToString(CultureInfo.InvariantCulture)} times";

    private SyscallCount Check(bool holds, string expected, bool canMiss)
    {
        string expectation = $"{_name} to be called {expected}";
        if (!holds)
        {
            KernelMessages.Fail($"Expected {expectation}, but it was called {Text(_found.Count)}.", "Seen", _found, _doubts);
        }

        if (canMiss)
        {
            KernelMessages.FailOnDoubts(expectation, [.. _doubts, .. _underWay]);
        }

        return this;
    }
}
