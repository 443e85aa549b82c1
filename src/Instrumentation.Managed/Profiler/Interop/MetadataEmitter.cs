namespace Instrumentation.Managed.Profiler.Interop;

/// <summary>
/// Adds to a loaded module's metadata through IMetaDataEmit, IMetaDataEmit2 and IMetaDataAssemblyEmit (cor.h). What is added stays for the module's
/// life, so callers cache. May be called on any thread; the interfaces are never released, as the module is never unloaded.
/// </summary>
internal sealed unsafe class MetadataEmitter
{
    private const int DefineTypeRefByNameSlot = 12;
    private const int DefineMemberRefSlot = 14;
    private const int GetTokenFromSigSlot = 23;
    private const int GetTokenFromTypeSpecSlot = 26;
    private const int DefineAssemblyRefSlot = 4;
    private const int ReadWrite = 1;

    private static readonly Guid EmitId = new("ba3fee4c-ecb9-4e41-83b7-183fa41cd859");
    private static readonly Guid AssemblyEmitId = new("211ef15b-5317-4438-b196-dec87b887693");

    private readonly void* _emit;
    private readonly void* _assemblyEmit;

    /// <summary>Opens a module's metadata for writing.</summary>
    /// <param name="native">The native profiler.</param>
    /// <param name="module">The module.</param>
    /// <exception cref="ProfilerCallException">The runtime refused.</exception>
    public MetadataEmitter(NativeProfiler native, nint module)
    {
        _emit = Open(native, module, EmitId);
        _assemblyEmit = Open(native, module, AssemblyEmitId);
    }

    /// <summary>The token of a stand-alone signature: of locals, or of an indirect call.</summary>
    /// <param name="signature">The signature.</param>
    /// <returns>The token.</returns>
    public int Signature(ReadOnlySpan<byte> signature) => TokenOf(GetTokenFromSigSlot, signature, "GetTokenFromSig");

    /// <summary>The token of a type given by its signature.</summary>
    /// <param name="type">The type's bytes.</param>
    /// <returns>The token.</returns>
    public int TypeSpec(ReadOnlySpan<byte> type) => TokenOf(GetTokenFromTypeSpecSlot, type, "GetTokenFromTypeSpec");

    /// <summary>A reference to an assembly by its simple name, in any version.</summary>
    /// <param name="name">The simple name.</param>
    /// <returns>The token.</returns>
    public int AssemblyRef(string name)
    {
        // ASSEMBLYMETADATA: four version numbers, then a pointer and a count each for locale, processors and systems; all zero here.
        byte* metadata = stackalloc byte[64];
        new Span<byte>(metadata, 64).Clear();
        int token;
        fixed (char* start = name)
        {
            // SAFETY: the slot and signature are those of IMetaDataAssemblyEmit::DefineAssemblyRef; all pointers live until it returns.
            ProfilerCallException.Check(
                ((delegate* unmanaged<void*, void*, uint, char*, void*, void*, uint, uint, int*, int>)Slot(_assemblyEmit, DefineAssemblyRefSlot))(
                    _assemblyEmit, null, 0, start, metadata, null, 0, 0, &token),
                "DefineAssemblyRef");
        }

        return token;
    }

    /// <summary>A reference to a type by name.</summary>
    /// <param name="scope">The assembly reference that holds it.</param>
    /// <param name="fullName">Its full name.</param>
    /// <returns>The token.</returns>
    public int TypeRef(int scope, string fullName)
    {
        int token;
        fixed (char* start = fullName)
        {
            // SAFETY: the slot and signature are those of IMetaDataEmit::DefineTypeRefByName.
            ProfilerCallException.Check(
                ((delegate* unmanaged<void*, int, char*, int*, int>)Slot(_emit, DefineTypeRefByNameSlot))(_emit, scope, start, &token),
                "DefineTypeRefByName");
        }

        return token;
    }

    /// <summary>A reference to a method of a referenced type.</summary>
    /// <param name="parent">The type reference.</param>
    /// <param name="name">The method's name.</param>
    /// <param name="signature">The method's signature.</param>
    /// <returns>The token.</returns>
    public int MemberRef(int parent, string name, ReadOnlySpan<byte> signature)
    {
        int token;
        fixed (char* start = name)
        fixed (byte* blob = signature)
        {
            // SAFETY: the slot and signature are those of IMetaDataEmit::DefineMemberRef.
            ProfilerCallException.Check(
                ((delegate* unmanaged<void*, int, char*, byte*, uint, int*, int>)Slot(_emit, DefineMemberRefSlot))(
                    _emit, parent, start, blob, (uint)signature.Length, &token),
                "DefineMemberRef");
        }

        return token;
    }

    private static void* Open(NativeProfiler native, nint module, Guid interfaceId)
    {
        void* opened;

        // SAFETY: the call is synchronous; both pointers are to this frame.
        ProfilerCallException.Check(
            native.Invoke(ProfilerInfo.GetModuleMetaData, module, ReadWrite, (nint)(&interfaceId), (nint)(&opened)),
            "GetModuleMetaData");
        return opened;
    }

    private static void* Slot(void* instance, int slot) => (*(void***)instance)[slot];

    private int TokenOf(int slot, ReadOnlySpan<byte> signature, string call)
    {
        int token;
        fixed (byte* blob = signature)
        {
            // SAFETY: both users of this have the signature (this, blob, size, out token).
            ProfilerCallException.Check(
                ((delegate* unmanaged<void*, byte*, uint, int*, int>)Slot(_emit, slot))(_emit, blob, (uint)signature.Length, &token),
                call);
        }

        return token;
    }
}
