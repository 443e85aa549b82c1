using System.Reflection;
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
            && !(isStateMachine && PassesOn(method, body, handler));
    }

    // The compiler's handler gives the exception to the task: it is no catch in the source.
    private static bool PassesOn(MethodBase method, IlBody body, IlHandler handler)
    {
        int start = body.Instructions.IndexOf(handler.HandlerStart);
        int end = handler.HandlerEnd == body.End ? body.Instructions.Count : body.Instructions.IndexOf(handler.HandlerEnd);
        return body.Instructions
            .Skip(start)
            .Take(end - start)
            .Any(instruction => instruction.OpCode.Code == Code.Call && IsSetException(method, (MetadataToken)instruction.Operand));
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
