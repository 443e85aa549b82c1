using System.Reflection;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving;

/// <summary>Emits the instructions that call hooks: operands, constants, and an indirect call through a pointer that needs no assembly reference.</summary>
internal sealed class HookCallEmitter(MethodImage image, ArgumentHomes homes, int resultLocal)
{
    private const byte ElementObject = 0x1C;

    private static readonly MethodInfo TypeFromHandle = typeof(Type).GetMethod(nameof(Type.GetTypeFromHandle))!;

    private static readonly Dictionary<Type, byte> Elements = new()
    {
        [typeof(void)] = 0x01,
        [typeof(bool)] = 0x02,
        [typeof(char)] = 0x03,
        [typeof(sbyte)] = 0x04,
        [typeof(byte)] = 0x05,
        [typeof(short)] = 0x06,
        [typeof(ushort)] = 0x07,
        [typeof(int)] = 0x08,
        [typeof(uint)] = 0x09,
        [typeof(long)] = 0x0A,
        [typeof(ulong)] = 0x0B,
        [typeof(float)] = 0x0C,
        [typeof(double)] = 0x0D,
        [typeof(nint)] = 0x18,
        [typeof(nuint)] = 0x19,
        [typeof(object)] = ElementObject,
    };

    private readonly List<byte> _signature = [];
    private readonly List<Instruction> _code = [];
    private int _parameters;

    /// <summary>The most values that one call needed on the stack.</summary>
    public int MostParameters { get; private set; }

    /// <summary>Begins a call.</summary>
    public void Begin()
    {
        _signature.Clear();
        _code.Clear();
        _parameters = 0;
    }

    /// <summary>Pushes a hook's operands.</summary>
    /// <param name="operands">The operands.</param>
    /// <param name="atEntry">True where arguments still have their values; else saved copies are used where the body changes them.</param>
    /// <param name="hoisted">Where the arguments are when they are fields of a state machine; null when they are arguments.</param>
    public void Push(IEnumerable<HookOperand> operands, bool atEntry, HoistedHomes? hoisted = null)
    {
        foreach (HookOperand operand in operands)
        {
            if (hoisted is not null && operand.Argument >= 0)
            {
                PushHoisted(operand, atEntry, hoisted);
                continue;
            }

            byte[] type = operand.Argument < 0 ? image.ReturnType : TypeOfArgument(operand.Argument);
            if (operand.Form is OperandForm.Value or OperandForm.Object)
            {
                _code.Add(operand.Argument < 0 ? IlBody.Make(OpCodes.Ldloc, resultLocal) : homes.Load(operand.Argument, atEntry));
                Parameter(operand.Form == OperandForm.Object ? [ElementObject] : [Elements[operand.Type]]);
                continue;
            }

            bool isAddress = operand.IsByRef || (operand.Argument == 0 && image.ThisArguments == 1);
            _code.Add((operand.Argument < 0, isAddress) switch
            {
                (true, true) => IlBody.Make(OpCodes.Ldloc, resultLocal),
                (true, false) => IlBody.Make(OpCodes.Ldloca, resultLocal),
                (false, true) => homes.Load(operand.Argument, atEntry: true),
                (false, false) => homes.LoadAddress(operand.Argument, atEntry),
            });
            Parameter([0x10, 0x05]);
            if (operand.Form == OperandForm.Generic)
            {
                PushType(ElementTypeOf(type, operand.IsByRef));
            }
        }
    }

    /// <summary>Pushes a local that holds an object, or null when there is none.</summary>
    /// <param name="local">The local's index, or -1 for null.</param>
    public void PushObject(int local)
    {
        _code.Add(local < 0 ? IlBody.Make(OpCodes.Ldnull) : IlBody.Make(OpCodes.Ldloc, local));
        Parameter([ElementObject]);
    }

    /// <summary>Pushes a local that holds a long, or a constant when there is none.</summary>
    /// <param name="local">The local's index, or -1 for the constant.</param>
    /// <param name="otherwise">The constant.</param>
    public void PushLong(int local, long otherwise = 0)
    {
        _code.Add(local < 0 ? IlBody.Make(OpCodes.Ldc_I8, otherwise) : IlBody.Make(OpCodes.Ldloc, local));
        Parameter([Elements[typeof(long)]]);
    }

