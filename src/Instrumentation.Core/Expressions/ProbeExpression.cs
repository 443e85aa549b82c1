namespace Instrumentation.Expressions;

/// <summary>
/// A node of the one small language in which every condition, capture and key is kept. Nodes are immutable and compare by value.
/// Types are CLR types; every backend gives each node the meaning that <see cref="ExpressionInterpreter"/> gives it.
/// </summary>
/// <param name="Type">The CLR type of the node's value.</param>
public abstract record ProbeExpression(Type Type)
{
    /// <summary>The nodes directly below this one, in the order of evaluation.</summary>
    internal virtual IReadOnlyList<ProbeExpression> Children => [];
}

/// <summary>A constant, or a captured variable's value when the lambda was translated.</summary>
/// <param name="Value">A primitive, string, enum, <see cref="TimeSpan"/> or null.</param>
/// <param name="Type">The value's type.</param>
public sealed record ConstantExpression(object? Value, Type Type) : ProbeExpression(Type);

/// <summary>An argument of the probed method. Exactly one of index and name is given; binding replaces a name by its index.</summary>
/// <param name="Index">The position from 0, without <c>this</c>; -1 when <paramref name="Name"/> is given.</param>
/// <param name="Name">The parameter's name, or null.</param>
/// <param name="Type">The type that the lambda reads it as.</param>
public sealed record ArgumentExpression(int Index, string? Name, Type Type) : ProbeExpression(Type);

/// <summary>The instance that the method was called on.</summary>
/// <param name="Type">The type that the lambda reads it as.</param>
public sealed record ThisExpression(Type Type) : ProbeExpression(Type);

/// <summary>The result of the call.</summary>
/// <param name="Type">The type that the lambda reads it as.</param>
public sealed record ReturnExpression(Type Type) : ProbeExpression(Type);

/// <summary>A value that the probe's context supplies.</summary>
/// <param name="Value">Which.</param>
/// <param name="Type">Its CLR type.</param>
public sealed record ContextExpression(ContextValue Value, Type Type) : ProbeExpression(Type);

/// <summary>What a <see cref="ContextExpression"/> can name.</summary>
public enum ContextValue
{
    /// <summary>The exception, or null.</summary>
    Exception,

    /// <summary>The method that threw the exception, or null.</summary>
    ThrownBy,

    /// <summary>The call's duration as a <see cref="TimeSpan"/>.</summary>
    Duration,

    /// <summary>Nanoseconds of CLOCK_MONOTONIC.</summary>
    Timestamp,

    /// <summary>The operating system's thread id.</summary>
    ThreadId,

    /// <summary>The operating system's process id.</summary>
    ProcessId,

    /// <summary>The caller's code address.</summary>
    Caller,

    /// <summary>The number of the processor. Points of the kernel and of native code only.</summary>
    Cpu,

    /// <summary>The user's id. Points of the kernel and of native code only.</summary>
    UserId,

    /// <summary>The id of the control group. Points of the kernel and of native code only.</summary>
    CgroupId,

    /// <summary>The thread's name as the kernel knows it. Points of the kernel and of native code only.</summary>
    Comm,

    /// <summary>The number of the innermost span that the thread is working for, as a <see cref="long"/>; 0 for none.</summary>
    Span,

    /// <summary>The full name of the place that was hit, a string. Points of .NET methods only.</summary>
    Place,
}

/// <summary>One step from an object to a field of it. A null or foreign target is a fault.</summary>
/// <param name="Target">The object or struct.</param>
/// <param name="Name">The field's or property's name.</param>
/// <param name="Declaring">The type that declares the member.</param>
/// <param name="IsProperty">True when the lambda named a property: binding follows it to its field, or to its getter where the spec allows getters.</param>
/// <param name="Type">The member's type.</param>
public sealed record MemberExpression(ProbeExpression Target, string Name, Type Declaring, bool IsProperty, Type Type) : ProbeExpression(Type)
{
    /// <inheritdoc/>
    internal override IReadOnlyList<ProbeExpression> Children => [Target];
}

