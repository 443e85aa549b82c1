namespace Instrumentation;

/// <summary>Which access a watchpoint sees.</summary>
[Flags]
public enum WatchAccess
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Reads. Processors of the x86 family cannot tell them from writes, and see these as well.</summary>
    Read = 1,

    /// <summary>Writes, also of the value that is there already.</summary>
    Write = 2,

    /// <summary>Execution of the instruction at the address; not together with the others.</summary>
    Execute = 4,
}
