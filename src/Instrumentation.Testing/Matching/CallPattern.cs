using System.Reflection;
using Instrumentation.Testing.Messages;
using Instrumentation.Testing.Recording;

namespace Instrumentation.Testing.Matching;

/// <summary>Which calls an assertion means.</summary>
/// <param name="Method">The method, with its type arguments.</param>
/// <param name="Instance">What the instance is to be; null for any, and for static methods.</param>
/// <param name="Arguments">What the arguments are to be; null for any.</param>
/// <param name="Target">What the method is called on in the text; null for its type.</param>
internal sealed record CallPattern(MethodBase Method, ArgumentPattern? Instance, IReadOnlyList<ArgumentPattern>? Arguments, string? Target)
{
    /// <summary>The pattern as a test would write it.</summary>
    public string Text => CallText.Of(Method, Arguments is null && Method.GetParameters().Length > 0 ? ["…"] : [.. (Arguments ?? []).Select(static argument => argument.Text)], Target);

    /// <summary>The method alone, as a test would write it.</summary>
    public string MethodText => CallText.OfMethod(Method);

    /// <summary>Whether a call is of the method, whatever its arguments.</summary>
    /// <param name="method">The method of the call.</param>
    /// <returns>True when it is.</returns>
    public bool IsOfMethod(MethodBase method) => Implementations.IsOf(method, Method);

    /// <summary>Compares a call of the method with the pattern.</summary>
    /// <param name="call">The call.</param>
    /// <returns>What came of it.</returns>
    public CallMatch Judge(RecordedCall call)
    {
        if (TypeArguments.Judge(Method, call) is { Answer: not Answer.Yes } types)
        {
            return new CallMatch(call, [(string.Empty, types)]);
        }

        List<(string Name, Verdict Verdict)> parts = [];
        if (Instance is not null)
        {
            parts.Add(("the instance", Instance.Judge(call.Instance, call.Instance)));
        }

        ParameterInfo[] parameters = Method.GetParameters();
        for (int i = 0; Arguments is not null && i < parameters.Length; i++)
        {
            parts.Add((parameters[i].Name ?? $"argument {i + 1}", Arguments[i].Judge(call.Arguments[i], call.Originals[i])));
        }

        return new CallMatch(call, parts);
    }
}
