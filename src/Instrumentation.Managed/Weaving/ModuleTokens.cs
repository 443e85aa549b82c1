using System.Reflection;
using System.Runtime.Loader;
using Instrumentation.Events;
using Instrumentation.Managed.Profiler.Interop;
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
    private readonly MetadataEmitter _emitter;
    private readonly bool _isCoreLibrary;

    /// <summary>Opens a module.</summary>
    /// <param name="native">The native profiler.</param>
    /// <param name="moduleId">The module's id.</param>
    /// <param name="module">The module.</param>
    public ModuleTokens(NativeProfiler native, nint moduleId, Module module)
    {
        _emitter = new MetadataEmitter(native, moduleId);
        _isCoreLibrary = module == typeof(object).Module;
        ReachesCells = !_isCoreLibrary
            && AssemblyLoadContext.GetLoadContext(module.Assembly) == AssemblyLoadContext.Default
            && AssemblyLoadContext.GetLoadContext(typeof(WovenCells).Assembly) == AssemblyLoadContext.Default;
    }

    /// <summary>The token of a stand-alone signature.</summary>
    /// <param name="signature">The signature.</param>
    /// <returns>The token.</returns>
    public MetadataToken Signature(byte[] signature) => Once("s" + Convert.ToHexString(signature), () => _emitter.Signature(signature));

    /// <summary>The token of a type.</summary>
    /// <param name="type">The type's signature.</param>
    /// <returns>The token.</returns>
    public MetadataToken TypeSpec(byte[] type) => Once("t" + Convert.ToHexString(type), () => _emitter.TypeSpec(type));

    /// <summary>The token of a static method of the core library.</summary>
    /// <param name="method">The method.</param>
    /// <param name="signature">Builds its signature from the tokens of the types that it names.</param>
    /// <returns>The token.</returns>
    public MetadataToken CoreMethod(MethodInfo method, Func<Func<Type, int>, byte[]> signature) => _isCoreLibrary
        ? new MetadataToken((uint)method.MetadataToken)
        : Once("m" + method.DeclaringType!.FullName + "::" + method.Name, () => _emitter.MemberRef(CoreType(method.DeclaringType), method.Name, signature(CoreType)));

    /// <summary>Whether the module can refer to this library: both are in the default load context, and it is not the core library.</summary>
    public bool ReachesCells { get; }

    /// <summary>The token of <see cref="WovenCells.Counts"/>.</summary>
    /// <returns>The token.</returns>
    public MetadataToken WovenCounts() => Once("c", () => _emitter.MemberRef(CellsType(), nameof(WovenCells.Counts), [0x06, 0x0F, 0x0A]));

    /// <summary>The token of <see cref="WovenCells.Create"/>.</summary>
    /// <returns>The token.</returns>
    public unsafe MetadataToken WovenCreate() => // SAFETY: nameof of a method that returns a pointer; nothing is called.
        Once("n", () => _emitter.MemberRef(CellsType(), nameof(WovenCells.Create), [0x00, 0, 0x0F, 0x0A]));

    private int CellsType() => Once(
        "w",
        () => _emitter.TypeRef(_emitter.AssemblyRef(typeof(WovenCells).Assembly.GetName().Name!), typeof(WovenCells).FullName!)).ToInt32();

    private int CoreType(Type type) => _isCoreLibrary
        ? type.MetadataToken
        : Once("r" + type.FullName, () => _emitter.TypeRef(Once("a", () => _emitter.AssemblyRef(CoreLibrary)).ToInt32(), type.FullName!)).ToInt32();

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
