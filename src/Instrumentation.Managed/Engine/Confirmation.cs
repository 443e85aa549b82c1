using System.Runtime.CompilerServices;
using Instrumentation.Managed.Profiler;

namespace Instrumentation.Managed.Engine;

/// <summary>Finds out what became of a woven body, instead of believing the runtime's S_OK.</summary>
internal static class Confirmation
{
    private const int Tries = 20;

    /// <summary>Whether a method can be compiled without a call that says over which types: generic ones cannot.</summary>
    /// <param name="method">The method.</param>
    /// <returns>True when it can.</returns>
    public static bool CanCompile(WovenMethod method) =>
        !method.Method.ContainsGenericParameters && method.Method.DeclaringType is not { ContainsGenericParameters: true };

    /// <summary>Compiles a woven method now, so that a failure does not come in the program's own call.</summary>
    /// <param name="method">The method.</param>
    /// <returns>Why it does not compile; null when it does.</returns>
    public static string? Compile(WovenMethod method)
    {
        try
        {
            RuntimeHelpers.PrepareMethod(method.Method.MethodHandle);
            return null;
        }
        catch (InvalidProgramException error)
        {
            return $"the woven body does not compile: {error.Message}";
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The method cannot be compiled, woven or not, for example because a type that it names cannot be loaded.
            return $"it cannot be compiled: {error.Message}";
        }
    }

    /// <summary>Whether the runtime has taken the woven body. A method that other threads call may be between two versions for a moment.</summary>
    /// <param name="method">The method, which was compiled.</param>
    /// <param name="profiler">The profiler.</param>
    /// <returns>True when it has.</returns>
    public static bool IsTaken(WovenMethod method, RuntimeProfiler profiler)
    {
        for (int i = 0; i < Tries; i++)
        {
            if (profiler.Native.BodyServed(method.Key) > 0)
            {
                return true;
            }

            // Nothing tells when: the runtime asks for the body on the thread that compiles the method first, which may be the program's. Bounded by the tries; a body that is not
            // taken by then is a gap that closes by itself.
            Thread.Sleep(1);
            _ = Compile(method);
        }

        return false;
    }

    /// <summary>What the runtime's refusal of a method means.</summary>
    /// <param name="result">The HRESULT.</param>
    /// <returns>The reason in words.</returns>
    public static string ReasonOf(int result) => result switch
    {
        HResults.DynamicModule => "it was made by Reflection.Emit, which the runtime cannot recompile",
        HResults.CollectibleFunction => "its load context is collectible",
        HResults.EditAndContinueModule => "its module is open to Edit and Continue",
        HResults.FunctionNotIl => "it has no IL",
        _ => $"the runtime answered {HResults.Describe(result)}",
    };
}
