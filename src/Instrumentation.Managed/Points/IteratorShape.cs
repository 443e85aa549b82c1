using System.Reflection;
using System.Runtime.CompilerServices;

namespace Instrumentation.Managed.Points;

/// <summary>
/// The state machine that the C# compiler made of an iterator. An enumeration begins when MoveNext is entered in the first state. An iterator's ends when
/// MoveNext gives false or throws, or when Dispose is entered in a state above 0, which is a yield. An async iterator's ends where MoveNext gives false or
/// an exception to the promise that MoveNextAsync and DisposeAsync have returned, which runs the finally blocks of both.
/// </summary>
/// <param name="MoveNext">The method in which the written code runs.</param>
/// <param name="State">The field that tells how far an enumeration is.</param>
/// <param name="First">What the field holds before the written code has begun.</param>
/// <param name="Dispose">The method that ends an enumeration early; null for an async iterator.</param>
/// <param name="DisposeMode">The field that tells that an enumeration is being ended early; null unless the iterator is async.</param>
/// <param name="Promise">The field of the promise; null unless the iterator is async.</param>
internal sealed record IteratorShape(MethodBase MoveNext, FieldInfo State, int First, MethodBase? Dispose, FieldInfo? DisposeMode, FieldInfo? Promise)
{
    /// <summary>The name of <see cref="Promise"/>.</summary>
    public const string PromiseName = "<>v__promiseOfValueOrEnd";

    private const int FirstOfIterator = 0;
    private const int FirstOfAsyncIterator = -3;

    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>Whether the runs of MoveNext give their end to a promise.</summary>
    public bool IsAsync => Promise is not null;

    /// <summary>Whether a method is an iterator of any compiler.</summary>
    /// <param name="written">The method.</param>
    /// <returns>True for iterators and async iterators.</returns>
    public static bool IsIterator(MethodBase written) =>
        written.GetCustomAttribute<StateMachineAttribute>() is IteratorStateMachineAttribute or AsyncIteratorStateMachineAttribute;

    /// <summary>The state machine of an iterator.</summary>
    /// <param name="written">The method that the source wrote.</param>
    /// <returns>The shape; null when the method is no iterator, or its state machine is not as the C# compiler makes them.</returns>
    public static IteratorShape? Of(MethodBase written)
    {
        if (!IsIterator(written) || StateMachines.CodeMethod(written) is not MethodInfo { DeclaringType: { IsValueType: false } machine } moveNext)
        {
            return null;
        }

        FieldInfo? state = Field(machine, "<>1__state", typeof(int));
        if (written.GetCustomAttribute<StateMachineAttribute>() is AsyncIteratorStateMachineAttribute)
        {
            FieldInfo? mode = Field(machine, "<>w__disposeMode", typeof(bool));
            FieldInfo? promise = Field(machine, PromiseName, typeof(System.Threading.Tasks.Sources.ManualResetValueTaskSourceCore<bool>));
            return state is null || mode is null || promise is null || moveNext.ReturnType != typeof(void)
                ? null
                : new IteratorShape(moveNext, state, FirstOfAsyncIterator, Dispose: null, mode, promise);
        }

        MethodInfo? dispose = machine.GetMethod("System.IDisposable.Dispose", Declared);
        return state is null || dispose is null || moveNext.ReturnType != typeof(bool)
            ? null
            : new IteratorShape(moveNext, state, FirstOfIterator, dispose, DisposeMode: null, Promise: null);
    }

    private static FieldInfo? Field(Type machine, string name, Type type) => machine.GetField(name, Declared) is { } field && field.FieldType == type ? field : null;
}
