namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>The evaluation stack while instructions are gone through.</summary>
/// <param name="maxStack">The most values that the body promises to put on it.</param>
internal sealed class EvaluationStack(int maxStack)
{
    private readonly StackTypes[] _values = new StackTypes[maxStack];

    /// <summary>The instruction that is gone through, which errors name.</summary>
    public Operation Current { get; set; }

    /// <summary>How many values are on it.</summary>
    public int Depth { get; private set; }

    /// <summary>How many values it can hold.</summary>
    public int Limit => _values.Length;

    /// <summary>The values, the top one last.</summary>
    public Span<StackTypes> Values => _values.AsSpan(0, Depth);

    /// <summary>Replaces all values.</summary>
    /// <param name="values">The values.</param>
    public void Load(ReadOnlySpan<StackTypes> values)
    {
        values.CopyTo(_values);
        Depth = values.Length;
    }

    /// <summary>Throws all values away.</summary>
    public void Clear() => Depth = 0;

    /// <summary>Pushes a value.</summary>
    /// <param name="type">Its class.</param>
    /// <exception cref="BadIlException">The stack is full.</exception>
    public void Push(StackTypes type)
    {
        if (Depth == _values.Length)
        {
            throw Flaw.At(Current, $"the stack gets deeper than {_values.Length}, which is its limit");
        }

        _values[Depth++] = type;
    }

    /// <summary>Pops a value.</summary>
    /// <param name="accepted">What it may be.</param>
    /// <returns>What it is.</returns>
    /// <exception cref="BadIlException">The stack is empty, or the value is something else.</exception>
    public StackTypes Pop(StackTypes accepted)
    {
        if (Depth == 0)
        {
            throw Flaw.At(Current, "the stack is empty");
        }

        StackTypes found = _values[--Depth];
        if ((found & accepted) == 0)
        {
            throw Flaw.At(Current, $"it needs {StackRules.Describe(accepted)} and finds {StackRules.Describe(found)}");
        }

        return found;
    }
}
