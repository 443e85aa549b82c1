using System.Collections.Concurrent;
using System.Reflection;
using Instrumentation.Events;
using Instrumentation.Managed.Hooks;
using Instrumentation.Managed.Weaving;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Managed.Interception;

/// <summary>What the hooks of intercepted methods call. Nothing here throws, but for what an interceptor wants thrown.</summary>
internal static unsafe class InterceptionRuntime
{
    // SAFETY: states and blocks belong to the current thread and are never freed while it runs.
    private static readonly CallInterceptor?[] BySlot = new CallInterceptor?[ProbeSlots.Capacity];
    private static readonly ConcurrentDictionary<int, InterceptedMethod> BySite = new();

    [ThreadStatic]
    private static InterceptedCall?[]? _open;

    [ThreadStatic]
    private static int _openCount;

    /// <summary>Gives a probe's hooks their interceptor, or takes it from them.</summary>
    /// <param name="slot">The probe's slot.</param>
    /// <param name="interceptor">The interceptor, or null.</param>
    public static void Set(int slot, CallInterceptor? interceptor) => Volatile.Write(ref BySlot[slot], interceptor);

    /// <summary>Tells what the method of a site is.</summary>
    /// <param name="site">The site.</param>
    /// <param name="method">The method.</param>
    public static void Know(int site, MethodBase method) => BySite.TryAdd(site, new InterceptedMethod(method));

    /// <summary>Whether the probe's interceptor wants the call that begins.</summary>
    /// <param name="block">The probe's block, which counts what the interceptor throws.</param>
    /// <param name="ticket">The probe's ticket.</param>
    /// <returns>1 when it does.</returns>
    public static int Wants(ProbeBlock* block, int ticket)
    {
        try
        {
            return Volatile.Read(ref BySlot[ticket & (ProbeSlots.Capacity - 1)]) is { } interceptor && interceptor.Wants() ? 1 : 0;
        }
        catch (Exception)
        {
            // Counted as the probe's fault: the program must not notice.
            block->Faults++;
            return 0;
        }
    }

    /// <summary>Begins a call.</summary>
    /// <param name="block">The probe's block.</param>
    /// <param name="instance">The instance, or null.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="resultType">The exact type of the result where it depends on type arguments; else null.</param>
    /// <param name="caller">The address in the caller, or 0.</param>
    /// <param name="ticket">The probe's ticket.</param>
    /// <param name="site">The method's site.</param>
    /// <returns>
    /// What the end hook takes as the call's start: its place among the open calls, negative when <see cref="Act"/> is to be asked, and below
    /// <see cref="HookPlan.Replaced"/> when the method's code will not run; 0 for nothing.
    /// </returns>
    public static long Begin(ProbeBlock* block, object? instance, object?[] arguments, object? resultType, ulong caller, int ticket, int site)
    {
        try
        {
            CallInterceptor? interceptor = Volatile.Read(ref BySlot[ticket & (ProbeSlots.Capacity - 1)]);
            if (interceptor is null || !BySite.TryGetValue(site, out InterceptedMethod? method))
            {
                return 0;
            }

            InterceptedCall call = new(method, interceptor, instance, arguments, resultType as Type ?? method.ReturnType) { Started = HookClock.Now, Caller = new CodeAddress(caller) };
            interceptor.OnEntry(call);
            int place = Push(call);
            return !call.HasDecided ? place : call.IsReplaced ? HookPlan.Replaced - place : -place;
        }
        catch (Exception)
        {
            block->Faults++;
            return 0;
        }
    }

    /// <summary>Carries out what an interceptor has decided; outside of the library. Throws what the call is to throw.</summary>
    /// <param name="start">What <see cref="Begin"/> gave.</param>
    /// <returns>1 when the method's code must not run.</returns>
    public static int Act(long start) => Peek(start) is { } call && call.Act() ? 1 : 0;

    /// <summary>Ends the frame of a call.</summary>
    /// <param name="result">What the method gives, as an object; null when an exception has left it.</param>
    /// <param name="exception">The exception, or null.</param>
    /// <param name="start">What <see cref="Begin"/> gave, not 0.</param>
    /// <param name="ticket">The probe's ticket.</param>
    /// <returns>The call when its result has to be written back; else null.</returns>
    public static InterceptedCall? End(object? result, object? exception, long start, int ticket)
    {
        InterceptedCall? call = Pop(start);
        if (call is null)
        {
            return null;
        }

        ThreadState* state = ThreadStates.Current();
        int guard = state == null ? 0 : state->Guard;
        if (state != null)
        {
            Volatile.Write(ref state->Guard, ThreadState.InLibrary);
        }

        try
        {
            if (exception is null)
            {
                call.Result = call.HasNewResult ? call.NewResult : call.Shape.RestoreResult(result);
            }

            call.Exception = exception as Exception;
            Report(call, state, ticket);
            return call.HasNewResult && exception is null ? call : null;
        }
        catch (Exception)
        {
            Fault(state, ticket);
            return call.HasNewResult && exception is null ? call : null;
        }
        finally
        {
            if (state != null)
            {
                Volatile.Write(ref state->Guard, guard);
            }
        }
    }

