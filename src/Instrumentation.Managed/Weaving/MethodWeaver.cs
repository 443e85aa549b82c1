using Instrumentation.Managed.Points;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving;

/// <summary>
/// Weaves all probes of a method into its original body:
/// <code>
/// entry hooks, in the order of attachment
/// try { try { body; each ret stores the result and leaves } filter { keep the exception; never catch } } fault { end hooks }
/// end hooks, in reverse; load the result; ret
/// </code>
/// The exception is only looked at, by a filter that never catches, so its trace and the search for its handler stay as they were; the hooks run
/// in a fault block, once, when the frame is really left. Without a probe that wants exceptions there is no region at all.
/// </summary>
internal sealed class MethodWeaver
{
    private static readonly byte[] LongType = [0x0A];
    private static readonly byte[] ObjectType = [0x1C];

    private readonly MethodImage _image;
    private readonly IReadOnlyList<HookPlan> _plans;
    private readonly IlBody _body;
    private readonly LocalsBuilder _locals;
    private readonly ArgumentHomes _homes;
    private readonly HoistedHomes?[] _hoisted;
    private readonly HookCallEmitter _calls;
    private readonly EnumerationWeaver _enumerations;
    private readonly int _resultLocal = -1;
    private readonly int[] _starts;
    private readonly List<(Instruction Instruction, int Offset)> _originals;
    private int _conditionStack;

    private MethodWeaver(MethodImage image, IReadOnlyList<HookPlan> plans)
    {
        _image = image;

        // Innermost are those that act, so that the others see what callers see.
        _plans = [.. plans.OrderBy(static plan => plan.Act != 0)];
        _body = IlReader.Read(image.Body);
        _originals = [.. _body.Instructions.Select(instruction => (instruction, instruction.Offset))];
        _locals = new LocalsBuilder(image.Locals);
        if (HasExit && !IsVoid)
        {
            _resultLocal = _locals.Add(image.ReturnType);
        }

        _starts = [.. _plans.Select(plan => plan.KeepsStart || plan.EndsEnumerationInFrame ? _locals.Add(LongType) : -1)];
        _homes = new ArgumentHomes(image, _body, _locals);
        _hoisted = [.. _plans.Select(plan => plan.Fields is { } fields ? new HoistedHomes(image, _locals, fields) : null)];
        _calls = new HookCallEmitter(image, _homes, _resultLocal);
        _enumerations = new EnumerationWeaver(image, _calls);
    }

    private bool HasExit => _plans.Any(plan => plan.Exit is not null || plan.EndsEnumerationInFrame);

    private bool HasRegion => _plans.Any(plan => plan is { Exit: not null, OnThrow: true } || plan.EndsEnumerationInFrame);

    private bool IsVoid => TypeBlob.WithoutModifiers(_image.ReturnType)[0] == 0x01;

    /// <summary>Weaves.</summary>
    /// <param name="image">The method.</param>
    /// <param name="plans">What its probes want, in the order of their attachment; at least one.</param>
    /// <returns>The woven body.</returns>
    /// <exception cref="BadIlException">The body cannot be woven.</exception>
    public static EncodedBody Weave(MethodImage image, IReadOnlyList<HookPlan> plans) => new MethodWeaver(image, plans).Weave();

    private EncodedBody Weave()
    {
        int originalStack = _body.MaxStack;
        List<Instruction> entry = WeaveEntry();
        WeaveHandlers();
        WeavePromise();
        if (HasExit)
        {
            WeaveExit();
        }

        _body.Instructions.InsertRange(0, entry);
        if (_locals.IsChanged)
        {
            _body.LocalsToken = _image.Tokens.Signature(_locals.Build()).ToInt32();
        }

        _body.MaxStack = Math.Min(ushort.MaxValue, originalStack + 5 + Math.Max(_calls.MostParameters, _conditionStack));
        return IlWriter.Write(_body, _originals);
    }

