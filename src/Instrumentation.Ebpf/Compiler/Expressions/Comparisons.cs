using Instrumentation.Ebpf.Assembler;
using Instrumentation.Expressions;

namespace Instrumentation.Ebpf.Compiler.Expressions;

/// <summary>Comparisons turned round, and as the conditions of jumps.</summary>
internal static class Comparisons
{
    /// <summary>The operator that says the same of swapped operands.</summary>
    /// <param name="operation">A comparison, or an operator whose operands may be swapped.</param>
    /// <returns>The operator.</returns>
    public static BinaryOperator Mirror(BinaryOperator operation) => operation switch
    {
        BinaryOperator.LessThan => BinaryOperator.GreaterThan,
        BinaryOperator.LessThanOrEqual => BinaryOperator.GreaterThanOrEqual,
        BinaryOperator.GreaterThan => BinaryOperator.LessThan,
        BinaryOperator.GreaterThanOrEqual => BinaryOperator.LessThanOrEqual,
        _ => operation,
    };

    /// <summary>The comparison of whole numbers that holds when one does not.</summary>
    /// <param name="operation">The comparison.</param>
    /// <returns>Its opposite.</returns>
    public static BinaryOperator Opposite(BinaryOperator operation) => operation switch
    {
        BinaryOperator.Equal => BinaryOperator.NotEqual,
        BinaryOperator.NotEqual => BinaryOperator.Equal,
        BinaryOperator.LessThan => BinaryOperator.GreaterThanOrEqual,
        BinaryOperator.LessThanOrEqual => BinaryOperator.GreaterThan,
        BinaryOperator.GreaterThan => BinaryOperator.LessThanOrEqual,
        _ => BinaryOperator.LessThan,
    };

    /// <summary>The jump that is taken when a comparison of canonical numbers holds.</summary>
    /// <param name="operation">The comparison.</param>
    /// <param name="unsigned">Whether the numbers have no sign.</param>
    /// <returns>The jump.</returns>
    public static JumpCondition ConditionOf(BinaryOperator operation, bool unsigned) => operation switch
    {
        BinaryOperator.Equal => JumpCondition.Equal,
        BinaryOperator.NotEqual => JumpCondition.NotEqual,
        BinaryOperator.LessThan => unsigned ? JumpCondition.Less : JumpCondition.SignedLess,
        BinaryOperator.LessThanOrEqual => unsigned ? JumpCondition.LessOrEqual : JumpCondition.SignedLessOrEqual,
        BinaryOperator.GreaterThan => unsigned ? JumpCondition.Greater : JumpCondition.SignedGreater,
        _ => unsigned ? JumpCondition.GreaterOrEqual : JumpCondition.SignedGreaterOrEqual,
    };
}
