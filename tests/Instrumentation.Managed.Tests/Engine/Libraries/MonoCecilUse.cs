using Mono.Cecil;

namespace Instrumentation.Managed.Tests.Engine.Libraries;

/// <summary>Mono.Cecil reads its own assembly and writes it again.</summary>
internal static class MonoCecilUse
{
    /// <summary>Uses the library.</summary>
    /// <param name="path">The file of the library.</param>
    /// <returns>The assembly that it wrote.</returns>
    public static byte[] Run(string path)
    {
        using MemoryStream input = new(File.ReadAllBytes(path));
        using ModuleDefinition module = ModuleDefinition.ReadModule(input, new ReaderParameters(ReadingMode.Immediate));
        using MemoryStream output = new();
        module.Write(output, new WriterParameters { Timestamp = 1 });
        return output.ToArray();
    }
}
