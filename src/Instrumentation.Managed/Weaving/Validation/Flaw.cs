using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>Says what is wrong with a body, and where: the end of a sentence that says which body.</summary>
internal static class Flaw
{
    /// <summary>A flaw of an instruction.</summary>
    /// <param name="operation">The instruction.</param>
    /// <param name="what">What is wrong.</param>
    /// <returns>The exception.</returns>
    public static BadIlException At(Operation operation, string what) => At(operation.Offset, operation.Code, what);

    /// <summary>A flaw of an instruction.</summary>
    /// <param name="offset">Where it is.</param>
    /// <param name="code">The operation.</param>
    /// <param name="what">What is wrong.</param>
    /// <returns>The exception.</returns>
    public static BadIlException At(int offset, Code code, string what) =>
        new($"at IL_{offset:x4} ({code.ToString().ToLowerInvariant().Replace('_', '.')}), {what}");

    /// <summary>A flaw of an exception clause.</summary>
    /// <param name="clause">The clause's number.</param>
    /// <param name="what">What is wrong.</param>
    /// <returns>The exception.</returns>
    public static BadIlException Clause(int clause, string what) => new($"in exception clause {clause}, {what}");
}
