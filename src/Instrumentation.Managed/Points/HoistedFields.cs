using System.Reflection;

namespace Instrumentation.Managed.Points;

/// <summary>
/// The fields of a state machine in which the compiler keeps the parameters and the instance of the method that the source wrote. It keeps only what the
/// method's code uses.
/// </summary>
/// <param name="Written">The method that the source wrote.</param>
/// <param name="Machine">The state machine, a definition when generic.</param>
internal sealed record HoistedFields(MethodBase Written, Type Machine)
{
    private const string Instance = "<>4__this";

    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private int ThisArguments => Written.IsStatic ? 0 : 1;

    /// <summary>The field of an argument.</summary>
    /// <param name="argument">The IL argument of the written method; <c>this</c> is 0 in instance methods.</param>
    /// <returns>The field.</returns>
    /// <exception cref="ExpressionException">The compiler kept none.</exception>
    public FieldInfo Of(int argument)
    {
        bool isThis = argument < ThisArguments;
        string? name = isThis ? Instance : Written.GetParameters()[argument - ThisArguments].Name;
        return (name is null ? null : Machine.GetField(name, Declared)) ?? throw new ExpressionException(
            isThis ? "this" : $"argument '{name ?? $"{argument - ThisArguments}"}'",
            $"the code of {MethodName.WithParameters(Written)} runs in a state machine, and the compiler did not keep {(isThis ? "the instance" : "the parameter")} there, because the code does not use it.",
            isThis ? "Leave it out." : "Leave it out, or read it where the method is called, with a probe on its caller.");
    }
}