    /// <summary>Pushes the instance of the woven method, a class.</summary>
    public void PushThis()
    {
        _code.Add(IlBody.Make(OpCodes.Ldarg, 0));
        Parameter([ElementObject]);
    }

    /// <summary>Pushes an integer that is computed.</summary>
    /// <param name="code">Pushes it; needs no more than two values on the stack.</param>
    public void PushComputedInt(IEnumerable<Instruction> code)
    {
        _code.AddRange(code);
        Parameter([Elements[typeof(int)]]);
    }

    /// <summary>Pushes a constant.</summary>
    /// <param name="value">The constant.</param>
    public void PushInt(int value)
    {
        _code.Add(IlBody.Make(OpCodes.Ldc_I4, value));
        Parameter([Elements[typeof(int)]]);
    }

    /// <summary>Ends the call.</summary>
    /// <param name="pointer">The hook's machine code.</param>
    /// <param name="result">What it gives: <see cref="void"/> or <see cref="long"/>.</param>
    /// <returns>The instructions of the whole call.</returns>
    public IReadOnlyList<Instruction> End(nint pointer, Type result)
    {
        List<byte> signature = [0x00];
        TypeBlob.AppendCompressed(signature, _parameters);
        signature.Add(Elements[result]);
        signature.AddRange(_signature);
        _code.Add(IlBody.Make(OpCodes.Ldc_I8, (long)pointer));
        _code.Add(IlBody.Make(OpCodes.Conv_I));
        _code.Add(IlBody.Make(OpCodes.Calli, image.Tokens.Signature([.. signature])));
        MostParameters = Math.Max(MostParameters, _parameters);
        return [.. _code];
    }

    /// <summary>A TypeDef or TypeRef token in the form that signatures use (ECMA-335, II.23.2.8).</summary>
    /// <param name="token">The token.</param>
    /// <returns>The coded token.</returns>
    internal static int CodedToken(int token) => ((token & 0xFFFFFF) << 2) | ((token >>> 24) switch { 0x02 => 0, 0x01 => 1, _ => 2 });

    private void PushHoisted(HookOperand operand, bool atEntry, HoistedHomes hoisted)
    {
        bool byValue = operand.Form is OperandForm.Value or OperandForm.Object;
        _code.AddRange(hoisted.Load(operand.Argument, address: !byValue, atEntry));
        Parameter(byValue ? [operand.Form == OperandForm.Object ? ElementObject : Elements[operand.Type]] : [0x10, 0x05]);
        if (operand.Form == OperandForm.Generic)
        {
            PushType(hoisted.TypeOf(operand.Argument));
        }
    }

    private void PushType(byte[] type)
    {
        _code.Add(IlBody.Make(OpCodes.Ldtoken, image.Tokens.TypeSpec(type)));
        _code.Add(IlBody.Make(OpCodes.Call, image.Tokens.CoreMethod(TypeFromHandle, static typeToken =>
        {
            List<byte> signature = [0x00, 1, 0x12];
            TypeBlob.AppendCompressed(signature, CodedToken(typeToken(typeof(Type))));
            signature.Add(0x11);
            TypeBlob.AppendCompressed(signature, CodedToken(typeToken(typeof(RuntimeTypeHandle))));
            return [.. signature];
        })));
        Parameter([ElementObject]);
    }

    private static byte[] ElementTypeOf(byte[] type, bool byRef)
    {
        ReadOnlySpan<byte> bare = TypeBlob.WithoutModifiers(type);
        return (byRef ? bare[1..] : bare).ToArray();
    }

    private byte[] TypeOfArgument(int argument)
    {
        if (argument >= image.ThisArguments)
        {
            return image.ParameterTypes[argument - image.ThisArguments];
        }

        // `this` of a generic struct.
        return TypeBlob.OverItself(image.Method.DeclaringType!);
    }

    private void Parameter(ReadOnlySpan<byte> type)
    {
        _signature.AddRange(type);
        _parameters++;
    }
}
