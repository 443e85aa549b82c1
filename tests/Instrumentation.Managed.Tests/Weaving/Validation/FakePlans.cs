using System.Reflection;
using Instrumentation.Managed.Hooks;
using Instrumentation.Managed.Points;
using Instrumentation.Managed.Weaving;

namespace Instrumentation.Managed.Tests.Weaving.Validation;

/// <summary>Plans that use all that weaving can do, with hooks that are never called.</summary>
internal static class FakePlans
{
    private const nint Pointer = 0x1234_5678;

    /// <summary>Hooks at entry and end that take everything, in a region; hooks in handlers; an inline count.</summary>
    public static HookPlan[] Everything(MethodBase method)
    {
        MethodShape shape = new(ProbedCode.Whole(method));
        HookOperand[] operands = OperandsOf(method, shape);
        return
        [
            new HookPlan
            {
                Slot = 1,
                Ticket = 1,
                Site = 2,
                CountsInline = true,
                Entry = new WovenHook(Pointer, operands),
                KeepsStart = true,
                Exit = new WovenHook(Pointer, operands),
                Result = shape.Result,
                TakesCallId = true,
                OnReturn = true,
                OnThrow = true,
                Catch = new WovenHook(Pointer, []),
            },
            new HookPlan { Slot = 3, Ticket = 1, Site = 2, Exit = new WovenHook(Pointer, []), OnThrow = true },
        ];
    }

    /// <summary>A hook at normal returns only, which needs no region.</summary>
    public static HookPlan[] Returns(MethodBase method)
    {
        MethodShape shape = new(ProbedCode.Whole(method));
        return
        [
            new HookPlan { Slot = 1, Ticket = 1, Site = 2, Exit = new WovenHook(Pointer, OperandsOf(method, shape)), Result = shape.Result, OnReturn = true },
        ];
    }

    private static HookOperand[] OperandsOf(MethodBase method, MethodShape shape)
    {
        IEnumerable<HookOperand> arguments = Enumerable.Range(0, method.GetParameters().Length).Select(shape.Argument);
        return method.IsStatic ? [.. arguments] : [shape.This(), .. arguments];
    }
}
