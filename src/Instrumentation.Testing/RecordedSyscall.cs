using System.Globalization;
using System.Text;
using Instrumentation.Ebpf.Errors;
using Instrumentation.Events;
using Instrumentation.Testing.Kernel;

namespace Instrumentation.Testing;

/// <summary>A system call that a recorder has seen, after its end.</summary>
public sealed class RecordedSyscall
{
    private readonly SyscallFacts _facts;

    internal RecordedSyscall(SyscallFacts facts, long order)
    {
        _facts = facts;
        Order = order;
    }

    /// <summary>Its name, as in section 2 of the manual: <c>openat</c>.</summary>
    public string Name => _facts.Call.Name;

    /// <summary>Its place among all system calls of the recorder, from 1, in the order in which they ended.</summary>
    public long Order { get; }

    /// <summary>The arguments as the kernel gets them: numbers, descriptors and addresses.</summary>
    public IReadOnlyList<long> Arguments => _facts.Arguments;

    /// <summary>The path that it was called with, as it was given, which may be relative; null when the call takes none or it could not be read.</summary>
    public string? Path => _facts.Path;

    /// <summary>The second path, of calls that take two (<c>rename</c>, <c>link</c>, <c>symlink</c>); null when the call takes one, or it could not be read.</summary>
    public string? OtherPath => _facts.OtherPath;

    /// <summary>The socket's address of a <c>connect</c> or <c>bind</c>: <c>127.0.0.1:80</c>, <c>[::1]:80</c>, <c>unix:/run/x.sock</c>; null for other calls.</summary>
    public string? Address => _facts.Address;

    /// <summary>What it returned; negative for an error number.</summary>
    public long Result => _facts.Result;

    /// <summary>The error's name: <c>ENOENT</c>; null when it succeeded.</summary>
    public string? Error => Result is < 0 and > -4096 ? Errno.Name((int)-Result) : null;

    /// <summary>When it began: nanoseconds of CLOCK_MONOTONIC, as in events.</summary>
    public long Started => _facts.Started;

    /// <summary>How long it took.</summary>
    public TimeSpan Duration => TimeSpan.FromMicroseconds(_facts.Nanoseconds / 1000.0);

    /// <summary>The operating system's id of the thread that called.</summary>
    public int ThreadId => _facts.ThreadId;

    /// <summary>Everything that was seen of it.</summary>
    internal SyscallFacts Facts => _facts;

    /// <summary>One line: <c>connect(7, 127.0.0.1:80) = ECONNREFUSED (21 us, thread 4711)</c>.</summary>
    /// <returns>The line.</returns>
    public override string ToString()
    {
        StringBuilder text = new(Name);
        text.Append('(').AppendJoin(", ", SyscallText.Arguments(_facts)).Append(") = ");
        text.Append(Error ?? Result.ToString(CultureInfo.InvariantCulture));
        return text.Append(CultureInfo.InvariantCulture, $" ({DurationText.Of(_facts.Nanoseconds)}, thread {ThreadId})").ToString();
    }
}
