using System.Reflection;
using System.Reflection.Emit;
using Instrumentation.Expressions;

namespace Instrumentation.Managed.Expressions;

/// <summary>Emits what goes through objects and structs: fields, getters, nullables, casts. Structs are reached by their addresses where they have any.</summary>
internal sealed class PlaceEmitter
{
    private readonly ILGenerator _il;
    private readonly ExpressionEmitter _values;
    private readonly IRootSource _roots;
    private readonly LocalBuilder _faultFlag;
    private readonly ICollection<object> _keepAlive;

    /// <summary>Creates the part of an emitter.</summary>
    /// <param name="il">Where to emit.</param>
    /// <param name="values">The emitter of values.</param>
    /// <param name="roots">Where values come from.</param>
    /// <param name="faultFlag">The local that a fault sets.</param>
    /// <param name="keepAlive">Takes what must live as long as the method.</param>
    public PlaceEmitter(ILGenerator il, ExpressionEmitter values, IRootSource roots, LocalBuilder faultFlag, ICollection<object> keepAlive)
    {
        _il = il;
        _values = values;
        _roots = roots;
        _faultFlag = faultFlag;
        _keepAlive = keepAlive;
    }

    /// <summary>Emits the read of a field.</summary>
    /// <param name="field">The read.</param>
    public void LoadField(BoundField field)
    {
        if (field.Target.Type.IsValueType)
        {
            EmitAddress(field.Target);
            RepresentationEmitter.LoadField(_il, field.Field);
            return;
        }

        _values.Emit(field.Target);
        Guard(field.Type, () => RepresentationEmitter.LoadField(_il, field.Field));
    }

    /// <summary>Emits the call of a getter.</summary>
    /// <param name="getter">The call.</param>
    public void CallGetter(BoundGetter getter)
    {
        DynamicMethod thunk = GetterThunk.Make(getter.Getter);
        _keepAlive.Add(thunk);
        _values.Emit(getter.Target);
        if (!getter.Target.Type.IsValueType)
        {
            Guard(getter.Type, () => Call(thunk));
            return;
        }

        // A copy: what the getter might change in the struct is not the application's.
        Spill(getter.Target.Type);
        Call(thunk);
    }

    /// <summary>Emits the read of a nullable's value.</summary>
    /// <param name="value">The read.</param>
    public void LoadNullable(BoundNullableValue value)
    {
        EmitNullableAddress(value);
        RepresentationEmitter.LoadIndirect(_il, value.Type);
    }

    /// <summary>Emits the read of a value type out of the object that an expression gives.</summary>
    /// <param name="convert">The conversion of the object to the value type.</param>
    public void LoadUnboxed(ConvertExpression convert)
    {
        EmitUnboxedAddress(convert);
        RepresentationEmitter.LoadIndirect(_il, convert.Type);
    }

    /// <summary>Emits the cast of the reference on the stack; null stays null, another type is a fault.</summary>
    /// <param name="type">The type to cast to.</param>
    public void Cast(Type type)
    {
        Label end = _il.DefineLabel();
        _il.Emit(OpCodes.Dup);
        _il.Emit(OpCodes.Brfalse, end);
        _il.Emit(OpCodes.Isinst, type);
        _il.Emit(OpCodes.Dup);
        _il.Emit(OpCodes.Brtrue, end);
        Fault();
        _il.MarkLabel(end);
    }

    /// <summary>Emits what uses the reference on the stack, for when it is not null; when it is, a fault and the default of a type.</summary>
    /// <param name="type">The type of what the use pushes.</param>
    /// <param name="use">Emits the use.</param>
    public void Guard(Type type, Action use) => Guard(() => Default(type), use);

    private void Guard(Action otherwise, Action use)
    {
        Label usable = _il.DefineLabel();
        Label end = _il.DefineLabel();
        _il.Emit(OpCodes.Dup);
        _il.Emit(OpCodes.Brtrue, usable);
        _il.Emit(OpCodes.Pop);
        Fault();
        otherwise();
        _il.Emit(OpCodes.Br, end);
        _il.MarkLabel(usable);
        use();
        _il.MarkLabel(end);
    }

    private void EmitAddress(ProbeExpression expression)
    {
        switch (expression)
        {
            case ArgumentExpression or ThisExpression or ReturnExpression or ContextExpression when _roots.IsAddress(expression):
                _roots.EmitRoot(_il, expression, _faultFlag);
                break;
            case BoundField { Target.Type.IsValueType: true } field:
                EmitAddress(field.Target);
                _il.Emit(OpCodes.Ldflda, field.Field);
                break;
            case BoundField field:
                _values.Emit(field.Target);
                GuardAddress(field.Type, () => _il.Emit(OpCodes.Ldflda, field.Field));
                break;
            case BoundNullableValue value:
                EmitNullableAddress(value);
                break;
            case ConvertExpression { Operand.Type.IsValueType: false } convert:
                EmitUnboxedAddress(convert);
                break;
            default:
                _values.Emit(expression);
                Spill(expression.Type);
                break;
        }
    }

    private void EmitUnboxedAddress(ConvertExpression convert)
    {
        _values.Emit(convert.Operand);
        _il.Emit(OpCodes.Isinst, convert.Type);
        GuardAddress(convert.Type, () => _il.Emit(OpCodes.Unbox, convert.Type));
    }

    private void EmitNullableAddress(BoundNullableValue value)
    {
        Type type = value.Target.Type;
        Label present = _il.DefineLabel();
        Label end = _il.DefineLabel();
        EmitAddress(value.Target);
        _il.Emit(OpCodes.Dup);
        _il.Emit(OpCodes.Ldfld, type.GetField("hasValue", MemberBinder.Declared)!);
        _il.Emit(OpCodes.Brtrue, present);
        _il.Emit(OpCodes.Pop);
        Fault();
        DefaultAddress(value.Type);
        _il.Emit(OpCodes.Br, end);
        _il.MarkLabel(present);
        _il.Emit(OpCodes.Ldflda, type.GetField("value", MemberBinder.Declared)!);
        _il.MarkLabel(end);
    }

    private void GuardAddress(Type type, Action use) => Guard(() => DefaultAddress(type), use);

    private void Call(MethodInfo thunk)
    {
        _il.Emit(OpCodes.Ldloca, _faultFlag);
        _il.Emit(OpCodes.Call, thunk);
    }

    private void Spill(Type type)
    {
        LocalBuilder copy = _il.DeclareLocal(type);
        _il.Emit(OpCodes.Stloc, copy);
        _il.Emit(OpCodes.Ldloca, copy);
    }

    private void Fault()
    {
        _il.Emit(OpCodes.Ldc_I4_1);
        _il.Emit(OpCodes.Stloc, _faultFlag);
    }

    private void Default(Type type)
    {
        if (ExpressionTypes.IsPrimitive(type))
        {
            NumberEmitter.Zero(_il, ExpressionTypes.RepresentationOf(type));
        }
        else if (!type.IsValueType)
        {
            _il.Emit(OpCodes.Ldnull);
        }
        else
        {
            DefaultAddress(type);
            _il.Emit(OpCodes.Ldobj, type);
        }
    }

    private void DefaultAddress(Type type)
    {
        LocalBuilder none = _il.DeclareLocal(type);
        _il.Emit(OpCodes.Ldloca, none);
        _il.Emit(OpCodes.Initobj, type);
        _il.Emit(OpCodes.Ldloca, none);
    }
}
