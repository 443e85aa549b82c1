using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using Instrumentation.Managed.Profiler;

namespace Instrumentation.Managed.Weaving;

/// <summary>What weaving needs of one method, read once: the original body and the signatures in their metadata form.</summary>
internal sealed class MethodImage
{
    private MethodImage(MethodBase method, MethodKey key, byte[] body, ModuleTokens tokens, byte[] returnType, byte[][] parameterTypes, byte[] locals)
    {
        Method = method;
        Key = key;
        Body = body;
        Tokens = tokens;
        ReturnType = returnType;
        ParameterTypes = parameterTypes;
        Locals = locals;
    }

    /// <summary>The method.</summary>
    public MethodBase Method { get; }

    /// <summary>The method as the profiling API names it.</summary>
    public MethodKey Key { get; }

    /// <summary>The original body, header first.</summary>
    public byte[] Body { get; }

    /// <summary>The module's tokens.</summary>
    public ModuleTokens Tokens { get; }

    /// <summary>The return type's signature.</summary>
    public byte[] ReturnType { get; }

    /// <summary>The parameter types' signatures, without <c>this</c>.</summary>
    public byte[][] ParameterTypes { get; }

    /// <summary>The signature of the locals; empty without locals.</summary>
    public byte[] Locals { get; }

    /// <summary>1 when the first IL argument is <c>this</c>, else 0.</summary>
    public int ThisArguments => Method.IsStatic ? 0 : 1;

    /// <summary>Reads a method.</summary>
    /// <param name="profiler">The profiler.</param>
    /// <param name="method">The method, a definition when generic.</param>
    /// <param name="key">Its key.</param>
    /// <param name="tokens">The tokens of its module.</param>
    /// <returns>The image.</returns>
    /// <exception cref="ProfilerCallException">The runtime refused.</exception>
    /// <exception cref="BadIlException">The metadata is damaged.</exception>
    public static MethodImage Read(RuntimeProfiler profiler, MethodBase method, MethodKey key, ModuleTokens tokens)
    {
        byte[] body = profiler.OriginalBody(key).ToArray();
        MetadataReader reader = tokens.Metadata;
        try
        {
            MethodDefinition definition = reader.GetMethodDefinition(MetadataTokens.MethodDefinitionHandle(key.Token & 0xFFFFFF));
            (byte[] returned, byte[][] parameters) = TypeBlob.SplitMethod(reader.GetBlobBytes(definition.Signature));
            int localsToken = LocalsTokenOf(body);
            byte[] locals = localsToken == 0
                ? []
                : reader.GetBlobBytes(reader.GetStandaloneSignature(MetadataTokens.StandaloneSignatureHandle(localsToken & 0xFFFFFF)).Signature);
            return new MethodImage(method, key, body, tokens, returned, parameters, locals);
        }
        catch (BadImageFormatException error)
        {
            throw new BadIlException($"its metadata is damaged: {error.Message}");
        }
    }

    private static int LocalsTokenOf(byte[] body) => (body[0] & 3) == 3 ? BitConverter.ToInt32(body, 8) : 0;
}