    /// <summary>The result that has to be written back.</summary>
    /// <param name="call">The call.</param>
    /// <returns>The result.</returns>
    public static object? ResultOf(InterceptedCall call) => call.NewResult;

    /// <summary>The object that stands for a value whose type depends on the instantiation.</summary>
    /// <param name="address">The value.</param>
    /// <param name="type">Its <see cref="Type"/>.</param>
    /// <returns>The object.</returns>
    public static object? Box(ref byte address, object type) => ((Type)type).IsByRefLike ? UnkeptValue.RefStruct
        : System.Runtime.CompilerServices.Unsafe.IsNullRef(ref address) ? null
        : System.Runtime.CompilerServices.RuntimeHelpers.Box(ref address, ((Type)type).TypeHandle);

    /// <summary>Writes an object where a value of its type is.</summary>
    /// <param name="address">Where.</param>
    /// <param name="type">The <see cref="Type"/> of the value.</param>
    /// <param name="value">The object.</param>
    public static void Store(ref byte address, object type, object? value) => ResultStore.Of((Type)type)(ref address, value);

    private static void Report(InterceptedCall call, ThreadState* state, int ticket)
    {
        if (Volatile.Read(ref ProbeSlots.Tickets[ticket & (ProbeSlots.Capacity - 1)]) != ticket)
        {
            return;
        }

        long now = HookClock.Now;
        call.BeginReturn();
        call.Interceptor.OnReturn(call);
        if (call.Exception is null && Behind(call) is { } behind)
        {
            if (behind is Task { IsCompleted: false } task)
            {
                PendingCall pending = PendingCall.Rent((nint)(delegate*<PendingCall, void>)&EndOfTask, call.Started, ticket, 0, 0);
                pending.SetObject(0, call);
                pending.SetObject(1, call.Result);
                pending.Follow(task);
                return;
            }

            Settle(call, behind);
        }

        call.Ended = now;
        call.Interceptor.OnEnd(call);
    }

    private static void EndOfTask(PendingCall pending)
    {
        ThreadState* state = ThreadStates.Current();
        if (state == null || pending.GetObject(0) is not InterceptedCall call || Volatile.Read(ref ProbeSlots.Tickets[pending.Ticket & (ProbeSlots.Capacity - 1)]) != pending.Ticket)
        {
            return;
        }

        int guard = state->Guard;
        Volatile.Write(ref state->Guard, ThreadState.InLibrary);
        try
        {
            call.Ended = HookClock.Now;
            Settle(call, pending.GetTask());
            call.Interceptor.OnEnd(call);
        }
        catch (Exception)
        {
            Fault(state, pending.Ticket);
        }
        finally
        {
            Volatile.Write(ref state->Guard, guard);
        }
    }

    // The task that ends the call; null when the call ends with its return.
    private static object? Behind(InterceptedCall call) => call.Shape.Task.Kind == TaskKind.None ? null : call.Result switch
    {
        Task task => task,
        ValueTask plain => ValueTaskParts.ObjectOf(plain),
        { } value => ValueTaskParts.ObjectOf(value),
        null => null,
    };

    private static void Settle(InterceptedCall call, object? behind)
    {
        call.Exception = HookRuntime.FailureOf(behind) as Exception ?? (behind is Task { IsCanceled: true } cancelled ? new TaskCanceledException(cancelled) : null);
        call.Result = call.Exception is not null ? null
            : behind is Task done ? ResultValues.Of(done)
            : UnkeptValue.AwaitersResult;
    }

    private static void Fault(ThreadState* state, int ticket)
    {
        ProbeBlock* block = state == null ? null : ThreadStates.Block(state, ticket & (ProbeSlots.Capacity - 1));
        if (block != null)
        {
            block->Faults++;
        }
    }

    private static int Push(InterceptedCall call)
    {
        InterceptedCall?[] open = _open ??= new InterceptedCall?[16];
        if (_openCount == open.Length)
        {
            Array.Resize(ref _open, open.Length * 2);
        }

        _open[_openCount++] = call;
        return _openCount;
    }

    private static int PlaceOf(long start) => (int)(Math.Abs(start) % HookPlan.Replaced);

    private static InterceptedCall? Peek(long start) => _open is { } open && PlaceOf(start) is > 0 and var place && place <= _openCount ? open[place - 1] : null;

    private static InterceptedCall? Pop(long start)
    {
        InterceptedCall? call = Peek(start);
        if (call is not null)
        {
            int place = PlaceOf(start);
            Array.Clear(_open!, place - 1, _openCount - place + 1);
            _openCount = place - 1;
        }

        return call;
    }
}