    private List<Instruction> WeaveEntry()
    {
        List<Instruction> entry = [.. _homes.Save(_plans.Where(plan => plan is { Exit: not null, Fields: null }).SelectMany(plan => plan.Exit!.Operands))];
        for (int i = 0; i < _plans.Count; i++)
        {
            entry.AddRange(_hoisted[i]?.Save(_plans[i].Exit?.Operands ?? []) ?? []);
        }

        for (int i = 0; i < _plans.Count; i++)
        {
            WeaveEntry(_plans[i], i, _hoisted[i], entry);
        }

        return entry;
    }

    private void WeaveEntry(HookPlan plan, int index, HoistedHomes? hoisted, List<Instruction> entry)
    {
        int start = _starts[index];
        Instruction skip = IlBody.Make(OpCodes.Nop);
        if (plan.Role == CodeRole.Disposal)
        {
            entry.AddRange(plan.EndsEnumerationInFrame ? _enumerations.NoteDisposal(plan.Iterator!, start) : []);
            return;
        }

        if (plan.Iterator is { } iterator)
        {
            entry.AddRange(_enumerations.Gate(iterator, start, skip));
        }

        int[] outer = plan.Act == 0 ? [] : [.. Enumerable.Range(0, index).Where(other => _plans[other].Act != 0).Select(other => _starts[other])];
        if (outer.Length > 0)
        {
            // What an outer one replaces is no call for the inner ones.
            entry.AddRange([IlBody.Make(OpCodes.Ldc_I8, 0L), IlBody.Make(OpCodes.Stloc, start)]);
            entry.AddRange(outer.SelectMany(other => new[] { IlBody.Make(OpCodes.Ldloc, other), IlBody.Make(OpCodes.Ldc_I8, HookPlan.Replaced), IlBody.Make(OpCodes.Blt, skip) }));
        }

        if (plan.InlineCondition?.Invoke() is { } condition)
        {
            if (plan.KeepsStart)
            {
                // The end hook of a call that was turned away is not called: its start stays 0.
                entry.AddRange([IlBody.Make(OpCodes.Ldc_I8, 0L), IlBody.Make(OpCodes.Stloc, start)]);
            }

            entry.AddRange(condition);
            entry.Add(IlBody.Make(OpCodes.Brfalse, skip));
            _conditionStack = Math.Max(_conditionStack, InlineCondition.MostStack(condition));
        }

        if (plan.CountsInline)
        {
            entry.AddRange(CountInline(plan.Slot));
        }

        if (plan.Entry is { } hook)
        {
            _calls.Begin();
            _calls.Push(hook.Operands, atEntry: true, hoisted);
            if (plan is { Act: not 0, Result: { } result })
            {
                _calls.Push([result], atEntry: true);
            }

            _calls.PushInt(plan.Ticket);
            _calls.PushInt(plan.Site);
            entry.AddRange(_calls.End(hook.Pointer, plan.KeepsStart ? typeof(long) : typeof(void)));
            if (plan.KeepsStart)
            {
                entry.Add(IlBody.Make(OpCodes.Stloc, start));
            }
        }

        if (plan.Keep is not null)
        {
            entry.AddRange(_enumerations.Keep(plan, start, hoisted, skip));
        }

        if (plan.InlineCondition is not null || plan.Iterator is not null || outer.Length > 0)
        {
            entry.Add(skip);
        }
    }

    // Each thread has cells of its own, so a plain increment is exact.
    private IEnumerable<Instruction> CountInline(int slot)
    {
        Instruction haveCells = IlBody.Make(OpCodes.Ldc_I4, slot * sizeof(long));
        return
        [
            IlBody.Make(OpCodes.Ldsfld, _image.Tokens.WovenCounts()),
            IlBody.Make(OpCodes.Dup),
            IlBody.Make(OpCodes.Brtrue, haveCells),
            IlBody.Make(OpCodes.Pop),
            IlBody.Make(OpCodes.Call, _image.Tokens.WovenCreate()),
            haveCells,
            IlBody.Make(OpCodes.Add),
            IlBody.Make(OpCodes.Dup),
            IlBody.Make(OpCodes.Ldind_I8),
            IlBody.Make(OpCodes.Ldc_I8, 1L),
            IlBody.Make(OpCodes.Add),
            IlBody.Make(OpCodes.Stind_I8),
        ];
    }

