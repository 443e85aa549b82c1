using System.Linq.Expressions;
using System.Reflection;
using Instrumentation.Managed.Interception;
using Instrumentation.Managed.Locks;
using Instrumentation.Managed.Points;

namespace Instrumentation;

/// <summary>Probes on .NET methods.</summary>
/// <remarks>
/// Everything here is inert: names are looked up when the spec is attached, among the assemblies that are loaded then. A probe on a generic
/// method or type observes all its instantiations. A method that returns a task is one call, which ends when the task does.
/// Of an iterator or async iterator, each enumeration is one call, from its first step to its end or disposal.
/// </remarks>
public static class ManagedProbes
{
    /// <summary>The factories of this backend.</summary>
    extension(Probe)
    {
        /// <summary>A probe on a method given by reflection.</summary>
        /// <param name="method">The method or constructor.</param>
        /// <returns>The spec.</returns>
        public static ProbeSpec Method(MethodBase method)
        {
            ArgumentNullException.ThrowIfNull(method);
            return new ProbeSpec(new MethodPoint(new MethodTarget.Exact(method)));
        }

        /// <summary>A probe on the static method that a lambda calls: <c>Probe.Method(() =&gt; File.Delete(default!))</c>.</summary>
        /// <param name="call">The call; it is never made, the arguments do not matter.</param>
        /// <returns>The spec.</returns>
        /// <exception cref="SpecException">The lambda is no call.</exception>
        public static ProbeSpec Method(Expression<Action> call) => FromLambda(call);

        /// <summary>A probe on the static method, constructor or property that a lambda calls: <c>Probe.Method(() =&gt; File.ReadAllText(default!))</c>.</summary>
        /// <typeparam name="TResult">What the call returns.</typeparam>
        /// <param name="call">The call; it is never made, the arguments do not matter.</param>
        /// <returns>The spec.</returns>
        /// <exception cref="SpecException">The lambda is no call.</exception>
        public static ProbeSpec Method<TResult>(Expression<Func<TResult>> call) => FromLambda(call);

        /// <summary>A probe on the instance method that a lambda calls: <c>Probe.Method((Orders o) =&gt; o.Cancel(0))</c>.</summary>
        /// <typeparam name="T">The type that the method is looked up in.</typeparam>
        /// <param name="call">The call; it is never made, the arguments do not matter.</param>
        /// <returns>The spec.</returns>
        /// <exception cref="SpecException">The lambda is no call.</exception>
        public static ProbeSpec Method<T>(Expression<Action<T>> call) => FromLambda(call);

        /// <summary>A probe on the instance method or property that a lambda calls: <c>Probe.Method((Orders o) =&gt; o.Place(default!, 0))</c>.</summary>
        /// <typeparam name="T">The type that the method is looked up in.</typeparam>
        /// <typeparam name="TResult">What the call returns.</typeparam>
        /// <param name="call">The call; it is never made, the arguments do not matter.</param>
        /// <returns>The spec.</returns>
        /// <exception cref="SpecException">The lambda is no call.</exception>
        public static ProbeSpec Method<T, TResult>(Expression<Func<T, TResult>> call) => FromLambda(call);

        /// <summary>A probe on a method of a type by name; for an overloaded one, by parameter types too.</summary>
        /// <param name="type">The type; its base types are searched as well.</param>
        /// <param name="name">The method's name; <c>.ctor</c> and <c>.cctor</c> for constructors.</param>
        /// <param name="parameterTypes">The parameter types; none to let the name alone decide.</param>
        /// <returns>The spec.</returns>
        public static ProbeSpec Method(Type type, string name, params Type[] parameterTypes)
        {
            ArgumentNullException.ThrowIfNull(type);
            ArgumentException.ThrowIfNullOrEmpty(name);
            return new ProbeSpec(new MethodPoint(new MethodTarget.Named(type, name, parameterTypes is [] ? null : parameterTypes)));
        }

        /// <summary>A probe on the one loaded method that a text names: <c>Shop.Orders::Place(string, int)</c>.</summary>
        /// <param name="signature">The text: <c>[Assembly!]Namespace.Type::Method[(type, type)]</c>.</param>
        /// <returns>The spec.</returns>
        /// <exception cref="SpecException">The text is not of the form.</exception>
        public static ProbeSpec Method(string signature) => new(new MethodPoint(new MethodTarget.Matching(MethodPattern.Parse(signature), Single: true)));

        /// <summary>
        /// A breakdown, method by method, of all calls of methods that match a text: how long they took, and what the kernel did for them while the session accounts
        /// (<see cref="InstrumentationSession.AccountAsync"/>). The calls are spans (<see cref="ProbeSpec.AsSpan"/>).
        /// </summary>
        /// <param name="pattern">The text: <c>[Assembly!]Namespace.Type::Method[(type, type)]</c> with <c>*</c> and <c>?</c> as wildcards.</param>
        /// <returns>The spec.</returns>
        /// <exception cref="SpecException">The text is not of the form.</exception>
        public static AggregateSpec<KeyedTable<string, BreakdownSnapshot>> Spans(string pattern) => Methods(pattern).BreakdownBy(c => c.Place);

