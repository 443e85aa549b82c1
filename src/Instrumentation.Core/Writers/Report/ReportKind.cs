namespace Instrumentation;

/// <summary>What a bar of a report's waterfall stands for: it decides the bar's look and the group that its time is added to.</summary>
public enum ReportKind
{
    /// <summary>A call of a .NET method.</summary>
    Method,

    /// <summary>A command of a database, with its text as the detail.</summary>
    Sql,

    /// <summary>A call of a function in machine code.</summary>
    Native,

    /// <summary>A system call, or another event of the kernel.</summary>
    Kernel,

    /// <summary>A time in which a thread waited, off the processor.</summary>
    Wait,

    /// <summary>A time in which the whole process stood still, as in a garbage collection.</summary>
    Pause,

    /// <summary>Anything else.</summary>
    Other,
}
