using Mono.Cecil.Cil;
using T = Instrumentation.Managed.Weaving.Validation.StackTypes;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>The operations that always take and give the same (ECMA-335, III.3 and III.4), as a table.</summary>
internal static class SimpleRules
{
    private const T Number = T.Integer | T.Float;
    private const T Truth = T.Integer | T.Pointer | T.Object;

    private static readonly (T[]? Pops, T Push)[] Rules = new (T[]?, T)[Enum.GetValues<Code>().Length];

    static SimpleRules()
    {
        Set([], T.None, Code.Nop, Code.Break, Code.Br, Code.Volatile, Code.Unaligned, Code.Tail, Code.Constrained, Code.Readonly, Code.No, Code.Rethrow);
        Set([], T.Int32, Code.Ldc_I4, Code.Sizeof);
        Set([], T.Int64, Code.Ldc_I8);
        Set([], T.NativeInt, Code.Ldftn);
        Set([], T.Float, Code.Ldc_R4, Code.Ldc_R8);
        Set([], T.Object, Code.Ldnull, Code.Ldstr);
        Set([], T.Value, Code.Ldtoken, Code.Arglist);
        Set([T.Unknown], T.None, Code.Pop);
        Set([Truth], T.None, Code.Brfalse, Code.Brtrue);
        Set([T.Integer], T.None, Code.Switch);
        Set([T.Object], T.None, Code.Throw);
        Set([T.Object], T.Object, Code.Castclass, Code.Isinst);
        Set([T.Object], T.Pointer, Code.Unbox);
        Set([T.Object], T.NativeInt, Code.Ldlen, Code.Ldvirtftn);
        Set([T.Integer], T.Object, Code.Newarr);
        Set([T.Float], T.Float, Code.Ckfinite);
        Set([T.Address], T.Value, Code.Mkrefany);
        Set([T.Value], T.Value, Code.Refanytype);
        Set([T.Value], T.Pointer, Code.Refanyval);
        Set([T.Address, T.Address], T.None, Code.Cpobj);
        Set([T.Address], T.None, Code.Initobj);
        Set([T.Address, T.Address, T.Integer], T.None, Code.Cpblk);
        Set([T.Address, T.Integer, T.Integer], T.None, Code.Initblk);
        Set([T.Object, T.Integer], T.Pointer, Code.Ldelema);
        SetConversions();
        SetMemory(T.Int32, [Code.Ldind_I1, Code.Ldind_U1, Code.Ldind_I2, Code.Ldind_U2, Code.Ldind_I4, Code.Ldind_U4], [Code.Stind_I1, Code.Stind_I2, Code.Stind_I4]);
        SetMemory(T.Int64, [Code.Ldind_I8], [Code.Stind_I8]);
        SetMemory(T.NativeInt, [Code.Ldind_I], [Code.Stind_I]);
        SetMemory(T.Float, [Code.Ldind_R4, Code.Ldind_R8], [Code.Stind_R4, Code.Stind_R8]);
        SetMemory(T.Object, [Code.Ldind_Ref], [Code.Stind_Ref]);
        SetElements(
            T.Int32,
            [Code.Ldelem_I1, Code.Ldelem_U1, Code.Ldelem_I2, Code.Ldelem_U2, Code.Ldelem_I4, Code.Ldelem_U4],
            [Code.Stelem_I1, Code.Stelem_I2, Code.Stelem_I4]);
        SetElements(T.Int64, [Code.Ldelem_I8], [Code.Stelem_I8]);
        SetElements(T.NativeInt, [Code.Ldelem_I], [Code.Stelem_I]);
        SetElements(T.Float, [Code.Ldelem_R4, Code.Ldelem_R8], [Code.Stelem_R4, Code.Stelem_R8]);
        SetElements(T.Object, [Code.Ldelem_Ref], [Code.Stelem_Ref]);
    }

    /// <summary>Applies an operation when it is one of these.</summary>
    /// <param name="code">The operation.</param>
    /// <param name="stack">The stack.</param>
    /// <returns>False when what it takes or gives depends on its operands.</returns>
    public static bool TryApply(Code code, EvaluationStack stack)
    {
        (T[]? pops, T push) = Rules[(int)code];
        if (pops is null)
        {
            return false;
        }

        for (int i = pops.Length - 1; i >= 0; i--)
        {
            stack.Pop(pops[i]);
        }

        if (push != T.None)
        {
            stack.Push(push);
        }

        return true;
    }

    private static void SetConversions()
    {
        const T Convertible = Number | T.Pointer | T.Object;
        foreach (Code code in Enum.GetValues<Code>())
        {
            string[] parts = code.ToString().Split('_');
            if (parts[0] == "Conv")
            {
                string to = parts[1] == "Ovf" ? parts[2] : parts[1];
                T result = to switch
                {
                    "I" or "U" => T.NativeInt,
                    "I8" or "U8" => T.Int64,
                    "R" or "R4" or "R8" => T.Float,
                    _ => T.Int32,
                };
                Set([Convertible], result, code);
            }
        }
    }

    private static void SetMemory(T type, Code[] loads, Code[] stores)
    {
        Set([T.Address], type, loads);
        Set([T.Address, StackRules.Accepts(type)], T.None, stores);
    }

    private static void SetElements(T type, Code[] loads, Code[] stores)
    {
        Set([T.Object, T.Integer], type, loads);
        Set([T.Object, T.Integer, StackRules.Accepts(type)], T.None, stores);
    }

    private static void Set(T[] pops, T push, params Code[] codes)
    {
        foreach (Code code in codes)
        {
            Rules[(int)code] = (pops, push);
        }
    }
}
