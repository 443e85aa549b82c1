using System.Reflection;
using Instrumentation.Managed.Interception;

namespace Instrumentation;

/// <summary>A call that an interceptor sees. It belongs to the call's own thread until <see cref="CallInterceptor.OnReturn"/>, and to that of its end afterwards.</summary>
public sealed class InterceptedCall
{
    private static long _lastId;

    private readonly object?[] _arguments;
    private Func<InterceptedCall, object?>? _body;
    private Action? _before;
    private Exception? _failure;
    private bool _mayReplaceResult;

    internal InterceptedCall(InterceptedMethod method, CallInterceptor interceptor, object? instance, object?[] arguments, Type resultType)
    {
        Shape = method;
        Interceptor = interceptor;
        Instance = instance;
        _arguments = method.Restore(arguments);
        ResultType = resultType;
        Id = Interlocked.Increment(ref _lastId);
        ThreadId = Environment.CurrentManagedThreadId;
    }

    /// <summary>A number that no other call has; calls that begin later have greater ones on their thread.</summary>
    public long Id { get; }

    /// <summary>The method or constructor; of a generic one the definition.</summary>
    public MethodBase Method => Shape.Method;

    /// <summary>The instance; null for static methods, a copy of a struct. In a constructor the object is not built yet.</summary>
    public object? Instance { get; }

    /// <summary>
    /// The arguments when the call began; those by reference as they were then. A span is an array, or a string for characters; another <c>ref struct</c> is an <see cref="UnkeptValue"/>.
    /// Objects are those of the program, which may change them later.
    /// </summary>
    public IReadOnlyList<object?> Arguments => _arguments;

    /// <summary>The managed id of the thread that called.</summary>
    public int ThreadId { get; }

    /// <summary>When the call began: nanoseconds of CLOCK_MONOTONIC, as in events.</summary>
    public long Started { get; internal init; }

    /// <summary>When the call ended, on the same clock; 0 before.</summary>
    public long Ended { get; internal set; }

    /// <summary>The place in the caller.</summary>
    public CodeAddress Caller { get; internal init; }

    /// <summary>What the method has given, from <see cref="CallInterceptor.OnReturn"/> on; null for none. A task there, and in <see cref="CallInterceptor.OnEnd"/> the task's result.</summary>
    public object? Result { get; internal set; }

    /// <summary>What has left the method, or what its task has failed with; null for nothing. A cancelled task has a <see cref="TaskCanceledException"/>.</summary>
    public Exception? Exception { get; internal set; }

    /// <summary>Whether something else happened than the method's own code.</summary>
    public bool IsReplaced { get; internal set; }

    /// <summary>Whatever the interceptor wants to keep with the call.</summary>
    public object? State { get; set; }

    internal InterceptedMethod Shape { get; }

    internal CallInterceptor Interceptor { get; }

    /// <summary>What the method returns, as far as this call knows: exact where the declared type depends on type arguments.</summary>
    internal Type ResultType { get; }

    /// <summary>Whether the woven code has to ask <see cref="Act"/>.</summary>
    internal bool HasDecided { get; private set; }

    /// <summary>Whether <see cref="NewResult"/> has to be written back.</summary>
    internal bool HasNewResult { get; private set; }

    /// <summary>What the method gives instead. Not to be mixed up with <see cref="Result"/>, which becomes that of the task, on whatever thread that ends.</summary>
    internal object? NewResult { get; private set; }

    /// <summary>
    /// At the entry: the method's code does not run, and the call gives this. At the return: the call gives this instead. A method that gives a task may be given the task's result.
    /// </summary>
    /// <param name="value">The value; null for none, or for the default of a struct.</param>
    /// <exception cref="SpecException">The method cannot give such a value.</exception>
    public void Return(object? value)
    {
        Shape.DemandReplaceable(ResultType);
        object? converted = Shape.Convert(value, ResultType);
        if (_mayReplaceResult)
        {
            Result = NewResult = converted;
            HasNewResult = true;
            IsReplaced = true;
            return;
        }

        Decide(_ => converted);
    }

    /// <summary>At the entry: the method's code does not run, and the call fails with this; of a method that gives a task, the task does.</summary>
    /// <param name="exception">The exception.</param>
    public void Throw(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        DemandEntry(nameof(Throw));
        if (Shape.Failed(exception, ResultType) is { } task)
        {
            Decide(_ => task);
            return;
        }

        _failure = exception;
        _body = null;
        HasDecided = true;
        IsReplaced = true;
    }

    /// <summary>
    /// At the entry: the method's code does not run, and this does, on the caller's thread and outside of the library: probes observe what it does, and what it throws leaves the
    /// method (or fails its task).
    /// </summary>
    /// <param name="body">Gives the result, as for <see cref="Return"/>.</param>
    public void Run(Func<InterceptedCall, object?> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        DemandEntry(nameof(Run));
        Shape.DemandReplaceable(ResultType);
        Decide(call => Shape.Convert(body(call), ResultType));
    }

    /// <summary>At the entry: does something before the method's code runs, on the caller's thread and outside of the library. What it throws leaves the method.</summary>
    /// <param name="action">What to do.</param>
    public void Before(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        DemandEntry(nameof(Before));
        _before += action;
        HasDecided = true;
    }

    /// <summary>Carries out what was decided at the entry; on the thread of the call, outside of the library.</summary>
    /// <returns>True when the method's code must not run.</returns>
    internal bool Act()
    {
        _before?.Invoke();
        if (_failure is not null)
        {
            throw _failure;
        }

        if (_body is null)
        {
            return false;
        }

        try
        {
            NewResult = _body(this);
        }
        catch (Exception error) when (Shape.Failed(error, ResultType) is { } task)
        {
            NewResult = task;
        }

        HasNewResult = true;
        return true;
    }

    internal void BeginReturn() => _mayReplaceResult = true;

    private void Decide(Func<InterceptedCall, object?> body)
    {
        _body = body;
        _failure = null;
        HasDecided = true;
        IsReplaced = true;
    }

    private void DemandEntry(string name)
    {
        if (_mayReplaceResult)
        {
            throw new SpecException($"{name}() after the method has returned", "its code has run by then.", "Decide in OnEntry; at the return, Return(value) exchanges the result.");
        }
    }
}
