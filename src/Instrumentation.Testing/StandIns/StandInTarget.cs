using System.Reflection;
using Instrumentation.Managed.Points;
using Instrumentation.Testing.Matching;

namespace Instrumentation.Testing.StandIns;

/// <summary>The calls that a stand-in is to act for.</summary>
/// <param name="Recorder">Whose calls.</param>
/// <param name="Calls">Which of them.</param>
internal sealed record StandInTarget(CallRecorder Recorder, CallPattern Calls)
{
    private MethodBase Method => Calls.Method;

    /// <summary>Lets the calls give another result.</summary>
    /// <param name="result">Gives the result.</param>
    /// <returns>The stand-in.</returns>
    /// <exception cref="SpecException">The method has no result that could be exchanged.</exception>
    public StandInHandle With(Func<InterceptedCall, object?> result)
    {
        if (Method.IsConstructor)
        {
            throw new SpecException($"Another result for {MethodName.WithParameters(Method)}", "a constructor fills an object that is there already.", "Use Skip() or Throws(), or replace the method that constructs it.");
        }

        DemandObject();
        return Recorder.Add(new ResultStandIn(Calls, result));
    }

    /// <summary>Lets the calls fail.</summary>
    /// <param name="failure">Makes the exception.</param>
    /// <returns>The stand-in.</returns>
    public StandInHandle Throws(Func<Exception> failure) => Recorder.Add(new FailureStandIn(Calls, failure));

    /// <summary>Lets the calls take longer.</summary>
    /// <param name="delay">By how much.</param>
    /// <returns>The stand-in.</returns>
    /// <exception cref="SpecException">The time is negative.</exception>
    public StandInHandle Delays(TimeSpan delay) => delay < TimeSpan.Zero
        ? throw new SpecException($"A delay of {delay}", "nothing takes less than no time more.", "Give zero or more.")
        : Recorder.Add(new DelayStandIn(Calls, delay));

    /// <summary>Lets the calls do nothing.</summary>
    /// <returns>The stand-in.</returns>
    /// <exception cref="SpecException">The method has a result for which nothing can stand.</exception>
    public StandInHandle Skip()
    {
        DemandObject();
        return Recorder.Add(new ResultStandIn(Calls, static _ => null));
    }

    /// <summary>Compares the parameters of a method with those of code that stands in for it.</summary>
    /// <param name="types">The code's.</param>
    /// <exception cref="SpecException">They differ.</exception>
    public void Demand(params Type[] types)
    {
        Type[] declared = [.. Method.GetParameters().Select(static parameter => parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType)];
        if (declared.Length != types.Length || declared.Zip(types).Any(static pair => !pair.First.ContainsGenericParameters && !pair.Second.IsAssignableFrom(pair.First)))
        {
            throw new SpecException(
                $"Code with the parameters ({string.Join(", ", types.Select(MethodName.Of))}) for {MethodName.WithParameters(Method)}",
                "the method has others.",
                "Take the method's own parameters, or none.");
        }
    }

    private void DemandObject()
    {
        if (Method is MethodInfo { ReturnType: { } type } && (type.IsByRef || type.IsByRefLike || type.IsPointer || type.IsFunctionPointer))
        {
            throw new SpecException($"Another result for {MethodName.WithParameters(Method)}", "it gives a reference, a pointer or a ref struct, which no object can stand for.", "Let it throw, or replace what calls it.");
        }
    }
}
