using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>
/// Decides before a woven body is handed to the runtime whether the runtime can compile it. What is checked are the final bytes, read by other code than
/// the one that wrote them. A body that the JIT would refuse, or would compile to nonsense, is refused here, with the instruction and the reason. No type is loaded for it, so types are
/// classes of stack values: which class of object a reference is of, and which struct a value is of, is not looked at; an enum of another module passes
/// for any integer and for a struct, and a generic parameter for everything.
/// </summary>
internal static class BodyValidator
{
    /// <summary>Validates a woven body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="image">The method.</param>
    /// <exception cref="BadIlException">The body is wrong. The message says whether it is the weaving that is to blame.</exception>
    public static void Validate(EncodedBody body, MethodImage image)
    {
        if (Complaint(body.Bytes, image) is not { } flaw)
        {
            return;
        }

        throw Complaint(image.Body, image) is { } original
            ? new BadIlException($"its own IL is not valid: {original}")
            : new BadIlException($"the woven body is not valid IL: {flaw}") { Mend = "Report this as a defect of the library, with the probe." };
    }

    /// <summary>Validates a body of any method.</summary>
    /// <param name="body">The body, header first; more bytes may follow.</param>
    /// <param name="method">The method's token.</param>
    /// <param name="tokens">What the tokens of its module mean.</param>
    /// <exception cref="BadIlException">The body is wrong.</exception>
    public static unsafe void Validate(ReadOnlySpan<byte> body, int method, TokenTypes tokens)
    {
        fixed (byte* start = body)
        {
            try
            {
                // SAFETY: the reader is bounded by the span's length and does not outlive the pin.
                Validate(MethodBodyBlock.Create(new BlobReader(start, body.Length)), method, tokens);
            }
            catch (BadImageFormatException error)
            {
                throw new BadIlException($"the body or its metadata is damaged: {error.Message}");
            }
        }
    }

    private static string? Complaint(byte[] body, MethodImage image)
    {
        try
        {
            Validate(body, image.Key.Token, image.Tokens.Types);
            return null;
        }
        catch (BadIlException error)
        {
            return error.Message;
        }
    }

    private static unsafe void Validate(MethodBodyBlock block, int method, TokenTypes tokens)
    {
        BlobReader il = block.GetILReader();
        CodeView code = CodeView.Decode(new ReadOnlySpan<byte>(il.StartPointer, il.Length));
        if (code.Operations.Length == 0)
        {
            throw new BadIlException("the body has no code");
        }

        RegionMap regions = new(code, block.ExceptionRegions);
        PrefixRules.Check(code.Operations);
        TokenRules.Check(code.Operations, block.ExceptionRegions, tokens);
        new FlowRules(code, regions).Check();
        CallShape signature = tokens.CallOf(method) ?? throw new BadIlException($"the module has no method 0x{method:x8}");
        int localsToken = block.LocalSignature.IsNil ? 0 : MetadataTokens.GetToken(block.LocalSignature);
        new StackWalk(code, regions, block.MaxStack, signature, tokens.LocalsOf(localsToken), tokens).Run();
    }
}
