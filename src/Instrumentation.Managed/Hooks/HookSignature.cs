using Instrumentation.Managed.Weaving;

namespace Instrumentation.Managed.Hooks;

/// <summary>The parameters of a hook's function, as <see cref="HookPlan"/> lays them down, and their places.</summary>
internal sealed class HookSignature
{
    private readonly Dictionary<int, int> _operands = [];

    /// <summary>Lays out the parameters.</summary>
    /// <param name="request">The hook.</param>
    public HookSignature(HookRequest request)
    {
        List<Type> types = [];
        foreach (HookOperand operand in request.Operands)
        {
            _operands[operand.Argument] = types.Count;
            types.AddRange(operand.HookTypes());
        }

        if ((request.Kind == HookKind.End || request.Intercepts) && request.Result is { } result)
        {
            Result = types.Count;
            types.AddRange(result.HookTypes());
        }

        if (request.Kind is HookKind.End or HookKind.Catch)
        {
            Exception = types.Count;
            types.Add(typeof(object));
        }

        if (request.Kind == HookKind.End)
        {
            Start = types.Count;
            types.Add(typeof(long));
        }

        Ticket = types.Count;
        types.Add(typeof(int));
        Site = types.Count;
        types.Add(typeof(int));
        if (request.Kind == HookKind.End && (request.Task.Kind != TaskKind.None || request.Enumerates))
        {
            CallId = types.Count;
            types.Add(typeof(long));
        }

        if (request.Enumerates && request.Kind == HookKind.End)
        {
            Marks = types.Count;
            types.Add(typeof(int));
        }

        Types = [.. types];
        ReturnType = request.Kind == HookKind.Start ? typeof(long) : typeof(void);
    }

    /// <summary>The parameters' types.</summary>
    public Type[] Types { get; }

    /// <summary>What the function gives.</summary>
    public Type ReturnType { get; }

    /// <summary>The place of the result; -1 when the hook does not take it.</summary>
    public int Result { get; } = -1;

    /// <summary>The place of the exception; -1 when the hook takes none.</summary>
    public int Exception { get; } = -1;

    /// <summary>The place of the call's start; -1 when the hook takes none.</summary>
    public int Start { get; } = -1;

    /// <summary>The place of the probe's ticket.</summary>
    public int Ticket { get; }

    /// <summary>The place of the site.</summary>
    public int Site { get; }

    /// <summary>The place of the number of a suspended call; -1 when the hook takes none.</summary>
    public int CallId { get; } = -1;

    /// <summary>The place of an enumeration's marks; -1 when the hook takes none.</summary>
    public int Marks { get; } = -1;

    /// <summary>The place of an operand.</summary>
    /// <param name="argument">The IL argument.</param>
    /// <returns>The place of its first parameter.</returns>
    public int Operand(int argument) => _operands[argument];
}
