using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Tests.Weaving.Validation;

/// <summary>Where handlers may lie, and how control may pass.</summary>
public sealed class RegionRuleTests
{
    [Fact]
    public void Validate_LeaveFromACatchIntoItsTry_IsNotRefused()
    {
        SmallBody body = new();
        Instruction start = body.Add(OpCodes.Nop, null);
        Instruction middle = body.Add(OpCodes.Nop, null);
        Instruction leave = body.Add(OpCodes.Leave, null);
        Instruction handler = body.Add(OpCodes.Pop, null);
        body.Add(OpCodes.Leave, middle);
        leave.Operand = body.Add(OpCodes.Ret, null);
        body.Clause(ExceptionHandlerType.Catch, start, handler, (Instruction)leave.Operand);

        Assert.Null(body.Complaint(SmallBody.Empty));
    }

    [Theory]
    [InlineData(Code.Endfinally, null)]
    [InlineData(Code.Leave, "leaves a block that only ends by itself")]
    [InlineData(Code.Br, "into or out of a region")]
    [InlineData(Code.Ret, "not allowed in this place")]
    [InlineData(Code.Rethrow, "not allowed in this place")]
    [InlineData(Code.Nop, "into or out of a region")]
    public void Validate_EndOfAFinally_MustBeEndfinally(Code end, string? reason)
    {
        SmallBody body = new();
        Instruction leave = body.Add(OpCodes.Leave, null);
        Instruction handler = body.Add(OpCodes.Nop, null);
        Instruction last = body.Add(OpCodes.Nop, null);
        leave.Operand = body.Add(OpCodes.Ret, null);
        last.OpCode = (OpCode)typeof(OpCodes).GetField(end.ToString())!.GetValue(null)!;
        last.Operand = end is Code.Leave or Code.Br ? leave.Operand : null;
        body.Clause(ExceptionHandlerType.Finally, leave, handler, (Instruction)leave.Operand);

        Check(reason, body);
    }

    [Theory]
    [InlineData(Code.Ldc_I4_0, null)]
    [InlineData(Code.Ldnull, "finds an object")]
    [InlineData(Code.Nop, "the stack is empty")]
    public void Validate_ResultOfAFilter_MustBeAnInt(Code result, string? reason)
    {
        SmallBody body = new();
        Instruction leave = body.Add(OpCodes.Leave, null);
        Instruction filter = body.Add(OpCodes.Pop, null);
        body.Add((OpCode)typeof(OpCodes).GetField(result.ToString())!.GetValue(null)!, null);
        body.Add(OpCodes.Endfilter, null);
        Instruction handler = body.Add(OpCodes.Pop, null);
        Instruction back = body.Add(OpCodes.Leave, null);
        leave.Operand = back.Operand = body.Add(OpCodes.Ret, null);
        body.Clause(ExceptionHandlerType.Filter, leave, handler, (Instruction)leave.Operand, filter);

        Check(reason, body);
    }

    [Fact]
    public void Validate_TryThatIsEnteredWithAValue_IsRefused()
    {
        SmallBody body = new();
        body.Add(OpCodes.Ldc_I4_0, null);
        Instruction start = body.Add(OpCodes.Nop, null);
        Instruction leave = body.Add(OpCodes.Leave, null);
        Instruction handler = body.Add(OpCodes.Endfinally, null);
        leave.Operand = body.Add(OpCodes.Ret, null);
        body.Clause(ExceptionHandlerType.Finally, start, handler, (Instruction)leave.Operand);

        Check("a try is entered with 1 values", body);
    }

    [Fact]
    public void Validate_MethodThatBeginsInAHandler_IsRefused()
    {
        SmallBody body = new();
        Instruction handler = body.Add(OpCodes.Endfinally, null);
        Instruction leave = body.Add(OpCodes.Leave, null);
        leave.Operand = body.Add(OpCodes.Ret, null);
        body.Clause(ExceptionHandlerType.Finally, leave, handler, leave, tryEnd: (Instruction)leave.Operand);

        Check("the method begins in a handler", body);
    }

    [Fact]
    public void Validate_CatchWithoutRoomForTheException_IsRefused()
    {
        SmallBody body = new() { MaxStack = 0 };
        Instruction leave = body.Add(OpCodes.Leave, null);
        Instruction handler = body.Add(OpCodes.Rethrow, null);
        leave.Operand = body.Add(OpCodes.Ret, null);
        body.Clause(ExceptionHandlerType.Catch, leave, handler, (Instruction)leave.Operand);

        Check("the exception does not fit", body);
    }

    private static void Check(string? reason, SmallBody body)
    {
        string? complaint = body.Complaint(SmallBody.Empty);
        Assert.True(reason is null ? complaint is null : complaint?.Contains(reason, StringComparison.Ordinal) == true, complaint ?? "accepted");
    }
}
