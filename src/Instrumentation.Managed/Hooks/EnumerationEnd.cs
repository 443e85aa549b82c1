using Instrumentation.Events;

namespace Instrumentation.Managed.Hooks;

/// <summary>What woven code calls where an enumeration may end.</summary>
internal static unsafe class EnumerationEnd
{
    // SAFETY: the pointer is to a static method of a type that is never unloaded, and woven code calls it with its signature.
    /// <summary>What woven code passes as marks where the probe does not report this kind of end: the enumeration is only forgotten.</summary>
    public const int Unwanted = -1;

    /// <summary>The machine code of <see cref="Report"/>.</summary>
    public static nint Pointer => (nint)(delegate*<object, object?, int, long, int, void>)&Report;

    /// <summary>Ends an enumeration: its end hook is called with what was kept when it began. Does nothing when it did not begin under the probe.</summary>
    /// <param name="enumerator">The enumerator.</param>
    /// <param name="exception">The exception that ended it, or null.</param>
    /// <param name="ticket">The probe's ticket.</param>
    /// <param name="startHere">Not 0 when it began in the same run of the state machine: it was never suspended.</param>
    /// <param name="marks">Marks of the event, or <see cref="Unwanted"/>.</param>
    public static void Report(object enumerator, object? exception, int ticket, long startHere, int marks)
    {
        PendingCall? call;
        using (ThreadStates.Guard())
        {
            call = EnumerationTable.Take(enumerator, ticket);
        }

        if (call is null)
        {
            return;
        }

        if (marks != Unwanted)
        {
            call.CallEnd(exception, startHere != 0 ? Weaving.HookPlan.NotSuspended : call.Id, marks);
        }

        call.GiveBack();
    }
}
