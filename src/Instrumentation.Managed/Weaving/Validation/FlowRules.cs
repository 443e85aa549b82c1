using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>Checks how control passes between regions (ECMA-335, I.12.4.2.8), of all code, reachable or not, as the JIT does.</summary>
internal sealed class FlowRules(CodeView code, RegionMap regions)
{
    private readonly HashSet<int> _caught = [.. regions.Regions
        .Where(static region => region.Kind is RegionKind.Catch or RegionKind.Filter)
        .Select(static region => region.Start)];

    /// <summary>Checks the body.</summary>
    /// <exception cref="BadIlException">Control passes where it must not.</exception>
    public void Check()
    {
        Operation[] operations = code.Operations;
        if (AroundEntered(0, from: -1) is not null)
        {
            throw Flaw.At(operations[0], "the method begins in a handler");
        }

        for (int index = 0; index < operations.Length; index++)
        {
            Operation operation = operations[index];
            CheckPlace(operation, regions.At(index));
            foreach (int target in code.TargetsOf(in operations[index]))
            {
                CheckPassing(index, target, isLeave: operation.Code == Code.Leave);
            }

            if (!EndsFlow(operation.Code))
            {
                CheckFallThrough(index);
            }
        }
    }

    /// <summary>Whether control never passes from an operation to the next one.</summary>
    /// <param name="operation">The operation.</param>
    /// <returns>True when it never does.</returns>
    public static bool EndsFlow(Code operation) =>
        operation is Code.Br or Code.Leave or Code.Ret or Code.Throw or Code.Rethrow or Code.Endfinally or Code.Endfilter or Code.Jmp;

    private void CheckFallThrough(int index)
    {
        if (index + 1 == code.Operations.Length)
        {
            throw Flaw.At(code.Operations[index], "control falls through the end of the code");
        }

        // Nearly always both are in the same region.
        if (regions.At(index) != regions.At(index + 1) || _caught.Contains(index + 1))
        {
            CheckPassing(index, index + 1, isLeave: false);
        }
    }

    private static void CheckPlace(Operation operation, Region? region)
    {
        bool isAllowed = operation.Code switch
        {
            Code.Ret or Code.Jmp => region is null,
            Code.Endfinally => region is { Kind: RegionKind.Finally },
            Code.Endfilter => region is { Kind: RegionKind.Filter },
            Code.Rethrow => IsInCatch(region),
            _ => true,
        };
        if (!isAllowed)
        {
            throw Flaw.At(operation, "it is not allowed in this place");
        }
    }

    private static bool IsInCatch(Region? region)
    {
        while (region is { Kind: RegionKind.Try })
        {
            region = region.Parent;
        }

        return region is { Kind: RegionKind.Catch };
    }

    private void CheckPassing(int from, int to, bool isLeave)
    {
        if (_caught.Contains(to))
        {
            throw Flaw.At(code.Operations[from], $"it passes to IL_{code.Operations[to].Offset:x4}, the start of a handler");
        }

        Region? target = AroundEntered(to, from);
        Region? region = regions.At(from);
        while (isLeave && region is not null && !region.Contains(to))
        {
            if (region.Kind is RegionKind.Filter or RegionKind.Finally)
            {
                throw Flaw.At(code.Operations[from], "it leaves a block that only ends by itself");
            }

            // A handler may go back into what it protects.
            if (region.Kind == RegionKind.Catch && target is not null && target.Covers(regions.Clauses[region.Clause].Try))
            {
                return;
            }

            region = region.Parent;
        }

        if (region != target)
        {
            throw Flaw.At(code.Operations[from], $"it passes to IL_{code.Operations[to].Offset:x4}, into or out of a region");
        }
    }

    // Trys are entered at their first instruction: what counts is what is around those that are entered here.
    private Region? AroundEntered(int to, int from)
    {
        Region? target = regions.At(to);
        while (target is { Kind: RegionKind.Try } && target.Start == to && !target.Contains(from))
        {
            target = target.Parent;
        }

        return target;
    }
}
