using System.Runtime.CompilerServices;
using Instrumentation.Events;
using Instrumentation.Spans;
using ThreadState = Instrumentation.Events.ThreadState;

namespace Instrumentation.Managed.Hooks;

/// <summary>
/// A call whose task, or whose enumeration, has not ended: what its end hook will need then. Rented and returned per thread, so that a steady load allocates none.
/// The task itself holds it, as a continuation that runs where the task completes: a task that never ends keeps nothing alive but itself.
/// </summary>
internal abstract unsafe class PendingCall
{
    /// <summary>The most operands of an end hook that can be kept.</summary>
    public const int MaximumOperands = 16;

    private const int MostFree = 256;

    private static long _lastId;

    [ThreadStatic]
    private static PendingCall? _free;

    [ThreadStatic]
    private static int _freeCount;

    [ThreadStatic]
    private static ulong _resumedCaller;

    private readonly object?[] _objects = new object?[2 * MaximumOperands];
    private readonly long[] _numbers = new long[MaximumOperands];
    private PendingCall? _next;
    private delegate*<PendingCall, void> _resume;
    private ulong _caller;
    private object? _task;
    private FlowSpan? _span;

    /// <summary>When the call began.</summary>
    public long Start { get; private set; }

    /// <summary>The probe's ticket.</summary>
    public int Ticket { get; private set; }

    /// <summary>The method's site.</summary>
    public int Site { get; private set; }

    /// <summary>A number that no other call has.</summary>
    public long Id { get; private set; }

    /// <summary>The address in the caller of the call whose end is being reported on this thread.</summary>
    /// <returns>The address, or 0.</returns>
    public static ulong ResumedCaller() => _resumedCaller;

    /// <summary>The task that ends the call.</summary>
    /// <returns>The task.</returns>
    public object? GetTask() => _task;

    /// <summary>Where the task is kept: what a value task with that task looks like to <see cref="HookRuntime.ObjectOf"/>.</summary>
    /// <returns>The address.</returns>
    public ref byte GetTaskAddress() => ref Unsafe.As<object?, byte>(ref _task);

    /// <summary>Rents a call. The hook then keeps its operands in it and calls <see cref="Follow"/>.</summary>
    /// <param name="resume">The compiled code that calls the end hook with the kept operands.</param>
    /// <param name="start">When the call began.</param>
    /// <param name="ticket">The probe's ticket.</param>
    /// <param name="site">The method's site.</param>
    /// <param name="caller">The address in the caller, or 0.</param>
    /// <returns>The call.</returns>
    public static PendingCall Rent(nint resume, long start, int ticket, int site, ulong caller)
    {
        PendingCall? call = _free;
        if (call is null)
        {
            call = TaskContinuation.Create();
        }
        else
        {
            _free = call._next;
            call._next = null;
            _freeCount--;
        }

        call._resume = (delegate*<PendingCall, void>)resume;
        call.Start = start;
        call.Ticket = ticket;
        call.Site = site;
        call._caller = caller;
        call.Id = Interlocked.Increment(ref _lastId);
        return call;
    }

    /// <summary>Lets the end of a task end the call.</summary>
    /// <param name="task">A task that has not ended, or just has.</param>
    public void Follow(object task)
    {
        _task = task;
        if (!TaskContinuation.TryAdd(Unsafe.As<Task>(task), this))
        {
            Complete();
        }
    }

    /// <summary>Keeps the span that the call goes on with.</summary>
    public void KeepSpan() => _span = SpanRuntime.TakeLeft();

    /// <summary>Keeps an object.</summary>
    /// <param name="index">Where.</param>
    /// <param name="value">The object.</param>
    public void SetObject(int index, object? value) => _objects[index] = value;

    /// <summary>A kept object.</summary>
    /// <param name="index">Where.</param>
    /// <returns>The object.</returns>
    public object? GetObject(int index) => _objects[index];

    /// <summary>Keeps an integer.</summary>
    /// <param name="index">Where.</param>
    /// <param name="value">The integer.</param>
    public void SetLong(int index, long value) => _numbers[index] = value;

    /// <summary>A kept integer.</summary>
    /// <param name="index">Where.</param>
    /// <returns>The integer.</returns>
    public long GetLong(int index) => _numbers[index];

    /// <summary>Keeps a floating-point number.</summary>
    /// <param name="index">Where.</param>
    /// <param name="value">The number.</param>
    public void SetDouble(int index, double value) => _numbers[index] = BitConverter.DoubleToInt64Bits(value);

    /// <summary>A kept floating-point number.</summary>
    /// <param name="index">Where.</param>
    /// <returns>The number.</returns>
    public double GetDouble(int index) => BitConverter.Int64BitsToDouble(_numbers[index]);

    /// <summary>Keeps a value whose type depends on the instantiation, and its type. A struct is boxed, which allocates.</summary>
    /// <param name="index">Where.</param>
    /// <param name="address">The value.</param>
    /// <param name="type">Its <see cref="Type"/>.</param>
    public void SetGeneric(int index, ref byte address, object type)
    {
        _objects[index] = RuntimeHelpers.Box(ref address, ((Type)type).TypeHandle);
        _objects[MaximumOperands + index] = type;
    }

    /// <summary>The address of a kept value whose type depends on the instantiation.</summary>
    /// <param name="index">Where.</param>
    /// <returns>The address.</returns>
    public ref byte GetGeneric(int index)
    {
        // SAFETY: a boxed struct's value lies where the first field of any object does; a reference lies in the array's element.
        ref object? element = ref _objects[index];
        return ref GetGenericType(index) is Type { IsValueType: true } && element is not null
            ? ref Unsafe.As<Box>(element).First
            : ref Unsafe.As<object?, byte>(ref element);
    }

    /// <summary>The type of a kept value whose type depends on the instantiation.</summary>
    /// <param name="index">Where.</param>
    /// <returns>The type.</returns>
    public object? GetGenericType(int index) => _objects[MaximumOperands + index];

    /// <summary>Calls the end hook and gives the call back.</summary>
    public void Complete()
    {
        ThreadState* state = ThreadStates.Current();

        // SAFETY: a state is never freed. A task can be completed by code of the application that the library's own code called: the end is still reported.
        int guard = state == null ? 0 : state->Guard;
        if (guard != 0)
        {
            state->Guard = 0;
        }

        _resumedCaller = _caller;
        FlowSpan? before = SpanRuntime.SetLeft(_span);
        _resume(this);
        SpanRuntime.End();
        SpanRuntime.SetLeft(before);
        if (guard != 0)
        {
            state->Guard = guard;
        }

        GiveBack();
    }

    /// <summary>Calls the end hook of an enumeration.</summary>
    /// <param name="exception">The exception that ended it, or null.</param>
    /// <param name="callId">Its number, or <see cref="Weaving.HookPlan.NotSuspended"/>.</param>
    /// <param name="marks">Marks of the event.</param>
    public void CallEnd(object? exception, long callId, int marks)
    {
        // SAFETY: the hook of an enumeration was rented with code of this signature.
        ((delegate*<PendingCall, object?, long, int, void>)_resume)(this, exception, callId, marks);
    }

    /// <summary>Gives the call back to be rented again.</summary>
    public void GiveBack()
    {
        _task = null;
        _span = null;
        Array.Clear(_objects);
        if (_freeCount < MostFree)
        {
            _next = _free;
            _free = this;
            _freeCount++;
        }
    }

    private sealed class Box
    {
        public byte First = 0;
    }
}
