using System.Reflection.Emit;
using Instrumentation.Expressions;

namespace Instrumentation.Managed.Expressions;

/// <summary>Where the emitter gets the values that an expression starts from: arguments, the instance, the result, the context.</summary>
internal interface IRootSource
{
    /// <summary>
    /// Emits the load of a root's value in its representation (see <see cref="ExpressionEmitter"/>), or, where <see cref="IsAddress"/>
    /// says so, of a managed pointer to it. Must not throw at run time; a value that cannot be read as the root's type is a fault.
    /// </summary>
    /// <param name="il">Where to emit.</param>
    /// <param name="root">A bound argument, instance, result or context value.</param>
    /// <param name="faultFlag">An int local that a fault sets to 1.</param>
    void EmitRoot(ILGenerator il, ProbeExpression root, LocalBuilder faultFlag);

    /// <summary>Whether a root's value is loaded as a managed pointer.</summary>
    /// <param name="root">The root.</param>
    /// <returns>True for structs that are not copied.</returns>
    bool IsAddress(ProbeExpression root);
}
