using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>
/// What the tokens of a module mean to the evaluation stack: those of the module's own metadata, and those that weaving added to it.
/// Answers are kept, so one instance serves all methods of a module; not for several threads at once.
/// </summary>
/// <param name="metadata">The module's own metadata.</param>
/// <param name="added">The signature of a token that was added, or null.</param>
internal sealed unsafe class TokenTypes(MetadataReader metadata, Func<int, byte[]?> added)
{
    private readonly TypeNames _names = new(metadata);
    private readonly Dictionary<int, CallShape> _calls = [];
    private readonly Dictionary<int, (StackTypes Type, StackTypes Owner)> _fields = [];
    private readonly Dictionary<int, StackTypes> _types = [];

    /// <summary>The class of a type's values.</summary>
    /// <param name="token">The token of a type.</param>
    /// <returns>The class; not known for a token that nobody knows.</returns>
    public StackTypes TypeOf(int token)
    {
        if (!_types.TryGetValue(token, out StackTypes type))
        {
            type = IsOwn(token) && token >>> 24 != 0x1B
                ? _names.Of((EntityHandle)MetadataTokens.Handle(token))
                : Read(token, (BlobReader reader) => SignatureTypes.Read(ref reader, _names), StackTypes.Unknown);
            _types.Add(token, type);
        }

        return type;
    }

    /// <summary>The class of a field's value, and of the values of the type that declares it.</summary>
    /// <param name="token">The token of a field.</param>
    /// <returns>The classes; not known for a token that nobody knows.</returns>
    public (StackTypes Type, StackTypes Owner) FieldOf(int token)
    {
        if (!_fields.TryGetValue(token, out (StackTypes, StackTypes) field))
        {
            field = (Read(token, FieldType, StackTypes.Unknown), OwnerOf(token));
            _fields.Add(token, field);
        }

        return field;
    }

    /// <summary>The signature of a method, or of a call site.</summary>
    /// <param name="token">The token of a method or of a stand-alone signature.</param>
    /// <returns>The signature; null for a token that nobody knows.</returns>
    public CallShape? CallOf(int token)
    {
        if (IsOwn(token) && token >>> 24 == 0x2B)
        {
            token = MetadataTokens.GetToken(metadata.GetMethodSpecification(MetadataTokens.MethodSpecificationHandle(token & 0xFFFFFF)).Method);
        }

        if (!_calls.TryGetValue(token, out CallShape? call))
        {
            call = Read(token, (BlobReader reader) => SignatureTypes.ReadMethod(reader, _names, OwnerOf(token)), null);
            if (call is not null)
            {
                _calls.Add(token, call);
            }
        }

        return call;
    }

    /// <summary>The classes of locals.</summary>
    /// <param name="token">The token of their signature; 0 for none.</param>
    /// <returns>The classes; null for a token that nobody knows.</returns>
    public StackTypes[]? LocalsOf(int token) =>
        token == 0 ? [] : Read(token, (BlobReader reader) => SignatureTypes.ReadLocals(reader, _names), null);

    /// <summary>Whether there is such a token.</summary>
    /// <param name="token">The token.</param>
    /// <returns>True when the module has it, or weaving added it.</returns>
    public bool Knows(int token) => IsOwn(token) || added(token) is not null;

    private StackTypes FieldType(BlobReader reader)
    {
        if (reader.ReadSignatureHeader().Kind != SignatureKind.Field)
        {
            throw new BadImageFormatException("a signature is not that of a field");
        }

        return SignatureTypes.Read(ref reader, _names);
    }

    private StackTypes OwnerOf(int token)
    {
        if (!IsOwn(token))
        {
            return StackTypes.Unknown;
        }

        EntityHandle owner = (token >>> 24) switch
        {
            0x04 => metadata.GetFieldDefinition(MetadataTokens.FieldDefinitionHandle(token & 0xFFFFFF)).GetDeclaringType(),
            0x06 => metadata.GetMethodDefinition(MetadataTokens.MethodDefinitionHandle(token & 0xFFFFFF)).GetDeclaringType(),
            0x0A => metadata.GetMemberReference(MetadataTokens.MemberReferenceHandle(token & 0xFFFFFF)).Parent,
            _ => default,
        };
        return owner.IsNil ? StackTypes.Unknown : TypeOf(MetadataTokens.GetToken(owner));
    }

    private T Read<T>(int token, Func<BlobReader, T> read, T unknown)
    {
        if (IsOwn(token))
        {
            return read(metadata.GetBlobReader(BlobOf(token)));
        }

        if (added(token) is not { } blob)
        {
            return unknown;
        }

        fixed (byte* start = blob)
        {
            // SAFETY: the reader is bounded by the array's length and does not outlive the pin.
            return read(new BlobReader(start, blob.Length));
        }
    }

    private BlobHandle BlobOf(int token) => (token >>> 24) switch
    {
        0x04 => metadata.GetFieldDefinition(MetadataTokens.FieldDefinitionHandle(token & 0xFFFFFF)).Signature,
        0x06 => metadata.GetMethodDefinition(MetadataTokens.MethodDefinitionHandle(token & 0xFFFFFF)).Signature,
        0x0A => metadata.GetMemberReference(MetadataTokens.MemberReferenceHandle(token & 0xFFFFFF)).Signature,
        0x11 => metadata.GetStandaloneSignature(MetadataTokens.StandaloneSignatureHandle(token & 0xFFFFFF)).Signature,
        0x1B => metadata.GetTypeSpecification(MetadataTokens.TypeSpecificationHandle(token & 0xFFFFFF)).Signature,
        _ => throw new BadImageFormatException($"the token 0x{token:x8} is of the wrong kind"),
    };

    private bool IsOwn(int token) =>
        token >>> 24 <= 0x2B && (token & 0xFFFFFF) is > 0 and int row && row <= metadata.GetTableRowCount((TableIndex)(token >>> 24));
}
