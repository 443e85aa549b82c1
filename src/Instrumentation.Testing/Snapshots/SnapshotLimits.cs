namespace Instrumentation.Testing.Snapshots;

/// <summary>How much of one value is copied. What is beyond stays the program's own object, and the copy is marked so (<see cref="ObjectSnapshot.IsPartial"/>).</summary>
/// <param name="Objects">Objects, the nearest first.</param>
/// <param name="ArrayBytes">Bytes of arrays in all; an array that is beyond is not copied.</param>
internal sealed record SnapshotLimits(int Objects = 1000, int ArrayBytes = 65_536)
{
    /// <summary>Enough for what tests look at, and little enough for the thread that calls.</summary>
    public static SnapshotLimits Default { get; } = new();
}
