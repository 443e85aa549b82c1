using System.Reflection;

namespace Instrumentation.Managed.Points;

/// <summary>What one piece of woven code is to the call that a probe observes.</summary>
internal enum CodeRole
{
    /// <summary>The whole call: an ordinary method.</summary>
    Whole,

    /// <summary>A MoveNext of a state machine, of which each run is a call.</summary>
    Resumption,

    /// <summary>A MoveNext of an iterator: the call begins in one run and ends in the same or another.</summary>
    Step,

    /// <summary>The Dispose of an iterator, which may end the call.</summary>
    Disposal,
}

/// <summary>Code that a probe is woven into, for a method that the source wrote.</summary>
/// <param name="Written">The method that the source wrote: its parameters are what expressions read.</param>
/// <param name="Code">The method whose IL is woven.</param>
/// <param name="Role">What the code is to the call.</param>
/// <param name="Iterator">The state machine of an iterator whose enumerations are calls; null otherwise.</param>
internal sealed record ProbedCode(MethodBase Written, MethodBase Code, CodeRole Role, IteratorShape? Iterator = null)
{
    /// <summary>An ordinary method.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The code.</returns>
    public static ProbedCode Whole(MethodBase method) => new(method, method, CodeRole.Whole);

    /// <summary>The code that the source wrote, which for an async method or iterator is its state machine's.</summary>
    /// <param name="written">The method.</param>
    /// <returns>The code: a resumption, or an ordinary method.</returns>
    public static ProbedCode Resumption(MethodBase written)
    {
        MethodBase code = StateMachines.CodeMethod(written);
        return code == written ? Whole(written) : new ProbedCode(written, code, CodeRole.Resumption);
    }

    /// <summary>The code in which the whole calls of a method begin and end: of an iterator the enumerations, which are its calls.</summary>
    /// <param name="written">The method.</param>
    /// <returns>The code.</returns>
    public static ProbedCode Call(MethodBase written) =>
        IteratorShape.Of(written) is { } iterator ? new ProbedCode(written, iterator.MoveNext, CodeRole.Step, iterator) : Whole(written);

    /// <summary>The code besides in which the call may end; null when there is none.</summary>
    /// <returns>The Dispose of an iterator.</returns>
    public ProbedCode? Other() => this is { Role: CodeRole.Step, Iterator.Dispose: { } dispose } ? this with { Code = dispose, Role = CodeRole.Disposal } : null;
}
