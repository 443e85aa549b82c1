using Instrumentation.Ebpf.Objects.Attaching;
using Instrumentation.Ebpf.Programs;

namespace Instrumentation;

/// <summary>A loaded program of a BPF object.</summary>
public sealed class BpfObjectProgram
{
    private readonly Action<BpfAttachment> _keep;

    /// <summary>Creates the view of a program.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="section">What its section says.</param>
    /// <param name="program">The program.</param>
    /// <param name="path">The object, for errors.</param>
    /// <param name="keep">Takes what is attached, to detach it with the object.</param>
    internal BpfObjectProgram(string name, ProgramSection section, BpfProgram program, string path, Action<BpfAttachment> keep)
    {
        Name = name;
        Parsed = section;
        Program = program;
        Path = path;
        _keep = keep;
    }

    /// <summary>The name of the program's function.</summary>
    public string Name { get; }

    /// <summary>The section that it stands in, which says what it is attached to.</summary>
    public string Section => Parsed.Name;

    /// <summary>The kernel's number of the program, as bpftool lists it.</summary>
    /// <exception cref="KernelCallException">The kernel does not say.</exception>
    public long Id => Program.Id;

    /// <summary>What the section says.</summary>
    internal ProgramSection Parsed { get; }

    /// <summary>The program.</summary>
    internal BpfProgram Program { get; }

    /// <summary>The object's path.</summary>
    internal string Path { get; }

    /// <summary>Attaches the program to what its section names.</summary>
    /// <returns>The attachment; the object keeps it as well.</returns>
    /// <exception cref="BpfObjectException">The section does not say what it is attached to.</exception>
    /// <exception cref="KernelCallException">There is no such place, or the kernel refused.</exception>
    public BpfAttachment Attach() => Keep(ProgramAttacher.Attach(this, Parsed.Target));

    /// <summary>Attaches the program to a place of the kind that its section names.</summary>
    /// <param name="target">
    /// The place, written as in a section behind the slash: <c>category/name</c> of a tracepoint, the name of a raw tracepoint or kernel function,
    /// <c>library:function+offset</c> for a function of a file.
    /// </param>
    /// <returns>The attachment; the object keeps it as well.</returns>
    /// <exception cref="BpfObjectException">The text is not of the form, or the program can only be attached to what it was loaded for.</exception>
    /// <exception cref="KernelCallException">There is no such place, or the kernel refused.</exception>
    public BpfAttachment AttachTo(string target) => Keep(ProgramAttacher.Attach(this, target));

    /// <summary>Attaches a program of the sections uprobe, uretprobe and their multi forms to a function of a file.</summary>
    /// <param name="library">The file's path, or a library's name as <c>libc.so.6</c>.</param>
    /// <param name="function">The function's name, with <c>+offset</c> if it is not its beginning, or an offset in the file as <c>0x1234</c>.</param>
    /// <param name="processId">The process; 0 for all.</param>
    /// <returns>The attachment; the object keeps it as well.</returns>
    /// <exception cref="BpfObjectException">The program is of another section, or there is no such function.</exception>
    /// <exception cref="InstrumentationException">There is no such file, or the kernel refused.</exception>
    public BpfAttachment AttachUprobe(string library, string function, int processId = 0) => Keep(UprobeAttacher.Attach(this, library, function, processId));

    /// <summary>Attaches a program of the section perf_event to a clock of each processor, so that it sees what they run.</summary>
    /// <param name="frequency">Samples a second, on each processor.</param>
    /// <returns>The attachment; the object keeps it as well.</returns>
    /// <exception cref="BpfObjectException">The program is of another section.</exception>
    /// <exception cref="KernelCallException">The kernel refused.</exception>
    public BpfAttachment AttachClock(int frequency)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(frequency);
        return Keep(ProgramAttacher.AttachClock(this, frequency));
    }

    /// <summary>Runs the program once on an input, without attaching it.</summary>
    /// <param name="context">Its context: for raw tracepoints the arguments, 8 bytes each.</param>
    /// <param name="data">The packet, for programs that take one.</param>
    /// <returns>What it returned.</returns>
    /// <exception cref="KernelCallException">The kernel cannot run programs of this kind so.</exception>
    public int Run(ReadOnlySpan<byte> context = default, ReadOnlySpan<byte> data = default) => unchecked((int)Program.TestRun(context, data).ReturnValue);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Section})";

    private BpfAttachment Keep(BpfAttachment attachment)
    {
        _keep(attachment);
        return attachment;
    }
}
