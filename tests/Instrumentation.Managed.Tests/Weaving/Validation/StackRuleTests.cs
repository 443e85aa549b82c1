using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Tests.Weaving.Validation;

/// <summary>What the stack may hold: the JIT's leniency, and its ends.</summary>
public sealed class StackRuleTests
{
    public static TheoryData<string, OpCode[]> Accepted => new()
    {
        { "an int32 for a native int", [OpCodes.Ldarg_0, OpCodes.Conv_I, OpCodes.Ldarg_0, OpCodes.Add, OpCodes.Conv_I4, OpCodes.Ret] },
        { "an int64 for an int32", [OpCodes.Ldarg_3, OpCodes.Ret] },
        { "a managed pointer and an offset", [OpCodes.Ldarg_2, OpCodes.Ldarg_0, OpCodes.Add, OpCodes.Ldind_I4, OpCodes.Ret] },
        { "a native int for an address", [OpCodes.Ldarg_2, OpCodes.Conv_U, OpCodes.Ldind_I4, OpCodes.Ret] },
        { "an object as a number", [OpCodes.Ldarg_1, OpCodes.Conv_I, OpCodes.Conv_I4, OpCodes.Ret] },
        { "an object compared with a native int", [OpCodes.Ldarg_1, OpCodes.Ldc_I4_0, OpCodes.Conv_U, OpCodes.Ceq, OpCodes.Ret] },
        { "what throw discards", [OpCodes.Ldarg_0, OpCodes.Ldarg_1, OpCodes.Throw] },
        { "whatever is never reached", [OpCodes.Ldarg_1, OpCodes.Throw, OpCodes.Pop, OpCodes.Add, OpCodes.Ret] },
    };

    public static TheoryData<string, OpCode[]> Refused => new()
    {
        { "the stack is empty", [OpCodes.Pop, OpCodes.Ldc_I4_0, OpCodes.Ret] },
        { "the stack is empty", [OpCodes.Ldarg_0, OpCodes.Add, OpCodes.Ret] },
        { "more values are on the stack", [OpCodes.Ldarg_0, OpCodes.Ldarg_0, OpCodes.Ret] },
        { "falls through the end", [OpCodes.Ldarg_0] },
        { "finds an object", [OpCodes.Ldarg_1, OpCodes.Ret] },
        { "finds an object", [OpCodes.Ldarg_1, OpCodes.Neg, OpCodes.Ret] },
        { "finds a managed pointer", [OpCodes.Ldarg_2, OpCodes.Throw] },
        { "cannot take", [OpCodes.Ldarg_0, OpCodes.Ldc_R8, OpCodes.Add, OpCodes.Conv_I4, OpCodes.Ret] },
        { "cannot take", [OpCodes.Ldarg_1, OpCodes.Ldc_R8, OpCodes.Ceq, OpCodes.Ret] },
        { "needs an object", [OpCodes.Ldarg_0, OpCodes.Ldlen, OpCodes.Ret] },
        { "needs an object", [OpCodes.Ldarg_1, OpCodes.Ldc_I4_0, OpCodes.Ldc_I4_0, OpCodes.Stelem_Ref, OpCodes.Ldarg_0, OpCodes.Ret] },
        { "more values are on the stack", [OpCodes.Ldarg_0, OpCodes.Ldc_I4_8, OpCodes.Localloc, OpCodes.Pop, OpCodes.Ret] },
        { "does not stand before what it is for", [OpCodes.Ldarg_0, OpCodes.Volatile, OpCodes.Nop, OpCodes.Ret] },
        { "not allowed in this place", [OpCodes.Endfinally] },
        { "not allowed in this place", [OpCodes.Rethrow] },
    };

    [Theory]
    [MemberData(nameof(Accepted), DisableDiscoveryEnumeration = true)]
    public void Validate_WhatTheJitTakes_IsNotRefused(string what, OpCode[] code) =>
        Assert.True(Body(code).Complaint(SmallBody.Mixed) is null, $"{what}: {Body(code).Complaint(SmallBody.Mixed)}");

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void Validate_WhatTheJitDoesNotTake_IsRefusedWithTheReason(string reason, OpCode[] code) =>
        Assert.Contains(reason, Body(code).Complaint(SmallBody.Mixed));

    [Theory]
    [InlineData(Code.Ldarg_0, Code.Ldarg_0, null)]
    [InlineData(Code.Ldarg_0, Code.Ldarg_3, null)]
    [InlineData(Code.Ldarg_0, Code.Ldarg_2, null)]
    [InlineData(Code.Ldarg_1, Code.Ldnull, null)]
    [InlineData(Code.Ldarg_0, Code.Ldarg_1, "in the same place")]
    [InlineData(Code.Ldarg_1, Code.Ldarg_0, "in the same place")]
    [InlineData(Code.Ldarg_0, Code.Ldc_R8, "in the same place")]
    [InlineData(Code.Ldarg_0, Code.Nop, "values on the stack")]
    public void Validate_PathsThatMeet_MustBringWhatFits(Code onOne, Code onOther, string? reason)
    {
        SmallBody body = new();
        body.Add(OpCodes.Ldarg_0, null);
        Instruction branch = body.Add(OpCodes.Brtrue, null);
        Load(body, onOne);
        Instruction jump = body.Add(OpCodes.Br, null);
        branch.Operand = Load(body, onOther);
        jump.Operand = body.Add(OpCodes.Pop, null);
        body.Add(OpCodes.Ldarg_0, OpCodes.Ret);

        string? complaint = body.Complaint(SmallBody.Mixed);

        Assert.True(reason is null ? complaint is null : complaint?.Contains(reason, StringComparison.Ordinal) == true, complaint ?? "accepted");
    }

    [Fact]
    public void Validate_SignatureThatNobodyKnows_IsRefused()
    {
        SmallBody body = new();
        body.Add(OpCodes.Call, new MetadataToken(0x0AFFFFFF));
        body.Add(OpCodes.Ret, null);

        Assert.Equal("at IL_0000 (call), the token 0x0affffff names nothing that it can take", body.Complaint(SmallBody.Empty));
    }

    private static SmallBody Body(OpCode[] code)
    {
        SmallBody body = new();
        foreach (OpCode opCode in code)
        {
            Load(body, opCode.Code);
        }

        return body;
    }

    private static Instruction Load(SmallBody body, Code code)
    {
        OpCode opCode = (OpCode)typeof(OpCodes).GetField(code.ToString())!.GetValue(null)!;
        return body.Add(opCode, code == Code.Ldc_R8 ? 0L : null);
    }
}
