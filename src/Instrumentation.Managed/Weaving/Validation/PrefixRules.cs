using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>Checks that prefixes stand before what they are for (ECMA-335, III.2): nothing may have come between.</summary>
internal static class PrefixRules
{
    /// <summary>Checks all prefixes of a body.</summary>
    /// <param name="operations">The body.</param>
    /// <exception cref="BadIlException">A prefix stands before something else.</exception>
    public static void Check(ReadOnlySpan<Operation> operations)
    {
        for (int i = 0; i < operations.Length; i++)
        {
            if (!IsPrefix(operations[i].Code))
            {
                continue;
            }

            int next = i + 1;
            while (next < operations.Length && IsPrefix(operations[next].Code))
            {
                next++;
            }

            if (next == operations.Length || !Fits(operations[i].Code, operations[next].Code))
            {
                throw Flaw.At(operations[i], "it does not stand before what it is for");
            }

            if (operations[i].Code == Code.Tail && (next + 1 == operations.Length || operations[next + 1].Code != Code.Ret))
            {
                throw Flaw.At(operations[i], "no ret follows the call");
            }
        }
    }

    private static bool IsPrefix(Code code) => code is Code.Constrained or Code.Readonly or Code.Tail or Code.Volatile or Code.Unaligned or Code.No;

    private static bool Fits(Code prefix, Code operation) => prefix switch
    {
        Code.Constrained => operation is Code.Call or Code.Callvirt or Code.Ldftn or Code.Ldvirtftn,
        Code.Readonly => operation is Code.Ldelema or Code.Call or Code.Callvirt,
        Code.Tail => operation is Code.Call or Code.Callvirt or Code.Calli,
        Code.Volatile or Code.Unaligned => operation is (>= Code.Ldind_I1 and <= Code.Stind_R8) or Code.Stind_I or Code.Ldobj or Code.Stobj or Code.Cpobj
            or Code.Cpblk or Code.Initblk or Code.Ldfld or Code.Stfld or Code.Ldsfld or Code.Stsfld or Code.Initobj,
        _ => true,
    };
}
