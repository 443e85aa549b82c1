using System.Reflection;

namespace Instrumentation.Managed.Engine;

/// <summary>How the JIT treats calls of a method of the core library.</summary>
internal enum IntrinsicKind
{
    /// <summary>They are calls.</summary>
    None,

    /// <summary>They become instructions in optimized code, or may; not in code that is not optimized, nor in calls through a delegate.</summary>
    WhenOptimizing,

    /// <summary>They become instructions in all code.</summary>
    Always,
}

/// <summary>Tells which methods of the core library are intrinsics. What is said here is measured by a test.</summary>
internal static class Intrinsics
{
    private const string Attribute = "System.Runtime.CompilerServices.IntrinsicAttribute";
    private const string Vectors = "System.Runtime.Intrinsics";

    // Besides the vectors: what is one instruction on every x64 processor that runs .NET 10.
    private static readonly HashSet<string> AlwaysByName = ["System.Numerics.BitOperations::PopCount"];

    /// <summary>How the JIT treats calls of a method.</summary>
    /// <param name="method">The method.</param>
    /// <returns>The kind.</returns>
    public static IntrinsicKind KindOf(MethodBase method)
    {
        if (method.Module != typeof(object).Module || method.DeclaringType is not { } type)
        {
            return IntrinsicKind.None;
        }

        // The classes of one processor's instructions have the mark on the type.
        bool ofAProcessor = type.Namespace?.StartsWith(Vectors + ".", StringComparison.Ordinal) == true;
        if (ofAProcessor ? !IsMarked(OutermostType(type)) : !IsMarked(method))
        {
            return IntrinsicKind.None;
        }

        return ofAProcessor || type.Namespace == Vectors || AlwaysByName.Contains($"{type.FullName}::{method.Name}") ? IntrinsicKind.Always : IntrinsicKind.WhenOptimizing;
    }

    private static bool IsMarked(MemberInfo member) => member.CustomAttributes.Any(static attribute => attribute.AttributeType.FullName == Attribute);

    private static Type OutermostType(Type type) => type.DeclaringType is { } outer ? OutermostType(outer) : type;
}
