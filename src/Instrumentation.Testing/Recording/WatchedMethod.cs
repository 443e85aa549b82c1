using System.Reflection;

namespace Instrumentation.Testing.Recording;

/// <summary>A method that recorders watch, in one of the groups that were woven together.</summary>
/// <param name="method">The method, a definition when generic.</param>
internal sealed class WatchedMethod(MethodBase method)
{
    private CallRecorder[] _recorders = [];

    /// <summary>The method.</summary>
    public MethodBase Method => method;

    /// <summary>Who watches it.</summary>
    public ReadOnlySpan<CallRecorder> Recorders => Volatile.Read(ref _recorders);

    /// <summary>Adds a recorder; called under the table's lock.</summary>
    /// <param name="recorder">The recorder.</param>
    public void Add(CallRecorder recorder) => Volatile.Write(ref _recorders, [.. _recorders, recorder]);

    /// <summary>Takes a recorder out; called under the table's lock.</summary>
    /// <param name="recorder">The recorder.</param>
    public void Remove(CallRecorder recorder) => Volatile.Write(ref _recorders, [.. _recorders.Where(other => other != recorder)]);
}