/// <summary>A path of fields given as text, for members that the source cannot name; binding replaces it by member and cast nodes.</summary>
/// <param name="Target">Where the path starts.</param>
/// <param name="Path">The steps: fields or automatic properties, and types in parentheses, separated by dots.</param>
/// <param name="Type">The type of the last step.</param>
public sealed record PathExpression(ProbeExpression Target, string Path, Type Type) : ProbeExpression(Type)
{
    /// <inheritdoc/>
    internal override IReadOnlyList<ProbeExpression> Children => [Target];
}

/// <summary>A value in the memory of the probed process. Memory that cannot be read is a fault. Points of the kernel and of native code only.</summary>
/// <param name="Address">The address: a whole number of 64 bits.</param>
/// <param name="Type">The type of the value: a primitive, or a string for UTF-8 text that ends with a zero byte.</param>
public sealed record MemoryExpression(ProbeExpression Address, Type Type) : ProbeExpression(Type)
{
    /// <inheritdoc/>
    internal override IReadOnlyList<ProbeExpression> Children => [Address];
}

/// <summary>A value at the end of a path of the kernel's structures. What cannot be read on the way is a fault. Points of the kernel and of native code only.</summary>
/// <param name="Path">The path as C writes it, from <c>task</c>, the running task, or from the name of an argument.</param>
/// <param name="Type">The type that the lambda reads it as: a primitive, or a string for text.</param>
public sealed record KernelPathExpression(string Path, Type Type) : ProbeExpression(Type);

/// <summary>Operators of one operand.</summary>
public enum UnaryOperator
{
    /// <summary>Logical not of a bool.</summary>
    Not,

    /// <summary>Arithmetic negation, wrapping.</summary>
    Negate,

    /// <summary>Bitwise complement.</summary>
    Complement,

    /// <summary>The number of UTF-16 units of a string. Null is a fault.</summary>
    StringLength,

    /// <summary>The number of elements of an array. Null is a fault.</summary>
    ArrayLength,

    /// <summary>A duration in whole and fractional milliseconds, as a double.</summary>
    TotalMilliseconds,

    /// <summary>A duration in whole and fractional microseconds, as a double.</summary>
    TotalMicroseconds,

    /// <summary>A duration in whole and fractional seconds, as a double.</summary>
    TotalSeconds,

    /// <summary>A duration in ticks of 100 ns, as a long.</summary>
    Ticks,
}

/// <summary>An operator on one operand.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Operand">The operand.</param>
/// <param name="Type">The result's type.</param>
public sealed record UnaryExpression(UnaryOperator Operator, ProbeExpression Operand, Type Type) : ProbeExpression(Type)
{
    /// <inheritdoc/>
    internal override IReadOnlyList<ProbeExpression> Children => [Operand];
}

/// <summary>Operators of two operands. Both have one type, except for the shifts, whose right operand is an int.</summary>
public enum BinaryOperator
{
    /// <summary>Addition, wrapping.</summary>
    Add,

    /// <summary>Subtraction, wrapping.</summary>
    Subtract,

    /// <summary>Multiplication, wrapping.</summary>
    Multiply,

    /// <summary>Division. By zero, for integers: a fault with the value 0; the least value divided by -1 wraps to itself.</summary>
    Divide,

    /// <summary>Remainder. By zero, for integers: a fault with the value 0; the least value by -1 is 0.</summary>
    Remainder,

    /// <summary>Bitwise and; logical for bool, both sides evaluated.</summary>
    And,

    /// <summary>Bitwise or; logical for bool, both sides evaluated.</summary>
    Or,

    /// <summary>Bitwise exclusive or.</summary>
    Xor,

    /// <summary>Left shift; the count is taken modulo the width as in C#.</summary>
    ShiftLeft,

    /// <summary>Right shift, arithmetic for signed types.</summary>
    ShiftRight,

