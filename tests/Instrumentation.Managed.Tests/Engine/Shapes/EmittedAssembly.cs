using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Loader;

namespace Instrumentation.Managed.Tests.Engine.Shapes;

/// <summary>An assembly with methods that no C# compiler makes; written as a file's bytes, so that it loads as any other.</summary>
internal static class EmittedAssembly
{
    /// <summary>Parameters of the large method: its number of additions.</summary>
    public const int Additions = 5000;

    /// <summary>Locals of the method with many.</summary>
    public const int Locals = 400;

    /// <summary>Writes the assembly.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The bytes of its file.</returns>
    public static byte[] Write(string name)
    {
        PersistedAssemblyBuilder assembly = new(new AssemblyName(name), typeof(object).Assembly);
        TypeBuilder type = assembly.DefineDynamicModule(name).DefineType("Emitted.Methods", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        Large(Define(type, "Large"));
        ManyLocals(Define(type, "ManyLocals"));
        ILGenerator target = Define(type, "Target", out MethodBuilder targetMethod);
        target.Emit(OpCodes.Ldarg_0);
        target.Emit(OpCodes.Ldc_I4_3);
        target.Emit(OpCodes.Mul);
        target.Emit(OpCodes.Ret);
        Tail(Define(type, "TailCall"), targetMethod);
        Countdown(type);
        type.CreateType();
        using MemoryStream file = new();
        assembly.Save(file);
        return file.ToArray();
    }

    /// <summary>Loads the assembly into a load context of its own.</summary>
    /// <param name="bytes">Its file.</param>
    /// <param name="name">The context's name.</param>
    /// <returns>The type with the methods.</returns>
    public static Type Load(byte[] bytes, string name) =>
        new AssemblyLoadContext(name, isCollectible: false).LoadFromStream(new MemoryStream(bytes)).GetType("Emitted.Methods", throwOnError: true)!;

    /// <summary>A method of the type as a delegate.</summary>
    /// <param name="type">The type.</param>
    /// <param name="method">The method.</param>
    /// <returns>The delegate.</returns>
    public static Func<int, int> Call(Type type, string method) => type.GetMethod(method)!.CreateDelegate<Func<int, int>>();

    private static ILGenerator Define(TypeBuilder type, string name) => Define(type, name, out _);

    private static ILGenerator Define(TypeBuilder type, string name, out MethodBuilder method)
    {
        method = type.DefineMethod(name, MethodAttributes.Public | MethodAttributes.Static, typeof(int), [typeof(int)]);
        method.SetImplementationFlags(MethodImplAttributes.NoInlining);
        method.DefineParameter(1, ParameterAttributes.None, "value");
        return method.GetILGenerator();
    }

    // More than 10,000 instructions, with a long branch from the first to the last.
    private static void Large(ILGenerator il)
    {
        Label end = il.DefineLabel();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Dup);
        il.Emit(OpCodes.Brfalse, end);
        for (int i = 0; i < Additions; i++)
        {
            il.Emit(OpCodes.Ldc_I4, i % 7);
            il.Emit(OpCodes.Add);
        }

        il.MarkLabel(end);
        il.Emit(OpCodes.Ret);
    }

    private static void ManyLocals(ILGenerator il)
    {
        LocalBuilder[] locals = [.. Enumerable.Range(0, Locals).Select(_ => il.DeclareLocal(typeof(int)))];
        foreach (LocalBuilder local in locals)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, local.LocalIndex);
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Stloc, local);
        }

        il.Emit(OpCodes.Ldc_I4_0);
        foreach (LocalBuilder local in locals)
        {
            il.Emit(OpCodes.Ldloc, local);
            il.Emit(OpCodes.Add);
        }

        il.Emit(OpCodes.Ret);
    }

    private static void Tail(ILGenerator il, MethodInfo target)
    {
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Tailcall);
        il.Emit(OpCodes.Call, target);
        il.Emit(OpCodes.Ret);
    }

    // value == 0 ? 0 : tail. Countdown(value - 1)
    private static void Countdown(TypeBuilder type)
    {
        ILGenerator il = Define(type, "Countdown", out MethodBuilder self);
        Label more = il.DefineLabel();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Brtrue, more);
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Ret);
        il.MarkLabel(more);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4_1);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Tailcall);
        il.Emit(OpCodes.Call, self);
        il.Emit(OpCodes.Ret);
    }
}
