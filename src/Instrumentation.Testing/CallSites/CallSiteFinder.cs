using System.Diagnostics;
using System.Reflection;
using Instrumentation.Managed.Points;
using Instrumentation.Testing.Messages;

namespace Instrumentation.Testing.CallSites;

/// <summary>Finds where a call was made, in the frames that led to it.</summary>
internal static class CallSiteFinder
{
    /// <summary>The nearest caller whose source is known; else the nearest.</summary>
    /// <param name="trace">The frames, innermost first: those of the recorder, of the hook, of the method, of its callers.</param>
    /// <param name="method">The method that was called.</param>
    /// <returns>The place; null when no managed code called.</returns>
    public static CallSite? CallerOf(StackTrace trace, MethodBase method)
    {
        StackFrame[] frames = trace.GetFrames();
        int first = 0;
        while (first < frames.Length && IsOwn(frames[first].GetMethod()))
        {
            first++;
        }

        // A stand-in, or a method that starts its state machine, has one frame too; callers of the same method (recursion) have their own.
        if (first < frames.Length && frames[first].GetMethod() is { } called && Same(called, method))
        {
            first++;
        }

        CallSite? nearest = null;
        foreach (StackFrame frame in frames.AsSpan(first))
        {
            if (frame.GetMethod() is not { DeclaringType: not null } caller || IsOwn(caller))
            {
                continue;
            }

            string name = CallText.OfCaller(caller);
            if (SymbolFile.Of(caller.Module)?.Find(caller.MetadataToken, frame.GetILOffset()) is { } place)
            {
                return new CallSite(place.File, place.Line, name);
            }

            nearest ??= new CallSite(null, 0, name);
        }

        return nearest;
    }

    // Hooks are methods without a type.
    private static bool IsOwn(MethodBase? method) => method?.DeclaringType is not { } type || type.Assembly == typeof(CallSiteFinder).Assembly || OwnAssemblies.Contains(type.Assembly);

    private static bool Same(MethodBase frame, MethodBase method)
    {
        MethodBase source = StateMachines.SourceMethod(frame);
        return source.MetadataToken == method.MetadataToken && source.Module == method.Module;
    }
}
