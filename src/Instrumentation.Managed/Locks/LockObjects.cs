using System.Runtime.CompilerServices;

namespace Instrumentation.Managed.Locks;

/// <summary>The locks that were taken or waited for while a probe looks at locks. It keeps none of them alive.</summary>
internal static class LockObjects
{
    private static ConditionalWeakTable<object, LockObject> _objects = [];

    /// <summary>What is known of a lock, from now on.</summary>
    /// <param name="target">The lock.</param>
    /// <returns>It.</returns>
    public static LockObject Of(object target) =>
        _objects.TryGetValue(target, out LockObject? known) ? known : _objects.GetValue(target, static added => new LockObject(added));

    /// <summary>What is known of a lock already.</summary>
    /// <param name="target">The lock.</param>
    /// <returns>It, or null.</returns>
    public static LockObject? Find(object target) => _objects.TryGetValue(target, out LockObject? known) ? known : null;

    /// <summary>Forgets all.</summary>
    public static void Clear() => Volatile.Write(ref _objects, []);
}
