using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Instrumentation.Managed.Tests.Weaving;

/// <summary>The method bodies of an assembly file, as they lie there.</summary>
internal static class BodyFiles
{
    /// <summary>All bodies of an assembly: name, bytes from the header on (a little more may follow), and what System.Reflection.Metadata makes of it.</summary>
    public static IEnumerable<(string Name, byte[] Bytes, MethodBodyBlock Block)> Bodies(Assembly assembly)
    {
        using PEReader file = new(File.OpenRead(assembly.Location));
        MetadataReader metadata = file.GetMetadataReader();
        foreach (MethodDefinitionHandle handle in metadata.MethodDefinitions)
        {
            MethodDefinition method = metadata.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress == 0)
            {
                continue;
            }

            MethodBodyBlock block = file.GetMethodBody(method.RelativeVirtualAddress);
            byte[] bytes = file.GetSectionData(method.RelativeVirtualAddress).GetContent(0, block.Size).ToArray();
            yield return (metadata.GetString(method.Name), bytes, block);
        }
    }
}
