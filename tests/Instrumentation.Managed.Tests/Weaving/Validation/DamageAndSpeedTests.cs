using Instrumentation.Managed.Tests.Harness;
using Instrumentation.Managed.Weaving;
using Instrumentation.Managed.Weaving.Validation;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Tests.Weaving.Validation;

/// <summary>Whatever the bytes are, the answer is yes or BadIl, and comes soon.</summary>
[Collection(AloneCollection.Name)]
public sealed class DamageAndSpeedTests(ITestOutputHelper output)
{
    private const int Cases = 50_000;

    [Fact]
    public void Validate_DamagedBodies_GivesYesOrBadIl()
    {
        using ModuleFile module = ModuleFile.Open("Mono.Cecil");
        (int Token, string Name, byte[] Bytes)[] bodies = [.. module.Bodies().Where(static body => body.Bytes.Length is > 12 and < 600)];
        Random random = new(20260104);
        int refused = 0;
        Watch.OnThread(() =>
        {
            for (int i = 0; i < Cases; i++)
            {
                (int token, _, byte[] bytes) = bodies[random.Next(bodies.Length)];
                byte[] damaged = [.. bytes];
                for (int flips = random.Next(1, 4); flips > 0; flips--)
                {
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                }

                refused += IsRefused(damaged[..(random.Next(4) == 0 ? random.Next(damaged.Length) : damaged.Length)], token, module.Tokens) ? 1 : 0;
            }
        });

        Assert.InRange(refused, Cases / 2, Cases - (Cases / 100));
    }

    [Fact]
    public void Validate_HundredThousandInstructions_TakesWellUnderASecond()
    {
        IlBody body = Large();
        byte[] bytes = IlWriter.Write(body, []).Bytes;
        using ModuleFile module = ModuleFile.Open(typeof(SmallBody).Assembly.GetName().Name!);
        TimeSpan best = TimeSpan.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long started = TimeProvider.System.GetTimestamp();
            BodyValidator.Validate(bytes, SmallBody.Empty, module.Tokens);
            TimeSpan spent = TimeProvider.System.GetElapsedTime(started);
            best = spent < best ? spent : best;
        }

        output.WriteLine($"{body.Instructions.Count} instructions, {body.Handlers.Count} clauses: {best.TotalMilliseconds:f1} ms");
        Assert.True(best < TimeSpan.FromMilliseconds(500), $"{best}");
    }

    // Trys one after the other, each in a try of its own, with a branch in each.
    private static IlBody Large()
    {
        IlBody body = new() { MaxStack = 4 };
        List<Instruction> code = body.Instructions;
        while (code.Count < 100_000)
        {
            Instruction after = IlBody.Make(OpCodes.Nop);
            Instruction load = IlBody.Make(OpCodes.Ldc_I4_1);
            Instruction target = IlBody.Make(OpCodes.Pop);
            Instruction leave = IlBody.Make(OpCodes.Leave, after);
            Instruction handler = IlBody.Make(OpCodes.Pop);
            Instruction fault = IlBody.Make(OpCodes.Endfinally);
            code.AddRange([load, IlBody.Make(OpCodes.Dup), IlBody.Make(OpCodes.Brtrue, target), IlBody.Make(OpCodes.Neg), target]);
            for (int i = 0; i < 10; i++)
            {
                code.AddRange([IlBody.Make(OpCodes.Ldc_I4_1), IlBody.Make(OpCodes.Ldc_I4_2), IlBody.Make(OpCodes.Add), IlBody.Make(OpCodes.Pop)]);
            }

            code.AddRange([leave, handler, IlBody.Make(OpCodes.Leave, after), fault, after]);
            body.Handlers.Add(Clause(ExceptionHandlerType.Catch, load, handler, fault));
            body.Handlers.Add(Clause(ExceptionHandlerType.Fault, load, fault, after));
        }

        code.Add(IlBody.Make(OpCodes.Ret));
        return body;
    }

    private static IlHandler Clause(ExceptionHandlerType kind, Instruction start, Instruction handler, Instruction end) => new()
    {
        Kind = kind,
        TryStart = start,
        TryEnd = handler,
        HandlerStart = handler,
        HandlerEnd = end,
        CatchType = kind == ExceptionHandlerType.Catch ? new MetadataToken(0x0100_0001) : default,
    };

    private static bool IsRefused(byte[] bytes, int token, TokenTypes tokens)
    {
        try
        {
            BodyValidator.Validate(bytes, token, tokens);
            return false;
        }
        catch (BadIlException)
        {
            return true;
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{error.GetType().Name} instead of BadIlException for {Convert.ToHexString(bytes)}", error);
        }
    }
}
