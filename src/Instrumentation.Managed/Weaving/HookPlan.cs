using Instrumentation.Managed.Points;

namespace Instrumentation.Managed.Weaving;

/// <summary>A compiled hook and the values that it takes first.</summary>
/// <param name="Pointer">The machine code: a managed, static function.</param>
/// <param name="Operands">The values that it takes, in order.</param>
internal sealed record WovenHook(nint Pointer, IReadOnlyList<HookOperand> Operands);

/// <summary>
/// What one probe wants woven into one method. Hooks take their operands and then:
/// at entry <c>(int ticket, int site)</c>, giving the call's start as a long when <see cref="KeepsStart"/>, else nothing;
/// at the end <c>([result], object exception, long start, int ticket, int site, [long callId])</c>;
/// in handlers <c>(object exception, int ticket, int site)</c>;
/// for an enumeration that begins <c>(object enumerator, long start, int ticket, int site)</c>.
/// </summary>
internal sealed record HookPlan
{
    /// <summary>What woven code passes as the number of a suspended call: this is no such call (yet).</summary>
    public const long NotSuspended = -1;

    /// <summary>The probe's slot.</summary>
    public required int Slot { get; init; }

    /// <summary>The probe's ticket, which hooks compare with <see cref="Events.ProbeSlots.Tickets"/>.</summary>
    public required int Ticket { get; init; }

    /// <summary>The method's site.</summary>
    public required int Site { get; init; }

    /// <summary>Whether the woven code itself counts the call in <see cref="Events.WovenCells"/>.</summary>
    public bool CountsInline { get; init; }

    /// <summary>
    /// Compiles the condition that decides in woven code whether the probe's hooks are called at all; null when there is none. Compiled anew for each
    /// body, since instructions belong to one.
    /// </summary>
    public Func<IReadOnlyList<Mono.Cecil.Cil.Instruction>>? InlineCondition { get; init; }

    /// <summary>What the code is to the call.</summary>
    public CodeRole Role { get; init; }

    /// <summary>The iterator whose enumerations are the calls; null otherwise.</summary>
    public IteratorShape? Iterator { get; init; }

    /// <summary>Keeps, where an enumeration begins, what its end will need; null when the end is not reported.</summary>
    public WovenHook? Keep { get; init; }

    /// <summary>Whether an enumeration ends where a frame of the code does. (An async iterator's ends before.)</summary>
    public bool EndsEnumerationInFrame => Iterator is { IsAsync: false } && (OnReturn || OnThrow);

    /// <summary>Whether there is nothing to weave.</summary>
    public bool IsEmpty => !CountsInline && Entry is null && Exit is null && Catch is null && !EndsEnumerationInFrame;

    /// <summary>Where the arguments are when the code is a state machine's; null when they are its own arguments.</summary>
    public HoistedFields? Fields { get; init; }

    /// <summary>Called when the method is entered, or null.</summary>
    public WovenHook? Entry { get; init; }

    /// <summary>Whether the entry hook gives the call's start, to be handed to the end hook.</summary>
    public bool KeepsStart { get; init; }

    /// <summary>Called when the call ends, or null.</summary>
    public WovenHook? Exit { get; init; }

    /// <summary>The result that the end hook takes, or null.</summary>
    public HookOperand? Result { get; init; }

    /// <summary>Whether the end hook takes the number of a suspended call; <see cref="NotSuspended"/> from woven code.</summary>
    public bool TakesCallId { get; init; }

    /// <summary>Whether the end hook is called at normal returns.</summary>
    public bool OnReturn { get; init; }

    /// <summary>Whether the end hook is called when an exception leaves the method.</summary>
    public bool OnThrow { get; init; }

    /// <summary>Starts below this say that the body will not run, of a probe that intercepts.</summary>
    public const long Replaced = -(1L << 32);

    /// <summary>
    /// For a probe that intercepts: what is asked where a start is negative, inside the regions of all end hooks, whether the body must not run (it may throw what the call is to throw).
    /// The start hook then takes the result's address before the ticket. 0 for others.
    /// </summary>
    public nint Act { get; init; }

    /// <summary>Called in each handler that catches, or null.</summary>
    public WovenHook? Catch { get; init; }
}
