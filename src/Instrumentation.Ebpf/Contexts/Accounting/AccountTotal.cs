namespace Instrumentation.Ebpf.Contexts.Accounting;

/// <summary>The words of <see cref="SpanTotals"/>, in the order in which they lie.</summary>
internal enum AccountTotal
{
    /// <inheritdoc cref="SpanTotals.Syscalls"/>
    Syscalls,

    /// <inheritdoc cref="SpanTotals.SyscallNanoseconds"/>
    SyscallNanoseconds,

    /// <inheritdoc cref="SpanTotals.LockNanoseconds"/>
    LockNanoseconds,

    /// <inheritdoc cref="SpanTotals.FileNanoseconds"/>
    FileNanoseconds,

    /// <inheritdoc cref="SpanTotals.NetworkNanoseconds"/>
    NetworkNanoseconds,

    /// <inheritdoc cref="SpanTotals.SleepNanoseconds"/>
    SleepNanoseconds,

    /// <inheritdoc cref="SpanTotals.OtherWaitNanoseconds"/>
    OtherWaitNanoseconds,

    /// <inheritdoc cref="SpanTotals.RunQueueNanoseconds"/>
    RunQueueNanoseconds,

    /// <inheritdoc cref="SpanTotals.Switches"/>
    Switches,

    /// <inheritdoc cref="SpanTotals.PageFaults"/>
    PageFaults,

    /// <inheritdoc cref="SpanTotals.BytesRead"/>
    BytesRead,

    /// <inheritdoc cref="SpanTotals.BytesWritten"/>
    BytesWritten,

    /// <inheritdoc cref="SpanTotals.Signals"/>
    Signals,

    /// <inheritdoc cref="SpanTotals.Errors"/>
    Errors,
}
