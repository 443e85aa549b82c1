using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;

namespace Instrumentation.Testing.CallSites;

/// <summary>The portable symbols of a module: in it, or in the file beside it. Read once; nothing here throws, and what cannot be read is not there.</summary>
internal sealed class SymbolFile
{
    private static readonly ConditionalWeakTable<Module, Holder> Known = [];

    private readonly MetadataReaderProvider _provider;

    private SymbolFile(MetadataReaderProvider provider) => _provider = provider;

    /// <summary>The symbols of a module.</summary>
    /// <param name="module">The module.</param>
    /// <returns>The symbols, or null.</returns>
    public static SymbolFile? Of(Module module) => Known.GetValue(module, static module => new Holder(Open(module))).File;

    /// <summary>The line that an instruction was made from.</summary>
    /// <param name="token">The method.</param>
    /// <param name="offset">The instruction, or one behind it.</param>
    /// <returns>The file and line, or null.</returns>
    public (string File, int Line)? Find(int token, int offset)
    {
        try
        {
            MetadataReader reader = _provider.GetMetadataReader();
            MethodDebugInformation method = reader.GetMethodDebugInformation(((MethodDefinitionHandle)MetadataTokens.EntityHandle(token)).ToDebugInformationHandle());
            SequencePoint? best = null;
            foreach (SequencePoint point in method.GetSequencePoints())
            {
                if (!point.IsHidden && (best is null || point.Offset <= offset))
                {
                    best = point;
                }
            }

            return best is { } found ? (reader.GetString(reader.GetDocument(found.Document).Name), found.StartLine) : null;
        }
        catch (Exception error) when (error is BadImageFormatException or InvalidCastException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static SymbolFile? Open(Module module)
    {
        try
        {
            string path = module.FullyQualifiedName;
            if (!File.Exists(path))
            {
                return null;
            }

            using PEReader image = new(File.OpenRead(path));
            return image.TryOpenAssociatedPortablePdb(path, static file => File.Exists(file) ? new MemoryStream(File.ReadAllBytes(file)) : null, out MetadataReaderProvider? provider, out _)
                ? new SymbolFile(provider!)
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or BadImageFormatException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            return null;
        }
    }

    private sealed record Holder(SymbolFile? File);
}
