using Instrumentation.Managed.Weaving;
using Instrumentation.Managed.Weaving.Validation;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Instrumentation.Managed.Tests.Weaving.Validation;

/// <summary>A body that a test writes itself, for one of the methods below.</summary>
internal sealed class SmallBody
{
    private static readonly ModuleFile File = ModuleFile.Open(typeof(SmallBody).Assembly.GetName().Name!);

    private readonly IlBody _body = new() { MaxStack = 8 };

    /// <summary>The method without parameters and result.</summary>
    public static int Empty => typeof(SmallBody).GetMethod(nameof(Nothing))!.MetadataToken;

    /// <summary>The method from an int, an object, a reference to an int, a long and a double to an int.</summary>
    public static int Mixed => typeof(SmallBody).GetMethod(nameof(Many))!.MetadataToken;

    /// <summary>The most values on the stack.</summary>
    public int MaxStack
    {
        set => _body.MaxStack = value;
    }

    /// <summary>A method to write bodies for.</summary>
    public static void Nothing()
    {
    }

    /// <summary>A method to write bodies for.</summary>
    public static int Many(int number, object instance, ref int reference, long large, double real) => 0;

    /// <summary>Adds an instruction.</summary>
    public Instruction Add(OpCode opCode, object? operand = null)
    {
        Instruction instruction = IlBody.Make(opCode, operand);
        _body.Instructions.Add(instruction);
        return instruction;
    }

    /// <summary>Adds instructions without operands.</summary>
    public SmallBody Add(params OpCode[] opCodes)
    {
        foreach (OpCode opCode in opCodes)
        {
            Add(opCode, null);
        }

        return this;
    }

    /// <summary>Adds a clause.</summary>
    public void Clause(
        ExceptionHandlerType kind,
        Instruction tryStart,
        Instruction handlerStart,
        Instruction handlerEnd,
        Instruction? filter = null,
        Instruction? tryEnd = null) => _body.Handlers.Add(new IlHandler
        {
            Kind = kind,
            TryStart = tryStart,
            TryEnd = tryEnd ?? filter ?? handlerStart,
            FilterStart = filter,
            HandlerStart = handlerStart,
            HandlerEnd = handlerEnd,
            CatchType = kind == ExceptionHandlerType.Catch ? new MetadataToken(0x01000001) : default,
        });

    /// <summary>Why the body is refused; null when it is not.</summary>
    public string? Complaint(int method)
    {
        byte[] bytes = IlWriter.Write(_body, []).Bytes;
        try
        {
            BodyValidator.Validate(bytes, method, File.Tokens);
            return null;
        }
        catch (BadIlException error)
        {
            return error.Message;
        }
    }
}