    /// <summary>Equality: by value for primitives, ordinal for strings, by reference for other objects.</summary>
    Equal,

    /// <summary>The opposite of <see cref="Equal"/>; for floating point NaN != NaN.</summary>
    NotEqual,

    /// <summary>Less than; false when an operand is NaN.</summary>
    LessThan,

    /// <summary>Less than or equal; false when an operand is NaN.</summary>
    LessThanOrEqual,

    /// <summary>Greater than; false when an operand is NaN.</summary>
    GreaterThan,

    /// <summary>Greater than or equal; false when an operand is NaN.</summary>
    GreaterThanOrEqual,

    /// <summary>Logical and; the right side is evaluated only when the left is true.</summary>
    AndAlso,

    /// <summary>Logical or; the right side is evaluated only when the left is false.</summary>
    OrElse,
}

/// <summary>An operator on two operands.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Left">The left operand.</param>
/// <param name="Right">The right operand.</param>
/// <param name="Type">The result's type.</param>
public sealed record BinaryExpression(BinaryOperator Operator, ProbeExpression Left, ProbeExpression Right, Type Type) : ProbeExpression(Type)
{
    /// <inheritdoc/>
    internal override IReadOnlyList<ProbeExpression> Children => [Left, Right];
}

/// <summary>Tests of one string against another, all ordinal. Null on either side is a fault.</summary>
public enum StringTest
{
    /// <summary>The target begins with the argument.</summary>
    StartsWith,

    /// <summary>The target ends with the argument.</summary>
    EndsWith,

    /// <summary>The target contains the argument.</summary>
    Contains,
}

/// <summary>A test of one string against another.</summary>
/// <param name="Test">The test.</param>
/// <param name="Target">The string that is searched.</param>
/// <param name="Argument">The string that is looked for.</param>
public sealed record StringTestExpression(StringTest Test, ProbeExpression Target, ProbeExpression Argument) : ProbeExpression(typeof(bool))
{
    /// <inheritdoc/>
    internal override IReadOnlyList<ProbeExpression> Children => [Target, Argument];
}

/// <summary>A conversion between numbers (unchecked, as in C#), enums and their numbers, or references (a failed reference cast is a fault with null).</summary>
/// <param name="Operand">What is converted.</param>
/// <param name="Type">The type that it is converted to.</param>
public sealed record ConvertExpression(ProbeExpression Operand, Type Type) : ProbeExpression(Type)
{
    /// <inheritdoc/>
    internal override IReadOnlyList<ProbeExpression> Children => [Operand];
}

/// <summary>Whether an object is of a type; false for null.</summary>
/// <param name="Operand">The object.</param>
/// <param name="TestedType">The type.</param>
public sealed record TypeTestExpression(ProbeExpression Operand, Type TestedType) : ProbeExpression(typeof(bool))
{
    /// <inheritdoc/>
    internal override IReadOnlyList<ProbeExpression> Children => [Operand];
}

/// <summary>The full name of an object's run-time type. Null is a fault.</summary>
/// <param name="Operand">The object.</param>
public sealed record TypeNameExpression(ProbeExpression Operand) : ProbeExpression(typeof(string))
{
    /// <inheritdoc/>
    internal override IReadOnlyList<ProbeExpression> Children => [Operand];
}

/// <summary>One of two values; only the chosen one is evaluated.</summary>
/// <param name="Test">The bool that chooses.</param>
/// <param name="WhenTrue">The value when it is true.</param>
/// <param name="WhenFalse">The value when it is false.</param>
/// <param name="Type">The type of both.</param>
public sealed record ConditionalExpression(ProbeExpression Test, ProbeExpression WhenTrue, ProbeExpression WhenFalse, Type Type) : ProbeExpression(Type)
{
    /// <inheritdoc/>
    internal override IReadOnlyList<ProbeExpression> Children => [Test, WhenTrue, WhenFalse];
}
