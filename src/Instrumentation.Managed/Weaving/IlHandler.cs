using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving;

/// <summary>
/// An exception clause of a body. Each end is exclusive: the first instruction behind the region; <see cref="IlBody.End"/> stands for the
/// end of the code. Cecil's own handler type cannot hold a bare catch token, hence this one.
/// </summary>
internal sealed class IlHandler
{
    /// <summary>Catch, filter, finally or fault.</summary>
    public required ExceptionHandlerType Kind { get; init; }

    /// <summary>The first protected instruction.</summary>
    public required Instruction TryStart { get; set; }

    /// <summary>The first instruction behind the protected region.</summary>
    public required Instruction TryEnd { get; set; }

    /// <summary>The first instruction of the filter; null unless the clause is a filter.</summary>
    public Instruction? FilterStart { get; set; }

    /// <summary>The first instruction of the handler.</summary>
    public required Instruction HandlerStart { get; set; }

    /// <summary>The first instruction behind the handler.</summary>
    public required Instruction HandlerEnd { get; set; }

    /// <summary>The type that a catch clause catches, as a token of the body's module.</summary>
    public MetadataToken CatchType { get; init; }
}