    private void WeaveHandlers()
    {
        int[] catching = [.. Enumerable.Range(0, _plans.Count).Where(index => _plans[index].Catch is not null)];
        if (catching.Length == 0)
        {
            return;
        }

        int caught = _locals.Add(ObjectType);
        foreach (IlHandler handler in _body.Handlers.Where(CatchClauses.IsWritten(_image.Method, _body)).ToArray())
        {
            Instruction first = IlBody.Make(OpCodes.Dup);
            List<Instruction> code = [first, IlBody.Make(OpCodes.Stloc, caught)];
            foreach (int index in catching)
            {
                HookPlan plan = _plans[index];
                _calls.Begin();
                _calls.Push(plan.Catch!.Operands, atEntry: true, _hoisted[index]);
                _calls.PushObject(caught);
                _calls.PushInt(plan.Ticket);
                _calls.PushInt(plan.Site);
                code.AddRange(_calls.End(plan.Catch.Pointer, typeof(void)));
            }

            Instruction old = handler.HandlerStart;
            _body.Instructions.InsertRange(_body.Instructions.IndexOf(old), code);
            MoveBoundary(old, first, includingStarts: true);
        }
    }

    private void WeavePromise()
    {
        (HookPlan Plan, int Start)[] ending = [.. _plans.Zip(_starts).Where(pair => pair.First is { Iterator.IsAsync: true, Keep: not null })];
        if (ending.Length > 0)
        {
            _enumerations.EndAtPromise(_body, ending, _locals.Add(ObjectType));
        }
    }

    private void WeaveExit()
    {
        Instruction afterReturn = IlBody.Make(OpCodes.Nop);
        ReplaceReturns(afterReturn);
        _body.Instructions.InsertRange(0, WeaveActs(afterReturn));
        List<Instruction> tail = [];
        if (HasRegion)
        {
            WeaveRegion(tail, afterReturn);
        }

        tail.Add(afterReturn);
        tail.AddRange(CallExits(throwing: false, exceptionLocal: -1));
        if (!IsVoid)
        {
            tail.Add(IlBody.Make(OpCodes.Ldloc, _resultLocal));
        }

        tail.Add(IlBody.Make(OpCodes.Ret));
        MoveBoundary(_body.End, tail[0], includingStarts: false);
        _body.Instructions.AddRange(tail);
    }

    private List<Instruction> WeaveActs(Instruction afterReturn)
    {
        List<Instruction> code = [];
        for (int i = 0; i < _plans.Count; i++)
        {
            if (_plans[i].Act != 0)
            {
                Instruction next = IlBody.Make(OpCodes.Nop);
                code.AddRange([IlBody.Make(OpCodes.Ldloc, _starts[i]), IlBody.Make(OpCodes.Ldc_I8, 0L), IlBody.Make(OpCodes.Bge, next)]);
                _calls.Begin();
                _calls.PushLong(_starts[i]);
                code.AddRange(_calls.End(_plans[i].Act, typeof(int)));
                code.AddRange([IlBody.Make(OpCodes.Brfalse, next), IlBody.Make(OpCodes.Leave, afterReturn), next]);
            }
        }

        return code;
    }

