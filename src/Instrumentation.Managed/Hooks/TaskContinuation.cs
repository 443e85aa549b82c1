using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Instrumentation.Managed.Hooks;

/// <summary>
/// Ends pending calls on the very thread that completes a task, before anything that awaits it goes on. An awaiter's continuation would come late in three
/// cases, queued to the thread pool: when the task ends while it is being added, under a synchronization context, and for sources that run their
/// continuations asynchronously; what the call's arguments refer to may be used for something else by then. The runtime's own completion
/// actions have no such case. Their interface is internal, so the class that implements it is emitted.
/// </summary>
internal static class TaskContinuation
{
    private const string CompletionActionName = "System.Threading.Tasks.ITaskCompletionAction";

    private static readonly Func<PendingCall>? CreateAction = Prepare();

    /// <summary>Makes a pending call of the class that can be added to tasks.</summary>
    /// <returns>The call.</returns>
    public static PendingCall Create() => CreateAction?.Invoke() ?? new AwaitingCall();

    /// <summary>Lets the end of a task end a call, in front of all other continuations.</summary>
    /// <param name="task">The task.</param>
    /// <param name="call">The call.</param>
    /// <returns>False when the task has ended already: nothing will happen.</returns>
    public static bool TryAdd(Task task, PendingCall call)
    {
        if (call is AwaitingCall awaiting)
        {
            task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(awaiting.Continuation);
            return true;
        }

        return Add(task, call, addBeforeOthers: true);
    }

    private static Func<PendingCall>? Prepare()
    {
        Type? action = typeof(Task).Assembly.GetType(CompletionActionName);
        MethodInfo? invoke = action?.GetMethod("Invoke", [typeof(Task)]);
        MethodInfo? mayRunCode = action?.GetProperty("InvokeMayRunArbitraryCode")?.GetMethod;
        MethodInfo? add = typeof(Task).GetMethod("AddTaskContinuation", BindingFlags.Instance | BindingFlags.NonPublic, [typeof(object), typeof(bool)]);
        return action is null || invoke is null || mayRunCode is null || action.GetMethods().Length != 2 || add?.ReturnType != typeof(bool)
            ? null
            : Emit(action, invoke, mayRunCode);
    }

    private static Func<PendingCall>? Emit(Type action, MethodInfo invoke, MethodInfo mayRunCode)
    {
        AssemblyBuilder assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Instrumentation.Continuations"), AssemblyBuilderAccess.Run);
        ModuleBuilder module = assembly.DefineDynamicModule("Instrumentation.Continuations");
        AllowAccess(assembly, module, action.Assembly);
        AllowAccess(assembly, module, typeof(PendingCall).Assembly);
        TypeBuilder type = module.DefineType("CompletionAction", TypeAttributes.Sealed, typeof(PendingCall), [action]);
        ConstructorBuilder constructor = type.DefineDefaultConstructor(MethodAttributes.Public);

        ILGenerator il = Implement(type, invoke);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(PendingCall).GetMethod(nameof(PendingCall.Complete))!);
        il.Emit(OpCodes.Ret);

        // False: run it in place, always. What runs is a hook, not code of the program.
        il = Implement(type, mayRunCode);
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Ret);

        MethodBuilder create = type.DefineMethod("Create", MethodAttributes.Public | MethodAttributes.Static, typeof(PendingCall), []);
        il = create.GetILGenerator();
        il.Emit(OpCodes.Newobj, constructor);
        il.Emit(OpCodes.Ret);
        try
        {
            return type.CreateType().GetMethod("Create")!.CreateDelegate<Func<PendingCall>>();
        }
        catch (Exception error) when (error is TypeLoadException or MemberAccessException)
        {
            // A runtime that guards its internals: awaiters' continuations do, if sometimes late.
            return null;
        }
    }

    private static ILGenerator Implement(TypeBuilder type, MethodInfo declaration)
    {
        MethodBuilder method = type.DefineMethod(
            declaration.Name,
            MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot,
            declaration.ReturnType,
            [.. declaration.GetParameters().Select(parameter => parameter.ParameterType)]);
        type.DefineMethodOverride(method, declaration);
        return method.GetILGenerator();
    }

    // The runtime knows this attribute by its name, whichever assembly defines it.
    private static void AllowAccess(AssemblyBuilder assembly, ModuleBuilder module, Assembly accessed)
    {
        Type attribute = module.GetType("System.Runtime.CompilerServices.IgnoresAccessChecksToAttribute") ?? DefineAttribute(module);
        assembly.SetCustomAttribute(new CustomAttributeBuilder(attribute.GetConstructor([typeof(string)])!, [accessed.GetName().Name]));
    }

    private static Type DefineAttribute(ModuleBuilder module)
    {
        TypeBuilder type = module.DefineType(
            "System.Runtime.CompilerServices.IgnoresAccessChecksToAttribute",
            TypeAttributes.Public | TypeAttributes.Sealed,
            typeof(Attribute));
        ConstructorBuilder constructor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, [typeof(string)]);
        ILGenerator il = constructor.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(Attribute).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic, [])!);
        il.Emit(OpCodes.Ret);
        return type.CreateType();
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "AddTaskContinuation")]
    private static extern bool Add(Task task, object continuation, bool addBeforeOthers);

    /// <summary>A pending call for runtimes without completion actions.</summary>
    private sealed class AwaitingCall : PendingCall
    {
        public AwaitingCall() => Continuation = Complete;

        public Action Continuation { get; }
    }
}
