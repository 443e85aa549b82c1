using System.Globalization;
using System.Text.Json;
using Instrumentation.Ebpf.Points.Functions;
using Instrumentation.Ebpf.Points.KernelFunctions;
using Instrumentation.Ebpf.Points.Sampling;
using Instrumentation.Ebpf.Points.Syscalls;
using Instrumentation.Ebpf.Points.Tracepoints;
using Instrumentation.Ebpf.Points.Usdt;
using Instrumentation.Ebpf.Points.Waits;
using Instrumentation.Json;

namespace Instrumentation.Ebpf.Points;

/// <summary>
/// Kernel points as JSON: <c>{"syscall":"openat"}</c>, <c>{"function":"malloc","library":"libc.so.6"}</c>, <c>{"usdt":"libstdcxx:throw","library":"libstdc++.so.6"}</c>,
/// <c>{"tracepoint":"sched:sched_switch"}</c>, <c>{"rawTracepoint":"sched_switch"}</c>, <c>{"kernelFunction":"tcp_connect"}</c>, <c>{"offCpu":true}</c>, <c>{"sample":99}</c>.
/// <c>"process":"this"</c>, or the number of a process, stands beside each; without it, every process is looked at.
/// </summary>
internal sealed class JsonKernelPoint : IProbePointCodec
{
    private const string Call = "syscall";
    private const string Function = "function";
    private const string Mark = "usdt";
    private const string Tracepoint = "tracepoint";
    private const string RawTracepoint = "rawTracepoint";
    private const string KernelFunction = "kernelFunction";
    private const string OffCpu = "offCpu";
    private const string Sample = "sample";
    private const string Library = "library";
    private const string Process = "process";
    private const string This = "this";
    private const int LongestText = 4096;

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } = [Call, Function, Mark, Tracepoint, RawTracepoint, KernelFunction, OffCpu, Sample];

    /// <inheritdoc/>
    public bool TryWrite(ProbePoint point, JsonOutput output)
    {
        switch (point)
        {
            case SyscallPoint call:
                output.Property(Call, call.Name);
                break;
            case FunctionPoint function:
                output.Property(Function, function.Function);
                output.Property(Library, function.Library);
                break;
            case UsdtPoint mark:
                output.Property(Mark, Pair(mark.Provider, mark.Name, output));
                output.Property(Library, mark.Library);
                break;
            case TracepointPoint tracepoint:
                output.Property(Tracepoint, Pair(tracepoint.Category, tracepoint.Name, output));
                break;
            case RawTracepointPoint raw:
                output.Property(RawTracepoint, raw.Name);
                break;
            case KernelFunctionPoint function:
                output.Property(KernelFunction, function.Name);
                break;
            case OffCpuPoint:
                output.Name(OffCpu);
                output.Value(LiteralToken.True);
                break;
            case SamplePoint sample:
                output.Name(Sample);
                output.Value(Number(sample.Frequency));
                break;
            default:
                return false;
        }

        ProcessFilter processes = ((KernelPoint)point).Processes;
        if (processes.Scope == ProcessScope.This)
        {
            output.Property(Process, This);
        }
        else if (processes.Scope == ProcessScope.One)
        {
            output.Name(Process);
            output.Value(Number(processes.Id));
        }

        return true;
    }

    /// <inheritdoc/>
    public ProbePoint Read(string name, JsonItem value, JsonItem point)
    {
        point.Only(name is Function or Mark ? [name, Library, Process] : [name, Process]);
        return ReadPoint(name, value, point) with { Processes = ReadProcesses(point) };
    }

    private static KernelPoint ReadPoint(string name, JsonItem value, JsonItem point)
    {
        switch (name)
        {
            case Call:
                return new SyscallPoint(Text(value, "Write a system call, for example \"openat\"."));
            case Function:
                string function = Text(value, "Write a function, for example \"malloc\".");
                try
                {
                    _ = FunctionName.Parse(function);
                }
                catch (SpecException error)
                {
                    throw value.Error(error.Why, error.Mend, inner: error);
                }

                return new FunctionPoint(LibraryOf(point), function);
            case Mark:
                (string provider, string mark) = ReadPair(value, "Write provider and name, for example \"libstdcxx:throw\".");
                return new UsdtPoint(LibraryOf(point), provider, mark);
            case Tracepoint:
                (string category, string tracepoint) = ReadPair(value, "Write category and name, for example \"sched:sched_switch\".");
                return new TracepointPoint(category, tracepoint);
            case RawTracepoint:
                return new RawTracepointPoint(Text(value, "Write a tracepoint, for example \"sched_switch\"."));
            case KernelFunction:
                return new KernelFunctionPoint(Text(value, "Write a function of the kernel, for example \"tcp_connect\"."));
            case OffCpu:
                return value.Kind == JsonValueKind.True ? new OffCpuPoint() : throw value.Error("it is no choice.", "Write true.");
            default:
                return new SamplePoint(Positive(value, "Write how many samples a second, for example 99."));
        }
    }

    private static ProcessFilter ReadProcesses(JsonItem point)
    {
        const string Mend = "Write \"this\" or the number of a process.";
        return point.Find(Process) switch
        {
            null => default,
            { Kind: JsonValueKind.Number } number => new ProcessFilter(ProcessScope.One, Positive(number, Mend)),
            { } text => text.DemandText(Mend) == This ? new ProcessFilter(ProcessScope.This) : throw text.Error("it names no process.", Mend),
        };
    }

    private static string LibraryOf(JsonItem point)
    {
        const string Mend = "Write the library's name or path beside it, for example \"library\":\"libc.so.6\".";
        return Text(point.Require(Library, Mend), Mend);
    }

    private static string Text(JsonItem item, string mend)
    {
        string text = item.DemandText(mend);
        return text.Length is > 0 and <= LongestText && !text.Contains('\0', StringComparison.Ordinal) ? text : throw item.Error(text.Length > LongestText ? "it is too long." : "it names nothing.", mend);
    }

    private static (string Group, string Name) ReadPair(JsonItem item, string mend)
    {
        string text = Text(item, mend);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < text.Length - 1 ? (text[..colon], text[(colon + 1)..]) : throw item.Error("two names with a colon between them are expected.", mend);
    }

    private static string Pair(string group, string name, JsonOutput output) =>
        group.Contains(':', StringComparison.Ordinal) ? throw output.Error($"'{group}' holds a colon.", "Use a name without one.") : $"{group}:{name}";

    private static int Positive(JsonItem item, string mend) => item.DemandInt(mend) is var number and > 0 ? number : throw item.Error("the number is not greater than 0.", mend);

    private static LiteralToken Number(int number) => LiteralToken.Number(number.ToString(CultureInfo.InvariantCulture));
}
