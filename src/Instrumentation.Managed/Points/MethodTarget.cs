using System.Reflection;

namespace Instrumentation.Managed.Points;

/// <summary>How a spec names its methods. Closed: these records are all there are.</summary>
internal abstract record MethodTarget
{
    /// <summary>The target in the words that a user would search for.</summary>
    public abstract string Describe();

    /// <summary>One method, given by reflection or by a lambda.</summary>
    /// <param name="Method">The method; generic ones stand for their definition.</param>
    internal sealed record Exact(MethodBase Method) : MethodTarget
    {
        /// <inheritdoc/>
        public override string Describe() => MethodName.Of(Method);
    }

    /// <summary>One method of a type by name, and by parameter types where there are overloads.</summary>
    /// <param name="Type">The type.</param>
    /// <param name="Name">The method's name; <c>.ctor</c> and <c>.cctor</c> for constructors.</param>
    /// <param name="Parameters">The parameter types, or null when the name is enough.</param>
    internal sealed record Named(Type Type, string Name, IReadOnlyList<Type>? Parameters) : MethodTarget
    {
        /// <inheritdoc/>
        public override string Describe() =>
            $"{MethodName.Of(Type)}::{Name}{(Parameters is null ? string.Empty : $"({string.Join(", ", Parameters.Select(MethodName.Of))})")}";
    }

    /// <summary>Several methods, given by reflection.</summary>
    /// <param name="Methods">The methods; generic ones stand for their definitions.</param>
    internal sealed record Several(IReadOnlyList<MethodBase> Methods) : MethodTarget
    {
        /// <inheritdoc/>
        public override string Describe() => Methods.Count == 1 ? MethodName.Of(Methods[0]) : $"{MethodName.Of(Methods[0])} and {Methods.Count - 1} more";
    }

    /// <summary>All loaded methods that match a text, or exactly one.</summary>
    /// <param name="Pattern">The parsed text.</param>
    /// <param name="Single">True when the text must name one method.</param>
    internal sealed record Matching(MethodPattern Pattern, bool Single) : MethodTarget
    {
        /// <summary>True when no loaded method has to match yet.</summary>
        public bool OrLater { get; init; }

        /// <inheritdoc/>
        public override string Describe() => Pattern.Text;
    }
}
