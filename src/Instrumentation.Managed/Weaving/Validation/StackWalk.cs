namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>Goes through all reachable code with the classes of values on the evaluation stack (ECMA-335, III.1.7 and III.1.8).</summary>
internal sealed class StackWalk
{
    private readonly CodeView _code;
    private readonly RegionMap _regions;
    private readonly EvaluationStack _stack;
    private readonly CallRules _calls;
    private readonly OperandRules _operands;
    private readonly JoinStates _states;
    private readonly bool[] _isLeader;
    private readonly ILookup<int, Region> _handlersByTry;

    /// <summary>Prepares.</summary>
    /// <param name="code">The code.</param>
    /// <param name="regions">Its regions.</param>
    /// <param name="maxStack">The most values that may be on the stack.</param>
    /// <param name="method">The method's own signature.</param>
    /// <param name="locals">Its locals; null when they are not known.</param>
    /// <param name="tokens">What tokens mean.</param>
    public StackWalk(CodeView code, RegionMap regions, int maxStack, CallShape method, StackTypes[]? locals, TokenTypes tokens)
    {
        _code = code;
        _regions = regions;
        _stack = new EvaluationStack(maxStack);
        _calls = new CallRules(_stack, tokens, method.Result);
        _operands = new OperandRules(_stack, tokens, method.Arguments(), locals);
        _states = new JoinStates(code.Operations);
        _isLeader = FindLeaders();
        _handlersByTry = regions.Clauses
            .SelectMany(static clause => new[] { (clause.Try.Start, clause.Handler), (clause.Try.Start, Handler: clause.Filter!) })
            .Where(static pair => pair.Handler is not null)
            .ToLookup(static pair => pair.Start, static pair => pair.Handler);
    }

    /// <summary>Goes through the code.</summary>
    /// <exception cref="BadIlException">An instruction does not find what it needs.</exception>
    public void Run()
    {
        Reach(0, []);
        while (_states.TryTake(_stack, out int first))
        {
            RunBlock(first);
        }
    }

    private bool[] FindLeaders()
    {
        bool[] leaders = new bool[_code.Operations.Length];
        foreach (ref readonly Operation operation in _code.Operations.AsSpan())
        {
            foreach (int target in _code.TargetsOf(in operation))
            {
                leaders[target] = true;
            }
        }

        foreach (Region region in _regions.Regions)
        {
            leaders[region.Start] = true;
        }

        return leaders;
    }

    private void RunBlock(int index)
    {
        while (true)
        {
            ref readonly Operation operation = ref _code.Operations[index];
            _stack.Current = operation;
            if (!SimpleRules.TryApply(operation.Code, _stack) && !_calls.TryApply(operation))
            {
                _operands.Apply(operation);
            }

            foreach (int target in _code.TargetsOf(in operation))
            {
                Reach(target, _stack.Values);
            }

            if (FlowRules.EndsFlow(operation.Code))
            {
                return;
            }

            index++;
            if (_isLeader[index])
            {
                Reach(index, _stack.Values);
                return;
            }
        }
    }

    private void Reach(int index, ReadOnlySpan<StackTypes> values)
    {
        if (!_states.Reach(index, values) || !_handlersByTry.Contains(index))
        {
            return;
        }

        if (values.Length > 0)
        {
            throw Flaw.At(_code.Operations[index], $"a try is entered with {values.Length} values on the stack");
        }

        // Handlers begin with the exception on the stack, or with nothing.
        foreach (Region handler in _handlersByTry[index])
        {
            ReadOnlySpan<StackTypes> caught = handler.Kind == RegionKind.Finally ? [] : [StackTypes.Object];
            if (caught.Length > _stack.Limit)
            {
                throw Flaw.At(_code.Operations[handler.Start], "the exception does not fit on the stack");
            }

            _states.Reach(handler.Start, caught);
        }
    }
}
