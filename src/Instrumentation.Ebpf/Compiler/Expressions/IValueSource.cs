using Instrumentation.Ebpf.Btf;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>
/// Where the values at the leaves of expressions come from: each kind of point has its own. All members put the canonical value (see
/// <see cref="CodeEmitter"/>) of the expression's type into R0, may change R1 to R5, and refuse at compile time what the point does not have. A value
/// that cannot be read when the probe is hit is the type's default with <see cref="CodeEmitter.EmitFault"/>.
/// </summary>
internal interface IValueSource
{
    /// <summary>Emits the code for an argument.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="argument">The argument, by position or name; its type is the one to convert to.</param>
    /// <exception cref="ExpressionException">The point has no such argument, or the type does not go with it.</exception>
    void EmitArgument(CodeEmitter code, ArgumentExpression argument);

    /// <summary>Emits the code for the result.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="result">The result; its type is the one to convert to.</param>
    /// <exception cref="ExpressionException">The point has no result.</exception>
    void EmitReturn(CodeEmitter code, ReturnExpression result);

    /// <summary>Emits the code for a value of the context.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="context">The value.</param>
    /// <exception cref="ExpressionException">The point has no such value.</exception>
    void EmitContext(CodeEmitter code, ContextExpression context);

    /// <summary>Emits the address of the task that the point is about, where that is not the running one: in R0.</summary>
    /// <param name="code">Takes the code.</param>
    /// <returns>False when it is the running one: nothing is emitted then.</returns>
    bool EmitOtherTask(CodeEmitter code) => false;

    /// <summary>Emits the address of text that the point has itself, for example of a field of a tracepoint: in R0, 0 for null.</summary>
    /// <param name="code">Takes the code.</param>
    /// <param name="leaf">An argument, result or context value that is read as a string.</param>
    /// <returns>Where the text is; null when the leaf is no text here: nothing is emitted then.</returns>
    TextPlace? EmitText(CodeEmitter code, ProbeExpression leaf) => null;

    /// <summary>The kernel's type of an argument at which a path of the kernel's structures begins.</summary>
    /// <param name="name">The argument's name.</param>
    /// <returns>
    /// The type; null when the point has no argument of the name, or its kernel type is not known. For a pointer,
    /// <see cref="EmitArgument"/> is asked for it as a nuint.
    /// </returns>
    BtfType? RootOf(string name);
}
