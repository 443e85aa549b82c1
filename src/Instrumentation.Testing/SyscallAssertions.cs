using System.Diagnostics;
using System.Globalization;
using System.IO.Enumeration;
using Instrumentation.Ebpf.Points.Syscalls;
using Instrumentation.Testing.Kernel;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing;

/// <summary>Assertions on the system calls that a recorder has seen. What could pass since something was missed fails instead, and says what.</summary>
[StackTraceHidden]
public sealed class SyscallAssertions
{
    private const long NewThread = 0x1_0000;

    private readonly CallRecorder _recorder;
    private readonly IReadOnlyList<RecordedSyscall> _calls;
    private readonly IReadOnlyList<string> _doubts;

    internal SyscallAssertions(CallRecorder recorder, IReadOnlyList<RecordedSyscall> calls, IReadOnlyList<string> doubts) => (_recorder, _calls, _doubts) = (recorder, calls, doubts);

    /// <summary>
    /// No connection was tried: no <c>connect</c> to an internet or Unix address, whether it succeeded or not. Datagrams that are sent without a connection are not looked at.
    /// </summary>
    /// <param name="to">
    /// Only connections to such addresses: <c>*</c> and <c>?</c> stand for any characters, and what is compared is the address with the port (<c>10.*:443</c>) or without (<c>10.*</c>),
    /// or <c>unix:</c> and the path. Null for all.
    /// </param>
    /// <returns>The same assertions.</returns>
    public SyscallAssertions NotConnect(string? to = null)
    {
        string expected = to is null ? "no connection" : $"no connection to {to}";
        RecordedSyscall[] found = [.. _calls.Where(call => call.Name == "connect" && call.Address is { } address && !address.StartsWith("family", StringComparison.Ordinal) && (to is null || IsAddress(address, to)))];
        NotAny(expected, found, UnderWay(static name => name == "connect"));
        return this;
    }

    /// <summary>
    /// No process was started: no <c>fork</c>, <c>vfork</c>, <c>clone</c> or <c>clone3</c> that makes more than a thread. What a started process does by itself is not seen.
    /// </summary>
    /// <returns>The same assertions.</returns>
    public SyscallAssertions NotSpawn()
    {
        RecordedSyscall[] found = [.. _calls.Where(static call => call.Name switch
        {
            "fork" or "vfork" => true,
            "clone" => (call.Arguments[0] & NewThread) == 0,
            "clone3" => (call.Facts.Word & NewThread) == 0,
            _ => false,
        })];
        NotAny("no process started", found, UnderWay(static name => name is "fork" or "vfork" or "clone" or "clone3"));
        return this;
    }

    /// <summary>A system call was not made, successful or not.</summary>
    /// <param name="name">
    /// Its name. It stands also for the calls that do the same and that the C library uses in its place: <c>unlink</c> for <c>unlinkat</c>, <c>open</c> for <c>openat</c> and <c>openat2</c>.
    /// </param>
    /// <returns>The same assertions.</returns>
    /// <exception cref="SpecException">Such calls are not recorded, or there are none of that name.</exception>
    public SyscallAssertions NeverHaveCalled(string name)
    {
        Demand(name);
        NotAny($"no {name}", [.. _calls.Where(call => RecordedNames.Matches(call, name))], UnderWay(other => RecordedNames.IsAmong(name, new SyscallSet([other]))));
        return this;
    }

    /// <summary>A system call was made, successful or not.</summary>
    /// <param name="name">Its name, as for <see cref="NeverHaveCalled"/>.</param>
    /// <returns>How often, to be told by its members; at least once otherwise.</returns>
    /// <exception cref="SpecException">Such calls are not recorded, or there are none of that name.</exception>
    public SyscallCount HaveCalled(string name)
    {
        Demand(name);
        RecordedSyscall[] found = [.. _calls.Where(call => RecordedNames.Matches(call, name))];
        if (found.Length == 0)
        {
            KernelMessages.Fail($"Expected {name} to be called, but it was not.", "System calls that were made", _calls, _doubts);
        }

        return new SyscallCount(this, name, found, _doubts, UnderWay(other => RecordedNames.IsAmong(name, new SyscallSet([other]))));
    }

    private static bool IsAddress(string address, string pattern)
    {
        int port = address.StartsWith("unix:", StringComparison.Ordinal) ? -1 : address.LastIndexOf(':');
        return Matches(address, pattern) || (port > 0 && Matches(address[..port].Trim('[', ']'), pattern));
    }

    private static bool Matches(string text, string pattern) => FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: true);

    private void NotAny(string expected, IReadOnlyList<RecordedSyscall> found, IReadOnlyList<string> underWay)
    {
        if (found.Count > 0)
        {
            string times = found.Count == 1 ? "once" : $"{found.Count.ToString(CultureInfo.InvariantCulture)} times";
            KernelMessages.Fail($"Expected {expected}, but it happened {times}.", "Seen", found, []);
        }

        KernelMessages.FailOnDoubts(expected, [.. _doubts, .. underWay]);
    }

    private List<string> UnderWay(Func<string, bool> wanted)
    {
        using RecorderFlow.Aside aside = RecorderFlow.StepAside();
        return [.. _recorder.SyscallsUnderWay().Where(call => wanted(call.Name)).Select(static call => call.Text)];
    }

    private void Demand(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name is "execve" or "execveat")
        {
            throw new SpecException($"The system call {name}", "it is made by the new process, not by the flow that starts it.", $"Ask for what starts processes: {nameof(NotSpawn)}, or vfork, fork, clone.");
        }

        if (!_recorder.RecordedCalls.Any(calls => RecordedNames.IsAmong(name, calls)))
        {
            _ = SyscallTable.Find(name);
            throw new SpecException($"The system call {name}", "this recorder does not record it.", $"Name it in {nameof(RecorderOptions)}.{nameof(RecorderOptions.Syscalls)} when the recorder is started.");
        }
    }
}