    private void WeaveRegion(List<Instruction> tail, Instruction afterReturn)
    {
        int exception = _locals.Add(ObjectType);
        Instruction first = _body.Instructions[0];
        Instruction filter = IlBody.Make(OpCodes.Stloc, exception);
        Instruction handler = IlBody.Make(OpCodes.Pop);
        List<Instruction> fault = [.. CallExits(throwing: true, exception), IlBody.Make(OpCodes.Endfinally)];
        tail.AddRange([filter, IlBody.Make(OpCodes.Ldc_I4, 0), IlBody.Make(OpCodes.Endfilter), handler, IlBody.Make(OpCodes.Leave, afterReturn)]);
        tail.AddRange(fault);
        MoveBoundary(_body.End, filter, includingStarts: false);
        _body.Handlers.Add(new IlHandler
        {
            Kind = ExceptionHandlerType.Filter,
            TryStart = first,
            TryEnd = filter,
            FilterStart = filter,
            HandlerStart = handler,
            HandlerEnd = fault[0],
        });
        _body.Handlers.Add(new IlHandler
        {
            Kind = ExceptionHandlerType.Fault,
            TryStart = first,
            TryEnd = fault[0],
            HandlerStart = fault[0],
            HandlerEnd = afterReturn,
        });
    }

    private List<Instruction> CallExits(bool throwing, int exceptionLocal)
    {
        List<Instruction> code = [];
        for (int i = _plans.Count - 1; i >= 0; i--)
        {
            HookPlan plan = _plans[i];
            if (plan.EndsEnumerationInFrame)
            {
                code.AddRange(_enumerations.EndInFrame(plan, throwing, exceptionLocal, _starts[i], _resultLocal));
                continue;
            }

            if (plan.Exit is not { } hook || !(throwing ? plan.OnThrow : plan.OnReturn))
            {
                continue;
            }

            Instruction skip = IlBody.Make(OpCodes.Nop);
            if (plan is { InlineCondition: not null, KeepsStart: true })
            {
                code.AddRange([IlBody.Make(OpCodes.Ldloc, _starts[i]), IlBody.Make(OpCodes.Brfalse, skip)]);
            }

            _calls.Begin();
            _calls.Push(hook.Operands, atEntry: false, _hoisted[i]);
            if (plan.Result is { } result)
            {
                _calls.Push([result], atEntry: false);
            }

            _calls.PushObject(exceptionLocal);
            _calls.PushLong(_starts[i]);
            _calls.PushInt(plan.Ticket);
            _calls.PushInt(plan.Site);
            if (plan.TakesCallId)
            {
                _calls.PushLong(-1, HookPlan.NotSuspended);
            }

            code.AddRange(_calls.End(hook.Pointer, typeof(void)));
            if (plan is { InlineCondition: not null, KeepsStart: true })
            {
                code.Add(skip);
            }
        }

        return code;
    }

    private void ReplaceReturns(Instruction afterReturn)
    {
        List<Instruction> code = new(_body.Instructions.Count + 8);
        OpCode jump = HasRegion ? OpCodes.Leave : OpCodes.Br;
        foreach (Instruction instruction in _body.Instructions)
        {
            code.Add(instruction);
            switch (instruction.OpCode.Code)
            {
                case Code.Ret when IsVoid:
                    instruction.OpCode = jump;
                    instruction.Operand = afterReturn;
                    break;
                case Code.Ret:
                    instruction.OpCode = OpCodes.Stloc;
                    instruction.Operand = _resultLocal;
                    code.Add(IlBody.Make(jump, afterReturn));
                    break;
                case Code.Tail:
                    // The frame must stay for the end hooks.
                    instruction.OpCode = OpCodes.Nop;
                    break;
                case Code.Jmp:
                    throw new BadIlException("it ends in a jmp, which leaves no place for the end of the call");
                default:
                    break;
            }
        }

        _body.Instructions.Clear();
        _body.Instructions.AddRange(code);
    }

    private void MoveBoundary(Instruction old, Instruction moved, bool includingStarts)
    {
        foreach (IlHandler handler in _body.Handlers)
        {
            handler.TryEnd = handler.TryEnd == old ? moved : handler.TryEnd;
            handler.HandlerEnd = handler.HandlerEnd == old ? moved : handler.HandlerEnd;
            if (includingStarts)
            {
                handler.HandlerStart = handler.HandlerStart == old ? moved : handler.HandlerStart;
            }
        }
    }
}
