using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Instrumentation.Expressions;
using Instrumentation.Managed.Expressions;

namespace Instrumentation.Managed.Tests.Expressions;

/// <summary>
/// An expression as a dynamic method over boxes: <c>object Run(object[] boxes, int[] fault)</c>. Each root is a <see cref="StrongBox{T}"/> of
/// its declared type; structs are handed to the emitter by their addresses within the boxes.
/// </summary>
internal sealed class Emitted : IRootSource
{
    private const int ThisBox = 0;
    private const int ResultBox = 1;
    private const int FirstArgument = 2;
    private readonly List<object> _keepAlive = [];
    private readonly Func<object?[], int[], object?> _run;
    private readonly bool _structsByAddress;

    public Emitted(ProbeExpression bound, bool structsByAddress = true)
    {
        _structsByAddress = structsByAddress;
        DynamicMethod method = new("Emitted", typeof(object), [typeof(object[]), typeof(int[])], typeof(Emitted).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        LocalBuilder fault = il.DeclareLocal(typeof(int));
        new ExpressionEmitter(il, this, fault, _keepAlive).Emit(bound);
        il.Emit(OpCodes.Box, BoxType(bound.Type));
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Ldloc, fault);
        il.Emit(OpCodes.Stelem_I4);
        il.Emit(OpCodes.Ret);
        _run = method.CreateDelegate<Func<object?[], int[], object?>>();
    }

    /// <summary>Boxes for the roots of a hit; the values have the declared types.</summary>
    public static object?[] Boxes(BindingTarget target, object? self, object? result, params object?[] arguments) =>
    [
        Box(target.ThisType, self),
        Box(target.ResultType, result),
        .. arguments.Select((argument, index) => Box(target.Parameters[index].Type, argument)),
    ];

    public object? Run(object?[] boxes, out bool faulted)
    {
        int[] fault = [0];
        object? value = _run(boxes, fault);
        faulted = fault[0] != 0;
        return value;
    }

    public bool IsAddress(ProbeExpression root) => _structsByAddress && ExpressionTypes.IsStruct(root.Type);

    public void EmitRoot(ILGenerator il, ProbeExpression root, LocalBuilder faultFlag)
    {
        if (root is ContextExpression context)
        {
            EmitContext(il, context);
            return;
        }

        int box = root switch
        {
            ArgumentExpression argument => FirstArgument + argument.Index,
            ThisExpression => ThisBox,
            ReturnExpression => ResultBox,
            _ => throw new InvalidOperationException("No root."),
        };
        Type type = typeof(StrongBox<>).MakeGenericType(root.Type);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4, box);
        il.Emit(OpCodes.Ldelem_Ref);
        il.Emit(OpCodes.Castclass, type);
        FieldInfo value = type.GetField("Value")!;
        if (IsAddress(root))
        {
            il.Emit(OpCodes.Ldflda, value);
        }
        else
        {
            RepresentationEmitter.LoadField(il, value);
        }
    }

    private static void EmitContext(ILGenerator il, ContextExpression context)
    {
        if (context.Type == typeof(int))
        {
            il.Emit(OpCodes.Ldc_I4, ContextHit.Number);
        }
        else if (context.Type.IsValueType)
        {
            il.Emit(OpCodes.Ldc_I8, (long)ContextHit.Number);
        }
        else
        {
            il.Emit(OpCodes.Ldsfld, typeof(ContextHit).GetField(context.Value == ContextValue.Exception ? nameof(ContextHit.Exception) : nameof(ContextHit.ThrownBy))!);
        }
    }

    private static object? Box(Type? type, object? value) =>
        type is null || type == typeof(void) ? null : Activator.CreateInstance(typeof(StrongBox<>).MakeGenericType(BoundTypes.ReadAs(type)), value);

    private static Type BoxType(Type type) => ExpressionTypes.RepresentationOf(type) switch
    {
        TypeCode.Boolean => typeof(bool),
        TypeCode.Char => typeof(char),
        TypeCode.SByte => typeof(sbyte),
        TypeCode.Byte => typeof(byte),
        TypeCode.Int16 => typeof(short),
        TypeCode.UInt16 => typeof(ushort),
        TypeCode.Int32 => typeof(int),
        TypeCode.UInt32 => typeof(uint),
        TypeCode.Int64 => typeof(long),
        TypeCode.UInt64 => typeof(ulong),
        TypeCode.Single => typeof(float),
        TypeCode.Double => typeof(double),
        _ => type,
    };
}
