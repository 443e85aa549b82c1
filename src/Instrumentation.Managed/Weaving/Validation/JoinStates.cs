namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>
/// What lies on the stack where blocks begin, and the blocks that are still to be gone through. Where paths meet, what a slot may hold only ever grows,
/// so each block is gone through a few times at most.
/// </summary>
internal sealed class JoinStates(Operation[] operations)
{
    private readonly StackTypes[]?[] _entries = new StackTypes[operations.Length][];
    private readonly Stack<int> _work = [];

    /// <summary>Takes a block that is still to be gone through.</summary>
    /// <param name="stack">Gets what lies on the stack where it begins.</param>
    /// <param name="index">Its first instruction.</param>
    /// <returns>False when there is none.</returns>
    public bool TryTake(EvaluationStack stack, out int index)
    {
        if (!_work.TryPop(out index))
        {
            return false;
        }

        stack.Load(_entries[index]);
        return true;
    }

    /// <summary>Notes that a block is reached.</summary>
    /// <param name="index">Its first instruction.</param>
    /// <param name="values">What then lies on the stack.</param>
    /// <returns>True when it is reached for the first time.</returns>
    /// <exception cref="BadIlException">Something else lies there on another path.</exception>
    public bool Reach(int index, ReadOnlySpan<StackTypes> values)
    {
        StackTypes[]? known = _entries[index];
        if (known is null)
        {
            _entries[index] = values.ToArray();
            _work.Push(index);
            return true;
        }

        if (known.Length != values.Length)
        {
            throw Flaw.At(operations[index], $"it is reached with {known.Length} values on the stack and with {values.Length}");
        }

        bool isChanged = false;
        for (int i = 0; i < known.Length; i++)
        {
            StackTypes joined = StackRules.Join(known[i], values[i]);
            if (joined == StackTypes.None)
            {
                throw Flaw.At(
                    operations[index],
                    $"it is reached with {StackRules.Describe(known[i])} on the stack and, in the same place, with {StackRules.Describe(values[i])}");
            }

            isChanged |= joined != known[i];
            known[i] = joined;
        }

        if (isChanged)
        {
            _work.Push(index);
        }

        return false;
    }
}
