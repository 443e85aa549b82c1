using System.Reflection;
using System.Runtime.CompilerServices;
using Instrumentation.Managed.Points;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Weaving;

/// <summary>Tells the handlers that the source wrote from the one that the compiler puts around the body of an async method.</summary>
internal static class CatchClauses
{
    /// <summary>A test of the handlers of a body.</summary>
    /// <param name="method">The method.</param>
    /// <param name="body">Its body.</param>
    /// <returns>True for handlers that catch and that the source wrote.</returns>
    public static Func<IlHandler, bool> IsWritten(MethodBase method, IlBody body)
    {
        bool isStateMachine = method.DeclaringType is { } type && StateMachines.IsStateMachine(type);
        return handler => handler.Kind is ExceptionHandlerType.Catch or ExceptionHandlerType.Filter
            && !(isStateMachine && (PassesOn(method, body, handler) || Parks(body, handler)));
    }

    /// <summary>Whether a method has handlers that the source may have written; decided without its instructions, so that methods without any are left alone.</summary>
    /// <param name="method">The method.</param>
    /// <returns>False when it surely has none.</returns>
    public static bool MayCatch(MethodBase method)
    {
        try
        {
            int catching = method.GetMethodBody()?.ExceptionHandlingClauses.Count(clause =>
                clause.Flags is ExceptionHandlingClauseOptions.Clause or ExceptionHandlingClauseOptions.Filter) ?? 0;

            // One of an async method's is the compiler's.
            return catching > (typeof(IAsyncStateMachine).IsAssignableFrom(method.DeclaringType) ? 1 : 0);
        }
        catch (Exception error) when (error is IOException or TypeLoadException or BadImageFormatException)
        {
            // A local's type cannot be loaded; the weaver, which needs no types, decides.
            return true;
        }
    }

    // The compiler's handler gives the exception to the task: it is no catch in the source.
    private static bool PassesOn(MethodBase method, IlBody body, IlHandler handler) => CodeOf(body, handler)
        .Any(instruction => instruction.OpCode.Code == Code.Call && IsSetException(method, (MetadataToken)instruction.Operand));

    // An await in a finally (await using, await foreach): the compiler keeps the exception in a field, runs the rest and throws it on. A handler that the
    // source wrote also sets the number of the handler to go on with, or pops what it does not use.
    private static bool Parks(IlBody body, IlHandler handler) =>
        handler.Kind == ExceptionHandlerType.Catch
        && CodeOf(body, handler).Select(instruction => instruction.OpCode.Code).Where(code => code != Code.Nop).ToArray()
            is [Code.Stloc or Code.Stloc_S or Code.Stloc_0 or Code.Stloc_1 or Code.Stloc_2 or Code.Stloc_3, Code.Ldarg_0, _, Code.Stfld, Code.Leave];

    private static IEnumerable<Instruction> CodeOf(IlBody body, IlHandler handler)
    {
        int start = body.Instructions.IndexOf(handler.HandlerStart);
        int end = handler.HandlerEnd == body.End ? body.Instructions.Count : body.Instructions.IndexOf(handler.HandlerEnd);
        return body.Instructions.Skip(start).Take(end - start);
    }

    private static bool IsSetException(MethodBase method, MetadataToken token)
    {
        Type[]? typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        try
        {
            return method.Module.ResolveMethod(token.ToInt32(), typeArguments, null) is { Name: "SetException", DeclaringType.Namespace: "System.Runtime.CompilerServices" };
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
