using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Instrumentation.Managed.Weaving.Validation;

namespace Instrumentation.Managed.Tests.Weaving.Validation;

/// <summary>An assembly's file: its metadata and its method bodies.</summary>
internal sealed class ModuleFile : IDisposable
{
    private readonly PEReader _file;

    private ModuleFile(Assembly assembly)
    {
        Assembly = assembly;
        _file = new PEReader(File.OpenRead(assembly.Location), PEStreamOptions.PrefetchEntireImage);
        Metadata = _file.GetMetadataReader();
        Tokens = new TokenTypes(Metadata, static _ => null);
    }

    /// <summary>The assembly.</summary>
    public Assembly Assembly { get; }

    /// <summary>Its metadata.</summary>
    public MetadataReader Metadata { get; }

    /// <summary>What its tokens mean.</summary>
    public TokenTypes Tokens { get; }

    /// <summary>Opens the file of an assembly.</summary>
    public static ModuleFile Open(string assembly) => new(Assembly.Load(assembly));

    /// <summary>All bodies: the method's token, a name to report, and the bytes from the header on.</summary>
    public IEnumerable<(int Token, string Name, byte[] Bytes)> Bodies()
    {
        foreach (MethodDefinitionHandle handle in Metadata.MethodDefinitions)
        {
            MethodDefinition method = Metadata.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress == 0)
            {
                continue;
            }

            int size = _file.GetMethodBody(method.RelativeVirtualAddress).Size;
            int token = MetadataTokens.GetToken(handle);
            TypeDefinition type = Metadata.GetTypeDefinition(method.GetDeclaringType());
            string name = $"{Metadata.GetString(type.Name)}::{Metadata.GetString(method.Name)} 0x{token:x8}";
            yield return (token, name, _file.GetSectionData(method.RelativeVirtualAddress).GetContent(0, size).ToArray());
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();
}
