using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>Checks that what a body names is there, and is of the kind that the naming needs (ECMA-335, III.1.9).</summary>
internal static class TokenRules
{
    /// <summary>Checks the tokens of a body.</summary>
    /// <param name="operations">The body's instructions.</param>
    /// <param name="clauses">Its clauses.</param>
    /// <param name="tokens">The tokens that there are.</param>
    /// <exception cref="BadIlException">A token names nothing, or something of another kind.</exception>
    public static void Check(ReadOnlySpan<Operation> operations, ImmutableArray<ExceptionRegion> clauses, TokenTypes tokens)
    {
        foreach (ref readonly Operation operation in operations)
        {
            if (!IsRight(operation, tokens))
            {
                throw Flaw.At(operation, $"the token 0x{operation.Operand:x8} names nothing that it can take");
            }
        }

        for (int i = 0; i < clauses.Length; i++)
        {
            if (clauses[i].Kind == ExceptionRegionKind.Catch && !(MetadataTokens.GetToken(clauses[i].CatchType) is int type && IsType(type) && tokens.Knows(type)))
            {
                throw Flaw.Clause(i, "the type that it catches is none");
            }
        }
    }

    private static bool IsRight(Operation operation, TokenTypes tokens)
    {
        int token = operation.Operand;
        switch (operation.Code)
        {
            case Code.Castclass or Code.Isinst or Code.Unbox or Code.Unbox_Any or Code.Box or Code.Newarr or Code.Initobj or Code.Ldelema or Code.Sizeof
                or Code.Mkrefany or Code.Refanyval or Code.Cpobj or Code.Ldobj or Code.Stobj or Code.Constrained or Code.Ldelem_Any or Code.Stelem_Any:
                return IsType(token) && tokens.Knows(token);
            case Code.Ldfld or Code.Ldflda or Code.Stfld or Code.Ldsfld or Code.Ldsflda or Code.Stsfld:
                return IsField(token) && tokens.Knows(token);
            case Code.Call or Code.Callvirt or Code.Newobj or Code.Ldftn or Code.Ldvirtftn or Code.Jmp:
                return IsMethod(token) && tokens.Knows(token);
            case Code.Calli:
                return token >>> 24 == (int)TableIndex.StandAloneSig && tokens.Knows(token);
            case Code.Ldtoken:
                return (IsType(token) || IsField(token) || IsMethod(token)) && tokens.Knows(token);
            default:
                return true;
        }
    }

    private static bool IsType(int token) => (TableIndex)(token >>> 24) is TableIndex.TypeRef or TableIndex.TypeDef or TableIndex.TypeSpec;

    private static bool IsField(int token) => (TableIndex)(token >>> 24) is TableIndex.Field or TableIndex.MemberRef;

    private static bool IsMethod(int token) => (TableIndex)(token >>> 24) is TableIndex.MethodDef or TableIndex.MemberRef or TableIndex.MethodSpec;
}
