using System.Diagnostics.CodeAnalysis;

namespace Instrumentation;

/// <summary>
/// What a condition or capture can speak of. Its members are only ever read out of C# lambdas (<c>c =&gt; c.Arg&lt;int&gt;(0) &gt; 10</c>) and
/// translated: to IL for a method, to BPF for the kernel. There is no instance, and the lambda itself never runs.
/// </summary>
/// <remarks>
/// Translated expressions read fields, not properties: a property is followed to the field behind it when it is an automatic one, and is
/// refused otherwise unless the spec says <c>AllowGetters()</c>. Null on the way, a value of another type, or a division by zero is a
/// <em>fault</em>: a condition is then false, a captured value its type's default, and <see cref="ProbeStatistics.Faults"/> counts it.
/// </remarks>
[SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "The members are the vocabulary of lambdas over an instance.")]
public sealed class ProbeContext
{
    private ProbeContext()
    {
    }

    /// <summary>The exception that leaves or is caught; null when the call returned normally. Only at points that have one.</summary>
    public Exception? Exception => throw OnlyInLambdas();

    /// <summary>The method in which the exception was first thrown, or null. Costs a few microseconds: it reads the exception's stack trace.</summary>
    public string? ThrownBy => throw OnlyInLambdas();

    /// <summary>How long the call took, on CLOCK_MONOTONIC with nanosecond resolution. For a method that returns a task, until the task ended.</summary>
    public TimeSpan Duration => throw OnlyInLambdas();

    /// <summary>Nanoseconds of CLOCK_MONOTONIC at which the point was reached.</summary>
    public long Timestamp => throw OnlyInLambdas();

    /// <summary>The operating system's id of the current thread.</summary>
    public int ThreadId => throw OnlyInLambdas();

    /// <summary>The full name of the place that was hit: for a probe on many methods, which; for example <c>Shop.Orders::Place</c>. Points of .NET methods only.</summary>
    public string Place => throw OnlyInLambdas();

    /// <summary>The number of the innermost span that the thread is working for (<see cref="ProbeSpec.AsSpan"/>); for a span itself, of the one around it; 0 for none.</summary>
    public long Span => throw OnlyInLambdas();

    /// <summary>The operating system's id of this process.</summary>
    public int ProcessId => throw OnlyInLambdas();

    /// <summary>The address of the instruction that called the probed method; shown as the calling method's name when it is read.</summary>
    public CodeAddress Caller => throw OnlyInLambdas();

    /// <summary>The number of the processor. At points of the kernel and of native code only.</summary>
    public int Cpu => throw OnlyInLambdas();

    /// <summary>The real user id of the current thread, as the initial user namespace numbers it. At points of the kernel and of native code only.</summary>
    public uint UserId => throw OnlyInLambdas();

    /// <summary>The id of the current process's control group (version 2): the inode of its directory. At points of the kernel and of native code only.</summary>
    public ulong CgroupId => throw OnlyInLambdas();

    /// <summary>The current thread's name as the kernel knows it: 15 bytes at most. At points of the kernel and of native code only.</summary>
    public string Comm => throw OnlyInLambdas();

    /// <summary>An argument by position, from 0, without <c>this</c>. At a return it is the value that was passed in; for a by-ref argument, what it refers to by then.</summary>
    /// <typeparam name="T">The parameter's type, a base of it, or a primitive that holds all its values.</typeparam>
    /// <param name="index">The position, from 0.</param>
    /// <returns>The argument's value.</returns>
    public T Arg<T>(int index) => throw OnlyInLambdas();

    /// <summary>An argument by its parameter's name. At a return it is the value that was passed in; for a by-ref argument, what it refers to by then.</summary>
    /// <typeparam name="T">The parameter's type, a base of it, or a primitive that holds all its values.</typeparam>
    /// <param name="name">The parameter's name in the source.</param>
    /// <returns>The argument's value.</returns>
    public T Arg<T>(string name) => throw OnlyInLambdas();

    /// <summary>The instance that the method was called on.</summary>
    /// <typeparam name="T">The declaring type or a base of it.</typeparam>
    /// <returns>The instance; for a struct, its value.</returns>
    public T This<T>() => throw OnlyInLambdas();

    /// <summary>The result; for a method that returns a task, the task's result. The type's default when the call ended by an exception.</summary>
    /// <typeparam name="T">The return type, or for a task the type of its result.</typeparam>
    /// <returns>The result's value.</returns>
    public T Return<T>() => throw OnlyInLambdas();

    /// <summary>
    /// The value at the end of a path of fields, for fields and types that the source cannot name:
    /// <c>c.Field&lt;int&gt;(c.This&lt;object&gt;(), "_parent.(Acme.Hidden.Node)._count")</c>.
    /// A step is a field or automatic property, or a type in parentheses to which the value is cast.
    /// </summary>
    /// <typeparam name="T">The type of the last step.</typeparam>
    /// <param name="target">Where the path starts.</param>
    /// <param name="path">The steps, separated by dots.</param>
    /// <returns>The value of the last step.</returns>
    public T Field<T>(object? target, string path) => throw OnlyInLambdas();

    /// <summary>
    /// The text at an address in the memory of the current process: UTF-8 up to a zero byte. Text that is longer than the bound of the probe is cut
    /// there. At points of the kernel and of native code only. Memory that is not present is a fault with null.
    /// </summary>
    /// <param name="address">The address, for example <c>c.Arg&lt;nint&gt;(1)</c>.</param>
    /// <returns>The text.</returns>
    public string String(long address) => throw OnlyInLambdas();

    /// <summary>The value at an address in the memory of the current process. At points of the kernel and of native code only. Memory that is not present is a fault.</summary>
    /// <typeparam name="T">A number, bool, char, enum or address: as many bytes are read as it has.</typeparam>
    /// <param name="address">The address, for example <c>c.Arg&lt;nint&gt;(1)</c>, or computed as a long: <c>c.Arg&lt;long&gt;(1) + 8</c>.</param>
    /// <returns>The value.</returns>
    public T Memory<T>(long address) => throw OnlyInLambdas();

    /// <summary>
    /// A value of the kernel's structures: <c>c.Kernel&lt;int&gt;("task->real_parent->tgid")</c>. The path begins with <c>task</c>, the running task, or with
    /// the name of an argument, and goes on as C writes it; offsets come from the running kernel's own types. At points of the kernel and of native code
    /// only. A null pointer on the way is a fault.
    /// </summary>
    /// <typeparam name="T">A number, bool, char, enum or address that holds the value, or string for text.</typeparam>
    /// <param name="path">The path.</param>
    /// <returns>The value.</returns>
    public T Kernel<T>(string path) => throw OnlyInLambdas();

    /// <summary>
    /// Text of the kernel's structures: <c>c.KernelString("file->f_path.dentry->d_name.name")</c>; otherwise as <see cref="Kernel{T}"/>. Text that is longer
    /// than the bound of the probe is cut there.
    /// </summary>
    /// <param name="path">The path to an array of characters or a pointer to some.</param>
    /// <returns>The text.</returns>
    public string KernelString(string path) => throw OnlyInLambdas();

    private static InvalidOperationException OnlyInLambdas() =>
        new("ProbeContext is only for the lambdas of When, Capture and aggregations, which are translated and never run.");
}
