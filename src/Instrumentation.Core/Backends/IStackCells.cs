namespace Instrumentation.Backends;

/// <summary>A probe's stacks that a backend keeps: <see cref="StackAggregation"/>.</summary>
internal interface IStackCells
{
    /// <summary>Reads and names the stacks as they stand; must work after the detach, too.</summary>
    /// <returns>The profile.</returns>
    StackProfile ReadStacks();
}
