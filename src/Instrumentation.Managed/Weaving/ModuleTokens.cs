using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Runtime.Loader;
using Instrumentation.Events;
using Instrumentation.Managed.Profiler.Interop;
using Instrumentation.Managed.Weaving.Validation;
using Mono.Cecil;

namespace Instrumentation.Managed.Weaving;

/// <summary>
/// The tokens that weaving adds to one module, each made once: what is added to a module's metadata is never freed. References go to the core
/// library (in the core library itself they are its own definitions) and, where the module can bind to it, to this library's cells.
/// </summary>
internal sealed class ModuleTokens
{
    private static readonly string CoreLibrary = typeof(object).Assembly.GetName().Name!;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _tokens = [];
    private readonly Dictionary<int, byte[]> _signatures = [];
    private readonly MetadataEmitter _emitter;
    private readonly Module _module;
    private readonly bool _isCoreLibrary;
    private MetadataReader? _metadata;
    private TokenTypes? _types;

    /// <summary>Opens a module.</summary>
    /// <param name="native">The native profiler.</param>
    /// <param name="moduleId">The module's id.</param>
    /// <param name="module">The module.</param>
    public ModuleTokens(NativeProfiler native, nint moduleId, Module module)
    {
        _emitter = new MetadataEmitter(native, moduleId);
        _module = module;
        _isCoreLibrary = module == typeof(object).Module;

        // What the engine itself calls counts in hooks, which see the guard of its threads.
        ReachesCells = !_isCoreLibrary
            && module.Assembly != typeof(MetadataToken).Assembly
            && AssemblyLoadContext.GetLoadContext(module.Assembly) == AssemblyLoadContext.Default
            && AssemblyLoadContext.GetLoadContext(typeof(WovenCells).Assembly) == AssemblyLoadContext.Default;
    }

    /// <summary>The module's own metadata, without what weaving has added.</summary>
    /// <exception cref="BadIlException">It has none that can be read.</exception>
    public MetadataReader Metadata => _metadata ??= Read(_module);

    /// <summary>What the module's tokens, own and added, mean to the evaluation stack. Not for several threads at once.</summary>
    /// <exception cref="BadIlException">The module has no metadata that can be read.</exception>
    public TokenTypes Types => _types ??= new TokenTypes(Metadata, token => _signatures.GetValueOrDefault(token));

    /// <summary>The token of a stand-alone signature.</summary>
    /// <param name="signature">The signature.</param>
    /// <returns>The token.</returns>
    public MetadataToken Signature(byte[] signature) => Once("s" + Convert.ToHexString(signature), () => Note(_emitter.Signature(signature), signature));

    /// <summary>The token of a type.</summary>
    /// <param name="type">The type's signature.</param>
    /// <returns>The token.</returns>
    public MetadataToken TypeSpec(byte[] type) => Once("t" + Convert.ToHexString(type), () => Note(_emitter.TypeSpec(type), type));

    /// <summary>The token of a static method of the core library.</summary>
    /// <param name="method">The method.</param>
    /// <param name="signature">Builds its signature from the tokens of the types that it names.</param>
    /// <returns>The token.</returns>
    public MetadataToken CoreMethod(MethodInfo method, Func<Func<Type, int>, byte[]> signature) => _isCoreLibrary
        ? new MetadataToken((uint)method.MetadataToken)
        : Once("m" + method.DeclaringType!.FullName + "::" + method.Name, () => MemberRef(CoreType(method.DeclaringType), method.Name, signature(CoreType)));

    /// <summary>The token of a field of a type of this module: its definition, or in a generic type a reference over the type's own parameters.</summary>
    /// <param name="field">The field, of a type definition when generic.</param>
    /// <returns>The token.</returns>
    public MetadataToken Field(FieldInfo field)
    {
        byte[] signature = FieldSignature(field);
        Type declaring = field.DeclaringType!;
        return declaring.IsGenericType
            ? Once("f" + field.MetadataToken, () => MemberRef(TypeSpec(TypeBlob.OverItself(declaring)).ToInt32(), field.Name, signature))
            : new MetadataToken((uint)field.MetadataToken);
    }

    /// <summary>The signature of a field of this module.</summary>
    /// <param name="field">The field, of a type definition when generic.</param>
    /// <returns>The signature.</returns>
    public byte[] FieldSignature(FieldInfo field) =>
        Metadata.GetBlobBytes(Metadata.GetFieldDefinition(MetadataTokens.FieldDefinitionHandle(field.MetadataToken & 0xFFFFFF)).Signature);

    /// <summary>Whether the module can refer to this library: both are in the default load context, and it is not the core library.</summary>
    public bool ReachesCells { get; }

    /// <summary>The token of <see cref="WovenCells.Counts"/>.</summary>
    /// <returns>The token.</returns>
    public MetadataToken WovenCounts() => Once("c", () => MemberRef(CellsType(), nameof(WovenCells.Counts), [0x06, 0x0F, 0x0A]));

    /// <summary>The token of <see cref="WovenCells.Create"/>.</summary>
    /// <returns>The token.</returns>
    public unsafe MetadataToken WovenCreate() => // SAFETY: nameof of a method that returns a pointer; nothing is called.
        Once("n", () => MemberRef(CellsType(), nameof(WovenCells.Create), [0x00, 0, 0x0F, 0x0A]));

    private int CellsType() => Once(
        "w",
        () => _emitter.TypeRef(_emitter.AssemblyRef(typeof(WovenCells).Assembly.GetName().Name!), typeof(WovenCells).FullName!)).ToInt32();

    private int CoreType(Type type) => _isCoreLibrary
        ? type.MetadataToken
        : Once("r" + type.FullName, () => _emitter.TypeRef(Once("a", () => _emitter.AssemblyRef(CoreLibrary)).ToInt32(), type.FullName!)).ToInt32();

    private int MemberRef(int parent, string name, byte[] signature) => Note(_emitter.MemberRef(parent, name, signature), signature);

    // The runtime may answer with a token that the module has of its own: its signature is the same.
    private int Note(int token, byte[] signature)
    {
        _signatures[token] = signature;
        return token;
    }

    private static unsafe MetadataReader Read(Module module) => module.Assembly.TryGetRawMetadata(out byte* metadata, out int length)
        ? new MetadataReader(metadata, length) // SAFETY: the metadata stays mapped while the assembly is loaded; collectible ones are refused before.
        : throw new BadIlException("its assembly has no readable metadata");

    private MetadataToken Once(string key, Func<int> make)
    {
        lock (_gate)
        {
            if (!_tokens.TryGetValue(key, out int token))
            {
                token = make();
                _tokens[key] = token;
            }

            return new MetadataToken((uint)token);
        }
    }
}
