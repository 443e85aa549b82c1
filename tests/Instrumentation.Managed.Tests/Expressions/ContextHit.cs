using Instrumentation.Expressions;

namespace Instrumentation.Managed.Tests.Expressions;

/// <summary>A hit for the interpreter with the same values as the boxes of <see cref="Emitted"/> and its context.</summary>
internal sealed class ContextHit(object? self, object? result, params object?[] arguments) : IExpressionInput
{
    public const int Number = 123_456_789;

    public static readonly Exception? Exception = new ArgumentException("wrong", "parameter");

    public static readonly string? ThrownBy = "Shop.Orders::Check";

    public object? This => self;

    public object? Result => result;

    public object? Argument(int index) => arguments[index];

    public object? Argument(string name) => throw new InvalidOperationException("Arguments have positions here.");

    public object? Context(ContextValue value) => value switch
    {
        ContextValue.Exception => Exception,
        ContextValue.ThrownBy => ThrownBy,
        ContextValue.Duration or ContextValue.Timestamp => (long)Number,
        ContextValue.Caller => new CodeAddress(Number),
        _ => Number,
    };
}