        /// <summary>
        /// A probe on all methods that match a text: <c>Shop.*Repository::Save*</c>. While it is attached, matches in assemblies that are loaded later join it
        /// before their code runs.
        /// </summary>
        /// <param name="pattern">The text: <c>[Assembly!]Namespace.Type::Method[(type, type)]</c> with <c>*</c> and <c>?</c> as wildcards.</param>
        /// <param name="orLoadedLater">True when nothing loaded has to match at the attach: the probe is then blind until something does. False makes that an error.</param>
        /// <returns>The spec.</returns>
        /// <exception cref="SpecException">The text is not of the form.</exception>
        public static ProbeSpec Methods(string pattern, bool orLoadedLater = false) =>
            new(new MethodPoint(new MethodTarget.Matching(MethodPattern.Parse(pattern), Single: false) { OrLater = orLoadedLater }));

        /// <summary>
        /// A probe on the waits for locks: of <see cref="System.Threading.Monitor"/> (<c>lock</c>), <see cref="System.Threading.Lock"/>, <see cref="System.Threading.SemaphoreSlim"/> and
        /// <see cref="System.Threading.ReaderWriterLockSlim"/>. Each event is one wait of a thread, or of an asynchronous flow at a semaphore, that did not get the lock at once (and, of the first two, had to
        /// block): it ends at the event's time, took its duration, and is of the thread and span that waited. Arguments: <c>kind</c> (<see cref="LockKind"/>); <c>owner</c>, the operating system's id of the thread that had the
        /// lock when the wait began, 0 when it is not known; <c>ownerSpan</c>, the number of the span that it worked for (of a semaphore or reader-writer lock, when it took it), 0 for none; <c>type</c>,
        /// the lock's type; <c>id</c>, a number of the lock that stays while the probe is attached; <c>taken</c>, whether it was got, and not given up. An event without a capture has them all as fields.
        /// </summary>
        /// <returns>The spec.</returns>
        /// <remarks>Takes that lie before the attach are not known, so the owners of semaphores and reader-writer locks are not until they are taken again. Uncontended, the first two cost nothing more, and the others about thirty nanoseconds a take and release. What <see cref="System.Threading.Monitor.Wait(object)"/> waits for is no lock.</remarks>
        public static ProbeSpec LockContention() => new(new LockContentionPoint());
    }

    /// <summary>What specs of probes on .NET methods have besides.</summary>
    /// <typeparam name="TSpec">The kind of spec.</typeparam>
    /// <param name="spec">The spec.</param>
    extension<TSpec>(TSpec spec)
        where TSpec : ProbeSpec
    {
        /// <summary>
        /// Sees each run of an async method's or iterator's state machine as a call of its own: from its start, or from the await or yield where it went
        /// on, to the next await that waits, the next yield, or the end. Expressions read the parameters, and the instance, as they are when the run begins;
        /// the result of a run is whether the iterator yields, and an async method's has none. An exception that goes to the task leaves no run.
        /// </summary>
        /// <returns>The changed copy.</returns>
        /// <exception cref="SpecException">The spec is not for .NET methods.</exception>
        public TSpec EachResumption() => spec.Point is MethodPoint point
            ? spec with { Point = point with { EachResumption = true } }
            : throw new SpecException($"EachResumption() on {spec.Point.Describe()}", "it is no .NET method.", "Use it with Probe.Method(...) or Probe.Methods(...).");
    }

    /// <summary>What specs of probes on .NET methods can do.</summary>
    /// <param name="spec">The spec.</param>
    extension(ProbeSpec spec)
    {
        /// <summary>
        /// Hands each call that passes the condition and the limits to code, with its arguments and result as objects; the code may let something else happen in the call's place
        /// (<see cref="CallInterceptor"/>). Probes that observe the method see the call as its callers do. Of several interceptors of a method the one that was attached first is
        /// outermost: what it replaces the others do not see. An iterator's call is the one that makes the enumerator.
        /// </summary>
        /// <param name="interceptor">The code.</param>
        /// <returns>The changed copy.</returns>
        public ProbeSpec Intercept(CallInterceptor interceptor)
        {
            ArgumentNullException.ThrowIfNull(interceptor);
            return spec with { Action = new InterceptAction(interceptor) };
        }
    }

    private static ProbeSpec FromLambda(LambdaExpression call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return new ProbeSpec(new MethodPoint(new MethodTarget.Exact(MethodLambda.MethodOf(call))));
    }
}
