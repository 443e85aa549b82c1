using System.Runtime.CompilerServices;

namespace Instrumentation.Testing.Snapshots;

/// <summary>
/// Copies of objects as they are now, of the same types, with circles and shared references as in the originals. Runs on threads of the application: it calls none of its code, takes none
/// of its locks, is bounded, and never throws. What another thread changes meanwhile may be in the copy in part.
/// </summary>
internal static class ObjectSnapshot
{
    private static readonly ConditionalWeakTable<object, object> Partial = [];
    [ThreadStatic]
    private static SnapshotWalk? _walk;

    /// <summary>A copy of an object, or the object itself where nothing can change it or where it must not be copied (<see cref="SnapshotRules"/>).</summary>
    /// <param name="value">The object, or null.</param>
    /// <returns>The copy.</returns>
    public static object? Of(object? value) => Of(value, SnapshotLimits.Default);

    /// <inheritdoc cref="Of(object?)"/>
    /// <param name="value">The object, or null.</param>
    /// <param name="limits">How much is copied.</param>
    public static object? Of(object? value, SnapshotLimits limits)
    {
        if (value is null or string)
        {
            return value;
        }

        SnapshotWalk? walk = null;
        try
        {
            SnapshotPlan plan = SnapshotPlan.Of(value.GetType());
            if (plan.IsKept)
            {
                return value;
            }

            // Taken while it is used: loading a type can run code of the application, which may call what is watched.
            (walk, _walk) = (_walk ?? new SnapshotWalk(), null);
            walk.Begin(limits);
            object? copy = walk.Copy(value);
            walk.Finish();
            if (walk.LeftOut > 0)
            {
                Partial.AddOrUpdate(copy!, copy!);
            }

            return copy;
        }
        catch (Exception)
        {
            // No memory, for instance. The call that is recorded goes on.
            return value;
        }
        finally
        {
            if (walk is not null)
            {
                walk.Clear();
                _walk = walk;
            }
        }
    }

    /// <summary>Whether parts of a snapshot are the program's own objects because it was larger than the limits.</summary>
    /// <param name="snapshot">What <see cref="Of(object?)"/> gave.</param>
    /// <returns>True when parts may have changed since.</returns>
    public static bool IsPartial(object? snapshot) => snapshot is not null and not string && Partial.TryGetValue(snapshot, out _);
}
