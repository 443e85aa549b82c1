using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Instrumentation.Managed.Weaving.Validation;

/// <summary>The classes of types that metadata names: the core library's primitives by their names, enums by their one field, else structs or classes.</summary>
internal sealed class TypeNames(MetadataReader metadata)
{
    private static readonly Dictionary<string, StackTypes> Known = new()
    {
        ["Boolean"] = StackTypes.Int32,
        ["Char"] = StackTypes.Int32,
        ["SByte"] = StackTypes.Int32,
        ["Byte"] = StackTypes.Int32,
        ["Int16"] = StackTypes.Int32,
        ["UInt16"] = StackTypes.Int32,
        ["Int32"] = StackTypes.Int32,
        ["UInt32"] = StackTypes.Int32,
        ["Int64"] = StackTypes.Int64,
        ["UInt64"] = StackTypes.Int64,
        ["IntPtr"] = StackTypes.NativeInt,
        ["UIntPtr"] = StackTypes.NativeInt,
        ["Single"] = StackTypes.Float,
        ["Double"] = StackTypes.Float,
        ["Object"] = StackTypes.Object,
        ["String"] = StackTypes.Object,
    };

    private readonly Dictionary<TypeDefinitionHandle, StackTypes> _definitions = [];
    private readonly Dictionary<TypeReferenceHandle, StackTypes> _references = [];

    /// <summary>The class of a type's values.</summary>
    /// <param name="type">The type; anything but a definition or reference is not known.</param>
    /// <returns>The class.</returns>
    public StackTypes Of(EntityHandle type) => type.Kind switch
    {
        _ when type.IsNil => StackTypes.Unknown,
        HandleKind.TypeDefinition => Definition((TypeDefinitionHandle)type),
        HandleKind.TypeReference => Reference((TypeReferenceHandle)type),
        _ => StackTypes.Unknown,
    };

    /// <summary>The class of a type that a signature says is a value type.</summary>
    /// <param name="type">The type.</param>
    /// <returns>The class.</returns>
    public StackTypes OfValueType(EntityHandle type)
    {
        StackTypes known = Of(type);
        return known == StackTypes.Unknown ? StackTypes.ValueOrEnum : known;
    }

    private StackTypes Reference(TypeReferenceHandle handle)
    {
        if (!_references.TryGetValue(handle, out StackTypes known))
        {
            if (MetadataTokens.GetRowNumber(handle) > metadata.TypeReferences.Count)
            {
                // Weaving has added it.
                return StackTypes.Unknown;
            }

            TypeReference type = metadata.GetTypeReference(handle);
            known = ByName(type.Namespace, type.Name);
            _references.Add(handle, known);
        }

        return known;
    }

    private StackTypes Definition(TypeDefinitionHandle handle)
    {
        if (!_definitions.TryGetValue(handle, out StackTypes known))
        {
            TypeDefinition type = metadata.GetTypeDefinition(handle);
            known = ByName(type.Namespace, type.Name);
            if (known == StackTypes.Unknown)
            {
                known = ByBase(type);
            }

            _definitions.Add(handle, known);
        }

        return known;
    }

    private StackTypes ByBase(TypeDefinition type) => BaseName(type.BaseType) switch
    {
        "Enum" => Enum(type),
        "ValueType" when !metadata.StringComparer.Equals(type.Name, "Enum") || !IsSystem(type.Namespace) => StackTypes.Value,
        _ => StackTypes.Object,
    };

    private StackTypes Enum(TypeDefinition type)
    {
        foreach (FieldDefinitionHandle handle in type.GetFields())
        {
            FieldDefinition field = metadata.GetFieldDefinition(handle);
            if ((field.Attributes & FieldAttributes.Static) == 0)
            {
                BlobReader signature = metadata.GetBlobReader(field.Signature);
                _ = signature.ReadSignatureHeader();
                return SignatureTypes.Read(ref signature, this) & StackTypes.ValueOrEnum;
            }
        }

        return StackTypes.ValueOrEnum;
    }

    private string? BaseName(EntityHandle type) => type.Kind switch
    {
        _ when type.IsNil => null,
        HandleKind.TypeDefinition => metadata.GetTypeDefinition((TypeDefinitionHandle)type) is var definition && IsSystem(definition.Namespace)
            ? metadata.GetString(definition.Name)
            : null,
        HandleKind.TypeReference => metadata.GetTypeReference((TypeReferenceHandle)type) is var reference && IsSystem(reference.Namespace)
            ? metadata.GetString(reference.Name)
            : null,
        _ => null,
    };

    private StackTypes ByName(StringHandle space, StringHandle name) =>
        IsSystem(space) && Known.TryGetValue(metadata.GetString(name), out StackTypes known) ? known : StackTypes.Unknown;

    private bool IsSystem(StringHandle space) => metadata.StringComparer.Equals(space, "System");
}
