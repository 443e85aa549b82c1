namespace Instrumentation.Ebpf.Btf;

/// <summary>A function that a probe can be put on: its parameters and its result.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type in BTF: of kind <see cref="BtfKind.Function"/>; for a raw tracepoint, the typedef that names it.</param>
/// <param name="Parameters">Its parameters, without the three dots.</param>
/// <param name="Result">The type of its result; void for none.</param>
/// <param name="IsVariadic">Whether it takes any number of further arguments.</param>
internal sealed record BtfFunction(string Name, BtfType Type, IReadOnlyList<BtfParameter> Parameters, BtfType Result, bool IsVariadic)
{
    /// <summary>Finds a function.</summary>
    /// <param name="file">The types.</param>
    /// <param name="name">The function's name.</param>
    /// <returns>The function; null if there is none of the name.</returns>
    /// <exception cref="BadFileException">Its type is not that of a function.</exception>
    public static BtfFunction? Find(BtfFile file, string name) => file.Find(name, BtfKind.Function) is { } type ? Of(type) : null;

    /// <summary>Reads a function.</summary>
    /// <param name="type">A type of kind <see cref="BtfKind.Function"/>.</param>
    /// <returns>The function.</returns>
    /// <exception cref="BadFileException">Its type is not that of a function.</exception>
    public static BtfFunction Of(BtfType type) => Read(type, type.Target, 0);

    /// <summary>
    /// Finds a raw tracepoint: what a program of the kinds raw_tp and tp_btf gets as arguments. The numbers of the parameters are those of
    /// the program's arguments.
    /// </summary>
    /// <param name="file">The types.</param>
    /// <param name="name">The tracepoint's name, for example <c>sched_switch</c>.</param>
    /// <returns>The tracepoint, without the parameter that is the kernel's own; null if there is none of the name.</returns>
    /// <exception cref="BadFileException">Its type is not that of a tracepoint.</exception>
    public static BtfFunction? FindRawTracepoint(BtfFile file, string name)
    {
        if (file.Find($"btf_trace_{name}", BtfKind.Typedef) is not { } type)
        {
            return null;
        }

        // The typedef is of a pointer to a function whose parameters may have no names; the functions that the tracepoint is made of do.
        BtfFunction tracepoint = Read(type, type.Target.Peel().Target.Peel(), 1);
        foreach (string prefix in (ReadOnlySpan<string>)["__bpf_trace_", "__traceiter_", "__probestub_"])
        {
            if (file.Find(prefix + name, BtfKind.Function) is { } named
                && Read(named, named.Target, 1) is var function
                && function.Parameters.Count == tracepoint.Parameters.Count
                && function.Parameters.All(parameter => parameter.Name.Length > 0))
            {
                BtfParameter[] parameters =
                [
                    .. tracepoint.Parameters.Zip(function.Parameters, (typed, called) => typed.Name.Length > 0 ? typed : typed with { Name = called.Name }),
                ];
                return tracepoint with { Name = name, Parameters = parameters };
            }
        }

        return tracepoint with { Name = name };
    }

    /// <summary>Finds a parameter.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its number; -1 if there is none of the name.</returns>
    public int IndexOf(string name)
    {
        for (int i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The function as C declares it.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Type.Kind == BtfKind.Function
        ? BtfText.Function(Type)
        : $"{Name}({string.Join(", ", Parameters.Select(parameter => BtfText.Declare(parameter.Type, parameter.Name)))})";

    private static BtfFunction Read(BtfType type, BtfType prototype, int first)
    {
        if (prototype.Kind != BtfKind.FunctionPrototype || prototype.Count < first)
        {
            throw type.File.Bad(type.Id, $"it is to be a function, but its type {prototype.Id} is none.");
        }

        bool isVariadic = prototype.Count > first && prototype.GetParameter(prototype.Count - 1) is { Name.Length: 0, Type.Kind: BtfKind.Void };
        var parameters = new BtfParameter[prototype.Count - first - (isVariadic ? 1 : 0)];
        for (int i = 0; i < parameters.Length; i++)
        {
            parameters[i] = prototype.GetParameter(first + i);
        }

        return new BtfFunction(type.Name, type, parameters, prototype.Target, isVariadic);
    }
}
